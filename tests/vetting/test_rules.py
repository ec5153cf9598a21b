"""Levels, suggested ends, permitted steps, days held, and the table of fields. No database."""

import csv
from datetime import date
from pathlib import Path

import pytest

from accreditation.core.calendar import Span
from accreditation.core.permissions import ALLOWED, SCOPES, Permission, Role, Scope
from accreditation.people.rules import Grant, Subject, Viewer
from accreditation.standing.rules.need_to_know import TABLE as TABLE_OF_FIELDS
from accreditation.standing.rules.need_to_know import Access, Field, access, may_know
from vetting.rules.fields import Seen, state_shown
from vetting.rules.levels import level_choices, suggested_end, usual_periods
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
    assert len(usual_periods()) == 22
    assert all(period.source and period.certainty in {"V", "V2", "G", "P", "C"} for period in usual_periods().values())


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
    suggested = suggested_end(usual_periods(), level, holder_kind, granted_on)
    assert suggested is not None
    assert suggested.ends_on == ends_on


@pytest.mark.parametrize(("level", "holder_kind"), [("BPSS", "employee"), ("RV", "contractor"), ("NPPV2F", "employee")])
def test_no_period_is_suggested_where_none_is_stated(level, holder_kind):
    assert suggested_end(usual_periods(), level, holder_kind, date(2025, 1, 1)) is None


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


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return {row.pop("field"): row for row in csv.DictReader(file)}


def test_the_policy_is_the_table_field_by_field_and_role_by_role():
    """data/field-access.csv is the oracle. Who stands not in it, such as a sifter or an applicant, is told nothing."""
    assert {str(field) for field in Field} == set(table())
    roles = {role: role.value if role is not Role.MEDIATOR else "mediator_self" for role in Role}
    found = {
        (field.value, column): str(access(field, Viewer(1, frozenset({grant_of(role)})), Subject(2, 3, 4)))
        for field in Field
        for role, column in roles.items()
    }
    assert found == {(field, column): table()[field].get(column, "no") for field, column in found}


def grant_of(role: Role) -> Grant:
    scope = Scope.SERVICE if Scope.SERVICE in SCOPES[role] else sorted(SCOPES[role])[0]
    return Grant(role, scope, {Scope.PERSON: 2, Scope.UNIT: 3, Scope.PROVIDER: 4}.get(scope))


def test_a_grant_that_does_not_reach_the_person_tells_nothing():
    stranger = Viewer(
        1, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, 99), Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 98)})
    )
    assert {access(field, stranger, Subject(2, 3, 4)) for field in Field} == {Access.NO}


def test_of_two_hats_each_keeps_to_its_own_reach():
    """A mediator who is also a line manager: her own conditions, and of her staff only whether they may work."""
    both = Viewer(2, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, 2), Grant(Role.LINE_MANAGER, Scope.UNIT, 3)}))
    assert may_know(Field.CONDITIONS, both, Subject(2, 3))
    assert not may_know(Field.CONDITIONS, both, Subject(5, 3))
    assert may_know(Field.MAY_WORK, both, Subject(5, 3))


@pytest.mark.parametrize(
    ("permission", "field"),
    [
        (Permission.VIEW_CLEARANCE, Field.LEVEL),
        (Permission.VIEW_CLEARANCE, Field.DATES),
        (Permission.VIEW_CLEARANCE_REFERENCE, Field.REFERENCE),
        (Permission.VIEW_CLEARANCE_REFERENCE, Field.NOTES),
        (Permission.VIEW_CLEARANCE_FIGURES, Field.FIGURES),
    ],
)
def test_what_explain_and_the_doors_ask_is_the_same_table(permission, field):
    """Doors are opened by permission, values by field: whoever has the one may know the other, and nobody else."""
    assert {role for role in Role if permission in ALLOWED[role]} == {
        role for role in Role if TABLE_OF_FIELDS[field].get(role) is Access.YES
    }


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.VETTING_OFFICER, Role.PRACTICE_MANAGER)])
def test_no_other_role_reaches_the_records(role):
    assert not any(permission.value.startswith("view_clearance_rec") for permission in ALLOWED[role])


def test_conditions_are_not_told_by_the_name_of_the_state():
    manager, officer = (
        Seen(Viewer(1, frozenset({Grant(role, Scope.SERVICE)})), Subject(person_id=2))
        for role in (Role.PRACTICE_MANAGER, Role.VETTING_OFFICER)
    )
    assert state_shown("granted_with_conditions", manager) == "granted"
    assert state_shown("granted_with_conditions", officer) == "granted_with_conditions"
    assert state_shown("suspended", manager) == "suspended"
