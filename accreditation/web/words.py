"""How days, moments and numbers read on a page. Values in, words out; what day it is, is an argument."""

from datetime import date, datetime

from accreditation.core.clock import LONDON

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(on: date | None) -> str:
    """ "14 March 2027". A moment gives its day in London; None and the far end of the calendar give nothing."""
    on = _day_of(on)
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}" if on else ""


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def weekday(on: date | None) -> str:
    """ "Friday 5 February 2027", for what is due soon."""
    on = _day_of(on)
    return f"{WEEKDAYS[on.weekday()]} {day(on)}" if on else ""


def short_day(on: date | None) -> str:
    """ "14 Mar 2027", for tables."""
    on = _day_of(on)
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}" if on else ""


def day_until(first: date, last: date) -> str:
    """The first day of a range, with no more said than the last does not say: "14", "14 March" or "14 March 2026"."""
    if first.year != last.year:
        return day(first)
    return f"{first.day} {MONTHS[first.month - 1]}" if first.month != last.month else str(first.day)


def clock_time(moment: datetime | None) -> str:
    """ "9:30am", in London."""
    if moment is None:
        return ""
    there = moment.astimezone(LONDON) if moment.tzinfo else moment
    return f"{there.hour % 12 or 12}:{there.minute:02}{'am' if there.hour < 12 else 'pm'}"


def moment(at: datetime | None) -> str:
    """ "14 March 2027 at 9:30am", in London."""
    return f"{day(at)} at {clock_time(at)}" if at else ""


def days_from(on: date | None, today: date) -> str:
    """Beside a date, never instead of it: "today", "tomorrow", "in 12 days", "3 months ago"."""
    if on is None or on == date.max:
        return ""
    days = (on - today).days
    if days == 0:
        return "today"
    if abs(days) == 1:
        return "tomorrow" if days == 1 else "yesterday"
    length = _length(abs(days))
    return f"in {length}" if days > 0 else f"{length} ago"


def days_apart(on: date | None, from_day: date) -> str:
    """Beside a date on a page about another day: "the same day", "12 days later", "3 months earlier"."""
    if on is None or on == date.max:
        return ""
    days = (on - from_day).days
    if days == 0:
        return "the same day"
    length = "1 day" if abs(days) == 1 else _length(abs(days))
    return f"{length} later" if days > 0 else f"{length} earlier"


def _length(days: int) -> str:
    if days < 100:
        return f"{days} days"
    if days < 700:
        return f"{round(days / 30.4375)} months"
    return f"{round(days / 365.25)} years"


def thousands(number: object) -> str:
    """ "12,400"; anything that is not a whole number as it stands."""
    return f"{number:,}" if isinstance(number, int) and not isinstance(number, bool) else str(number)


def plural(number: int, one: str, many: str | None = None) -> str:
    """ "1 candidate", "12 candidates", "no candidates"."""
    word = one if number == 1 else many or f"{one}s"
    return f"{thousands(number) if number else 'no'} {word}"


def sentence_list(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """ "one, two and three"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _day_of(on: date | None) -> date | None:
    if isinstance(on, datetime):
        return on.astimezone(LONDON).date() if on.tzinfo else on.date()
    return None if on == date.max else on
