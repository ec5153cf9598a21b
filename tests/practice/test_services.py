"""Logging and confirming, and what standing makes of it, on both databases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.practice import services
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries.entries import said_before
from accreditation.practice.queries.progress import kept_by_practice
from accreditation.practice.rules.entries import Details, amount
from accreditation.standing.queries import evidence_of, standing_on
from tests import factories


def confirm(*entry_ids: int, by: int) -> int:
    with transaction():
        return services.confirm_entries(entry_ids, on=factories.TODAY, confirmed_by=by)


def progress(person_id: int, code: str, on: date = factories.TODAY) -> Decimal:
    viewer = Viewer(person_id, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, person_id)}))
    kept = {one.status.code: one for one in kept_by_practice(standing_on(person_id, "INHOUSE-WPM", on), viewer)}
    return kept[code].progress.parts[0].done


def state_of(entry: PracticeEntry) -> str:
    return db.session.get_one(PracticeEntry, entry.id).state


@pytest.fixture
def office(app):
    return factories.person()


def test_what_is_logged_counts_once_it_is_confirmed(app, office):
    ada = factories.mediator()
    entry = factories.practice_entry(ada.id)
    assert evidence_of(ada.id) == []
    assert confirm(entry.id, by=office.id) == 1
    assert confirm(entry.id, by=office.id) == 0  # pressing twice
    facts = [(fact.kind, fact.code, fact.starts_on, fact.quantity) for fact, _ in evidence_of(ada.id)]
    assert facts == [("case", "co_mediation", date(2027, 1, 12), Decimal(1))]


def test_nobody_confirms_their_own(app, office):
    ada = factories.mediator()
    entry, other = factories.practice_entry(ada.id), factories.practice_entry(factories.mediator().id)
    with pytest.raises(NotAllowed):
        confirm(other.id, entry.id, by=ada.id)
    assert (state_of(entry), state_of(other)) == ("logged", "logged")  # all or none
    with pytest.raises(NotAllowed), transaction():
        services.record_entry(ada.id, kind="cpd", done_on=date(2027, 1, 1), quantity=2, recorded_by=ada.id)
    with pytest.raises(NotAllowed), transaction():
        services.turn_down_entry(entry.id, reason="No", on=factories.TODAY, decided_by=ada.id)


def test_what_the_office_records_is_confirmed(app, office):
    ada = factories.mediator()
    with transaction():
        entry = services.record_entry(
            ada.id, kind="cpd", done_on=date(2026, 5, 1), quantity=Decimal("3.5"), recorded_by=office.id
        )
    assert (entry.state, entry.confirmed_by) == ("confirmed", office.id)
    assert progress(ada.id, "cpd") == Decimal("3.5")


def test_what_was_turned_down_is_not_confirmed_afterwards(app, office):
    entry = factories.practice_entry(factories.mediator().id)
    with transaction():
        services.turn_down_entry(entry.id, reason="Which case?", on=factories.TODAY, decided_by=office.id)
    with pytest.raises(DomainError, match="turned down"):
        confirm(entry.id, by=office.id)
    with pytest.raises(DomainError, match="waits to be confirmed"), transaction():
        services.turn_down_entry(entry.id, reason="Again", on=factories.TODAY, decided_by=office.id)


def test_striking_out_takes_the_evidence_away(app, office):
    ada = factories.mediator()
    entry = factories.practice_entry(ada.id, kind="supervision", code="group", quantity=2)
    confirm(entry.id, by=office.id)
    assert progress(ada.id, "supervision") == 2
    with transaction():
        services.strike_out_entry(entry.id, reason="Wrong person", on=factories.TODAY, recorded_by=office.id)
    assert progress(ada.id, "supervision") == 0
    assert [void.reason for _, void in evidence_of(ada.id)] == ["Wrong person"]


def test_the_mediator_takes_back_what_nobody_has_decided_on(app, office):
    ada, bea = factories.mediator(), factories.mediator()
    entry, confirmed = factories.practice_entry(ada.id), factories.practice_entry(ada.id)
    confirm(confirmed.id, by=office.id)
    for person_id, entry_id in ((bea.id, entry.id), (ada.id, confirmed.id)):
        with pytest.raises(DomainError, match="decided on"), transaction():
            services.take_back_entry(entry_id, person_id=person_id)
    with transaction():
        services.take_back_entry(entry.id, person_id=ada.id)
    assert list(db.session.scalars(select(PracticeEntry.id))) == [confirmed.id]


@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_nothing_is_logged_before_it_is_done(app, days, refused):
    ada = factories.mediator()
    done_on = factories.TODAY + timedelta(days)
    if refused:
        with pytest.raises(DomainError, match="future"):
            factories.practice_entry(ada.id, done_on=done_on)
    else:
        factories.practice_entry(ada.id, done_on=done_on)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "case", "code": None},
        {"kind": "case", "code": "lead", "quantity": 2},
        {"kind": "cpd", "code": None, "quantity": 0},
        {"kind": "supervision", "code": None, "quantity": 101},
        {"kind": "holiday", "code": None},
    ],
)
def test_an_entry_without_sense_is_refused(app, wrong):
    with pytest.raises(DomainError):
        factories.practice_entry(factories.mediator().id, **wrong)
    assert db.session.scalars(select(PracticeEntry)).all() == []


@pytest.mark.parametrize(
    ("on", "counts"), [(date(2027, 1, 11), 0), (date(2027, 1, 12), 2), (date(2028, 1, 11), 2), (date(2028, 1, 12), 0)]
)
def test_progress_is_counted_in_the_window_to_the_day(app, office, on, counts):
    ada = factories.mediator()
    entries = [factories.practice_entry(ada.id, code="lead") for _ in range(2)]
    confirm(*(entry.id for entry in entries), by=office.id)
    expected = counts if on >= date(2027, 1, 12) else 0
    assert progress(ada.id, "practice", on) == expected


def test_amounts_are_written_without_noughts():
    assert [amount(Decimal(text)) for text in ("2", "2.0", "1.50", "10", "0")] == ["2", "2", "1.5", "10", "0"]


def test_what_is_returned_is_put_right_and_waits_again(app, office):
    ada = factories.mediator()
    entry = factories.practice_entry(ada.id)
    with transaction():
        services.return_entry(entry.id, reason="Which case?", on=factories.TODAY, decided_by=office.id)
    assert state_of(entry) == "returned"
    with pytest.raises(DomainError, match="returned"):
        confirm(entry.id, by=office.id)
    with transaction():
        services.amend_entry(
            entry.id,
            Details("case", entry.done_on, Decimal(1), "lead", "MC-27-001"),
            person_id=ada.id,
            on=factories.TODAY,
        )
    found = db.session.get_one(PracticeEntry, entry.id)
    assert (found.state, found.code, found.case_key, found.reason) == ("logged", "lead", "MC27001", None)
    assert confirm(entry.id, by=office.id) == 1


def test_only_the_mediator_amends_and_only_while_nobody_has_confirmed(app, office):
    ada, bea = factories.mediator(), factories.mediator()
    entry, confirmed = factories.practice_entry(ada.id), factories.practice_entry(ada.id)
    confirm(confirmed.id, by=office.id)
    details = Details("case", entry.done_on, Decimal(1), "lead")
    for entry_id, person_id in ((entry.id, bea.id), (confirmed.id, ada.id)):
        with pytest.raises(Conflict), transaction():
            services.amend_entry(entry_id, details, person_id=person_id, on=factories.TODAY)


def test_a_correction_voids_and_declares(app, office):
    ada = factories.mediator()
    entry = factories.practice_entry(ada.id, kind="cpd", code="course", quantity=2)
    confirm(entry.id, by=office.id)
    right = Details("cpd", entry.done_on, Decimal("3.5"), "course")
    with transaction():
        anew = services.correct_entry(entry.id, right, reason="3.5 hours", on=factories.TODAY, recorded_by=office.id)
    assert [state_of(entry), state_of(anew)] == ["struck_out", "confirmed"]
    assert progress(ada.id, "cpd") == Decimal("3.5")
    facts = [(fact.quantity, void.reason if void else None) for fact, void in evidence_of(ada.id)]
    assert sorted(facts, key=str) == [(Decimal(2), "3.5 hours"), (Decimal("3.5"), None)]
    with pytest.raises(NotAllowed), transaction():
        services.correct_entry(anew.id, right, reason="Mine", on=factories.TODAY, recorded_by=ada.id)


def test_a_declaration_is_evidence_of_its_days(app, office):
    ada = factories.mediator()
    entry = factories.practice_entry(
        ada.id, kind="declaration", code="insurance", done_on=date(2027, 1, 1), ends_on=date(2028, 1, 1)
    )
    assert evidence_of(ada.id) == []
    confirm(entry.id, by=office.id)
    facts = [(fact.kind, fact.code, fact.starts_on, fact.ends_on, fact.quantity) for fact, _ in evidence_of(ada.id)]
    assert facts == [("declaration", "insurance", date(2027, 1, 1), date(2028, 1, 1), None)]


def test_what_was_logged_before_is_noticed(app, office):
    ada, bea = factories.mediator(), factories.mediator()
    first = factories.practice_entry(ada.id, case_reference="MC-27-001")
    again = factories.practice_entry(ada.id, case_reference="mc 27 001", done_on=date(2027, 1, 20))
    hers = factories.practice_entry(bea.id, case_reference="MC-27-001")
    found = said_before([first, again, hers])
    assert {entry_id: twin.id for entry_id, twin in found.items()} == {first.id: again.id, again.id: first.id}
    with transaction():
        services.turn_down_entry(again.id, reason="Twice", on=factories.TODAY, decided_by=office.id)
    assert said_before([first, hers]) == {}
