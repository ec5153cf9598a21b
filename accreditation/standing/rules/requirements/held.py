"""Something to be held: an award, a clearance, a declaration, a membership."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import Span, merge
from accreditation.standing.rules.evidence import Dossier, Fact, levels_including
from accreditation.standing.rules.requirements.rule import Asked


@dataclass(frozen=True, slots=True)
class Held:
    """Met on the days inside an interval of that kind; a clearance of a higher level will do as well."""

    asked: Asked

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({self.asked.kind})

    def intervals(self, dossier: Dossier) -> list[Fact]:
        codes = self.asked.codes
        if self.asked.kind == "clearance":
            codes = levels_including(codes)
        return dossier.matching(self.asked.kind, codes)

    def met(self, dossier: Dossier) -> list[Span]:
        return merge(interval.span for interval in self.intervals(dossier))

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        return [interval for interval in self.intervals(dossier) if on in interval.span]
