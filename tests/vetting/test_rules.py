"""Levels, suggested ends, permitted steps, days held, and the table of fields. No database."""

import csv
from datetime import date
from pathlib import Path

import pytest

from accreditation.core.calendar import Span
from accreditation.core.permissions import ALLOWED, Role, Scope
from accreditation.people.rules import Grant, Subject, Viewer
from vetting.rules.fields import FIELDS, may_see, state_shown
from vetting.rules.levels import level_choices, levels, suggested_end
from vetting.rules.steps import (
    APPLICATION_STEPS,
    CLEARANCE_STEPS,
    OPEN,
    STATES,
    Change,
    days_held,
    reasons_to_refuse_step,
)

TABLE = Path(__file__).parent.parent / "data" / "field-access.csv"


def test_the_eleven_levels_are_known_with_source_and_certainty():
    assert len(level_choices()) == 11
    assert all(level.source and level.certainty in {"V", "V2", "G", "P", "C"} for level in levels().values())


@pytest.mark.parametrize(
    ("level", "holder_kind", "granted_on", "ends_on"),
    [
        ("CTC", "employee", date(2024, 2, 29), date(2034, 3, 1)),  # valid through 28 February 2034
        ("CTC", "contractor", date(2024, 2, 29), date(2029, 3, 1)),
        ("CTC", "contractor", date(2024, 8, 31), date(2029, 8, 31)),
        ("CTC", None, date(2025, 3, 3), date(2030, 3, 3)),  # not known: the shorter
        ("SC", "contractor", date(2025, 1, 15), date(2032, 1, 15)),
        ("DV", "employee", date(2025, 1, 15), date(2032, 1, 15)),
        ("DV", "contractor", date(2025, 1, 31), date(2028, 1, 31)),
        ("MV", "employee", date(2021, 2, 28), date(2028, 2, 28)),
        ("NPPV3", "contractor", date(2024, 2, 29), date(2029, 3, 1)),
    ],
)
def test_the_usual_period_is_counted_to_the_day(level, holder_kind, granted_on, ends_on):
    suggested = suggested_end(level, holder_kind, granted_on)
    assert suggested is not None
    assert suggested.ends_on == ends_on


@pytest.mark.parametrize(("level", "holder_kind"), [("BPSS", "employee"), ("RV", "contractor"), ("NPPV2F", "employee")])
def test_no_period_is_suggested_where_none_is_stated(level, holder_kind):
    assert suggested_end(level, holder_kind, date(2025, 1, 1)) is None


def test_every_state_of_the_tables_is_in_the_vocabulary():
    named = {
        state for table in (APPLICATION_STEPS, CLEARANCE_STEPS) for key, to in table.items() for state in (key, *to)
    }
    assert named <= set(STATES)
    assert set(APPLICATION_STEPS) == set(OPEN)


@pytest.mark.parametrize(
    ("state", "to", "on", "reasons"),
    [
        ("initiated", "submitted", date(2027, 1, 5), 0),
        ("initiated", "submitted", date(2027, 1, 4), 0),  # on the same day as the step before
        ("initiated", "submitted", date(2027, 1, 3), 1),
        ("initiated", "granted", date(2027, 1, 5), 1),
        ("granted", "refused", date(2027, 1, 3), 2),
    ],
)
def test_only_the_permitted_steps_are_taken_and_never_backwards(state, to, on, reasons):
    assert len(reasons_to_refuse_step(APPLICATION_STEPS, state, to, on=on, last_on=date(2027, 1, 4))) == reasons


def test_days_of_other_states_are_not_held():
    granted, until = date(2025, 1, 1), date(2030, 1, 1)
    suspended, back = Change("suspended", date(2026, 1, 1)), Change("granted", date(2026, 3, 1))
    lapsed = Change("lapsed", date(2027, 1, 1))
    assert days_held(granted, until, []) == [Span(granted, until)]
    assert days_held(granted, until, [suspended]) == [Span(granted, date(2026, 1, 1))]
    assert days_held(granted, None, [suspended, back]) == [Span(granted, date(2026, 1, 1)), Span(date(2026, 3, 1))]
    assert days_held(granted, until, [suspended, back, lapsed])[-1] == Span(date(2026, 3, 1), date(2027, 1, 1))
    assert days_held(granted, until, [Change("withdrawn", granted)]) == []  # withdrawn from the start
    assert days_held(granted, until, [Change("lapsed", date(2031, 1, 1))]) == [Span(granted, until)]


def test_fields_are_shown_exactly_as_the_table_says():
    """data/field-access.csv, for the roles that reach these pages; what it says is asked of the one policy."""
    with TABLE.open(encoding="utf-8") as file:
        table = {row["field"]: row for row in csv.DictReader(file)}
    for role in (Role.VETTING_OFFICER, Role.PRACTICE_MANAGER):
        viewer = Viewer(1, frozenset({Grant(role, Scope.SERVICE)}))
        may = may_see(viewer, Subject(person_id=2))
        assert {field: may(field) for field in FIELDS} == {
            field: table[field][role.value] == "yes" for field in FIELDS
        }, role
    assert FIELDS.keys() <= table.keys()
    assert not may("a field that nobody has thought of")


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.VETTING_OFFICER, Role.PRACTICE_MANAGER)])
def test_no_other_role_reaches_the_records(role):
    assert not any(permission.value.startswith("view_clearance_rec") for permission in ALLOWED[role])


def test_conditions_are_not_told_by_the_name_of_the_state():
    manager = may_see(Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)})), Subject(person_id=2))
    officer = may_see(Viewer(1, frozenset({Grant(Role.VETTING_OFFICER, Scope.SERVICE)})), Subject(person_id=2))
    assert state_shown("granted_with_conditions", manager) == "granted"
    assert state_shown("granted_with_conditions", officer) == "granted_with_conditions"
    assert state_shown("suspended", manager) == "suspended"
