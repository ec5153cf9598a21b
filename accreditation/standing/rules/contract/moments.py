"""The moment of `--known-on`."""

from datetime import datetime

from accreditation.core.calendar import end_of_day
from accreditation.standing.rules.contract.reading import A_DATE, parse_day, parse_moment


def parse_known_on(text: str) -> datetime:
    """An ISO moment with offset, or a date: the end of that day in London. Raises Refused."""
    if A_DATE.fullmatch(text):
        return end_of_day(parse_day(text, "known-on"))
    return parse_moment(text, "known-on")
