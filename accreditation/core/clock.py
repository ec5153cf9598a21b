"""The clock. Only views, jobs and commands look at it; everything below them is told the day and the moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Europe/London: after midnight there it is the next day, whatever UTC says."""
    return now().astimezone(LONDON).date()
