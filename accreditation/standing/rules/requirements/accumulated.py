"""So many hours, cases or points within so many months."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from accreditation.core.calendar import FOREVER, Span, anniversary, merge, span_holding
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.leave import moved_end
from accreditation.standing.rules.requirements.rule import Asked

ONE = Decimal(1)
NOTHING = Decimal(0)
EXACT = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Adding up and taking away again must come back to the same figure."""


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

    def window(self, event: Fact, dossier: Dossier) -> Span:
        """The days on which the event counts."""
        starts_on = event.starts_on
        if self.per_months is None:
            return Span(starts_on)
        return Span(starts_on, self._moved(starts_on, self.per_months, dossier))

    def reached(self, dossier: Dossier) -> list[Span]:
        """The days on which the sum alone reaches the quantity."""
        if self.quantity <= 0:
            return [Span(date.min)]
        changes: dict[date, Decimal] = {}
        for event in self.asked.among(dossier):
            window = self.window(event, dossier)
            amount = ONE if event.quantity is None else event.quantity
            changes[window.starts_on] = EXACT.add(changes.get(window.starts_on, NOTHING), amount)
            changes[window.ends_on] = EXACT.subtract(changes.get(window.ends_on, NOTHING), amount)
        spans: list[Span] = []
        total, since = NOTHING, None
        for day in sorted(changes):
            total = EXACT.add(total, changes[day])
            enough = total >= self.quantity and day < FOREVER
            if enough and since is None:
                since = day
            elif since is not None and not enough:
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
            support += [event for event in self.asked.among(dossier) if on in self.window(event, dossier)]
        return support

    def _moved(self, starts_on: date, months: int, dossier: Dossier) -> date:
        ends_on = anniversary(starts_on, months)
        if not (self.leave_moves and dossier.leave):
            return ends_on
        return moved_end(starts_on, ends_on, dossier.leave, dossier.leave_cap_days)
