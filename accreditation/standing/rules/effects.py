"""What a change of the facts does to each requirement: two answers of the engine side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, Span, complement, intersect, last_good_day, span_holding
from accreditation.standing.rules.verdict import Result

ALWAYS = Span(date.min)


@dataclass(frozen=True)
class Move:
    """One requirement: the run of met days that holds on the day, before and after; the days met anew and no longer."""

    code: str
    before: Span | None
    after: Span | None
    gained: tuple[Span, ...]
    lost: tuple[Span, ...]

    @property
    def changes(self) -> bool:
        return bool(self.gained or self.lost)

    @property
    def days(self) -> int | None:
        """By how many days its last good day moves, earlier negative; None where a run has no end, or none holds."""
        if self.before is None or self.after is None or FOREVER in (self.before.ends_on, self.after.ends_on):
            return None
        return (self.after.ends_on - self.before.ends_on).days

    @property
    def through_before(self) -> date | None:
        return _through(self.before)

    @property
    def through_after(self) -> date | None:
        return _through(self.after)


def moves(before: Result, after: Result, on: date) -> list[Move]:
    """Every requirement of the scheme in its order, those that nothing happens to among them."""
    found = []
    for code in dict.fromkeys([*after.requirements, *before.requirements]):
        was, now = before.requirements.get(code, []), after.requirements.get(code, [])
        gained, lost = tuple(_beyond(now, was)), tuple(_beyond(was, now))
        found.append(Move(code, span_holding(was, on), span_holding(now, on), gained, lost))
    return found


def _beyond(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The days in the one that are not in the other."""
    return intersect(one, complement(other, ALWAYS))


def _through(run: Span | None) -> date | None:
    return last_good_day(run.ends_on) if run and run.ends_on < FOREVER else None
