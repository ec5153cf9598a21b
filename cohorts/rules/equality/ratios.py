"""How one group's rate of selection compares with another's: the ratio, its interval, and Fisher's exact test.

A prompt to look, never a finding: in Britain the test is particular disadvantage, justified or not (Equality Act 2010,
section 19), and no ratio decides it. What is published of them are bands.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, exp, log, sqrt

from cohorts.rules.equality.marks import SMALLEST_BASE

PROMPT_BELOW = 0.8
"""Four fifths, from a guideline of the United States (DOMAIN.md section 5): below it a ratio is worth a look."""

SMALLEST_SHARE = 0.02
"""Groups of a smaller share of those who applied are not compared (the same source)."""

NORMAL_95 = 1.959963984540054
"""The normal deviate of a 95 % interval."""

RATIO_BANDS = ((0.5, "less than 0.5"), (0.8, "0.5 to 0.8"), (1.0, "0.8 to 1"))
RATIO_TOP = "1"
LIMIT_BANDS = ((0.5, "less than 0.5"), (0.8, "0.5 to 0.8"), (1.25, "0.8 to 1.25"), (2.0, "1.25 to 2"))
LIMIT_TOP = "2 or more"
P_BANDS = ((0.01, "less than 0.01"), (0.05, "0.01 to 0.05"), (0.2, "0.05 to 0.2"))
P_TOP = "0.2 or more"


def rate_ratio(selected: int, of: int, reference_selected: int, reference_of: int) -> float:
    """One group's rate of selection over the reference group's. Raises ZeroDivisionError where that was never one."""
    return (selected / of) / (reference_selected / reference_of)


@lru_cache(maxsize=100_000)
def fisher_exact(selected: int, of: int, other_selected: int, other_of: int) -> float:
    """Two-sided p of Fisher's exact test: the chance of a table as unlikely as this, if the groups were treated alike.

    Exact in whole numbers: every table with the same margins that is no likelier than this one counts.
    """
    chosen, everybody = selected + other_selected, of + other_of
    seen = comb(of, selected) * comb(other_of, other_selected)
    ways = [
        comb(of, few) * comb(other_of, chosen - few) for few in range(max(0, chosen - other_of), min(of, chosen) + 1)
    ]
    return sum(way for way in ways if way <= seen) / comb(everybody, chosen)


def ratio_interval(selected: int, of: int, reference_selected: int, reference_of: int) -> tuple[float, float]:
    """The 95 % interval of the ratio by the logarithm's standard error (Katz 1978).

    Where somebody was selected in one of the groups only, half a person is added to every cell, which keeps it finite.
    """
    a, n, b, m = float(selected), float(of), float(reference_selected), float(reference_of)
    if not selected or not reference_selected:
        a, n, b, m = a + 0.5, n + 0.5, b + 0.5, m + 0.5
    middle = log((a / n) / (b / m))
    width = NORMAL_95 * sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m))
    return exp(middle - width), exp(middle + width)


def _band(value: float, bands: Sequence[tuple[float, str]], top: str) -> str:
    return next((name for limit, name in bands if value < limit), top)


@dataclass(frozen=True)
class Compared:
    """What is published of one group beside the one with the highest rate, in bands; `reference`: it is that one."""

    ratio: str
    low: str = ""
    high: str = ""
    p: str = ""
    reference: bool = False

    @property
    def is_prompt(self) -> bool:
        """Below four fifths."""
        return self.ratio in (RATIO_BANDS[0][1], RATIO_BANDS[1][1])

    @property
    def is_often_chance(self) -> bool:
        """Whether chance alone would do at least as much one time in five, with both groups treated alike."""
        return self.p == P_TOP


@lru_cache(maxsize=100_000)
def _banded(selected: int, of: int, reference_selected: int, reference_of: int) -> Compared:
    low, high = ratio_interval(selected, of, reference_selected, reference_of)
    return Compared(
        _band(rate_ratio(selected, of, reference_selected, reference_of), RATIO_BANDS, RATIO_TOP),
        _band(low, LIMIT_BANDS, LIMIT_TOP),
        _band(high, LIMIT_BANDS, LIMIT_TOP),
        _band(fisher_exact(selected, of, reference_selected, reference_of), P_BANDS, P_TOP),
    )


def compare(applied: Sequence[int], selected: Sequence[int], groups: Collection[int]) -> dict[int, Compared]:
    """Each group with the one that was selected most often, by its place; empty where there is nothing to compare.

    `applied` and `selected` are exact counts by category; `groups` says which categories are groups of people, and not
    a refusal to answer. Left out: groups under ten, under two in a hundred of all in groups, or with more selected than
    applied (figures of different days).
    """
    pool = sum(applied[group] for group in groups)
    able = [
        group
        for group in groups
        if applied[group] >= SMALLEST_BASE
        and applied[group] > SMALLEST_SHARE * pool
        and selected[group] <= applied[group]
    ]
    if len(able) < 2 or not any(selected[group] for group in able):
        return {}
    best = max(able, key=lambda group: (selected[group] / applied[group], applied[group], -group))
    return {
        group: Compared(RATIO_TOP, reference=True)
        if group == best
        else _banded(selected[group], applied[group], selected[best], applied[best])
        for group in able
    }
