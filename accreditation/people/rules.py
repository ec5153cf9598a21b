"""Who is asking, and what their grants reach. Values only: nothing here looks at the request or the database."""

import re
import unicodedata
from dataclasses import dataclass, replace

from email_validator import EmailNotValidError, validate_email

from accreditation.core.permissions import ALLOWED, Permission, Role, Scope


@dataclass(frozen=True)
class Subject:
    """What a permission is asked for: a person, their unit, a provider's cohort."""

    person_id: int | None = None
    unit_id: int | None = None
    provider_id: int | None = None


@dataclass(frozen=True)
class Grant:
    role: Role
    scope: Scope
    scope_id: int | None = None

    def reaches(self, subject: Subject) -> bool:
        within = {
            Scope.UNIT: subject.unit_id,
            Scope.PERSON: subject.person_id,
            Scope.PROVIDER: subject.provider_id,
        }
        return self.scope is Scope.SERVICE or (self.scope_id is not None and self.scope_id == within.get(self.scope))


@dataclass(frozen=True)
class Viewer:
    """Who is asking, with the grants in force today. Handed down as a value. `person_id` 0: nobody is signed in."""

    person_id: int
    grants: frozenset[Grant]

    def may(self, permission: Permission, subject: Subject) -> bool:
        return any(permission in ALLOWED[grant.role] and grant.reaches(subject) for grant in self.grants)

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether any grant carries it, for anyone at all: for showing a link, never for showing a record."""
        return any(permission in ALLOWED[grant.role] for grant in self.grants)

    def limited_to(self, permission: Permission) -> "Viewer":
        """The same person with only the grants that carry this permission, each still within its own scope."""
        return replace(self, grants=frozenset(g for g in self.grants if permission in ALLOWED[g.role]))

    def ids(self, scope: Scope) -> set[int | None]:
        """The ids in this scope; for SERVICE a set that is empty or not."""
        return {grant.scope_id for grant in self.grants if grant.scope is scope}

    @property
    def roles(self) -> list[Role]:
        """In the order of the table of roles."""
        return [role for role in Role if any(grant.role is role for grant in self.grants)]


NOBODY = Viewer(0, frozenset())

EVERYTHING = Viewer(0, frozenset(Grant(role, Scope.SERVICE) for role in Role))
"""The operator at the machine's own command line, who has the database file in their hands anyway."""


def plain(text: str) -> str:
    """Lower case without accents, for sorting and finding: “Żak, Zoë” is found by “zak zoe”."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_NOT_DECOMPOSED))
        text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


_NOT_DECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def sort_name(given_name: str, family_name: str) -> str:
    return f"{plain(family_name)}, {plain(given_name)}"


def search_text(given_name: str, family_name: str, reference: str, pay_number: str | None) -> str:
    """What a search looks through, words surrounded by spaces."""
    said = (given_name, family_name, reference, pay_number or "")
    return f" {' '.join(word for one in said for word in found_under(one))} "


def found_under(said: str) -> list[str]:
    """The words under whose beginnings a name is found, whatever stands between its parts and whether it is typed.

    Each part together with all that follow it: “O’Brien-Smith” under obriensmith, briensmith and smith.
    """
    parts = _parts(said) or plain(said).split()
    return ["".join(parts[first:]) for first in range(len(parts))]


def looked_for(typed: str) -> list[tuple[str, ...]]:
    """For each word typed the beginnings of which any will do: the word itself, or what it ends when run together.

    “mac donald” looks for mac, and for donald or macdonald: `found_under` takes names apart, this puts them together.
    What is no letter and no digit is not looked for, unless there is nothing else.
    """
    typed = plain(typed.replace("\0", " "))
    words = ["".join(_parts(word)) for word in re.split(r"[\s,;]+", typed)]
    words = ([word for word in words if word] or typed.split())[:LOOKED_FOR]
    return [
        tuple("".join(words[first : last + 1]) for first in range(last, max(last - RUN_TOGETHER, -1), -1))
        for last in range(len(words))
    ]


LOOKED_FOR = 12
"""Words of what is typed that are looked at."""

RUN_TOGETHER = 3
"""Words that may be one: “de la cruz” finds Delacruz."""


def _parts(said: str) -> list[str]:
    """Its letters and digits as `plain` writes them, taken apart at whatever else there is."""
    return _PART.findall(plain(said).translate(_LETTERS_OF_A_KIND))


_PART = re.compile(r"[^\W_]+")
_LETTERS_OF_A_KIND = str.maketrans({"ı": "i"} | dict.fromkeys(map(chr, range(0x2B9, 0x2C0)), "'"))
"""Apostrophes that Unicode counts as letters, as in Hawaiʻi, and the one Turkish i that has no accent to take off."""


def search_words(text: str) -> list[str]:
    """The words of a `search_text`, each once."""
    return sorted(set(text.split()))


DOMAIN = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*", re.I
)


def address_problem(address: str) -> str | None:
    """Why this cannot be an e-mail address, in words; None when it can. Whether anybody reads it, a letter will show.

    Names such as “mail.local” are real inside a force, so the domain is only checked for its shape.
    """
    local, _, domain = address.rpartition("@")
    try:
        validate_email(f"{local}@register.uk", check_deliverability=False)
        shaped = DOMAIN.fullmatch(domain.encode("idna").decode("ascii"))
    except EmailNotValidError as problem:
        return f"This is not an e-mail address: {problem}"
    except UnicodeError:
        shaped = None
    return None if shaped else "This is not an e-mail address: what comes after the @ is not the name of a mail server."
