"""Which day a page is about, and by what was known when: read from its address, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accreditation.core.calendar import end_of_day
from accreditation.core.dates import NotADay, read_day, read_moment
from accreditation.core.errors import DomainError
from accreditation.standing.rules.tense import Tense, tense_of
from accreditation.web.words import day, moment

NOT_YET = "That lies in the future: nobody knows yet what will be known then. Give a day or a moment that has passed."


@dataclass(frozen=True)
class AsOf:
    """`on`: the day; `known`: by what was known at that moment, None for what is known now.

    `known_day` is set when `known` is the end of a day. `problems` are the parameters that could not be read, each
    with what to do about it; the page is then about today. `typed` is what was written, to be shown back.
    """

    today: date
    on: date
    known: datetime | None = None
    known_day: date | None = None
    problems: tuple[tuple[str, str], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def tense(self) -> Tense:
        return tense_of(self.on, self.today)

    @property
    def is_another_day(self) -> bool:
        return self.on != self.today

    @property
    def travels(self) -> bool:
        """Whether the page is about anything but today as known now."""
        return self.is_another_day or self.known is not None

    @property
    def arguments(self) -> dict[str, str]:
        """The parameters of an address that is about the same."""
        found = {"on": self.on.isoformat()} if self.is_another_day else {}
        if self.known_day:
            found["known"] = self.known_day.isoformat()
        elif self.known:
            found["known"] = self.known.isoformat()
        return found

    @property
    def details(self) -> dict[str, Any]:
        """What the audit trail is told of a look at another day than today."""
        return dict(self.arguments)

    @property
    def known_words(self) -> str:
        """ "3 March 2027" or "3 March 2027 at 9:30am"."""
        return day(self.known_day) if self.known_day else moment(self.known)

    @property
    def if_nothing_is_done(self) -> str:
        """What every sentence about a day to come must say."""
        return ", if nothing is done" if self.tense is Tense.AHEAD else ""

    @property
    def suffix(self) -> str:
        """For a title: ", on 3 March 2027, as known on 1 March 2027"; nothing for today."""
        words = f", on {day(self.on)}" if self.travels else ""
        return f"{words}, as known on {self.known_words}" if self.known else words

    @property
    def sentence(self) -> str:
        """What the band across the page says."""
        shown = f"{day(self.on)}{'' if self.is_another_day else ', which is today'}"
        if self.known:
            return f"Not today’s view. This is {shown}, by what was known on {self.known_words}."
        if self.tense is Tense.AHEAD:
            return f"Not today. This is {shown}, if nothing is done until then."
        return f"Not today. This is {shown}, by everything that is known now."

    def shown_back(self, name: str) -> str:
        """What belongs into the field: as typed where it could not be read, else in words."""
        if name in dict(self.problems):
            return self.typed.get(name, "")
        if name == "on":
            return day(self.on) if self.travels else ""
        return self.known_words if self.known else ""

    def or_refuse(self) -> "AsOf":
        """For a file, which has no field to show a problem at. Raises DomainError with every reason."""
        if self.problems:
            raise DomainError(*(reason for _, reason in self.problems))
        return self


def read_as_of(arguments: Mapping[str, str], *, today: date, now: datetime, with_known: bool = True) -> AsOf:
    """What the address asks for with `on` and `known`; neither, or today: today."""
    typed = {name: arguments.get(name, "").replace("\0", " ").strip()[:60] for name in ("on", "known")}
    problems: list[tuple[str, str]] = []
    on, known, known_day = today, None, None
    if typed["on"]:
        try:
            on = read_day(typed["on"])
        except NotADay as refusal:
            problems.append(("on", " ".join(refusal.reasons)))
    if with_known and typed["known"]:
        try:
            known, known_day = _known(typed["known"], today, now)
        except NotADay as refusal:
            problems.append(("known", " ".join(refusal.reasons)))
    if problems:
        return AsOf(today, today, problems=tuple(problems), typed=typed)
    return AsOf(today, on, known, known_day, typed=typed)


def _known(text: str, today: date, now: datetime) -> tuple[datetime | None, date | None]:
    """The moment, and the day if it is the end of one. What is known by the end of today is what is known now."""
    if ":" in text:
        known = read_moment(text)
        if known > now:
            raise NotADay(NOT_YET)
        return known, None
    known_day = read_day(text)
    if known_day > today:
        raise NotADay(NOT_YET)
    return (None, None) if known_day == today else (end_of_day(known_day), known_day)
