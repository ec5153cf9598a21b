"""A sign of life to somebody outside, after each beat: when it stays away, they raise the alarm.

RELIABILITY, finding 6: silence is the costly failure, and the process that has died cannot report it.
"""

import logging
from http.client import HTTPException
from urllib.request import Request, urlopen

log = logging.getLogger(__name__)

PATIENCE = 10
"""Seconds. The next beat asks again."""


def ping(url: str) -> bool:
    """Whether the address answered. Nothing is told but that the scheduler lives; never inside a transaction."""
    try:
        asked = Request(url, headers={"User-Agent": "accreditation"})  # noqa: S310 -- config allows http(s) alone
        with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
            return bool(200 <= answer.status < 300)
    except (OSError, HTTPException, ValueError) as problem:
        log.warning("the address that waits for a sign of life cannot be reached: %s", problem)
        return False
