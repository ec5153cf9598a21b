"""Pages about reminders and letters, and about whether everything runs."""

from scheduler.views import letters, own, reminders, rules, running, wordings
from scheduler.views.blueprint import bp

__all__ = ["bp", "letters", "own", "reminders", "rules", "running", "wordings"]
