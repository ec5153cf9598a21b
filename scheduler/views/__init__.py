"""Pages about reminders and letters, and about whether everything runs."""

from scheduler.views import letters, reminders, rules, running, wordings
from scheduler.views.blueprint import bp

__all__ = ["bp", "letters", "reminders", "rules", "running", "wordings"]
