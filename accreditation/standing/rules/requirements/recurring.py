"""Something to be done again and again, as often as the scheme's data says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Literal

from accreditation.core.calendar import FOREVER, Span, days_after, merge
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.leave import moved_end
from accreditation.standing.rules.requirements.rule import Asked, Step

_day = attrgetter("starts_on")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that a chain of events covers: the anchor first, then each event that extended it in its window."""

    span: Span
    events: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Recurring:
    """Met while an event's coverage runs. With renew_from "end", an event in the window keeps the anniversary."""

    asked: Asked
    every: Step
    renew_from: Literal["event", "end"] = "event"
    window_days: int | None = None  # None: the scheme's
    also: tuple[Asked, ...] = ()
    leave_moves: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({self.asked.kind, *(further.kind for further in self.also)})

    def events(self, dossier: Dossier) -> list[Fact]:
        """The events in order of date, those of one day in the order they came in."""
        if not self.also:
            return sorted(self.asked.among(dossier), key=_day)
        kinds = (self.asked, *self.also)
        events = []
        for fact in dossier.facts:
            for asked in kinds:
                if asked.accepts(fact):
                    events.append(fact)
                    break
        return sorted(events, key=_day)

    def coverages(self, dossier: Dossier) -> Iterator[Coverage]:
        cap_days = dossier.leave_cap_days if self.leave_moves else 0
        if self.renew_from == "end":
            yield from self._chains(dossier, cap_days)
            return
        for event in self.events(dossier):
            anchor = event.starts_on
            ends_on = moved_end(anchor, self.every.after(anchor), dossier.leave, cap_days)
            yield Coverage(Span(anchor, ends_on), (event,))

    def _chains(self, dossier: Dossier, cap_days: int) -> Iterator[Coverage]:
        window_days = dossier.window_days if self.window_days is None else self.window_days
        running: list[Fact] = []
        anchor = until = date.min
        moved_days = 0  # by leave so far: later ends of the chain move along
        for event in self.events(dossier):
            on = event.starts_on
            if running and on < until and (until - on).days <= window_days:
                running.append(event)
                planned = days_after(self.every.after(anchor, len(running)), moved_days)
                until = moved_end(until, planned, dossier.leave, cap_days)
            else:
                planned = self.every.after(on)
                reach = moved_end(on, planned, dossier.leave, cap_days)
                if running and reach <= until:
                    continue
                if running:
                    yield Coverage(Span(anchor, until), tuple(running))
                running, anchor, until, moved_days = [event], on, reach, 0
            if until != FOREVER:
                moved_days += (until - planned).days
        if running:
            yield Coverage(Span(anchor, until), tuple(running))

    def met(self, dossier: Dossier) -> list[Span]:
        return merge(coverage.span for coverage in self.coverages(dossier))

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        return [
            event
            for coverage in self.coverages(dossier)
            if on in coverage.span
            for event in coverage.events
            if event.starts_on <= on
        ]
