"""Clearances from other bodies and to them. Between request and answer nobody is cleared here by a transfer."""

from datetime import date

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.standing.services import declare, declaring_many, void_source
from vetting.models import Clearance, ClearanceTransfer
from vetting.queries.periods import reinstate_months
from vetting.queries.transfers import find_open_transfer
from vetting.rules.levels import levels
from vetting.rules.steps import HELD
from vetting.rules.transfers import too_long_since
from vetting.services.applications import start_application
from vetting.services.clearances import change_clearance, lock_clearance, record_clearance

SOURCE = "clearance_transfer"


def request_transfer_in(
    person_id: int,
    *,
    level: str,
    other_body: str,
    on: date,
    left_on: date | None = None,
    recorded_by: int | None,
) -> ClearanceTransfer:
    """Ask another body for a clearance that somebody holds there. Until the answer it is pending, and no more.

    `left_on`: their last day with that body, where they have left it. Raises DomainError.
    """
    lock_person(person_id)
    if level not in levels():
        raise DomainError(f"{level} is not a level of clearance that is known here.")
    if find_open_transfer(person_id, level, "in"):
        raise DomainError(f"A transfer of {level} has been asked for and not been answered. Record the answer.")
    transfer = ClearanceTransfer(
        person_id=person_id,
        direction="in",
        level=level,
        other_body=other_body,
        state="requested",
        requested_on=on,
        left_on=left_on,
        recorded_by=recorded_by,
    )
    db.session.add(transfer)
    db.session.flush()
    declare(
        person_id,
        kind="clearance_application",
        code=level,
        starts_on=on,
        source=(SOURCE, transfer.id),
        recorded_by=recorded_by,
    )
    return transfer


def accept_transfer_in(
    transfer_id: int,
    *,
    on: date,
    originally_granted_on: date,
    ends_on: date,
    sponsor: str | None = None,
    reference: str | None = None,
    recorded_by: int | None,
) -> Clearance:
    """Your vetting unit takes the clearance over from `on`; `ends_on` (exclusive) is what it says, never copied.

    Raises DomainError with every reason, among them that too long lies between the other body and here.
    """
    transfer = _locked(transfer_id, "in")
    reasons = _reasons_to_refuse_answer(transfer, on)
    if originally_granted_on > on:
        reasons.append("The other body cannot have granted it after it was accepted here.")
    if ends_on <= on:
        reasons.append("It would have ended by the day on which it is accepted. It is to be vetted anew.")
    months = reinstate_months()
    if transfer.left_on and on > transfer.left_on and too_long_since(days_after(transfer.left_on, 1), on, months):
        reasons.append(f"More than {months} months lie between the other body and here. It is to be vetted anew.")
    if reasons:
        raise DomainError(*reasons)
    with declaring_many():
        clearance = record_clearance(
            transfer.person_id,
            level=transfer.level,
            granted_on=on,
            ends_on=ends_on,
            sponsor=sponsor,
            reference=reference,
            recorded_by=recorded_by,
            originally_granted_on=originally_granted_on,
        )
        transfer.clearance_id = clearance.id
        _answer(transfer, "accepted", on, recorded_by)
    return clearance


def refuse_transfer(transfer_id: int, *, on: date, recorded_by: int | None) -> ClearanceTransfer:
    """The answer is no, either way. A clearance that was to go to another body stays as it is."""
    transfer = _locked(transfer_id)
    if reasons := _reasons_to_refuse_answer(transfer, on):
        raise DomainError(*reasons)
    _answer(transfer, "refused", on, recorded_by)
    return transfer


def vet_anew(transfer_id: int, *, on: date, sponsor: str | None = None, recorded_by: int | None) -> ClearanceTransfer:
    """The receiving body vets anew. Here that means an application from the day on; elsewhere it is theirs."""
    transfer = _locked(transfer_id)
    if reasons := _reasons_to_refuse_answer(transfer, on):
        raise DomainError(*reasons)
    with declaring_many():
        _answer(transfer, "to_be_vetted", on, recorded_by)
        if transfer.direction == "in":
            application = start_application(
                transfer.person_id, level=transfer.level, on=on, sponsor=sponsor, recorded_by=recorded_by
            )
            transfer.application_id = application.id
    return transfer


def request_transfer_out(clearance_id: int, *, other_body: str, on: date, recorded_by: int | None) -> ClearanceTransfer:
    """Another body asks for it. It holds here until that body has accepted it. Raises DomainError."""
    clearance = lock_clearance(clearance_id)
    reasons = []
    if clearance.state not in HELD:
        reasons.append("Only a clearance that is held can be transferred.")
    if clearance.ends_on is not None and clearance.ends_on <= on:
        reasons.append("It has ended. There is nothing to transfer.")
    if find_open_transfer(clearance.person_id, clearance.level, "out"):
        reasons.append("A transfer has been asked for and not been answered. Record the answer.")
    if reasons:
        raise DomainError(*reasons)
    transfer = ClearanceTransfer(
        person_id=clearance.person_id,
        direction="out",
        level=clearance.level,
        other_body=other_body,
        state="requested",
        requested_on=on,
        clearance_id=clearance_id,
        recorded_by=recorded_by,
    )
    db.session.add(transfer)
    db.session.flush()
    return transfer


def accept_transfer_out(transfer_id: int, *, on: date, recorded_by: int | None) -> Clearance:
    """The other body has it from `on`: from that day it is no longer held here."""
    transfer = _locked(transfer_id, "out")
    if reasons := _reasons_to_refuse_answer(transfer, on):
        raise DomainError(*reasons)
    assert transfer.clearance_id is not None
    with declaring_many():
        _answer(transfer, "accepted", on, recorded_by)
        return change_clearance(transfer.clearance_id, to="transferred_out", on=on, recorded_by=recorded_by)


def _locked(transfer_id: int, direction: str | None = None) -> ClearanceTransfer:
    lock_person(db.session.get_one(ClearanceTransfer, transfer_id).person_id)
    transfer = db.session.get_one(ClearanceTransfer, transfer_id, with_for_update=True, populate_existing=True)
    if direction is not None and transfer.direction != direction:
        raise ValueError(f"transfer {transfer_id} does not go {direction}")
    return transfer


def _reasons_to_refuse_answer(transfer: ClearanceTransfer, on: date) -> list[str]:
    reasons = []
    if transfer.answered_on is not None:
        reasons.append("This transfer has been answered.")
    if on < transfer.requested_on:
        reasons.append("The answer cannot lie before the request.")
    return reasons


def _answer(transfer: ClearanceTransfer, state: str, on: date, recorded_by: int | None) -> None:
    """It is pending no longer; one answered on the day of the request was pending on no day."""
    transfer.state, transfer.answered_on = state, on
    db.session.flush()
    if transfer.direction == "out":
        return
    source = (SOURCE, transfer.id)
    void_source(source, reason="The transfer was answered.", recorded_by=recorded_by)
    if on > transfer.requested_on:
        declare(
            transfer.person_id,
            kind="clearance_application",
            code=transfer.level,
            starts_on=transfer.requested_on,
            ends_on=on,
            source=source,
            recorded_by=recorded_by,
        )
