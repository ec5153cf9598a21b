"""Why somebody cannot be moved to a day by hand, in a sentence. Values only."""

from collections.abc import Callable
from datetime import date

from accreditation.refreshers.rules.planning.values import Day, Need


def reason_against(
    name: str, need: Need | None, day: Day, *, free: int, there: bool, in_words: Callable[[date], str]
) -> str | None:
    """None where they can. `need` None: they need no seat any more; `free`: seats the plan leaves on that day.

    `there`: they are planned for that day already, so that its seats do not matter. `in_words` says a date.
    """
    if need is None:
        return f"{name} needs no seat from this plan any more."
    on = in_words(day.held_on)
    if day.held_on < need.opens_on:
        return f"{name} cannot sit on {on}: their window opens on {in_words(need.opens_on)}."
    if day.held_on >= need.lapses_on:
        return f"{name} cannot sit on {on}: their refresher will have run out by then."
    if not need.can_make(day.held_on):
        return f"{name} cannot sit on {on}: they are away, on leave or suspended that day."
    if not need.can_sit(day):
        return f"{name} cannot sit on {on}: they are booked elsewhere at that time, or wait for a seat on that day."
    if free <= 0 and not there:
        return f"The plan has no seat left on {on}. Move somebody else away from it first."
    return None
