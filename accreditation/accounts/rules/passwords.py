"""Which passwords are refused: short ones and those that are guessed first. No rule about kinds of characters.

After NIST SP 800-63B and ASVS 5.0.0 section 6.2: length counts, composition does not, nothing expires.
"""

import re
import unicodedata
from collections.abc import Iterable

SHORTEST = 12
LONGEST = 1000
"""Characters. Not a rule for people: it bounds the work that a posted megabyte could ask for."""
MUST_REMAIN = 8
"""Characters that must be left when everything easily guessed has been taken out."""
MUST_DIFFER = 5
"""Different characters among them."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GUESSED_FIRST = _words("""
1234567890 123456789 12345678 1234567 123456 12345 1234 0987654321 987654321 87654321 654321 4321 123123 112233 121212
abcdefghijklmnopqrstuvwxyz abcdefghijkl abcdefgh abcdef abcd abc123 qwertyuiop qwertyui qwerty qwer asdfghjkl asdfgh
asdf zxcvbnm zxcvbn zxcv 1q2w3e4r5t 1q2w3e4r 1qaz2wsx qazwsx q1w2e3r4 password passwort passphrase passcode pass secret
login letmein welcome changeme default admin administrator root master superman batman pokemon starwars dragon monkey
shadow sunshine princess iloveyou loveyou football cricket rugby baseball liverpool arsenal chelsea everton
tottenham united
michael jordan charlie jessica thomas daniel ashley george london england britain trustno1 whatever computer internet
freedom summer autumn winter spring january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday user test guest demo hello
""")

OWN_WORDS = _words("""
mediator mediation mediate accreditation accredited accredit helpline refresher clearance vetting register practice
police constabulary metropolitan force officer service workplace dispute resolution applicant cohort provider
""")
"""The words of this trade, which somebody who attacks it tries first (ASVS 6.1.2)."""

LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


def normal_password(password: str) -> str:
    """Composed, so that the same keys give the same password on every machine. Nothing is cut off or left out."""
    return unicodedata.normalize("NFC", password)


def password_problems(password: str, about: Iterable[str] = ()) -> list[str]:
    """Why this password is refused, in sentences; nothing when it may be used.

    `about` are names and addresses of the person and the service: what they consist of counts as easily guessed.
    """
    password = normal_password(password)
    if len(password) < SHORTEST:
        return [f"Use at least {SHORTEST} characters. Three words that have nothing to do with each other will do."]
    if len(password) > LONGEST:
        return [f"Use at most {LONGEST} characters."]
    plain = password.casefold()
    words = {word for text in about for word in re.findall(r"\w{3,}", text.casefold())}
    words.update(GUESSED_FIRST, OWN_WORDS)
    for spelling in (plain, plain.translate(LOOKALIKES)):
        rest = _without(spelling, words)
        if len(rest) < MUST_REMAIN or len(set(rest)) < MUST_DIFFER:
            return ["This would be guessed early: it is mostly names, common words or runs of keys. Add other words."]
    return []


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return re.sub(r"(.)\1{2,}", r"\1", text)
