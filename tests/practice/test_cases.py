"""Cases by reference: what the office states, what follows from the log, and the figures. On both databases."""

from datetime import date

import pytest

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.practice import services
from accreditation.practice.models import MediationCase
from accreditation.practice.queries.cases import (
    ENDED,
    CasesAsked,
    count_cases,
    every_case,
    figures_by_unit,
    get_case,
    total,
)
from accreditation.practice.rules.cases import OPEN, OUTCOMES
from accreditation.practice.rules.entries import Details
from accreditation.practice.services import cases as cases_module
from accreditation.practice.services.cases import record_referral, state_outcome
from tests import factories
from tests.racing import race, slow_down

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def everyone(person_id: int = 1) -> Viewer:
    return Viewer(person_id, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


def case(reference: str = "MC-27-001") -> MediationCase:
    db.session.rollback()
    return next(one for one in every_case(everyone(), CasesAsked(reference=reference)))


def says(person_id: int, outcome: str | None, reference: str = "MC-27-001", **details):
    return factories.confirmed_entry(person_id, case_reference=reference, outcome=outcome, **details)


@pytest.fixture
def office(app):
    return factories.person()


@pytest.fixture
def ada(app):
    return factories.mediator()


def test_a_confirmed_entry_brings_its_case_in(ada, office):
    entry = factories.practice_entry(ada.id, case_reference="mc 27/001", outcome="resolved")
    assert count_cases(everyone(), CasesAsked()) == 0  # nobody has confirmed it
    with transaction():
        services.confirm_entries([entry.id], on=factories.TODAY, confirmed_by=office.id)
    found = case("MC-27-001")
    assert (found.counted_on, found.from_log, found.outcome, found.ended_on) == (
        date(2027, 1, 12),
        True,
        "resolved",
        date(2027, 1, 12),
    )


def test_two_mediators_make_one_case_and_the_lead_is_believed(ada, office):
    says(ada.id, "partly", code="co_mediation")
    says(factories.mediator().id, "resolved", code="lead", done_on=date(2027, 1, 10))
    found = case()
    assert (found.outcome, found.disputed, found.counted_on) == ("resolved", True, date(2027, 1, 10))
    with transaction():
        state_outcome(found.id, outcome="not", ended_on=date(2027, 1, 20), on=factories.TODAY, stated_by=office.id)
    found = case()
    assert (found.outcome, found.disputed, found.ended_on) == ("not", False, date(2027, 1, 20))
    with transaction():
        state_outcome(found.id, outcome=None, ended_on=None, on=factories.TODAY, stated_by=office.id)
    assert case().outcome == "resolved"


def test_what_is_struck_out_takes_its_case_with_it(ada, office):
    entry = says(ada.id, "resolved")
    with transaction():
        services.strike_out_entry(entry.id, reason="Not hers", on=factories.TODAY, recorded_by=office.id)
    assert count_cases(everyone(), CasesAsked()) == 0
    factories.mediation_case("MC-27-001")  # but one that was referred counts whatever is logged
    assert (case().outcome, case().from_log) == (None, False)


def test_a_correction_moves_the_outcome_to_the_right_case(ada, office):
    entry = says(ada.id, "resolved", reference="MC-27-002")
    factories.mediation_case("MC-27-001")
    right = Details("case", entry.done_on, entry.quantity, "lead", "MC-27-001", outcome="resolved")
    with transaction():
        anew = services.correct_entry(
            entry.id, right, reason="The wrong case", on=factories.TODAY, recorded_by=office.id
        )
    assert anew.replaces_id == entry.id
    assert case("MC-27-001").outcome == "resolved"
    assert count_cases(everyone(), CasesAsked(reference="MC-27-002")) == 0


@pytest.mark.parametrize(
    ("reference", "referred_on", "said"),
    [("--", date(2026, 1, 1), "letters and figures"), ("MC-1", date(2027, 2, 3), "cannot be in the future")],
)
def test_what_is_no_referral(app, reference, referred_on, said):
    with pytest.raises(DomainError, match=said), transaction():
        record_referral(reference, referred_on=referred_on, unit_id=None, on=factories.TODAY, recorded_by=None)


@pytest.mark.parametrize(
    ("outcome", "ended_on", "said"),
    [
        ("won", date(2027, 1, 1), "from the list"),
        ("resolved", None, "Enter the day"),
        ("resolved", date(2026, 11, 30), "before it was referred"),
        ("resolved", date(2027, 2, 3), "cannot be in the future"),
    ],
)
def test_what_is_no_outcome(app, outcome, ended_on, said):
    found = factories.mediation_case()
    with pytest.raises(DomainError, match=said), transaction():
        state_outcome(found.id, outcome=outcome, ended_on=ended_on, on=factories.TODAY, stated_by=None)


def test_every_figure_is_the_length_of_its_list(app):
    """By unit and together, on the days around both ends of the period."""
    units = [factories.unit("Croydon"), factories.unit("Lambeth"), None]
    days = [date(2025, 12, 31), FIRST, date(2026, 6, 1), LAST, date(2027, 1, 1)]
    for number, outcome in enumerate([None, *OUTCOMES] * 5):
        unit = units[number % 3]
        found = factories.mediation_case(
            f"MC-{number}", referred_on=days[number % 5], unit_id=unit.id if unit else None
        )
        if outcome:
            with transaction():
                state_outcome(found.id, outcome=outcome, ended_on=date(2027, 1, 5), on=factories.TODAY, stated_by=None)
    parts = figures_by_unit(everyone(), FIRST, LAST)
    assert [part.name for part in parts] == ["Croydon", "Lambeth", None]
    for part in [*parts, None]:
        figures = part.figures if part else total(parts)
        within = {"first": FIRST, "last": LAST}
        if part:
            within |= {"unit_id": part.unit_id} if part.unit_id else {"no_unit": True}
        for outcome, number in {
            None: figures.referred,
            OPEN: figures.open,
            ENDED: figures.concluded,
            "resolved": figures.resolved,
            "partly": figures.partly,
            "not": figures.not_resolved,
            "concluded": figures.concluded_only,
            "withdrawn": figures.withdrawn,
        }.items():
            assert number == count_cases(everyone(), CasesAsked(outcome=outcome, **within)), (part, outcome)
    assert total(parts).referred == 18  # of thirty, those on three of the five days


def test_a_units_manager_counts_the_cases_of_their_unit(app):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ours = factories.mediation_case("MC-1", unit_id=croydon.id, referred_on=FIRST)
    factories.mediation_case("MC-2", unit_id=lambeth.id, referred_on=FIRST)
    theirs = factories.mediation_case("MC-3", referred_on=FIRST)
    viewer = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id)}))
    assert [part.name for part in figures_by_unit(viewer, FIRST, LAST)] == ["Croydon"]
    assert get_case(ours.id, viewer).reference == "MC-1"
    with pytest.raises(NotFound):
        get_case(theirs.id, viewer)


def confirm_in_its_own_process(entry_id: int, by: int) -> str:
    slow_down(cases_module, "state_of_case")  # between reading what the log says and writing what follows
    services.confirm_entries([entry_id], on=factories.TODAY, confirmed_by=by)
    return "confirmed"


def both_at_once(app, *, guarded: bool) -> list[str]:
    """Two entries that contradict each other, of two people: the lock of a person holds nobody up."""
    office = factories.person()
    factories.confirmed_entry(factories.mediator().id)  # what the first entry of a service sets up is there
    factories.mediation_case("MC-27-001")
    entries = [
        factories.practice_entry(factories.mediator().id, code=code, case_reference="MC-27-001", outcome=outcome)
        for code, outcome in (("lead", "resolved"), ("co_mediation", "not"))
    ]
    attempts = [(entry.id, office.id) for entry in entries]
    return race(app.config["SETTINGS"], confirm_in_its_own_process, *attempts, guarded=guarded)


def test_two_entries_of_one_case_confirmed_at_once_are_both_heard(app):
    assert both_at_once(app, guarded=True) == ["confirmed", "confirmed"]
    assert (case().outcome, case().disputed) == ("resolved", True)


def test_without_the_guards_one_of_them_is_not_heard(app):
    """The negative control: if this fails, the test above proves nothing."""
    answers = both_at_once(app, guarded=False)
    assert "crashed" in answers or not case().disputed
