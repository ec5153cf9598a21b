"""So many hours, cases or points within so many months."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from operator import itemgetter

from accreditation.core.calendar import FOREVER, Span, anniversary, merge, span_holding
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.leave import moved_end
from accreditation.standing.rules.requirements.rule import Asked

ONE = Decimal(1)
NOTHING = Decimal(0)
EXACT = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Adding up and taking away again must come back to the same figure."""

_day = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Accumulated:
    """Met while the sum over the events whose window contains the day reaches the quantity, or while not yet due."""

    asked: Asked
    quantity: Decimal
    per_months: int | None = None  # None: an event counts for ever
    first_due_months: int | None = None  # None or 0: due at once
    leave_moves: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({self.asked.kind})

    def counted_until(self, event: Fact, dossier: Dossier) -> date:
        """The first day on which the event counts no longer."""
        return FOREVER if self.per_months is None else self._moved(event.starts_on, self.per_months, dossier)

    def reached(self, dossier: Dossier) -> list[Span]:
        """The days on which the sum alone reaches the quantity."""
        if self.quantity <= 0:
            return [Span(date.min)]
        changes: list[tuple[date, Decimal]] = []
        for event in self.asked.among(dossier):
            ends_on = self.counted_until(event, dossier)
            amount = ONE if event.quantity is None else event.quantity
            if ends_on > event.starts_on:
                changes.append((event.starts_on, amount))
                changes.append((ends_on, amount.copy_negate()))
        changes.sort(key=_day)
        spans: list[Span] = []
        total, since = NOTHING, None
        last = len(changes) - 1
        for at, (day, change) in enumerate(changes):
            total = EXACT.add(total, change)
            if at < last and changes[at + 1][0] == day:
                continue
            if total >= self.quantity and day < FOREVER:
                since = since or day
            elif since is not None:
                spans.append(Span(since, day))
                since = None
        return spans

    def not_yet_due(self, dossier: Dossier) -> list[Span]:
        """The days of each run of awards before the first due day, which is counted from the start of the run."""
        if not self.first_due_months:
            return []
        return [
            Span(run.starts_on, min(run.ends_on, self._moved(run.starts_on, self.first_due_months, dossier)))
            for run in dossier.award_runs
        ]

    def met(self, dossier: Dossier) -> list[Span]:
        return merge([*self.reached(dossier), *self.not_yet_due(dossier)])

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        """While not yet due, the award that holds; where the sum reaches the quantity, every event it is made of."""
        support: list[Fact] = []
        if span_holding(self.not_yet_due(dossier), on):
            support += [award for award in dossier.awards if on in award.span]
        if span_holding(self.reached(dossier), on):
            support += [
                event
                for event in self.asked.among(dossier)
                if event.starts_on <= on < self.counted_until(event, dossier)
            ]
        return support

    def _moved(self, starts_on: date, months: int, dossier: Dossier) -> date:
        ends_on = anniversary(starts_on, months)
        if not (self.leave_moves and dossier.leave):
            return ends_on
        return moved_end(starts_on, ends_on, dossier.leave, dossier.leave_cap_days)
