"""Requirements made of others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce

from accreditation.core.calendar import Span, intersect, merge, span_holding
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.requirements.rule import Rule


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Met on the days on which at least one of its parts is met."""

    parts: tuple[Rule, ...]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset().union(*(part.kinds for part in self.parts))

    def met(self, dossier: Dossier) -> list[Span]:
        return merge(span for part in self.parts for span in part.met(dossier))

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        return [fact for part in self.parts for fact in part.support(dossier, on)]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Met on the days on which every one of its parts is met."""

    parts: tuple[Rule, ...]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset().union(*(part.kinds for part in self.parts))

    def met(self, dossier: Dossier) -> list[Span]:
        return reduce(intersect, (part.met(dossier) for part in self.parts))

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        if not span_holding(self.met(dossier), on):
            return []
        return [fact for part in self.parts for fact in part.support(dossier, on)]
