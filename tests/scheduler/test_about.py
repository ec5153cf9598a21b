"""What a letter is about, for whoever decides about it; what comes next about somebody; and who is not named."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.services import set_deadline
from scheduler.models import Obligation
from scheduler.queries.about import in_short, spoken_of
from scheduler.queries.coming import reminders_to_come
from scheduler.queries.why import WITH_VETTING
from scheduler.rules.ladders import deadline_source
from scheduler.services.planning import supersede_reminder
from tests import factories
from tests.scheduler.ready import everything_in_order

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
NEAR = 1_000  # days: what is in order in the tests ends long after
CTC, CPD = "CTC clearance in force", "Six hours of CPD a year"


def letters_to(person_id: int) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.person_id == person_id).order_by(Letter.id)))


def coming(person, on, **asked) -> list[tuple[int, str, int, str]]:
    """(days from today, what, stage, to whom)"""
    db.session.rollback()
    lines = reminders_to_come(person, on, **asked).lines
    return [((line.on - on).days, line.what, line.stage, line.audience) for line in lines if (line.on - on).days < NEAR]


def test_every_page_that_shows_a_reminder_says_about_whom_and_what(app, sign_in, today):
    with transaction():
        set_setting("reminder_breaker", "0")
    manager = sign_in(MANAGER)
    late = everything_in_order(ctc=today - timedelta(days=7), name="Ada Okafor", email="ada@example.uk")
    soon = everything_in_order(cpd=today + timedelta(days=7), name="Bo Lind", email="bo@example.uk")
    assert factories.plan(today) == 3
    [to_manager], [to_bo] = letters_to(manager.person_id), letters_to(soon.id)
    of_ada, of_bo = f"Ada Okafor: {CTC}, 7 days after", f"{CPD}, 7 days before"
    for path in (
        "/reminders",
        "/reminders/held",
        f"/reminders/person/{db.session.get_one(type(late), manager.person_id).reference}",
    ):
        page = manager.get(path).text
        assert of_ada in page, path
        assert (of_bo in page) == ("person" not in path)
        assert f"Bo Lind: {CPD}" not in page
    page = manager.get(f"/reminders/letters/{to_manager.id}").text
    assert f'href="/reminders/person/{late.reference}">Ada Okafor</a>' in page
    assert CTC in page
    assert "Ada Okafor" not in manager.get(f"/reminders/letters/{to_bo.id}").text
    with transaction():
        supersede_reminder(to_manager.about_id, "It was renewed")
    assert "no longer: It was renewed" in manager.get(f"/reminders/letters/{to_manager.id}").text


def test_reminders_that_share_a_letter_are_all_there_and_what_was_passed_over_is_not(app, today):
    day = today + timedelta(days=30)
    who = everything_in_order(ctc=day, cpd=day, email="ada@example.uk")
    factories.plan(today)
    [letter] = letters_to(who.id)
    viewer = Viewer(who.id, frozenset({MANAGER}))
    lines = spoken_of([letter], viewer)[letter.id]
    assert sorted(line.what for line in lines) == [CTC, CPD]
    assert {line.stage for line in lines} == {30}
    assert db.session.scalar(select(Obligation.id).where(Obligation.state == "collapsed")) is not None
    assert str(in_short(letter, lines)).endswith(", 30 days before, and 1 more")
    assert in_short(letter, []) is None
    other = db.session.get_one(Letter, factories.letter())
    assert other.id not in spoken_of([other], viewer)


def test_nobody_is_named_whom_the_reader_may_not_know_of(app, today):
    mine, other = factories.unit("Croydon"), factories.unit("Sutton")
    manager = factories.person(email="manager@example.uk")
    factories.grant(manager.id, Role.PRACTICE_MANAGER)
    everything_in_order(ctc=today - timedelta(days=7), unit_id=other.id)
    factories.plan(today)
    [letter] = letters_to(manager.id)
    assert spoken_of([letter], Viewer(manager.id, frozenset({MANAGER})))[letter.id]
    reader = Viewer(manager.id, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, mine.id)}))
    assert spoken_of([letter], reader)[letter.id] == []


def test_results_that_are_outstanding_are_said_to_be_of_their_cohort(app, sign_in, today):
    provider = factories.provider("Northgate Training")
    factories.cohort(
        "Spring 2027", provider_id=provider.id, candidates=2, results_due_on=today - timedelta(days=1),
        assessment_on=today - timedelta(days=10),
    )  # fmt: skip
    teacher = factories.person(name="Jo Teacher", email="jo@example.uk")
    factories.grant(teacher.id, Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id)
    manager = sign_in(MANAGER)
    seen = manager.get("/reminders/preview").text
    assert re.search(r'href="/cohorts/\d+">Spring 2027, Northgate Training</a>', seen)
    assert "Nobody in particular" not in seen
    factories.plan(today)
    [letter] = [one for one in letters_to(teacher.id) if one.template.endswith("results_due.txt")]
    assert "Spring 2027, Northgate Training: Results outstanding, on the day" in manager.get("/reminders").text
    page = manager.get(f"/reminders/letters/{letter.id}").text
    assert re.search(r'href="/cohorts/\d+">Spring 2027, Northgate Training</a>', page)
    viewer = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Croydon").id)}))
    assert [line.source for line in spoken_of([letter], viewer)[letter.id]] == [None]  # nobody of that unit is in it


@pytest.mark.parametrize(
    ("subject", "source"),
    [
        ("deadline:results_outstanding:cohort:12:", ("cohort", 12)),
        ("deadline:clearance_review:clearance:3:CTC", ("clearance", 3)),
        ("requirement:INHOUSE-WPM:ctc", None),
        ("digest", None),
        ("deadline:odd", None),
    ],
)
def test_the_record_behind_a_deadline_is_read_from_its_subject(subject, source):
    assert deadline_source(subject) == source


@pytest.mark.parametrize("owed", [False, True])
def test_who_rang_the_helpline_is_on_no_page_of_reminders(app, sign_in, today, owed):
    caller = everything_in_order(name="Ada Okafor", email="ada@example.uk")
    adviser = factories.person(name="Olga Adviser", email="olga@example.uk")
    factories.grant(adviser.id, Role.HELPLINE_ADVISER)
    with transaction():
        set_deadline(
            kind="helpline_followup",
            basis_date=today if owed else today + timedelta(days=3),
            source=("helpline_contact", 1),
            person_id=caller.id,
            owner_id=adviser.id,
        )
    manager = sign_in(MANAGER)
    seen = [manager.get("/reminders/preview", query_string={"on": (today + timedelta(days=3)).isoformat()}).text]
    if owed:
        seen = [manager.get("/reminders/preview").text]
        assert factories.plan(today) == 1
        [letter] = letters_to(adviser.id)
        listed, page = manager.get("/reminders").text, manager.get(f"/reminders/letters/{letter.id}").text
        assert "Helpline follow-up, on the day" in listed
        assert "Ada Okafor" not in listed
        seen.append(page)
    for page in seen:
        assert "Helpline follow-up" in page
        assert "Somebody who is not named here" in page
        assert "Ada Okafor" not in page
        assert caller.reference not in page
    assert "Helpline follow-up" not in manager.get(f"/reminders/person/{caller.reference}").text
    shown = app.test_cli_runner().invoke(args=["remind", "--on", (today + timedelta(days=3)).isoformat()])
    assert ("-: deadline:helpline_followup" in shown.output) == (not owed)
    assert caller.reference not in shown.output


def test_what_comes_next_has_deadlines_and_what_is_said_after_an_end(app, today):
    who = everything_in_order(ctc=today + timedelta(days=7))
    with transaction():
        set_deadline(
            kind="refresher_booking", basis_date=today + timedelta(days=8), source=("booking", 1), person_id=who.id
        )
        set_deadline(
            kind="helpline_followup", basis_date=today + timedelta(days=8), source=("contact", 1), person_id=who.id
        )
    factories.plan(today)
    booked = "Booked refresher day"
    assert coming(who, today) == [
        (1, booked, 7, "mediator"),
        (7, booked, 1, "mediator"),
        (7, CTC, 0, "mediator"),
        (14, CTC, -7, "practice_manager"),
        (21, CTC, -14, "practice_manager"),
    ]
    assert coming(who, today, at_most=2) == coming(who, today)[:2]
    everything = len(reminders_to_come(who, today, at_most=100).lines)
    assert [reminders_to_come(who, today, at_most=most).more for most in (everything - 1, everything)] == [True, False]


def test_what_is_due_today_is_not_said_again_on_the_next_day_of_something_else(app, today):
    who = everything_in_order(ctc=today + timedelta(days=14), award=today + timedelta(days=400))
    factories.overlay(who.id, "leave", today + timedelta(days=2), today + timedelta(days=4))
    due = [line for line in coming(who, today) if line[1] == CTC and line[3] == "mediator"]
    assert due == [(7, CTC, 7, "mediator"), (14, CTC, 0, "mediator")]


def test_what_ends_during_leave_comes_on_the_day_they_are_back_at_its_most_urgent_stage(app, today):
    who = everything_in_order(ctc=today + timedelta(days=20))
    factories.overlay(who.id, "leave", today - timedelta(days=100), today + timedelta(days=40))
    lines = [line for line in coming(who, today) if line[1] == CTC]
    assert lines == [(40, CTC, 0, "mediator"), (40, CTC, -14, "practice_manager")]


def test_the_planner_agrees_with_what_was_foretold(app, today):
    """Day by day for half a year: what the page foretells about somebody is what is owed, each on its day."""
    day = today
    who = everything_in_order(
        ctc=day + timedelta(days=33), cpd=day + timedelta(days=60), award=day + timedelta(days=95), email="a@example.uk"
    )
    factories.overlay(who.id, "leave", day + timedelta(days=50), day + timedelta(days=75))
    factories.plan(day)
    foretold = {(then, stage, audience) for then, _, stage, audience in coming(who, day, at_most=100)}
    owed = set()
    for number in range(1, 180):
        known = select(Obligation.id).where(Obligation.state == "owed")
        before = set(db.session.scalars(known))
        factories.plan(day + timedelta(days=number))
        db.session.rollback()
        for row in db.session.scalars(select(Obligation).where(Obligation.state == "owed")):
            if row.id not in before:
                owed.add((number, row.stage, row.audience))
    assert {one for one in foretold if one[2] == "mediator" and one[0] < 180} == owed
    assert len(owed) > 6


def test_an_application_that_is_with_vetting_is_given_as_the_reason(app, sign_in, today):
    who = everything_in_order(ctc=today + timedelta(days=30))
    manager = sign_in(MANAGER)
    page = f"/reminders/person/{who.reference}"
    assert WITH_VETTING not in manager.get(page).text
    factories.evidence(who.id, "clearance_application", today - timedelta(days=1), code="CTC")
    assert WITH_VETTING in manager.get(page).text
    assert all(line[1] != CTC for line in coming(who, today) if line[3] == "mediator")


def test_a_preview_of_today_says_what_was_written_down_already(app, sign_in, today):
    croydon = factories.unit("Croydon")
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk", unit_id=croydon.id)
    manager = sign_in(MANAGER)
    assert "written down today already" not in manager.get("/reminders/preview").text
    factories.plan(today)
    page = manager.get("/reminders/preview").text
    assert "1 letter was written down today already; what follows comes on top." in page
    assert "Nobody else is reminded today" in page
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert "written down today already" not in manager.get("/reminders/preview", query_string={"on": tomorrow}).text
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Lambeth").id))
    assert "written down today already" not in elsewhere.get("/reminders/preview").text
