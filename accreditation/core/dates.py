"""Days as people write them. One reader for forms, imports and commands: day first, never guessed, refused in words."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from accreditation.core.calendar import LONDON
from accreditation.core.errors import DomainError

# Outside these years a date is a slip of the keyboard, not somebody's training or clearance.
FIRST_YEAR, LAST_YEAR = 1900, 2200

# What registers hold where nothing is known; compared without case and without full stops.
BLANKS = frozenset({"", "-", "--", "–", "—", "n/a", "na", "n/k", "nk", "nil", "none", "not known", "unknown", "tbc"})

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTH_OF = {name[:length].casefold(): number for number, name in enumerate(MONTHS, 1) for length in (3, len(name))}
MONTH_OF |= {"sept": 9}

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
NUMBERS = re.compile(r"(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d+)(?:,? \d{1,2}:\d{2}(?::\d{2})?)?")
WORDS = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[ -]?([a-z]+)\.?,?[ -]?(\d+)", re.IGNORECASE)
TIME = re.compile(r"(.+?)(?:,? at |, ?| )(\d{1,2})[:.](\d{2}) ?(am|pm)?", re.IGNORECASE)
EXAMPLE = "Write it as day, month and year, such as 14/03/2027 or 14 March 2027."


class NotADay(DomainError):
    """What was written is no day. The reason says why, and how to write it."""


def is_blank(value: object) -> bool:
    """Whether a cell or field says that nothing is known: empty, a dash, n/a and their like."""
    if value is None:
        return True
    return isinstance(value, str) and _tidy(value).replace(".", "").casefold() in BLANKS


def read_day_or_blank(value: object) -> date | None:
    """The day, or None where nothing is known. Raises NotADay like `read_day`."""
    return None if is_blank(value) else read_day(value)


def read_day(value: object) -> date:
    """The day somebody wrote: 14/3/2027, 14.3.2027, 14-03-2027, 14 March 2027, 14 mar 2027, 2027-03-14, or a date cell.

    The day always comes before the month. A year of two digits, a day that the month does not have, a number and a year
    outside 1900 to 2200 raise NotADay with the reason.
    """
    if isinstance(value, datetime):
        return _plausible(value.date(), value.date().strftime("%d/%m/%Y"))
    if isinstance(value, date):
        return _plausible(value, value.strftime("%d/%m/%Y"))
    if isinstance(value, bool) or value is None:
        raise NotADay(f"There is no date. {EXAMPLE}")
    if isinstance(value, int | float):
        raise NotADay(f"{value:g} is a number, not a date. {EXAMPLE}")
    text = _tidy(str(value))
    if not text:
        raise NotADay(f"There is no date. {EXAMPLE}")
    year, month, day = _parts(text)
    return _plausible(_day(year, month, day, text), text)


def read_moment(text: str) -> datetime:
    """The moment somebody wrote, in UTC: "3 March 2027 at 9:30am", "3/3/2027 14:05", or ISO with its offset.

    A clock time is London's, and means the end of its minute, as pages show no seconds; ISO is taken exactly. In the
    hour that comes twice in October it is the first. Raises NotADay with the reason.
    """
    text = _tidy(text)
    try:
        exact = datetime.fromisoformat(text)
    except ValueError:
        exact = None
    if exact is not None and exact.tzinfo is not None:
        _plausible(exact.date(), text)
        return exact.astimezone(UTC)
    found = TIME.fullmatch(text.replace("T", " ") if exact is not None else text)
    if not found:
        raise NotADay(f"{_shown(text)} is not a moment. Write it as a day and a time, such as 14 March 2027 at 9:30am.")
    hour, minute, half = int(found[2]), int(found[3]), (found[4] or "").casefold()
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise NotADay(f"{_shown(text)} has no such time of day. Write it as 9:30am or 14:05.")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    there = datetime.combine(read_day(found[1]), time(hour, minute), LONDON)
    return there.astimezone(UTC) + timedelta(seconds=59, microseconds=999_999)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _parts(text: str) -> tuple[int, int, int]:
    """Year, month and day as written, the month and day not yet checked against the calendar."""
    if found := ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
        return year, month, day
    if found := NUMBERS.fullmatch(text):
        return _year(found[4], text), int(found[3]), int(found[1])
    if found := WORDS.fullmatch(text):
        month_number = MONTH_OF.get(found[2].casefold())
        if month_number is None:
            raise NotADay(f"{_shown(text)} is not a date. “{_shown(found[2])}” is not a month.")
        return _year(found[3], text), month_number, int(found[1])
    raise NotADay(f"{_shown(text)} is not a date. {EXAMPLE}")


def _year(digits: str, text: str) -> int:
    if len(digits) == 2:
        raise NotADay(
            f"{_shown(text)} has a year of two digits, which does not say the century. Write the year with four digits."
        )
    if len(digits) != 4:
        raise NotADay(f"{_shown(text)} is not a date. Write the year with four digits.")
    return int(digits)


def _day(year: int, month: int, day: int, text: str) -> date:
    if not 1 <= month <= 12:
        raise NotADay(
            f"{_shown(text)} is not a date. There is no month {month}. "
            "Write the day before the month, as in 14/03/2027."
        )
    if year < 1:
        raise NotADay(f"{_shown(text)} is not a date. There is no year 0.")
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        of_year = f" {year}" if month == 2 else ""
        raise NotADay(f"{_shown(text)} is not a date. {MONTHS[month - 1]}{of_year} has {days} days.")
    return date(year, month, day)


def _plausible(day: date, text: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotADay(
            f"{_shown(text)} cannot be right. Years from {FIRST_YEAR} to {LAST_YEAR} are read. Check the year."
        )
    return day


def _shown(text: str) -> str:
    """Somebody's text inside a sentence: not longer than a sentence bears."""
    return text if len(text) <= 40 else f"{text[:39]}…"
