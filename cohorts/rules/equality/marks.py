"""How a count is shown: to the nearest five, 1 to 4 as "fewer than 5", a true zero as 0 (DOMAIN.md section 5)."""

from typing import Final

STEP: Final = 5
"""Counts are rounded to the nearest multiple (Ofqual's rounding policy of 30 October 2025, DOMAIN.md section 5)."""

FEWEST: Final = 5
"""A smaller count than this, zero apart, is never shown as a number."""

SMALLEST_BASE: Final = 10
"""Under so many returned forms nothing is published; under so many people in a group there is no ratio."""

PERCENT_ABOVE: Final = 100
"""Percentages are shown only where the rounded total is larger than this."""

FEW, HIDDEN = "few", "hidden"
Mark = int | str
"""What is shown of a count: a multiple of five, FEW, or HIDDEN (held back to protect a smaller one)."""

WORDS = {FEW: "fewer than 5", HIDDEN: "not shown"}


def rounded(count: int) -> int:
    """To the nearest five: 7 gives 5, 8 gives 10, 12 gives 10, 13 gives 15."""
    return (count + STEP // 2) // STEP * STEP


def mark_of(count: int) -> Mark:
    """What is shown of the count before anything is held back. Raises ValueError for a negative one."""
    if count < 0:
        raise ValueError("there is no count below zero")
    return FEW if 0 < count < FEWEST else rounded(count)


def range_of(mark: Mark, most: int) -> tuple[int, int]:
    """The lowest and the highest count that are shown like this, among at most so many people."""
    if mark == HIDDEN:
        return 0, most
    if mark == FEW:
        return 1, min(FEWEST - 1, most)
    assert isinstance(mark, int)
    if mark == 0:
        return 0, 0
    return max(mark - STEP // 2, FEWEST), min(mark + STEP // 2, most)


def percent(mark: Mark, total: Mark) -> int | None:
    """Of two figures as they are shown, in whole percent; None where the total is too small or either is no number."""
    if not isinstance(mark, int) or not isinstance(total, int) or total <= PERCENT_ABOVE:
        return None
    return min(100, (200 * mark + total) // (2 * total))


def in_words(mark: Mark) -> str:
    return WORDS[mark] if isinstance(mark, str) else f"{mark:,}"
