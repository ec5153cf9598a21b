"""Why somebody of the staff got nothing, or something: for each audience, in words, on the why page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import ContactAddress, GrantRow, Person
from accreditation.people.rules import Grant, Viewer
from scheduler.models import ReminderRule
from scheduler.queries.recipients import ROLES
from scheduler.services.digests import choose_digest
from scheduler.services.explaining import told_as_staff
from scheduler.services.marks import pause_mail_server, set_mark
from scheduler.services.planning import RESTORED
from scheduler.services.rules import install_usual_rules
from tests import factories
from tests.scheduler.ready import everything_in_order

READER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
NOTHING_DUE = "Nothing is due of which a rule would tell them today."
NO_RULE = "No rule that is in force has this audience: there is nothing that they would be told of."


def staff(role: Role, scope: Scope = Scope.SERVICE, scope_id: int | None = None) -> Person:
    who = factories.person(name="Pat Reid", email="pat@example.uk")
    factories.grant(who.id, role, scope, scope_id)
    return who


def rule(audience: str, stage: int = 30) -> None:
    with transaction():
        install_usual_rules()
        db.session.add(ReminderRule(subject="clearance", stage=stage, audience=audience, active=True))


def said(who: Person, audience: str, reader: Grant = READER) -> list[str]:
    db.session.rollback()
    viewer = Viewer(who.id, frozenset({reader}))
    [told] = told_as_staff(db.session.get_one(Person, who.id), viewer, clock.today(), clock.now())
    assert told.audience == audience
    return list(told.sentences)


@pytest.mark.parametrize("audience", ROLES)
def test_every_audience_hears_that_nothing_is_due_or_that_no_rule_has_it(app, today, audience):
    unit = factories.unit("Croydon")
    everything_in_order(unit_id=unit.id)
    scopes = {"provider": (Scope.PROVIDER, factories.provider().id), "line_manager": (Scope.UNIT, unit.id)}
    who = staff(ROLES[audience], *scopes.get(audience, ()))
    with transaction():
        install_usual_rules()
    expected = NO_RULE if audience == "line_manager" else NOTHING_DUE
    assert said(who, audience)[0] == expected
    with transaction():
        for row in db.session.scalars(select(ReminderRule).where(ReminderRule.audience == audience)):
            row.active = False
    assert said(who, audience)[0] == NO_RULE


def test_a_line_manager_of_nobody_and_of_somebody_who_is_due(app, today):
    unit = factories.unit("Croydon")
    who = staff(Role.LINE_MANAGER, Scope.UNIT, unit.id)
    rule("line_manager")
    assert said(who, "line_manager") == ["Nobody is theirs: their role covers no mediator who is here today."]
    everything_in_order(ctc=today + timedelta(days=30))  # somebody else's
    everything_in_order(ctc=today + timedelta(days=31), unit_id=unit.id)
    assert said(who, "line_manager") == [NOTHING_DUE]
    everything_in_order(ctc=today + timedelta(days=30), unit_id=unit.id)
    due = "1 reminder is due and not owed yet: the scheduler's next beat sees to it."
    assert said(who, "line_manager") == [due]
    factories.plan(today)
    assert said(who, "line_manager") == [
        "Nothing more is due of which a rule would tell them today.", "1 letter waits to go, on 2 February 2027.",
    ]  # fmt: skip


def test_held_superseded_and_undeliverable_are_said_with_their_reasons(app, today, mail, deliver):
    mail()
    who = staff(Role.PRACTICE_MANAGER)
    with transaction():
        install_usual_rules()
        set_setting("reminder_breaker", "1")
    people = [everything_in_order(ctc=today - timedelta(days=7)) for _ in range(3)]
    factories.plan(today)
    held = said(who, "practice_manager")
    assert any(one.startswith("3 letters are held, the newest: More reminders at once than") for one in held)
    factories.evidence(people[0].id, "clearance", today, code="CTC", ends_on=today + timedelta(days=3000))
    with transaction():
        for letter in db.session.scalars(select(Letter)):
            letter.state, letter.reason = "queued", None
        db.session.scalars(select(ContactAddress).filter_by(person_id=who.id)).one().undeliverable_since = clock.now()
    deliver()
    sentences = said(who, "practice_manager")
    assert any(one.startswith("1 letter was no longer needed: The date has moved") for one in sentences)
    assert any(one.startswith("2 letters could not be delivered, the newest: Letters to this") for one in sentences)


def test_what_a_manager_chose_for_the_digest_is_said(app, today):
    who = staff(Role.PRACTICE_MANAGER)
    with transaction():
        choose_digest(who.id, "needed", ["clearance"], now=clock.now())
    everything_in_order(ctc=today - timedelta(days=7))
    factories.plan(today)
    assert said(who, "practice_manager") == [
        "1 reminder waits for their next digest in place of a letter, as they chose.",
        "They have the weekly digest only in a week in which something needs their attention.",
    ]
    with transaction():
        choose_digest(who.id, "never", [], now=clock.now())
    assert "They have chosen to have no weekly digest." in said(who, "practice_manager")


def test_a_restore_and_a_mail_server_out_of_reach_are_said(app, today):
    who = staff(Role.VETTING_OFFICER)
    with transaction():
        set_mark(RESTORED, clock.now(), "")
        pause_mail_server("away", clock.now())
    sentences = " ".join(said(who, "vetting_officer"))
    assert "A backup was restored." in sentences
    assert "The mail server was out of reach." in sentences


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (-10, 0, "They have not held this role since 2 February 2027."),
        (-10, 1, NOTHING_DUE),
        (0, None, NOTHING_DUE),
        (1, None, "They hold this role from 3 February 2027: until then nothing is said to them."),
    ],
)
def test_a_role_counts_from_its_first_day_to_the_day_before_its_end(app, today, starts, ends, words):
    who = staff(Role.VETTING_OFFICER)
    with transaction():
        grant = db.session.scalars(select(GrantRow)).one()
        grant.starts_on = today + timedelta(days=starts)
        grant.ends_on = None if ends is None else today + timedelta(days=ends)
    assert said(who, "vetting_officer") == [words]


def test_a_reader_of_one_unit_is_told_nothing_of_another(app, today):
    """The manager of the whole service is due a letter about somebody whom this reader may not know of."""
    mine, other = factories.unit("Croydon"), factories.unit("Sutton")
    who = staff(Role.PRACTICE_MANAGER)
    reader = Grant(Role.PRACTICE_MANAGER, Scope.UNIT, mine.id)
    everything_in_order(ctc=today - timedelta(days=7), unit_id=other.id)
    assert said(who, "practice_manager", reader)[0] == NOTHING_DUE
    assert "1 reminder is due" in said(who, "practice_manager")[0]
    factories.plan(today)
    assert not [one for one in said(who, "practice_manager", reader) if "letter waits" in one]
    assert [one for one in said(who, "practice_manager") if "letter waits" in one]


def test_the_page_says_it_and_nothing_of_an_accreditation_they_never_had(app, sign_in, today):
    who = staff(Role.VETTING_OFFICER)
    with transaction():
        db.session.delete(db.session.scalars(select(ContactAddress).filter_by(person_id=who.id)).one())
    page = sign_in(READER).get(f"/reminders/person/{who.reference}").text
    assert "As vetting officer" in page
    assert NOTHING_DUE in page
    assert "There is no address to write to." in page
    assert "not accredited" not in page
    mediator = everything_in_order(name="Ada Okafor")
    factories.grant(mediator.id, Role.LINE_MANAGER, Scope.UNIT, factories.unit("Croydon").id)
    page = sign_in(READER).get(f"/reminders/person/{mediator.reference}").text
    assert "As line manager" in page
    assert "What comes next" in page


def test_the_page_of_staff_outside_ones_scope_is_not_there(app, sign_in, today):
    mine, other = factories.unit("Croydon"), factories.unit("Sutton")
    who = staff(Role.LINE_MANAGER, Scope.UNIT, other.id)
    with transaction():
        db.session.get_one(Person, who.id).unit_id = other.id
    reader = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, mine.id))
    assert reader.get(f"/reminders/person/{who.reference}").status_code == 404
