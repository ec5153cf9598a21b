"""A clearance of a row beside those of the register: added, given another end, known already, or asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, last_good_day
from accreditation.desk.importing.rules.following import first_bad_day
from accreditation.desk.importing.rules.rows import Held
from accreditation.desk.importing.rules.steps import AddClearance, GiveDates, shown


@dataclass(frozen=True, slots=True)
class KnownClearance:
    """A clearance of the register; `ends_on` is exclusive, None where it is open.

    `to_be_asked`: a date is missing here. `stands`: it is granted, and not suspended, withdrawn, lapsed or struck out.
    `shortened`: the risk owner brought its end forward. `former`: the days it had before they were corrected.
    """

    clearance_id: int
    level: str
    granted_on: date | None
    ends_on: date | None
    to_be_asked: bool = False
    stands: bool = True
    shortened: bool = False
    former: frozenset[tuple[date | None, date | None]] = frozenset()

    @property
    def until(self) -> date:
        return self.ends_on or FOREVER

    def covers(self, granted_on: date, ends_on: date) -> bool:
        return self.granted_on is not None and self.granted_on <= granted_on and ends_on <= self.until

    @property
    def end_in_words(self) -> str:
        return f"to {shown(last_good_day(self.ends_on))}" if self.ends_on else "without an end"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application of the level that is under way, and that a grant on or after `since` can be the decision on."""

    application_id: int
    level: str
    since: date


def compare_clearance(
    held: Held, known: Sequence[KnownClearance], waiting: Sequence[Waiting]
) -> AddClearance | GiveDates | str | None:
    """What the row adds to the register, the question to ask about it, or None where all of it is here.

    A clearance is recorded only with both its days: without them nothing enforceable is known. A later end is the same
    clearance with another end; an earlier one, and one that was corrected here since, is never taken over.
    """
    same_level = [one for one in known if one.level == held.level]
    if held.granted_on is None or held.valid_through is None:
        return None if any(_half_matches(held, one) for one in same_level) else _half_known(held)
    granted_on, through = held.granted_on, held.valid_through
    ends_on = first_bad_day(through)
    complete = [one for one in same_level if not one.to_be_asked]
    if any((granted_on, ends_on) in one.former for one in same_level):
        return None
    if covering := [one for one in complete if one.covers(granted_on, ends_on)]:
        longer = [one for one in covering if one.granted_on == granted_on and one.until != ends_on]
        if longer and not any(one.until == ends_on for one in covering):
            return (
                f"{held.level} runs {longer[0].end_in_words} in the register and to {shown(through)} in the file. "
                "The file's earlier end is not taken over: correct the clearance itself if it is right."
            )
        return None
    asked = [one for one in same_level if one.to_be_asked and _half_matches(held, one)]
    if same := asked or [one for one in complete if one.granted_on == granted_on]:
        return _other_end(held.level, granted_on, through, max(same, key=lambda one: one.clearance_id))
    decides = next((one for one in waiting if one.level == held.level and granted_on >= one.since), None)
    return AddClearance(held.level, granted_on, through, decides.application_id if decides else None)


def _other_end(level: str, granted_on: date, through: date, one: KnownClearance) -> GiveDates | str:
    if not one.stands or one.shortened:
        what = "its end was brought forward by the risk owner" if one.stands else "it is no longer granted here"
        return (
            f"{level} runs {one.end_in_words} in the register and to {shown(through)} in the file, but {what}. "
            "The file's later end is not taken over: correct the clearance itself if it is right."
        )
    was = "a date was missing" if one.to_be_asked else one.end_in_words
    return GiveDates(one.clearance_id, level, granted_on, through, was)


def _half_matches(held: Held, one: KnownClearance) -> bool:
    if held.granted_on is not None and one.granted_on == held.granted_on:
        return True
    return held.valid_through is not None and one.ends_on == first_bad_day(held.valid_through)


def _half_known(held: Held) -> str:
    if held.granted_on is None and held.valid_through is not None:
        return (
            f"{held.level} is said to run to {shown(held.valid_through)}, and not since when. It is not recorded: "
            "fill in the day it was granted and upload the file again."
        )
    assert held.granted_on is not None
    return (
        f"{held.level} was granted on {shown(held.granted_on)}, and no expiry is given. It is not recorded: "
        "fill in the expiry and upload the file again."
    )
