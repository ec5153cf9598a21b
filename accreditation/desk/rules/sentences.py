"""Short words for lists, made from what may be told anyway."""

import re
from collections.abc import Mapping, Sequence

from accreditation.standing.rules.tense import Tense, in_tense
from accreditation.standing.rules.verdict import VERDICT_WORDS, Verdict

DATED = re.compile(r",? (?:until|since) \d{1,2} [A-Z][a-z]+ \d{4}$")
NOT_WORKING = re.compile(r"^(May|Could) not work: ")
MONTH = re.compile(r"([A-Z][a-z]{2})[a-z]+")


def without_date(sentence: str) -> str:
    """The verdict for a tag beside a column with its date: "May work until 14 March 2027" is "May work"."""
    return NOT_WORKING.sub("", DATED.sub("", sentence)).capitalize()


def date_in(sentence: str) -> str:
    """The other half as tables write it: "since 3 Jan 2027", "until 14 Mar 2027", or nothing."""
    found = DATED.search(sentence)
    return MONTH.sub(r"\1", found[0].lstrip(", ")) if found else ""


def shortly(words: Sequence[str], most: int = 2) -> str:
    """The first few, and how many more there are: never one more where that one could have been named."""
    if len(words) <= most + 1:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


COUNTED = {
    Verdict.DEPLOYABLE: "may work",
    Verdict.CO_MEDIATION_ONLY: "may co-mediate only",
    Verdict.LAPSED: "lapsed",
    Verdict.SUSPENDED: "suspended",
    Verdict.ON_LEAVE: "on leave",
    Verdict.WITHDRAWN: "withdrawn",
    Verdict.NOT_ACCREDITED: "not yet accredited",
    Verdict.LEFT: "left the service",
}


def verdict_words(verdict: Verdict, tense: Tense) -> str:
    """How a verdict is called where it is chosen, of today or of another day."""
    return in_tense(VERDICT_WORDS[verdict], tense)


def counted_words(verdict: Verdict, tense: Tense) -> str:
    """How a verdict is called after a number."""
    return COUNTED[verdict] if tense is Tense.NOW else COUNTED[verdict].replace("may ", "could ")


def breakdown(counts: Mapping[Verdict, int], *, in_full: bool, tense: Tense = Tense.NOW) -> str:
    """The counts in words: "190 may work, 3 lapsed". Not in full: only who may work and who may not.

    Applicants and candidates stand in the register too: where they are not alone in it, they are told apart.
    """
    if in_full:
        some = {
            verdict: f"{counts[verdict]:,} {counted_words(verdict, tense)}"
            for verdict in COUNTED
            if counts.get(verdict)
        }
        not_yet = some.pop(Verdict.NOT_ACCREDITED, "") if len(some) > 1 else ""
        words = ", ".join(some.values())
        number = counts.get(Verdict.NOT_ACCREDITED, 0)
        return f"{words}. The other {number:,} {ARE[tense][number != 1]} not yet accredited" if not_yet else words
    may = sum(counts.get(verdict, 0) for verdict in (Verdict.DEPLOYABLE, Verdict.CO_MEDIATION_ONLY))
    rest = sum(counts.values()) - may
    return ", ".join(f"{number:,} {word}" for number, word in ((may, "may work"), (rest, "may not work")) if number)


ARE = {Tense.NOW: ("is", "are"), Tense.PAST: ("was", "were"), Tense.AHEAD: ("would be", "would be")}


def headline(lapsed: int, soon: int, days: int) -> str:
    """The one fact of the home page: "3 have lapsed, 5 more lapse within 30 days."."""
    if not lapsed and not soon:
        return f"Nobody has lapsed, and nobody lapses within {days} days."
    past = f"{lapsed:,} {'has' if lapsed == 1 else 'have'} lapsed" if lapsed else "Nobody has lapsed"
    more = " more" if lapsed else ""
    if not soon:
        return f"{past}, nobody{more and ' else'} lapses within {days} days."
    return f"{past}, {soon:,}{more} {'lapses' if soon == 1 else 'lapse'} within {days} days."
