"""Laying a suspension, leave, waiver or extension over a standing, ending it, taking it back. Nothing here commits.

The record holds the decision; what follows from it is declared as evidence, without the reason. Ending one strikes out
what was declared and declares the shorter one, so that what was known before stays answerable.
"""

from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.calendar import LONDON, last_good_day, merge
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.queries import counted_id, of_one_person
from accreditation.people.services import lock_records
from accreditation.standing.models import Overlay
from accreditation.standing.queries.evidence import facts_of
from accreditation.standing.queries.overlays import RETURN, SOURCE
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.laying import NEUTRAL, Laid, overlapping, reasons_not_to_end, reasons_to_refuse
from accreditation.standing.services.deadlines import clear_deadline, set_deadline
from accreditation.standing.services.ledger import declare, declaring_many, void_source
from accreditation.web.words import day

OWN = "This is your own record. Ask another practice manager."


def record_overlay(
    person_id: int, laid: Laid, *, form_key: str, on: date, at: datetime, recorded_by: int | None
) -> Overlay:
    """Lay it over the standing, recorded on `on` at the moment `at`. The same form sent twice is one overlay.

    Raises DomainError with every reason that speaks against it, NotAllowed where it is about the recorder.
    """
    lock_records(person_id)
    refuse_own(person_id, recorded_by)
    if made := db.session.scalar(select(Overlay).where(Overlay.form_key == form_key)):
        if made.person_id != person_id or made.kind != laid.kind:
            raise Conflict("This form was used for somebody else. Open it again.")
        return made
    if reasons := reasons_against(person_id, laid):
        raise DomainError(*reasons)
    overlay = Overlay(
        person_id=person_id,
        kind=laid.kind,
        scheme=laid.scheme,
        requirement=laid.requirement,
        leave_type=laid.leave_type,
        starts_on=laid.starts_on,
        ends_on=laid.ends_on,
        reason=laid.reason.strip(),
        authority=laid.authority.strip(),
        recorded_at=at,
        recorded_by=recorded_by,
        form_key=form_key,
    )
    db.session.add(overlay)
    db.session.flush()
    _declare(overlay, recorded_by)
    _keep_return_dates(person_id)
    return overlay


def end_overlay(
    overlay_id: int, *, ended_on: date, reason: str, authority: str, at: datetime, ended_by: int | None
) -> Overlay:
    """Lift a suspension, end leave, a waiver or an extension: `ended_on` is the first day without it.

    Once the day has come, ending leave records the return; it may end on its very day, and the ledger stays as it is.
    Pressing twice does it once. Raises DomainError with every reason, Conflict where somebody ended it otherwise or
    cancelled it.
    """
    overlay = _locked(overlay_id)
    refuse_own(overlay.person_id, ended_by)
    _refuse_cancelled(overlay)
    back = overlay.kind == "leave" and ended_on <= at.astimezone(LONDON).date()
    if overlay.ended_on == ended_on and not (back and overlay.returned_at is None):
        return overlay
    if overlay.returned_at is not None or (overlay.ended_on is not None and overlay.kind != "leave"):
        raise Conflict(f"It was ended already, with effect from {day(overlay.span.ends_on)}.")
    reasons = reasons_not_to_end(overlay.kind, overlay.span, ended_on)
    if not reason.strip():
        reasons.append("Enter the reason.")
    if not authority.strip():
        reasons.append("Enter who decided.")
    if reasons:
        raise DomainError(*reasons)
    shorter = ended_on < overlay.span.ends_on
    overlay.ended_on, overlay.ended_at, overlay.ended_by = ended_on, at, ended_by
    overlay.ended_reason, overlay.ended_authority = reason.strip(), authority.strip()
    overlay.returned_at = at if back else None
    db.session.flush()
    if shorter:
        with declaring_many():
            void_source((SOURCE, overlay.id), reason=f"Ended with effect from {day(ended_on)}.", recorded_by=ended_by)
            _declare(overlay, ended_by)
    _keep_return_dates(overlay.person_id)
    return overlay


def cancel_overlay(overlay_id: int, *, reason: str, at: datetime, cancelled_by: int | None) -> Overlay:
    """Take back what was recorded by mistake: it counts for no day at all. Pressing twice does it once."""
    overlay = _locked(overlay_id)
    refuse_own(overlay.person_id, cancelled_by)
    if overlay.cancelled_at is not None:
        return overlay
    if not reason.strip():
        raise DomainError("Enter the reason.")
    overlay.cancelled_at, overlay.cancelled_by, overlay.cancelled_reason = at, cancelled_by, reason.strip()
    db.session.flush()
    void_source((SOURCE, overlay.id), reason="Recorded by mistake.", recorded_by=cancelled_by)
    _keep_return_dates(overlay.person_id)
    return overlay


def reasons_against(person_id: int, laid: Laid) -> list[str]:
    """Why it cannot be laid over this person's standing as the ledger is now; empty: it can."""
    reasons = reasons_to_refuse(laid)
    if not reasons and (other := overlapping(known(facts_of(person_id), None), laid)):
        reasons.append(_overlap_in_words(other))
    return reasons


def refuse_own(person_id: int, by: int | None) -> None:
    """Nobody decides about their own standing. Raises NotAllowed."""
    if by is not None and counted_id(by) == counted_id(person_id):
        raise NotAllowed(OWN)


NOUNS = {"suspension": "a suspension", "leave": "leave", "waiver": "a waiver", "extension": "an extension"}


def _overlap_in_words(other: Fact) -> str:
    words = NOUNS[other.kind]
    if other.ends_on is None:
        return (
            f"There is {words} on these days already, from {day(other.starts_on)} without an end. End that one first."
        )
    return (
        f"There is {words} on these days already, from {day(other.starts_on)} to {day(last_good_day(other.ends_on))}. "
        f"Begin this one on {day(other.ends_on)} or later, or end that one first."
    )


def _locked(overlay_id: int) -> Overlay:
    lock_records(db.session.get_one(Overlay, overlay_id).person_id)
    return db.session.get_one(Overlay, overlay_id, with_for_update=True, populate_existing=True)


def _refuse_cancelled(overlay: Overlay) -> None:
    if overlay.cancelled_at is not None:
        raise Conflict("It was cancelled in the meantime.")


def _declare(overlay: Overlay, recorded_by: int | None) -> None:
    declare(
        overlay.person_id,
        kind=overlay.kind,
        code=overlay.requirement,
        scheme=overlay.scheme,
        starts_on=overlay.starts_on,
        ends_on=overlay.span.ends_on,
        source=(SOURCE, overlay.id),
        recorded_by=recorded_by,
        reason=NEUTRAL[overlay.kind],
    )


def _keep_return_dates(person_id: int) -> None:
    """The day somebody is due back is a deadline until the return is recorded, or until leave goes on from that day.

    Leave that was over before it was recorded is history: nobody waits for that return.
    """
    rows = list(
        db.session.scalars(select(Overlay).where(of_one_person(Overlay.person_id, person_id), Overlay.kind == "leave"))
    )
    away = merge(row.span for row in rows if row.cancelled_at is None)
    for row in rows:
        due_on = row.span.ends_on
        goes_on = any(span.starts_on <= due_on < span.ends_on for span in away)
        was_over = due_on <= row.recorded_at.astimezone(LONDON).date()
        if row.returned_at or row.cancelled_at or goes_on or was_over:
            clear_deadline(source=(SOURCE, row.id), kind=RETURN)
        else:
            set_deadline(kind=RETURN, basis_date=due_on, source=(SOURCE, row.id), person_id=row.person_id)
