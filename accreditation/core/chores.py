"""What rooms want done by the clock, and no letter: each chore looks at the day, and at what is due in the data.

A room registers its own; the scheduler runs them all and knows none of them. A chore opens its own transactions, and
does nothing the second time.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

Chore = Callable[[date], object]
C = TypeVar("C", bound=Chore)

CHORES: list[Chore] = []
"""In the order in which they were registered."""


PROMPT_CHORES: list[Chore] = []
"""Those that somebody may be waiting for: looked at every few seconds. Each asks first whether there is anything."""


def prompt_chore(function: C) -> C:
    """Decorator: run by the scheduler every few seconds with the day in London."""
    if function not in PROMPT_CHORES:
        PROMPT_CHORES.append(function)
    return function


def chore(function: C) -> C:
    """Decorator: run by the scheduler every few minutes with the day in London."""
    if function not in CHORES:
        CHORES.append(function)
    return function
