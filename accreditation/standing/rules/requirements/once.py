"""Something to be done once, and for good."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import Span
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.requirements.rule import Asked


@dataclass(frozen=True, slots=True)
class Once:
    """Met from the day of the first such event on."""

    asked: Asked

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({self.asked.kind})

    def met(self, dossier: Dossier) -> list[Span]:
        events = self.asked.among(dossier)
        return [Span(min(event.starts_on for event in events))] if events else []

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        return [event for event in self.asked.among(dossier) if event.starts_on <= on]
