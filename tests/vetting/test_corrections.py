"""Putting right what was recorded wrongly, leaving and coming back, and what an overdue review means."""

from datetime import date

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.standing.models import Deadline
from accreditation.standing.queries import evidence_of, standing_on
from tests import factories
from vetting import services
from vetting.models import Clearance, ClearanceApplication, ClearanceCorrection

BY = {"reason": "typed the wrong year", "on": factories.TODAY, "recorded_by": None}


def facts(person_id: int, kind: str = "clearance") -> list[tuple[date, date | None]]:
    return sorted(
        (fact.starts_on, fact.ends_on) for fact, void in evidence_of(person_id) if void is None and fact.kind == kind
    )


def cleared(person_id: int, on: date) -> bool:
    return "ctc" not in standing_on(person_id, "INHOUSE-WPM", on).failing


def do(service, *args, **arguments):
    with transaction():
        return service(*args, **arguments)


def fresh(model, number):
    return db.session.get_one(model, number, populate_existing=True)


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_later_end_is_the_same_clearance_with_another_end(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    do(services.correct_dates, clearance.id, granted_on=date(2025, 3, 3), ends_on=date(2035, 3, 3), **BY)
    assert facts(ada.id) == [(date(2025, 3, 3), date(2035, 3, 3))]
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 1
    kept = db.session.scalars(select(ClearanceCorrection)).one()
    assert (kept.kind, kept.was_ends_on, kept.ends_on) == ("dates", date(2030, 3, 3), date(2035, 3, 3))
    assert [cleared(ada.id, on) for on in (date(2035, 3, 2), date(2035, 3, 3))] == [True, False]


def test_corrected_to_no_date_the_usual_period_is_taken_again(app):
    ada = factories.mediator(holder_kind="employee")
    clearance = factories.clearance(ada.id, ends_on=date(2026, 1, 1))
    do(services.correct_dates, clearance.id, granted_on=date(2025, 3, 4), ends_on=None, **BY)
    now = fresh(Clearance, clearance.id)
    assert (now.granted_on, now.ends_on, now.ends_source) == (date(2025, 3, 4), date(2035, 3, 4), "suggested")


def test_dates_that_cannot_be_give_every_reason(app):
    application = factories.clearance_application(factories.mediator().id)
    do(services.move_application, application.id, to="submitted", on=date(2027, 1, 5), recorded_by=None)
    granted = do(services.grant_clearance, application.id, on=date(2027, 1, 6), ends_on=None, recorded_by=None)
    do(services.change_clearance, granted.id, to="suspended", on=date(2027, 1, 8), recorded_by=None)
    with pytest.raises(DomainError) as refusal, transaction():
        services.correct_dates(
            granted.id, granted_on=date(2027, 1, 9), ends_on=date(2027, 1, 9), **{**BY, "reason": " "}
        )
    assert len(refusal.value.reasons) == 4


@pytest.mark.parametrize(
    ("ends_on", "refused"),
    [(date(2025, 3, 3), True), (date(2025, 3, 4), False), (date(2030, 3, 2), False), (date(2030, 3, 3), True)],
)
def test_the_risk_owner_shortens_and_never_lengthens(app, ends_on, refused):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    if refused:
        with pytest.raises(DomainError), transaction():
            services.shorten_clearance(clearance.id, ends_on=ends_on, **BY)
        assert facts(ada.id) == [(date(2025, 3, 3), date(2030, 3, 3))]
        return
    do(services.shorten_clearance, clearance.id, ends_on=ends_on, **BY)
    assert facts(ada.id) == [(date(2025, 3, 3), ends_on)]
    assert fresh(Clearance, clearance.id).ends_source == "risk_owner"


def test_a_date_of_the_vetting_unit_wins_over_the_risk_owners(app):
    clearance = factories.clearance(factories.mediator().id)
    do(services.shorten_clearance, clearance.id, ends_on=date(2027, 3, 3), **BY)
    do(services.correct_dates, clearance.id, granted_on=date(2025, 3, 3), ends_on=date(2030, 3, 3), **BY)
    assert fresh(Clearance, clearance.id).ends_source == "vetting_unit"


def test_a_clearance_with_a_date_to_be_asked_for_counts_once_it_is_known(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id, ends_on=None, to_be_asked=True)
    assert facts(ada.id) == []
    do(services.correct_dates, clearance.id, granted_on=date(2025, 3, 3), ends_on=date(2030, 3, 3), **BY)
    assert facts(ada.id) == [(date(2025, 3, 3), date(2030, 3, 3))]


# --- in error --------------------------------------------------------------------------------------------------------


def test_a_change_taken_back_never_happened(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    do(services.change_clearance, clearance.id, to="suspended", on=date(2026, 1, 10), recorded_by=None)
    do(services.change_clearance, clearance.id, to="withdrawn", on=date(2026, 2, 10), recorded_by=None)
    do(services.take_back_change, clearance.id, **BY)
    assert fresh(Clearance, clearance.id).state == "suspended"
    do(services.take_back_change, clearance.id, **BY)
    assert facts(ada.id) == [(date(2025, 3, 3), date(2030, 3, 3))]
    with pytest.raises(DomainError, match="Nothing has been recorded"), transaction():
        services.take_back_change(clearance.id, **BY)
    do(services.change_clearance, clearance.id, to="suspended", on=date(2025, 6, 1), recorded_by=None)
    assert facts(ada.id) == [(date(2025, 3, 3), date(2025, 6, 1))]


def test_a_clearance_struck_out_opens_its_application_again(app):
    ada = factories.mediator()
    application = factories.clearance_application(ada.id)
    do(services.move_application, application.id, to="submitted", on=date(2027, 1, 5), recorded_by=None)
    granted = do(services.grant_clearance, application.id, on=date(2027, 1, 20), ends_on=None, recorded_by=None)
    do(services.strike_out_clearance, granted.id, **BY)
    assert facts(ada.id) == []
    assert facts(ada.id, "clearance_application") == [(date(2027, 1, 4), None)]
    reopened = fresh(ClearanceApplication, application.id)
    assert (reopened.state, reopened.decided_on, reopened.submitted_on) == ("submitted", None, date(2027, 1, 5))
    again = do(services.grant_clearance, application.id, on=date(2027, 1, 21), ends_on=None, recorded_by=None)
    assert facts(ada.id) == [(date(2027, 1, 21), again.ends_on)]
    with pytest.raises(DomainError, match="struck out"), transaction():
        services.change_clearance(granted.id, to="suspended", on=factories.TODAY, recorded_by=None)


def test_a_step_taken_back_is_taken_again_on_its_right_day(app):
    application = factories.clearance_application(factories.mediator().id)
    do(services.move_application, application.id, to="submitted", on=date(2027, 1, 15), recorded_by=None)
    do(services.take_back_step, application.id, **BY)
    do(services.move_application, application.id, to="submitted", on=date(2027, 1, 5), recorded_by=None)
    assert fresh(ClearanceApplication, application.id).submitted_on == date(2027, 1, 5)
    do(services.move_application, application.id, to="refused", on=date(2027, 1, 25), recorded_by=None)
    do(services.take_back_step, application.id, **BY)
    assert facts(application.person_id, "clearance_application") == [(date(2027, 1, 4), None)]


def test_a_refusal_is_not_taken_back_while_another_is_under_way(app):
    ada = factories.mediator()
    application = factories.clearance_application(ada.id)
    do(services.move_application, application.id, to="discontinued", on=date(2027, 1, 5), recorded_by=None)
    factories.clearance_application(ada.id, on=date(2027, 1, 6))
    with pytest.raises(DomainError, match="under way"), transaction():
        services.take_back_step(application.id, **BY)


def test_an_application_struck_out_leaves_room_for_the_right_one(app):
    ada = factories.mediator()
    application = factories.clearance_application(ada.id)
    do(services.strike_out_application, application.id, **BY)
    assert facts(ada.id, "clearance_application") == []
    factories.clearance_application(ada.id)
    other = factories.clearance_application(ada.id, level="SC")
    with pytest.raises(DomainError, match="first step"), transaction():
        services.take_back_step(other.id, **BY)


# --- leaving and coming back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("back_on", "reinstated"),
    # The last day was 1 February 2027, so twelve months have gone by on 1 February 2028.
    [(date(2027, 2, 2), 1), (date(2028, 2, 1), 1), (date(2028, 2, 2), 0)],
)
def test_who_comes_back_within_twelve_months_is_reinstated(app, back_on, reinstated):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    do(services.lapse_clearances_of, ada.id, on=date(2027, 2, 2), recorded_by=None)
    assert len(do(services.reinstate_clearances_of, ada.id, on=back_on, recorded_by=None)) == reinstated
    if reinstated:
        assert cleared(ada.id, back_on)
        assert fresh(Clearance, clearance.id).ends_on == date(2030, 3, 3)  # its own end, as it was
    else:
        with pytest.raises(DomainError, match="more than 12 months"), transaction():
            services.change_clearance(clearance.id, to="granted", on=back_on, recorded_by=None)


def test_a_gap_is_not_filled_by_coming_back(app):
    ada = factories.mediator()
    factories.clearance(ada.id)
    do(services.lapse_clearances_of, ada.id, on=date(2027, 2, 2), recorded_by=None)
    do(services.reinstate_clearances_of, ada.id, on=date(2027, 6, 1), recorded_by=None)
    assert facts(ada.id) == [(date(2025, 3, 3), date(2027, 2, 2)), (date(2027, 6, 1), date(2030, 3, 3))]


def test_suspended_or_ended_it_does_not_come_back(app):
    ada = factories.mediator()
    suspended = factories.clearance(ada.id)
    do(services.change_clearance, suspended.id, to="suspended", on=date(2027, 1, 1), recorded_by=None)
    short = factories.clearance(ada.id, level="SC", ends_on=date(2027, 3, 1))
    assert len(do(services.lapse_clearances_of, ada.id, on=date(2027, 2, 2), recorded_by=None)) == 2
    assert len(do(services.reinstate_clearances_of, ada.id, on=date(2027, 3, 1), recorded_by=None)) == 0
    assert len(do(services.reinstate_clearances_of, ada.id, on=date(2027, 2, 28), recorded_by=None)) == 1
    assert fresh(Clearance, short.id).state == "granted"


def test_with_conditions_it_comes_back_with_conditions(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id, state="granted_with_conditions", conditions="review in a year")
    do(services.lapse_clearances_of, ada.id, on=date(2027, 2, 2), recorded_by=None)
    do(services.reinstate_clearances_of, ada.id, on=date(2027, 3, 2), recorded_by=None)
    assert fresh(Clearance, clearance.id).state == "granted_with_conditions"


# --- overdue ---------------------------------------------------------------------------------------------------------


def deadlines() -> list[tuple[str, date]]:
    return [(row.kind, row.basis_date) for row in db.session.scalars(select(Deadline))]


def test_where_overdue_does_not_block_it_stays_open_with_a_deadline(app):
    with transaction():
        services.set_overdue(blocks=False)
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    assert facts(ada.id) == [(date(2025, 3, 3), None)]
    assert deadlines() == [("clearance_review", date(2030, 3, 3))]
    assert cleared(ada.id, date(2031, 1, 1))
    do(services.change_clearance, clearance.id, to="suspended", on=date(2027, 1, 1), recorded_by=None)
    assert deadlines() == []
    do(services.change_clearance, clearance.id, to="granted", on=date(2027, 1, 3), recorded_by=None)
    assert deadlines() == [("clearance_review", date(2030, 3, 3))]
    factories.clearance(ada.id, granted_on=date(2029, 12, 1), ends_on=date(2034, 12, 1))
    assert deadlines() == [("clearance_review", date(2034, 12, 1))]


def test_the_rule_is_changed_for_those_that_are_there_and_back(app):
    ada, bea = factories.mediator(), factories.mediator()
    for person in (ada, bea):
        factories.clearance(person.id)
    for blocks, end in ((False, None), (True, date(2030, 3, 3))):
        with transaction():
            services.set_overdue(blocks=blocks)
        assert do(services.declare_next_anew, None) == 2
        assert do(services.declare_next_anew, None) == 0
        assert facts(ada.id) == facts(bea.id) == [(date(2025, 3, 3), end)]
        assert len(deadlines()) == (0 if blocks else 2)
