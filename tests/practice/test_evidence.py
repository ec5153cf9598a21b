"""Evidence from confirmed entries only, of each kind, whatever becomes of an entry. On both databases."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.practice import services
from accreditation.practice.rules.entries import Details
from accreditation.standing.queries import evidence_of
from accreditation.standing.queries.effects import facts_now
from tests import factories

DAY, TODAY = date(2027, 1, 12), factories.TODAY
KINDS = {
    "case": Details("case", DAY, Decimal(1), "lead", "MC-27-1", hours=Decimal(3), outcome="resolved"),
    "cpd": Details("cpd", DAY, Decimal("2.5"), "course"),
    "supervision": Details("supervision", DAY, Decimal(1), "one_to_one"),
    "declaration": Details("declaration", DAY, Decimal(1), "insurance", ends_on=date(2028, 1, 12)),
}


@pytest.fixture(params=list(KINDS))
def details(request) -> Details:
    return KINDS[request.param]


@pytest.fixture
def ada(app):
    return factories.mediator()


@pytest.fixture
def office(app):
    return factories.person()


def log(person_id: int, details: Details) -> int:
    with transaction():
        return services.log_entry(person_id, details, on=TODAY, recorded_by=person_id).id


def counting(person_id: int) -> list[tuple[object, ...]]:
    """What the engine is given."""
    return [(fact.kind, fact.code, fact.starts_on, fact.ends_on, fact.quantity) for fact in facts_now(person_id)]


def as_evidence(details: Details) -> tuple[object, ...]:
    quantity = None if details.kind == "declaration" else details.quantity
    return details.kind, details.code, details.done_on, details.ends_on, quantity


def test_what_waits_was_returned_turned_down_or_taken_back_never_counts(ada, office, details):
    by = {"on": TODAY, "decided_by": office.id}
    waits, returned, turned_down, taken_back = (log(ada.id, details) for _ in range(4))
    with transaction():
        services.return_entry(returned, reason="Which?", **by)
        services.turn_down_entry(turned_down, reason="No", **by)
        services.take_back_entry(taken_back, person_id=ada.id)
    with transaction():  # put right, it waits again
        services.amend_entry(returned, details, person_id=ada.id, on=TODAY)
        services.amend_entry(waits, replace(details, note="Changed"), person_id=ada.id, on=TODAY)
    assert evidence_of(ada.id) == []  # not even struck out: it was never there
    with pytest.raises(DomainError), transaction():
        services.confirm_entries([waits, turned_down], on=TODAY, confirmed_by=office.id)
    assert evidence_of(ada.id) == []  # all or none


def test_a_confirmed_entry_counts_once_as_it_stood_when_it_was_confirmed(ada, office, details):
    entry_id = log(ada.id, details)
    for _ in range(2):  # pressing twice
        with transaction():
            services.confirm_entries([entry_id], on=TODAY, confirmed_by=office.id)
    assert counting(ada.id) == [as_evidence(details)]
    with pytest.raises(DomainError), transaction():
        services.amend_entry(entry_id, replace(details, note="More"), person_id=ada.id, on=TODAY)
    with pytest.raises(DomainError), transaction():
        services.take_back_entry(entry_id, person_id=ada.id)
    assert counting(ada.id) == [as_evidence(details)]


def test_a_correction_counts_in_place_of_what_was_wrong(ada, office, details):
    entry_id = log(ada.id, details)
    with transaction():
        services.confirm_entries([entry_id], on=TODAY, confirmed_by=office.id)
    right = replace(details, done_on=date(2027, 1, 13))
    with transaction():
        services.correct_entry(entry_id, right, reason="A day late", on=TODAY, recorded_by=office.id)
    assert counting(ada.id) == [as_evidence(right)]
    assert len(evidence_of(ada.id)) == 2  # the wrong one stays in the ledger, voided
    with pytest.raises(DomainError), transaction():  # and is not corrected twice
        services.correct_entry(entry_id, details, reason="Again", on=TODAY, recorded_by=office.id)
    assert counting(ada.id) == [as_evidence(right)]


def test_what_is_struck_out_counts_no_more_and_is_not_confirmed_again(ada, office, details):
    entry_id = log(ada.id, details)
    with transaction():
        services.confirm_entries([entry_id], on=TODAY, confirmed_by=office.id)
    with transaction():
        services.strike_out_entry(entry_id, reason="Not hers", on=TODAY, recorded_by=office.id)
    assert counting(ada.id) == []
    ((fact, void),) = evidence_of(ada.id)
    assert (fact.kind, void.reason) == (details.kind, "Not hers")
    with pytest.raises(DomainError), transaction():
        services.confirm_entries([entry_id], on=TODAY, confirmed_by=office.id)
    assert counting(ada.id) == []
