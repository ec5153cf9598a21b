"""How long a merge can be undone."""

from datetime import date, timedelta

UNDO_DAYS = 30


def undo_through(merged_on: date) -> date:
    """The last day on which a merge of that day can be undone."""
    return merged_on + timedelta(days=UNDO_DAYS)


def too_late_to_undo(merged_on: date, on: date, *, kept: str, merged: str) -> str | None:
    """Why it cannot be undone on the day, and what to do instead; None while it can be. By their references."""
    if on <= undo_through(merged_on):
        return None
    return (
        f"These records were merged more than {UNDO_DAYS} days ago, and this can no longer be undone: letters, "
        f"decisions and reports have relied on it. If {merged} is somebody else after all, add them as a new person, "
        f"strike out on {kept} each fact that is not theirs, and record it for the new one."
    )
