"""Addresses of two kinds: e-mail, and where to go after signing in."""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST_EMAIL = 254  # characters, RFC 5321


def normal_email(text: str) -> str:
    """The one spelling under which an address is an account's identity: composed, no capitals, no spaces around it."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def safe_next(asked: str | None) -> str | None:
    """A path on this site to go on to, or None for everything else that an address bar can be made to hold."""
    if not asked or len(asked) > 2000 or not asked.startswith("/") or asked.startswith(("//", "/\\")):
        return None
    if "\\" in asked or re.search(r"[\x00-\x20\x7f-\x9f\u2028\u2029]", asked):
        return None
    try:
        parts = urlsplit(asked)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else asked
