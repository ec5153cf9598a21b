"""Which modules begin first where several processes share the tests: those that take longest.

Begun last, one of them would keep one process at work while the others have nothing left. Measured, not guessed: pytest
`--durations`. A name that is missing here costs time and nothing else.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

LONGEST = (
    "tests/desk/demo/test_demo.py",
    "tests/security/test_need_to_know.py",
    "tests/desk/test_numbers_agree.py",
    "tests/desk/test_more_numbers_agree.py",
    "tests/desk/importing/test_sample.py",
    "tests/journeys/test_every_page.py",
    "tests/house/test_wheel.py",
    "tests/house/test_migrations.py",
    "tests/security/test_equality_canary.py",
    "tests/security/test_helpline_canary.py",
    "tests/security/test_posted.py",
)
WAITING = "tests/journeys/"
"""A browser and a server to each: few tests in a module, and each of them long."""


def longest_first(items: Sequence[Any]) -> list[Any]:
    """The tests by module: the longest, the journeys, then the modules with most tests. Within a module as written."""
    module_of = {item: item.nodeid.partition("::")[0] for item in items}
    many = Counter(module_of.values())
    known = {module: place for place, module in enumerate(LONGEST)}

    def place(item: Any) -> tuple[int, bool, int, str]:
        module = module_of[item]
        return known.get(module, len(known)), not module.startswith(WAITING), -many[module], module

    return sorted(items, key=place)
