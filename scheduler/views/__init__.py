"""Pages about reminders and letters, and about whether everything runs."""

from scheduler.views import digest, letters, own, reminders, rules, running, wordings
from scheduler.views.blueprint import bp

__all__ = ["bp", "digest", "letters", "own", "reminders", "rules", "running", "wordings"]
