"""Transfers between bodies, and what is recorded of aftercare."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.standing.models import Deadline
from accreditation.standing.queries import evidence_of, standing_on
from tests import factories
from vetting import services
from vetting.models import Clearance, ClearanceApplication, ClearanceTransfer

ASKED, ANSWERED = date(2027, 1, 4), date(2027, 2, 1)


def facts(person_id: int, kind: str) -> list[tuple[date, date | None]]:
    return sorted(
        (fact.starts_on, fact.ends_on) for fact, void in evidence_of(person_id) if void is None and fact.kind == kind
    )


def cleared(person_id: int, on: date) -> bool:
    return "ctc" not in standing_on(person_id, "INHOUSE-WPM", on).failing


def accept(transfer_id: int, **changes) -> Clearance:
    asked = {
        "on": ANSWERED,
        "originally_granted_on": date(2024, 2, 29),
        "ends_on": date(2029, 3, 1),
        "recorded_by": None,
    }
    with transaction():
        return services.accept_transfer_in(transfer_id, **{**asked, **changes})


def test_between_request_and_answer_nobody_is_cleared_here(app):
    ada = factories.mediator()
    transfer = factories.clearance_transfer(ada.id, on=ASKED)
    assert facts(ada.id, "clearance") == []
    assert facts(ada.id, "clearance_application") == [(ASKED, None)]
    accept(transfer.id)
    assert facts(ada.id, "clearance_application") == [(ASKED, ANSWERED)]
    assert [cleared(ada.id, on) for on in (date(2027, 1, 31), ANSWERED, date(2029, 2, 28), date(2029, 3, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_the_end_is_what_the_own_unit_says_and_the_first_grant_is_kept(app):
    ada = factories.mediator(holder_kind="employee")
    clearance = accept(factories.clearance_transfer(ada.id).id)
    assert (clearance.granted_on, clearance.originally_granted_on) == (ANSWERED, date(2024, 2, 29))
    assert (clearance.ends_on, clearance.ends_source) == (date(2029, 3, 1), "vetting_unit")


@pytest.mark.parametrize(
    ("left_on", "refused"),
    [(date(2026, 2, 1), False), (date(2026, 1, 31), True), (None, False), (date(2027, 3, 1), False)],
)
def test_after_more_than_twelve_months_it_is_to_be_vetted_anew(app, left_on, refused):
    transfer = factories.clearance_transfer(factories.mediator().id, left_on=left_on)
    if not refused:
        assert accept(transfer.id).state == "granted"
        return
    with pytest.raises(DomainError, match="More than 12 months"):
        accept(transfer.id)
    assert db.session.scalars(select(Clearance)).all() == []


def test_an_acceptance_that_cannot_be_gives_every_reason(app):
    transfer = factories.clearance_transfer(factories.mediator().id)
    with pytest.raises(DomainError) as refusal:
        accept(transfer.id, on=date(2027, 1, 3), originally_granted_on=date(2027, 1, 4), ends_on=date(2027, 1, 3))
    assert len(refusal.value.reasons) == 3


def test_refused_it_was_pending_and_nothing_else(app):
    ada = factories.mediator()
    transfer = factories.clearance_transfer(ada.id)
    with transaction():
        services.refuse_transfer(transfer.id, on=ANSWERED, recorded_by=None)
    assert facts(ada.id, "clearance_application") == [(ASKED, ANSWERED)]
    assert facts(ada.id, "clearance") == []
    with pytest.raises(DomainError, match="has been answered"):
        accept(transfer.id)
    factories.clearance_transfer(ada.id, on=date(2027, 2, 2))  # another may be asked for


def test_vetted_anew_an_application_takes_its_place(app):
    ada = factories.mediator()
    transfer = factories.clearance_transfer(ada.id)
    with transaction():
        services.vet_anew(transfer.id, on=ANSWERED, recorded_by=None)
    application = db.session.scalars(select(ClearanceApplication)).one()
    assert (application.initiated_on, application.state) == (ANSWERED, "initiated")
    assert facts(ada.id, "clearance_application") == [(ASKED, ANSWERED), (ANSWERED, None)]


def test_one_request_of_a_level_waits_at_a_time(app):
    ada = factories.mediator()
    factories.clearance_transfer(ada.id)
    with pytest.raises(DomainError, match="not been answered"):
        factories.clearance_transfer(ada.id)


def ask_out(clearance_id: int) -> ClearanceTransfer:
    with transaction():
        return services.request_transfer_out(clearance_id, other_body="Essex", on=ASKED, recorded_by=None)


def test_it_holds_here_until_the_other_body_has_it(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    transfer = ask_out(clearance.id)
    assert cleared(ada.id, date(2027, 1, 31))
    with transaction():
        services.accept_transfer_out(transfer.id, on=ANSWERED, recorded_by=None)
    assert [cleared(ada.id, on) for on in (date(2027, 1, 31), ANSWERED)] == [True, False]
    assert db.session.get_one(Clearance, clearance.id).state == "transferred_out"


def test_refused_elsewhere_it_stays_as_it_is(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    for answer in (services.refuse_transfer, services.vet_anew):
        transfer = ask_out(clearance.id)
        with transaction():
            answer(transfer.id, on=ANSWERED, recorded_by=None)
    assert facts(ada.id, "clearance") == [(date(2025, 3, 3), date(2030, 3, 3))]
    assert db.session.scalars(select(ClearanceApplication)).all() == []


def test_what_is_not_held_cannot_go_anywhere(app):
    clearance = factories.clearance(factories.mediator().id, ends_on=date(2027, 1, 4))
    with pytest.raises(DomainError, match="has ended"):
        ask_out(clearance.id)


# --- aftercare -------------------------------------------------------------------------------------------------------


def test_a_report_has_its_day_and_an_owner_of_what_comes_next(app):
    officer, ada = factories.person(), factories.mediator()
    fact = factories.clearance_report(ada.id, next_action="ask_unit", owner_id=officer.id, due_on=date(2027, 2, 10))
    owed = db.session.scalars(select(Deadline)).one()
    assert (owed.person_id, owed.owner_id, owed.basis_date) == (None, officer.id, date(2027, 2, 11))
    with transaction():
        services.finish_aftercare(fact.id, on=date(2027, 2, 9))
    assert db.session.scalars(select(Deadline)).all() == []
    with pytest.raises(DomainError), transaction():
        services.finish_aftercare(fact.id, on=date(2027, 2, 9))


def test_a_report_struck_out_is_owed_by_nobody(app):
    officer, ada = factories.person(), factories.mediator()
    fact = factories.clearance_report(ada.id, next_action="ask_unit", owner_id=officer.id, due_on=date(2027, 2, 10))
    with transaction():
        services.strike_out_aftercare(fact.id, on=date(2027, 2, 9))
    assert db.session.scalars(select(Deadline)).all() == []


@pytest.mark.parametrize(
    "details",
    [
        {"next_action": "ask_unit"},
        {"due_on": date(2027, 2, 10)},
        {"next_action": "ask_unit", "due_on": date(2027, 1, 3)},
    ],
)
def test_half_a_next_action_is_refused(app, details):
    with pytest.raises(DomainError):
        factories.clearance_report(factories.mediator().id, **details)
