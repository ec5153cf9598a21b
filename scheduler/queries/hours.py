"""The hours in which reminders go out, as they are set."""

from datetime import time

from accreditation.core.settings import get_setting
from scheduler.rules.hours import SendingHours


def weekly_weekday() -> int:
    """The day of the week on which weekly letters go: 0 is Monday."""
    return int(get_setting("weekly_letter_on"))


def sending_hours() -> SendingHours:
    return SendingHours(
        time.fromisoformat(get_setting("reminders_from")),
        time.fromisoformat(get_setting("reminders_until")),
        get_setting("reminders_on") == "working_days",
    )
