"""What every rule of a requirement can say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from accreditation.core.calendar import Span, anniversary, days_after
from accreditation.standing.rules.evidence import Codes, Dossier, Fact


class Rule(Protocol):
    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of evidence it reads; `explain` decides by them who may be told of it."""
        ...

    def met(self, dossier: Dossier) -> list[Span]:
        """The days on which it is met, as merged spans in order."""
        ...

    def support(self, dossier: Dossier, on: date) -> Iterable[Fact]:
        """The facts that make it met on that day; none if it is not met."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of evidence with the codes that will do; None for any code."""

    kind: str
    codes: Codes = None

    def among(self, dossier: Dossier) -> list[Fact]:
        return dossier.matching(self.kind, self.codes)

    def accepts(self, fact: Fact) -> bool:
        return fact.kind == self.kind and (self.codes is None or fact.code in self.codes)


@dataclass(frozen=True, slots=True)
class Step:
    """A length of time as a scheme states it: so many calendar months, or so many days."""

    months: int | None = None
    days: int | None = None

    def after(self, anchor: date, times: int = 1) -> date:
        """So many steps after the anchor, always counted from the anchor itself."""
        if self.months is not None:
            return anniversary(anchor, self.months * times)
        return days_after(anchor, (self.days or 0) * times)
