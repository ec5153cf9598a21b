"""The versions of a scheme one after the other, and which of them judges somebody on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from accreditation.core.calendar import FOREVER, Span, complement, intersect, merge
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.scheme import Requirement, Scheme

AppliesTo = Literal["everyone", "new_awards"]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a scheme and the days [effective_from, effective_until) it is meant for.

    applies_to "everyone": it judges everybody on those days. "new_awards": whoever holds an award that began before
    effective_from keeps the rules before it until that award ends.
    """

    scheme: Scheme
    number: int
    effective_from: date
    applies_to: AppliesTo = "everyone"
    effective_until: date = FOREVER


@dataclass(frozen=True, slots=True)
class History:
    """The versions of one scheme that count, oldest first; never empty. `edition` names their projections."""

    versions: tuple[Version, ...]
    edition: str

    @classmethod
    def of(cls, scheme: Scheme) -> "History":
        """A scheme that has never changed."""
        return cls((Version(scheme, 1, date.min),), scheme.edition or scheme.code)

    @property
    def code(self) -> str:
        return self.versions[0].scheme.code

    def version_on(self, on: date) -> Version:
        """The newest version meant for the day; a day before the first is judged by the first."""
        reached = [version for version in self.versions if version.effective_from <= on < version.effective_until]
        return reached[-1] if reached else self.versions[0]

    def requirements(self, on: date) -> list[Requirement]:
        """Every requirement that is asked for on the day or later by some version, in its newest wording."""
        found: dict[str, Requirement] = {}
        for version in reversed(self.versions):
            if version.effective_until > on:
                for requirement in version.scheme.requirements:
                    found.setdefault(requirement.code, requirement)
        return list(found.values())

    def shown(self, version: Version) -> Scheme:
        """The scheme of that version as pages need it: with the key of the projections and all versions' wordings."""
        own = {requirement.code for requirement in version.scheme.requirements}
        newest_first = (each for other in reversed(self.versions) for each in other.scheme.requirements)
        also = {each.code: each for each in reversed(list(newest_first)) if each.code not in own}
        return replace(version.scheme, edition=self.edition, also=tuple(also.values()))


def days_judged(history: History, facts: Iterable[Fact]) -> list[tuple[Span, Version]]:
    """Which version judges on which days, in order and without a gap from date.min to FOREVER.

    Several spans may name one version; a version that judges nobody on any day is left out.
    """
    first, *later = history.versions
    judged: list[tuple[Span, Version]] = [(Span(date.min), first)]
    if not later:
        return judged
    awards = [fact.span for fact in facts if _is_award_of(fact, history.code)]
    for version in later:
        if version.effective_from >= version.effective_until:
            continue
        meant_for = Span(version.effective_from, version.effective_until)
        kept_before = _days_of_earlier_awards(awards, version) if version.applies_to == "new_awards" else []
        judged = _laid_over(judged, complement(kept_before, meant_for), version)
    return judged


def _is_award_of(fact: Fact, code: str) -> bool:
    return fact.kind == "award" and fact.code == code and fact.scheme in (None, code)


def _days_of_earlier_awards(awards: Sequence[Span], version: Version) -> list[Span]:
    """The days on which the award that holds, of several the last that began, began before the version."""
    before = merge(span for span in awards if span.starts_on < version.effective_from)
    since = merge(span for span in awards if span.starts_on >= version.effective_from)
    return intersect(before, complement(since))


def _laid_over(judged: list[tuple[Span, Version]], days: list[Span], version: Version) -> list[tuple[Span, Version]]:
    """The same days, but these judged by that version."""
    rest = complement(days)
    kept = [(part, old) for span, old in judged for part in intersect([span], rest)]
    return sorted([*kept, *((span, version) for span in days)], key=lambda pair: pair[0])
