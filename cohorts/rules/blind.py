"""Taking out of free text what says who wrote it (ICO recruitment guidance: the sift sees a reference, no name).

What the applicant told us about themselves is known, so it can be found in their own words: names, address, pay number,
line manager. What nobody told us, such as a nickname, cannot; the form asks applicants not to write it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accreditation.people.rules import plain

REMOVED = "[removed]"

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[\w.+-]+@[\w-]+")
PHONE = re.compile(r"(?<!\w)\+?\d(?:[\s().-]?\d){8,14}(?!\w)")

PARTICLES = frozenset(
    ("al", "ap", "bin", "da", "de", "del", "der", "di", "do", "dos", "du", "el", "la", "le", "mac", "of", "san", "st")
) | frozenset(("ter", "van", "von", "y"))
"""Parts of names that are ordinary words: on their own they say nothing of anybody."""

ALSO_WORDS = frozenset(
    """
    will mark may rose grace hope joy faith bill frank jack art sue pat dean miles drew rob bob guy ray dawn eve ivy
    june april august summer autumn amber ruby jade pearl olive penny ginger heather holly iris lily daisy violet
    chase grant wade reed rich sandy skip sonny tiger wit young long short black white brown green gray grey small
    little king knight bishop abbot price field fields hill wood woods stone rivers bush banks bridges cook baker
    butler carter cooper fisher gardener hunter mason miller porter potter shepherd singer smith tailor turner walker
    weaver page best good love sharp swift wise strong bright day power case cross law
    """.split()  # noqa: SIM905 -- a list of words is read as one
)
"""Names that are words too. Masked only where they are written as a name: a text without any “will” would tell."""


@dataclass(frozen=True)
class Identity:
    """What the form says of the applicant and of whoever else would give them away."""

    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()


def masked(text: str, identity: Identity) -> str:
    """The text without what is known to say whose it is."""
    text = PHONE.sub(REMOVED, ADDRESS.sub(REMOVED, text))
    for number in sorted({one for one in identity.numbers if len(one) > 2}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(number)}(?!\w)", REMOVED, text, flags=re.IGNORECASE)
    parts = set(_parts(identity.names))
    cleaned = WORD.sub(lambda found: _without(found[0], parts), text)
    return re.sub(rf"{re.escape(REMOVED)}(?:[\s’'-]+{re.escape(REMOVED)})+", REMOVED, cleaned)


def _parts(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for word in WORD.findall(name):
            yield plain(word)
            for part in re.split(r"['’-]", word):
                if len(part) > 2:
                    yield plain(part)


def _without(word: str, parts: set[str]) -> str:
    bare = re.sub(r"['’]s?$", "", word)
    for candidate in (word, bare, *re.split(r"['’-]", word)):
        known = plain(candidate)
        if len(known) < 2 or known in PARTICLES or known not in parts:
            continue
        if known in ALSO_WORDS and not candidate[:1].isupper():
            continue
        return REMOVED
    return word
