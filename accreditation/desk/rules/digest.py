"""How a manager's digest calls what needs attention. It goes by e-mail: it never says a state, a level or a reason."""

CALLED: dict[str, tuple[str, str]] = {
    "lapsed": (
        "mediator may not work because something has run out",
        "mediators may not work because something has run out",
    ),
    "leave-asked": ("request to be away waits for an answer", "requests to be away wait for an answer"),
}
"""Figures of the first page that are called otherwise there: one, and several."""


def called(code: str, number: int, label: str) -> str:
    """The words after the number."""
    one, several = CALLED.get(code, (label, label))
    return one if number == 1 else several


def ends_within(days: int, number: int) -> str:
    whom = "mediator may work now and will" if number == 1 else "mediators may work now and will"
    return f"{whom} not within {days} days, unless something is done"


def end_at_once(last_day: str, number: int) -> str:
    return f"mediator{'s' if number != 1 else ''} may work until {last_day} and not after it: many at once"
