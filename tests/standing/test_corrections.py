"""Striking a fact out and putting one right: who may, what it changes, and that nothing disappears."""

import ast
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core.calendar import end_of_day
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.desk.views.sources import PAGES
from accreditation.people.rules import Grant
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries import evidence_of, standing_on
from accreditation.standing.rules.corrections import OWNED, needed_to_correct
from accreditation.standing.services import corrections
from accreditation.standing.services.corrections import Rightly, correct_evidence
from tests import factories
from tests.desk.people import MANAGER, own, working_mediator
from tests.racing import race, slow_down
from tests.standing.deciding import table

SCHEME = "INHOUSE-WPM"
TODAY = factories.TODAY
OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)
STRIKE = {"what": "strike", "starts_on": "1 September 2026", "reason": "She was not there"}


def imported(person_id: int, kind: str = "refresher", on: date = date(2026, 9, 1), **details) -> Evidence:
    return factories.evidence(person_id, kind, on, source=("import_draft", 7), **details)


def correct(fact: Evidence, *, rightly: Rightly | None = None, by: int | None = None, reason: str = "Wrong") -> None:
    with transaction():
        correct_evidence(fact.id, reason=reason, rightly=rightly, corrected_by=by)


def facts(person_id: int, kind: str) -> list[tuple[date, date | None, Decimal | None, bool]]:
    db.session.rollback()
    rows = [(fact, void is None) for fact, void in evidence_of(person_id) if fact.kind == kind]
    return sorted(
        ((fact.starts_on, fact.ends_on, fact.quantity, stands) for fact, stands in rows), key=lambda row: row[0]
    )


# --- the service -----------------------------------------------------------------------------------------------------


def test_a_fact_struck_out_counts_no_more_and_stays_with_who_and_why(app):
    ada, manager = factories.lapsed_mediator(), factories.person()
    with time_machine.travel("2027-02-01T10:00:00+00:00", tick=False):
        fact = imported(ada.id)
    assert standing_on(ada.id, SCHEME, TODAY).verdict == "deployable"
    with time_machine.travel("2027-02-02T10:00:00+00:00", tick=False):
        correct(fact, by=manager.id, reason="She was not there")
    assert standing_on(ada.id, SCHEME, TODAY).verdict == "lapsed"
    then = standing_on(ada.id, SCHEME, date(2026, 10, 1), known_on=end_of_day(date(2027, 2, 1)))
    assert "refresher" not in then.failing
    (void,) = db.session.scalars(select(EvidenceVoid))
    assert (void.voided_by, void.reason) == (manager.id, "She was not there")


def test_a_fact_put_right_is_struck_out_and_declared_anew_at_once(app):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id, "cpd", quantity=3, code="course")
    correct(fact, rightly=Rightly(date(2026, 9, 3), None, Decimal("3.5")))
    assert facts(ada.id, "cpd") == [
        (date(2026, 9, 1), None, Decimal(3), False),
        (date(2026, 9, 3), None, Decimal("3.5"), True),
    ]
    (right,) = db.session.scalars(select(Evidence).where(Evidence.source_type == "correction"))
    assert (right.source_id, right.kind, right.code) == (fact.id, "cpd", "course")


def test_an_interval_keeps_its_scheme_its_code_and_its_reason(app):
    ada = factories.accredited_mediator()
    fact = imported(ada.id, "waiver", code="cpd", scheme=SCHEME, ends_on=date(2027, 9, 1), reason="Not recorded before")
    correct(fact, rightly=Rightly(date(2026, 9, 1), date(2027, 6, 1), None))
    (right,) = db.session.scalars(select(Evidence).where(Evidence.source_type == "correction"))
    assert (right.code, right.scheme, right.reason, right.ends_on) == (
        "cpd", SCHEME, "Not recorded before", date(2027, 6, 1),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["waiver", "extension", "leave"])
def test_no_correction_makes_one_open_ended(app, kind):
    ada = factories.accredited_mediator()
    code = None if kind == "leave" else "cpd"
    fact = imported(ada.id, kind, code=code, ends_on=date(2027, 9, 1))
    with pytest.raises(DomainError, match="must not be without an end"):
        correct(fact, rightly=Rightly(date(2026, 9, 1), None, None))
    for_ever = imported(ada.id, kind, on=date(2027, 10, 1), code=code)  # as an import waives what is done once
    correct(for_ever, rightly=Rightly(date(2027, 10, 2), None, None))


def test_a_correction_can_be_corrected(app):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    correct(fact, rightly=Rightly(date(2026, 9, 2), None, None))
    (second,) = db.session.scalars(select(Evidence).where(Evidence.source_type == "correction"))
    correct(second, rightly=Rightly(date(2026, 9, 3), None, None))
    assert [row[0] for row in facts(ada.id, "refresher") if row[3]] == [date(2026, 9, 3)]


def test_doing_it_twice_does_it_once_and_another_word_is_a_conflict(app):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    correct(fact, rightly=Rightly(date(2026, 9, 2), None, None))
    correct(fact, rightly=Rightly(date(2026, 9, 2), None, None))
    assert len(facts(ada.id, "refresher")) == 2
    with pytest.raises(Conflict, match="struck out already"):
        correct(fact, reason="Somebody else says so")


@pytest.mark.parametrize(
    ("rightly", "reason", "words"),
    [
        (None, " ", "Enter what was wrong"),
        (Rightly(date(2026, 9, 1), None, None), "Wrong", "are recorded"),
        (Rightly(date(2026, 9, 1), None, Decimal(-1)), "Wrong", "below nought"),
    ],
)
def test_what_cannot_be_leaves_the_ledger_as_it_was(app, rightly, reason, words):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    with pytest.raises(DomainError, match=words):
        correct(fact, rightly=rightly, reason=reason)
    assert facts(ada.id, "refresher") == [(date(2026, 9, 1), None, None, True)]


@pytest.mark.parametrize("source", sorted(OWNED))
def test_what_a_room_owns_is_put_right_there(app, source):
    ada = factories.lapsed_mediator()
    fact = factories.evidence(ada.id, "refresher", date(2026, 9, 1), source=(source, 1))
    with pytest.raises(DomainError, match="Put it right on"):
        correct(fact)
    assert facts(ada.id, "refresher")[0][3]


def test_every_source_with_a_page_of_its_own_is_owned_or_known_not_to_be():
    assert set(PAGES) - set(OWNED) == {"import_draft", "correction"}


def sources_declared(module: ast.Module) -> set[str]:
    """The types of source from which a module declares evidence."""
    constants = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    if not any(getattr(call.func, "id", None) == "declare" for call in calls):
        return set()
    given = [key.value for call in calls for key in call.keywords if key.arg == "source"]
    given += [
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "source"
    ]
    firsts = [each.elts[0] for each in given if isinstance(each, ast.Tuple)]
    return {first.value if isinstance(first, ast.Constant) else constants.get(first.id, "") for first in firsts} - {""}


def test_every_room_that_declares_evidence_owns_its_corrections():
    """A new room that declares evidence says in rules/corrections.py where its facts are put right."""
    root = Path(__file__).resolve().parents[2]
    named = set()
    for room in ("accreditation", "cohorts", "vetting"):
        for path in (root / room).rglob("*.py"):
            named |= sources_declared(ast.parse(path.read_text(encoding="utf-8")))
    assert {"practice_entry", "award", "refresher_booking"} <= named
    assert named - set(OWNED) <= {"demo", "import_draft"}  # what has no record of its own


def test_nobody_corrects_their_own_record(app):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    with pytest.raises(NotAllowed):
        correct(fact, by=ada.id)
    assert facts(ada.id, "refresher")[0][3]


def put_right(evidence_id: int, on: date) -> str:
    slow_down(corrections, "_struck_out")  # what is read last
    correct_evidence(evidence_id, reason=f"It was {on}", rightly=Rightly(on, None, None), corrected_by=None)
    return "corrected"


def test_two_at_once_put_it_right_once(app):
    who = factories.lapsed_mediator().id
    fact = imported(who)
    days = (date(2026, 9, 2), date(2026, 9, 3))
    assert race(app.config["SETTINGS"], put_right, *[(fact.id, day) for day in days]) == ["corrected", "refused"]
    assert db.session.scalar(select(func.count()).select_from(EvidenceVoid)) == 1
    assert len([row for row in facts(who, "refresher") if row[3]]) == 1


def test_without_the_guards_that_race_is_lost(app):
    """The negative control: if this fails, the test above proves nothing."""
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    days = (date(2026, 9, 2), date(2026, 9, 3))
    answers = race(app.config["SETTINGS"], put_right, *[(fact.id, day) for day in days], guarded=False)
    assert answers == ["corrected", "crashed"]


# --- on screen -------------------------------------------------------------------------------------------------------


def test_striking_out_shows_what_it_changes_before_and_after(sign_in):
    ada = factories.lapsed_mediator(name="Ada Okafor")
    fact = imported(ada.id)
    manager = sign_in(MANAGER)
    assert f'href="/corrections/{fact.id}"' in manager.get(f"/mediators/{ada.reference}").text
    assert "Strike it out: it never was" in manager.get(f"/corrections/{fact.id}").text
    preview = manager.post(f"/corrections/{fact.id}", data=STRIKE).text
    assert ["Today", "May work until 28 February 2027", "May not work: lapsed since 1 June 2026"] in table(preview)
    assert facts(ada.id, "refresher")[0][3]
    for _ in range(2):
        page = manager.post(f"/corrections/{fact.id}", data={**STRIKE, "step": "save"}, follow_redirects=True).text
        assert "What a correction changed" in page
        assert ["2 Feb 2027", "May work until 28 February 2027", "May not work: lapsed since 1 June 2026"] in table(
            page
        )
        assert "She was not there" in page
    record = manager.get(f"/mediators/{ada.reference}").text
    assert "Struck out" in record
    assert "She was not there" in record
    assert "What this changed" in record


def test_putting_right_shows_the_day_it_moves(sign_in):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id, on=date(2026, 7, 1))
    form = {"what": "right", "starts_on": "3 July 2026", "reason": "It was on the Friday"}
    manager = sign_in(MANAGER)
    rows = table(manager.post(f"/corrections/{fact.id}", data=form).text)
    assert [
        "Refresher day in the last twelve months", "valid through 30 June 2027", "valid through 2 July 2027",
        "2 days later",
    ] in rows  # fmt: skip
    page = manager.post(f"/corrections/{fact.id}", data={**form, "step": "save"}, follow_redirects=True).text
    assert "The fact is put right" in page
    assert "3 July 2026" in page
    assert [row[0] for row in facts(ada.id, "refresher") if row[3]] == [date(2026, 7, 3)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"what": ""}, "Choose what is to be done"),
        ({"reason": ""}, "Enter what was wrong"),
        ({"what": "right", "starts_on": ""}, "Enter the day"),
        ({"what": "right", "starts_on": "31/6/2026"}, "June has 30 days"),
        ({"what": "right", "starts_on": "1 September 2026"}, "are recorded"),
    ],
)
def test_a_wrong_form_says_so(sign_in, wrong, words):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    page = sign_in(MANAGER).post(f"/corrections/{fact.id}", data={**STRIKE, "step": "save", **wrong}).text
    assert words in page
    assert "There is a problem" in page
    assert facts(ada.id, "refresher")[0][3]


def test_an_amount_is_asked_for_where_there_is_one(sign_in):
    ada = factories.lapsed_mediator()
    fact = imported(ada.id, "cpd", quantity=3)
    manager = sign_in(MANAGER)
    assert 'name="quantity"' in manager.get(f"/corrections/{fact.id}").text
    form = {"what": "right", "starts_on": "1 September 2026", "quantity": "", "reason": "Wrong"}
    assert "Enter the amount" in manager.post(f"/corrections/{fact.id}", data={**form, "step": "save"}).text
    manager.post(f"/corrections/{fact.id}", data={**form, "quantity": "2.5", "step": "save"})
    assert [row[2] for row in facts(ada.id, "cpd") if row[3]] == [Decimal("2.5")]


def test_what_follows_from_a_record_leads_to_it(sign_in):
    ada = working_mediator()
    overlay = factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    (fact,) = db.session.scalars(select(Evidence.id).where(Evidence.source_type == "overlay"))
    manager = sign_in(MANAGER)
    page = manager.get(f"/corrections/{fact}").text
    assert "This is put right elsewhere" in page
    assert f"/overlays/{overlay.id}" in page
    assert f"/corrections/{fact}" not in manager.get(f"/mediators/{ada.reference}").text


@pytest.mark.parametrize("kind", ["refresher", "clearance"])
def test_each_kind_is_put_right_by_whoever_records_it(sign_in, kind):
    assert needed_to_correct("clearance") is Permission.RECORD_CLEARANCE
    ada = working_mediator()
    fact = imported(ada.id, kind, code="CTC" if kind == "clearance" else None)
    may, may_not = (OFFICER, MANAGER) if kind == "clearance" else (MANAGER, OFFICER)
    stranger = sign_in(may_not)
    assert f"/corrections/{fact.id}" not in stranger.get(f"/mediators/{ada.reference}").text
    assert stranger.post(f"/corrections/{fact.id}", data={**STRIKE, "step": "save"}).status_code == 404
    assert facts(ada.id, kind)[-1][3]
    holder = sign_in(may)
    assert holder.post(f"/corrections/{fact.id}", data={**STRIKE, "step": "save"}).status_code == 302
    assert not all(row[3] for row in facts(ada.id, kind))


def test_strangers_and_the_person_concerned_are_turned_away(sign_in):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ada = working_mediator(unit_id=croydon.id)
    fact = imported(ada.id)
    form = {**STRIKE, "step": "save"}
    assert (
        sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id))
        .post(f"/corrections/{fact.id}", data=form)
        .status_code
        == 404
    )
    assert sign_in(own(ada), person=ada).post(f"/corrections/{fact.id}", data=form).status_code == 403
    both = sign_in(MANAGER, person=ada)
    assert both.post(f"/corrections/{fact.id}", data=form).status_code == 403
    assert "/corrections/" not in both.get(f"/mediators/{ada.reference}").text
    assert facts(ada.id, "refresher")[0][3]


def test_what_it_changed_is_the_change_alone(sign_in):
    """Whatever was recorded later does not alter what one correction did."""
    ada = factories.lapsed_mediator()
    fact = imported(ada.id)
    manager = sign_in(MANAGER)
    manager.post(f"/corrections/{fact.id}", data={**STRIKE, "step": "save"})
    before = table(manager.get(f"/corrections/{fact.id}").text)
    with time_machine.travel("2027-02-03T10:00:00+00:00", tick=False):
        imported(ada.id, on=TODAY - timedelta(3))
    assert table(manager.get(f"/corrections/{fact.id}").text) == before
