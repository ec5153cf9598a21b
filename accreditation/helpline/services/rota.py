"""Putting shifts on the rota, taking them off, and swapping them. Callers hold the transaction; nothing here commits.

Order of locks: the advisers by their ids, then the shift.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.helpline.models import Shift, Swap
from accreditation.helpline.queries.advisers import adviser_ids
from accreditation.helpline.rules.rota import Pattern, Stretch, days_of, overlap, reasons_against, stretch
from accreditation.people.queries import counted_id, lock_person
from accreditation.web.words import clock_time, day

ASKED = "email/helpline/swap_asked.txt"
ANSWERED = "email/helpline/swap_answered.txt"


@dataclass(frozen=True)
class Added:
    """What was put on the rota, and the days that were left out as bank holidays."""

    shifts: list[Shift]
    left_out: list[date]


def add_shifts(
    adviser_id: int, pattern: Pattern, *, on: date, at: datetime, form_key: str, made_by: int | None
) -> Added:
    """Every shift of the pattern, or none: entered on `on` at the moment `at`. The same form sent twice adds once.

    Raises DomainError with every reason, such as a day on which the adviser answers already.
    """
    lock_person(adviser_id)
    days, left_out = days_of(pattern)
    made = list(db.session.scalars(select(Shift).where(Shift.form_key == form_key).order_by(Shift.starts_at)))
    if made:
        return Added(made, left_out)
    if reasons := reasons_against(pattern, on=on):
        raise DomainError(*reasons)
    if adviser_id not in adviser_ids(on):
        raise DomainError("They are no adviser of the helpline. An administrator gives them that role.")
    wanted = [stretch(one, pattern.starts, pattern.ends) for one in days]
    if wanted[0].ends_at <= at:
        raise DomainError("That shift is over already.")
    there = _shifts_within(adviser_id, wanted[0].starts_at, wanted[-1].ends_at)
    if reasons := [
        f"They answer on {day(shift.starts_at)} already, from {clock_time(shift.starts_at)} to "
        f"{clock_time(shift.ends_at)}."
        for shift in there
        if any(overlap(one, Stretch(shift.starts_at, shift.ends_at)) for one in wanted)
    ]:
        raise DomainError(*reasons)
    shifts = [
        Shift(adviser_id=adviser_id, starts_at=one.starts_at, ends_at=one.ends_at, form_key=form_key, made_by=made_by)
        for one in wanted
    ]
    db.session.add_all(shifts)
    db.session.flush()
    return Added(shifts, left_out)


def take_off(shift_id: int, *, later_too: bool, at: datetime, by: int | None) -> list[Shift]:
    """The shift is off the rota; `later_too`: those after it that were entered with it, and are still the adviser's.

    Which were taken off. Pressing twice does it once. Raises DomainError for a shift that is over.
    """
    shift = _lock_shift(shift_id)
    if shift.cancelled_at is not None:
        return []
    if shift.ends_at <= at:
        raise DomainError("That shift is over. What was, stays on the rota.")
    gone = [shift]
    if later_too:
        rows = select(Shift).where(
            Shift.form_key == shift.form_key,
            Shift.adviser_id == shift.adviser_id,
            Shift.starts_at > shift.starts_at,
            Shift.cancelled_at.is_(None),
        )
        gone += db.session.scalars(rows.order_by(Shift.starts_at).with_for_update())
    _cancel(gone, at, by)
    return gone


def take_off_leaver(person_ids: Collection[int], *, from_at: datetime, at: datetime, by: int | None) -> list[Shift]:
    """Whoever leaves answers no more from that moment on: their shifts that end after it are off the rota."""
    rows = select(Shift).where(
        Shift.adviser_id.in_(person_ids), Shift.ends_at > max(from_at, at), Shift.cancelled_at.is_(None)
    )
    gone = list(db.session.scalars(rows.order_by(Shift.starts_at, Shift.id).with_for_update()))
    _cancel(gone, at, by)
    return gone


def ask_swap(shift_id: int, *, of: int, in_return_id: int | None, at: datetime, asked_by: int) -> Swap:
    """Ask another adviser to take this shift, perhaps in return for one of theirs. They are written to.

    Asking the same again is one request. Raises DomainError with every reason, NotAllowed for somebody else's shift.
    """
    shift, reason = _lock_shift(shift_id, and_of=of), None
    if counted_id(asked_by) != counted_id(shift.adviser_id):
        raise NotAllowed("This is not your shift.")
    if waiting := _open_swap(shift_id):
        if (waiting.asked_of, waiting.in_return_id) == (of, in_return_id):
            return waiting
        raise DomainError("You have asked somebody already. Take that back first.")
    if counted_id(of) == counted_id(asked_by) or of not in adviser_ids(at.astimezone(LONDON).date()):
        reason = "Choose another adviser of the helpline."
    reason = reason or _against(shift, of, in_return_id, at)
    if reason:
        raise DomainError(reason)
    swap = Swap(shift_id=shift_id, in_return_id=in_return_id, asked_by=shift.adviser_id, asked_of=of, asked_at=at)
    db.session.add(swap)
    db.session.flush()
    outbox.queue(of, ASKED, about_id=swap.id, key=f"helpline-swap-asked:{swap.id}")
    return swap


def answer_swap(swap_id: int, *, agree: bool, at: datetime, answered_by: int) -> Swap:
    """The one who was asked agrees, and the shift is theirs, or declines. Pressing twice does it once.

    Raises Conflict where it was answered otherwise or is no longer possible, NotAllowed for anybody else.
    """
    asked = db.session.get_one(Swap, swap_id)
    shift = _lock_shift(asked.shift_id, and_of=asked.asked_of)
    swap = db.session.get_one(Swap, swap_id, with_for_update=True, populate_existing=True)
    if counted_id(answered_by) != counted_id(swap.asked_of):
        raise NotAllowed("Somebody else was asked.")
    answer = "agreed" if agree else "declined"
    if swap.answer == answer:
        return swap
    if swap.answer is not None:
        raise Conflict("This request was answered or taken back in the meantime.")
    if agree:
        if counted_id(shift.adviser_id) != counted_id(swap.asked_by):
            raise Conflict("The shift is somebody else’s by now.")
        if reason := _against(shift, swap.asked_of, swap.in_return_id, at):
            raise Conflict(reason)
        _hand_over(shift, swap.asked_of)
        if swap.in_return_id:
            if moot := _open_swap(swap.in_return_id):  # its adviser asked somebody else to take it
                moot.answer, moot.answered_at = "taken_back", at
            _hand_over(db.session.get_one(Shift, swap.in_return_id, with_for_update=True), swap.asked_by)
    swap.answer, swap.answered_at = answer, at
    db.session.flush()
    outbox.queue(swap.asked_by, ANSWERED, about_id=swap.id, key=f"helpline-swap-answered:{swap.id}")
    return swap


def take_back_swap(swap_id: int, *, at: datetime, by: int) -> Swap:
    """Whoever asked no longer does. Raises NotAllowed for anybody else, Conflict once it was answered."""
    swap = db.session.get_one(Swap, swap_id, with_for_update=True)
    if counted_id(by) != counted_id(swap.asked_by):
        raise NotAllowed("Somebody else asked for this.")
    if swap.answer not in (None, "taken_back"):
        raise Conflict("This request has been answered in the meantime.")
    if swap.answer is None:
        swap.answer, swap.answered_at = "taken_back", at
        db.session.flush()
    return swap


@outbox.facts_for(ASKED, called="Helpline shift: asked to take it")
def swap_asked(swap_id: int) -> dict[str, object]:
    """That somebody asks, and where to answer."""
    swap = db.session.get_one(Swap, swap_id)
    if swap.answer is not None or swap.shift.cancelled_at is not None:
        raise outbox.NoLongerTrue("It has been answered, or the shift is off the rota.")
    return {"asker": swap.asker.name, "starts_at": swap.shift.starts_at, "link": _rota_link()}


@outbox.facts_for(ANSWERED, called="Helpline shift: answer to who asked")
def swap_answered(swap_id: int) -> dict[str, object]:
    """Whether the other took the shift."""
    swap = db.session.get_one(Swap, swap_id)
    return {
        "asked": swap.asked.name,
        "agreed": swap.answer == "agreed",
        "starts_at": swap.shift.starts_at,
        "link": _rota_link(),
    }


# --- pieces ----------------------------------------------------------------------------------------------------------


def _rota_link() -> str:
    return f"{current_app.config['BASE_URL']}/helpline/rota"


def _lock_shift(shift_id: int, *, and_of: int | None = None) -> Shift:
    """The shift with its adviser locked, and with the other adviser where a second one is concerned."""
    whose = db.session.get_one(Shift, shift_id).adviser_id
    for person_id in sorted({whose, *([and_of] if and_of is not None else [])}):
        lock_person(person_id)
    shift = db.session.get_one(Shift, shift_id, with_for_update=True, populate_existing=True)
    if shift.adviser_id != whose:
        raise Conflict("The shift has changed hands in the meantime. Look at the rota again.")
    return shift


def _open_swap(shift_id: int) -> Swap | None:
    return db.session.scalar(select(Swap).where(Swap.shift_id == shift_id, Swap.answered_at.is_(None)))


def _shifts_within(adviser_id: int, first: datetime, last: datetime) -> list[Shift]:
    rows = select(Shift).where(
        Shift.adviser_id == adviser_id, Shift.cancelled_at.is_(None), Shift.ends_at > first, Shift.starts_at < last
    )
    return list(db.session.scalars(rows.order_by(Shift.starts_at)))


def _against(shift: Shift, other_id: int, in_return_id: int | None, at: datetime) -> str | None:
    """Why the other cannot take the shift, or give theirs in return; None: they can."""
    back = db.session.get(Shift, in_return_id, with_for_update=True) if in_return_id else None
    if shift.cancelled_at is not None or shift.starts_at <= at:
        return "That shift has begun, or is off the rota."
    if in_return_id and (
        back is None or back.adviser_id != other_id or back.cancelled_at is not None or back.starts_at <= at
    ):
        return "The shift in return is not theirs, has begun or is off the rota."
    if back is not None and back.starts_at == shift.starts_at:
        return "Both begin at the same time: there is nothing to swap."
    if _busy(other_id, shift, besides=back):
        return f"They answer on {day(shift.starts_at)} at that time already."
    if back is not None and _busy(shift.adviser_id, back, besides=shift):
        return f"You answer on {day(back.starts_at)} at that time already."
    return None


def _busy(adviser_id: int, shift: Shift, *, besides: Shift | None) -> bool:
    there = _shifts_within(adviser_id, shift.starts_at, shift.ends_at)
    return any(one.id not in (shift.id, besides.id if besides else None) for one in there)


def _hand_over(shift: Shift, to: int) -> None:
    shift.adviser_id = to
    shift.version += 1


def _cancel(shifts: list[Shift], at: datetime, by: int | None) -> None:
    for shift in shifts:
        shift.cancelled_at, shift.cancelled_by = at, by
        shift.version += 1
    db.session.flush()
