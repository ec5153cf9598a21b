"""What stands in a cell of the attendance grid: letters for hands on the keyboard. No database, no clock."""

import re
from decimal import Decimal

from accreditation.refreshers.rules.days import MARKS

LETTERS = {"P": "attended", "A": "apologies", "L": "late_apologies", "N": "did_not_attend"}
"""Present, apology, late apology, no-show: the first and second as on the grid of a cohort. Hours: there in part."""

MOST_HOURS = Decimal(24)
HOURS = re.compile(r"[0-9]{1,2}([.,][0-9]{1,2})?")


def read_cell(text: str) -> tuple[str, Decimal | None] | None:
    """The state and the hours that a cell says; None for an empty one. Raises ValueError, in words for the person."""
    typed = text.strip()
    if not typed:
        return None
    if state := LETTERS.get(typed.upper()):
        return state, None
    if HOURS.fullmatch(typed):
        hours = Decimal(typed.replace(",", "."))
        if 0 < hours <= MOST_HOURS:
            return "part_attended", hours
        raise ValueError(f"Enter hours of more than 0 and at most {MOST_HOURS}")
    raise ValueError("Enter P, A, L, N, or hours such as 2.5")


def cell_of(state: str, hours: Decimal | None) -> str:
    """The cell of what is recorded; empty for a booking of which nothing is."""
    if state not in MARKS:
        return ""
    if state == "part_attended":
        return "" if hours is None else format(hours.normalize(), "f")
    return next(letter for letter, means in LETTERS.items() if means == state)
