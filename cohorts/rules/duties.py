"""The one sentence that says what is due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.web.words import days_from, plural, weekday

RESULTS, ATTENDANCE, JOINING, TRAINERS = "results", "attendance", "joining", "trainers"


@dataclass(frozen=True)
class Duty:
    """One thing that is due for one cohort.

    `on`: for results their last good day, for attendance the day since which it lacks, for the others the day on which
    the training begins. `number` are missing, of `of`.
    """

    kind: str
    cohort_id: int
    cohort: str
    on: date
    number: int = 0
    of: int = 0
    late: bool = False


def headline(duties: Sequence[Duty], today: date) -> str:
    """ "Spring 2027: results due Friday 5 February 2027, 2 of 12 missing. 3 more things are due." Nothing for none."""
    if not duties:
        return ""
    more = len(duties) - 1
    rest = f" {plural(more, 'more thing')} {'is' if more == 1 else 'are'} due." if more else ""
    return f"{duties[0].cohort}: {_first(duties[0], today)}.{rest}"


def _first(duty: Duty, today: date) -> str:
    if duty.kind == RESULTS:
        verb = "were due" if duty.late else "due"
        return f"results {verb} {weekday(duty.on)}, {duty.number} of {duty.of} missing"
    if duty.kind == ATTENDANCE:
        return f"attendance lacks {plural(duty.number, 'mark')} since {weekday(duty.on)}"
    if duty.kind == JOINING:
        return f"{plural(duty.number, 'candidate')} without joining instructions, training begins {weekday(duty.on)}"
    return f"nobody is named as trainer, training begins {weekday(duty.on)}, {days_from(duty.on, today)}"
