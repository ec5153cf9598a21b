"""A plan as a workbook: who sits where, who does not and why, and the seats of each day."""

from collections.abc import Sequence

from accreditation.core.calendar import last_good_day
from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.refreshers.models import PlannedDay, PlannedSeat, RefresherPlan
from accreditation.refreshers.queries.planned_seats import by_day
from accreditation.refreshers.rules.planning.words import OUTCOMES, PLAN_STATES
from accreditation.web.words import day

PEOPLE = (
    Column("Reference", width=14),
    Column("Name", width=30),
    Column("Unit", width=24),
    Column("Can come from", width=14),
    Column("Refresher runs out after", width=14),
    Column("Seat on", width=14),
    Column("Refresher day", width=32),
    Column("Where", width=32),
    Column("Locked", width=10),
    Column("What came of it", width=40),
)
DAYS = (
    Column("Day", width=14),
    Column("Refresher day", width=32),
    Column("Where", width=32),
    Column("Seats left when planned", width=14),
    Column("Planned", width=12),
    Column("Left by the plan", width=14),
)


def plan_workbook(
    kept: RefresherPlan, seats: Sequence[PlannedSeat], days: Sequence[PlannedDay], *, notice: Notice
) -> bytes:
    """Those who lapse first before others, and the days in order."""
    whom = kept.unit.name if kept.unit else "the whole service"
    notes = (
        f"Plan of {day(kept.made_on)}: {PLAN_STATES[kept.state].lower()}. For {whom}, for everybody whose refresher "
        f"runs out from {day(kept.starts_on)} to {day(last_good_day(kept.ends_on))}.",
    )
    on = {planned.day_id: planned.day for planned in days}
    people = [
        (
            seat.person.reference,
            seat.person.name,
            seat.person.unit.name if seat.person.unit else None,
            seat.opens_on,
            seat.last_day,
            on[seat.day_id].held_on if seat.day_id in on else None,
            on[seat.day_id].title if seat.day_id in on else None,
            (on[seat.day_id].venue or "Online") if seat.day_id in on else None,
            "Locked" if seat.locked else None,
            _outcome(seat),
        )
        for seat in seats
    ]
    seats_of = [
        (
            one.planned.held_on,
            one.day.title,
            one.day.venue or "Online",
            one.planned.seats,
            len(one.seats),
            one.free,
        )
        for one in by_day(seats, days)
    ]
    return write_workbook([Table("People", PEOPLE, people, notes), Table("Days", DAYS, seats_of, notes)], notice=notice)


def _outcome(seat: PlannedSeat) -> str | None:
    if seat.outcome is not None:
        return f"{OUTCOMES[seat.outcome]}. {seat.refusal}" if seat.refusal else OUTCOMES[seat.outcome]
    if seat.day_id is None:
        return "No seat: too few exist in their window" if seat.shortage is not None else "No seat"
    return None
