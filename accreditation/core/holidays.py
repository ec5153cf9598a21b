"""Bank holidays in England and Wales, for any year: working days are counted with them.

Source: the schedule to the Banking and Financial Dealings Act 1971, New Year's Day and the early May day as proclaimed
every year since 1974 and 1978, and www.gov.uk/bank-holidays for the days that were moved or added by proclamation.
tests/core/test_holidays.py compares every year from 2013 to 2028 with the days published there. Years after the last
one published follow the usual rule, as the published ones do.
"""

from datetime import date, timedelta
from functools import lru_cache

MOVED = {
    date(2020, 5, 4): date(2020, 5, 8),  # VE day
    date(2022, 5, 30): date(2022, 6, 2),  # Platinum Jubilee
}
ADDED = (
    date(2022, 6, 3),  # Platinum Jubilee
    date(2022, 9, 19),  # state funeral of Queen Elizabeth II
    date(2023, 5, 8),  # coronation of King Charles III
)

MONDAY, SATURDAY = 0, 5


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Every bank holiday of the year, substitute days in place of those that fall on a weekend."""
    easter = easter_sunday(year)
    days = {
        _first_weekday_from(date(year, 1, 1)),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday_on_or_after(date(year, 5, 1)),
        _monday_on_or_after(date(year, 5, 25)),
        _monday_on_or_after(date(year, 8, 25)),
    }
    for day in (date(year, 12, 25), date(year, 12, 26)):
        while day in days or day.weekday() >= SATURDAY:
            day += timedelta(days=1)
        days.add(day)
    return frozenset({MOVED.get(day, day) for day in days} | {day for day in ADDED if day.year == year})


def is_working_day(on: date) -> bool:
    """Monday to Friday, and no bank holiday."""
    return on.weekday() < SATURDAY and on not in bank_holidays(on.year)


OPEN_DAYS = {
    "working_days": "Monday to Friday, except bank holidays",
    "weekdays": "Monday to Friday",
    "every_day": "Every day",
}
"""On which days something can be open, in words."""


def is_open_day(on: date, days: str) -> bool:
    """Whether the day is one of these, a key of OPEN_DAYS."""
    if days == "every_day":
        return True
    return is_working_day(on) if days == "working_days" else on.weekday() < SATURDAY


def easter_sunday(year: int) -> date:
    """By the anonymous Gregorian algorithm (Nature, 20 April 1876)."""
    century, of_century = divmod(year, 100)
    golden, leaps, rest = year % 19, *divmod(century, 4)
    epact = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarter, left = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * quarter - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _first_weekday_from(day: date) -> date:
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _monday_on_or_after(day: date) -> date:
    return day + timedelta(days=(MONDAY - day.weekday()) % 7)
