"""Words of a vetting matter. A text that has one is not kept: the matter is signposted to the vetting unit.

The list is data. Each entry says how the same letters are written where something else is meant, so that an adviser
can put it in other words at once and needs nobody's leave. docs/decisions/0029 says why nobody may go on regardless.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class VettingWord:
    """`pattern`: as it is found in a text. `instead`: what to write where it means something else; None: it cannot."""

    pattern: str
    instead: str | None = None


VETTING_WORDS = (
    VettingWord(r"(?i:(?:re-?|un)?vett(?:ed|ing)|pre-?vetting)"),
    VettingWord(r"(?i:(?:security|vetting|national security|police) clearances?)"),
    VettingWord(r"(?i:clearances?)", "agreement, or permission"),
    VettingWord(r"(?i:cleared (?:to|for))", "allowed to, or free to"),
    VettingWord(r"(?i:(?:security|counter[- ]terrorist) checks?)"),
    VettingWord(r"(?i:developed vetting)"),
    VettingWord(r"(?i:aftercare)", "support afterwards"),
    VettingWord(r"(?:e?CTC|eSC|eDV)"),
    VettingWord(r"(?:NPPV ?\d?|BPSS|UKSV)"),
    VettingWord(r"(?:MV|RV)", "the words in full"),
    VettingWord(r"DV", "domestic abuse"),
    VettingWord(r"SC", "special constable"),
)
"""Levels in capitals only: "dv" and "sc" are parts of other things too."""

_ANY = re.compile("|".join(rf"(?P<w{place}>\b{word.pattern}\b)" for place, word in enumerate(VETTING_WORDS)))


@dataclass(frozen=True)
class Signposted:
    """A word that was found, as it is written, and what to write where it means something else."""

    word: str
    instead: str | None


def vetting_words(*texts: str | None) -> list[Signposted]:
    """Words of the texts that are about a vetting matter, in order, each once."""
    found: dict[str, Signposted] = {}
    for text in texts:
        for match in _ANY.finditer(text or ""):
            entry = VETTING_WORDS[int((match.lastgroup or "w0")[1:])]
            found.setdefault(match.group(), Signposted(match.group(), entry.instead))
    return list(found.values())


def signposting(*texts: str | None, unit: str = "") -> str | None:
    """Why texts with such words are not kept, where the matter goes, and the way out; None where there is none.

    `unit`: how the vetting unit is reached, in the words of the service; empty where it has set none.
    """
    found = vetting_words(*texts)
    if not found:
        return None
    words = "”, “".join(one.word for one in found)
    where = f"the vetting unit ({unit})" if unit else "the vetting unit"
    said = (
        f"“{words}” {'is' if len(found) == 1 else 'are'} about vetting. Vetting matters are signposted to {where} and "
        "never noted: take the words out."
    )
    others = [one for one in found if one.instead]
    if others:
        said += " If you mean something else, write it in other words: "
        said += "; ".join(f"for “{one.word}” {one.instead}" for one in others) + "."
    return said
