"""How long things last and how often they may be tried (ASVS 5.0.0: 6.1.1, 6.3.1, 6.4.1, 7.3.1, 7.3.2)."""

from datetime import timedelta

IDLE_LIMIT = timedelta(minutes=60)
"""A session in which nothing was asked for this long is over."""
ABSOLUTE_LIMIT = timedelta(hours=12)
"""A session is over after a working day, however busy it is."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last request of a session is remembered."""

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)

TRIES_PER_ACCOUNT = 10
"""Passwords tried for one account in any TRY_WINDOW (core/throttle.py), whether or not there is such an account."""
TRIES_PER_ADDRESS = 50
"""Wrong passwords from one address in any TRY_WINDOW. A whole office may share one; a right password is not counted."""
LETTERS_PER_ACCOUNT = 3
"""Letters about a forgotten password asked for one account in any TRY_WINDOW."""
LETTERS_PER_ADDRESS = 20
