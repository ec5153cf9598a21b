"""A file that still knows the old reference, pay number or name matches the record that counts."""

from datetime import date

import pytest

from accreditation.desk.importing.queries.register import register_for
from accreditation.desk.importing.rules.comparing import compare
from accreditation.desk.importing.rules.plan import Status
from accreditation.desk.importing.rules.planning import plan_rows
from accreditation.desk.importing.rules.rows import Entry
from accreditation.standing.queries import get_scheme
from tests import factories


@pytest.fixture
def pair(app, today):
    kept = factories.person(name="Jane Jones", pay_number="4711", email="jane@example.com")
    merged = factories.person(name="Jane Smith", pay_number="0815", email="smith@example.com")
    factories.evidence(merged.id, "refresher", date(2026, 9, 1), code="ROLE-PLAY")
    factories.merged(kept.id, merged.id)
    return kept, merged


def planned(*entries: Entry):
    register = register_for(entries, get_scheme("INHOUSE-WPM"))
    return plan_rows(entries, register, lambda on: None, {})


def entry(number: int = 2, **cells) -> Entry:
    return Entry(number=number, **cells)


@pytest.mark.parametrize("by", ["reference", "pay_number", "both"])
def test_an_old_row_changes_nothing(pair, by):
    kept, merged = pair
    cells = {"given_name": "Jane", "family_name": "Smith", "email": "smith@example.com"}
    if by != "pay_number":
        cells["reference"] = merged.reference
    if by != "reference":
        cells["pay_number"] = "0815"
    (row,) = planned(entry(**cells, refresher_on=date(2026, 9, 1)))
    assert (row.status, row.person_id, row.reference) == (Status.UNCHANGED, kept.id, kept.reference)


def test_a_row_with_the_new_reference_and_the_old_pay_number_is_the_same_person(pair):
    kept, _ = pair
    (row,) = planned(entry(reference=kept.reference, pay_number="0815", given_name="Jane", family_name="Jones"))
    assert (row.status, row.person_id) == (Status.UNCHANGED, kept.id)


def test_a_new_name_or_address_is_a_change_of_the_person(pair):
    kept, merged = pair
    (row,) = planned(
        entry(reference=merged.reference, given_name="Jane", family_name="Jones-Lee", email="lee@example.com")
    )
    assert (row.status, row.person_id, len(row.steps)) == (Status.MATCHES, kept.id, 2)


def test_two_rows_of_one_person_are_refused_by_both_references(pair):
    kept, merged = pair
    rows = planned(
        entry(2, reference=kept.reference, given_name="Jane", family_name="Jones"),
        entry(3, reference=merged.reference, given_name="Jane", family_name="Smith"),
    )
    assert [row.status for row in rows] == [Status.REFUSED, Status.REFUSED]


def test_a_row_without_any_number_is_asked_about_by_the_old_name(pair):
    kept, _ = pair
    (row,) = planned(entry(given_name="Jane", family_name="Smith"))
    assert row.status is Status.DECISION
    assert any(choice.value == f"person:{kept.id}" for choice in row.choices)


def test_without_a_merge_the_old_rows_are_another_person(app, today):
    """The control: what is passed over above is passed over because of the merge."""
    factories.person(name="Jane Jones", pay_number="4711")
    (row,) = planned(entry(reference="M9999", given_name="Jane", family_name="Smith"))
    assert row.status is Status.NEW
    assert compare(row.entry, None, lambda on: None).steps
