"""The hours in which reminders go out, as they are set."""

from datetime import time

from accreditation.core.settings import get_setting
from scheduler.rules.hours import SendingHours
from scheduler.rules.weekly import WeeklyTime


def weekly_time() -> WeeklyTime:
    """When weekly letters and digests go, as it is set."""
    return WeeklyTime(int(get_setting("weekly_letter_on")), time.fromisoformat(get_setting("weekly_letter_at")))


def sending_hours() -> SendingHours:
    return SendingHours(
        time.fromisoformat(get_setting("reminders_from")),
        time.fromisoformat(get_setting("reminders_until")),
        get_setting("reminders_on") == "working_days",
    )
