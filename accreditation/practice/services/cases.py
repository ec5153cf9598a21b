"""Cases: what the office states of them, and what follows from the log. Callers hold the transaction."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from accreditation.core.database import db, insert_if_absent
from accreditation.core.errors import DomainError
from accreditation.practice.models import MediationCase, PracticeEntry
from accreditation.practice.rules.cases import OUTCOMES, Stated, Told, state_of_case
from accreditation.practice.rules.entries import LONGEST_REFERENCE, case_key


def record_referral(
    reference: str, *, referred_on: date, unit_id: int | None, on: date, recorded_by: int | None
) -> MediationCase:
    """A case that was referred to the service, whatever becomes of it. Recording it again states it anew.

    Raises DomainError with every reason.
    """
    key = case_key(reference)
    reasons = []
    if key is None or len(reference) > LONGEST_REFERENCE:
        reasons.append(f"Enter a case reference of letters and figures, at most {LONGEST_REFERENCE} characters.")
    if referred_on > on:
        reasons.append("The day of referral cannot be in the future.")
    if reasons or key is None:
        raise DomainError(*reasons)
    case = _locked(key, reference)
    if case.stated_ended_on is not None and case.stated_ended_on < referred_on:
        raise DomainError("The case ended before that day. Put the day on which it ended right first.")
    case.reference, case.referred_on, case.unit_id, case.stated_by = reference, referred_on, unit_id, recorded_by
    _renew(case)
    return case


def state_outcome(
    case_id: int, *, outcome: str | None, ended_on: date | None, on: date, stated_by: int | None
) -> MediationCase:
    """The office says how the case ended and on which day, whatever its mediators logged; None: what they say counts.

    Raises DomainError with every reason.
    """
    case = _locked(db.session.get_one(MediationCase, case_id).key)
    reasons = []
    if outcome is not None and outcome not in OUTCOMES:
        reasons.append("Choose an outcome from the list.")
    if outcome is not None and ended_on is None:
        reasons.append("Enter the day on which it ended.")
    if ended_on is not None and ended_on > on:
        reasons.append("The day on which it ended cannot be in the future.")
    if ended_on is not None and case.referred_on is not None and ended_on < case.referred_on:
        reasons.append("It cannot have ended before it was referred.")
    if reasons:
        raise DomainError(*reasons)
    case.stated_outcome, case.stated_ended_on = outcome, ended_on if outcome else None
    case.stated_by = stated_by
    _renew(case)
    return case


def renew_cases(keys: Iterable[str | None]) -> None:
    """What follows for these cases from the confirmed entries of the log, which have just changed."""
    for key in sorted({key for key in keys if key}):
        entry = db.session.scalars(
            select(PracticeEntry.case_reference).where(PracticeEntry.case_key == key).order_by(PracticeEntry.id)
        ).first()
        _renew(_locked(key, entry or key))


def _renew(case: MediationCase) -> None:
    db.session.flush()
    rows = db.session.execute(
        select(PracticeEntry.id, PracticeEntry.done_on, PracticeEntry.code, PracticeEntry.outcome).where(
            PracticeEntry.case_key == case.key, PracticeEntry.state == "confirmed"
        )
    )
    state = state_of_case(
        Stated(case.referred_on, case.stated_outcome, case.stated_ended_on), [Told(*row) for row in rows]
    )
    case.counted_on, case.from_log, case.disputed = state.counted_on, state.from_log, state.disputed
    case.outcome, case.ended_on = state.outcome, state.ended_on
    db.session.flush()


def _locked(key: str, reference: str = "") -> MediationCase:
    """The row of the case, made where there was none: nobody else renews it until the transaction ends."""
    insert_if_absent(MediationCase, key=key, reference=reference or key, from_log=False, disputed=False)
    case_id = db.session.scalars(select(MediationCase.id).where(MediationCase.key == key)).one()
    return db.session.get_one(MediationCase, case_id, with_for_update=True, populate_existing=True)
