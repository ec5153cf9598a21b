"""How long things last, how often they may be tried, and what an address is. Values only."""

import hashlib
import unicodedata
from datetime import timedelta

IDLE_LIMIT = timedelta(minutes=60)
"""A session in which nothing was asked for this long is over."""
ABSOLUTE_LIMIT = timedelta(hours=12)
"""A session is over after a working day, however busy it is."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last request of a session is remembered."""


def normal_email(text: str) -> str:
    """The one spelling under which an address is an account's identity: composed, without capitals or spaces around it."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def hash_of(token: str) -> str:
    """What is stored of a session's token. It carries 256 random bits, so a plain hash cannot be searched for it."""
    return hashlib.sha256(token.encode()).hexdigest()
