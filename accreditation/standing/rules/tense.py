"""Whether a sentence is about today, about a day that has passed, or about one to come."""

from datetime import date
from enum import StrEnum


class Tense(StrEnum):
    NOW = "now"
    PAST = "past"
    AHEAD = "ahead"  # what is said of it holds if nothing is done


def tense_of(on: date, today: date) -> Tense:
    if on == today:
        return Tense.NOW
    return Tense.PAST if on < today else Tense.AHEAD


OTHER_DAYS = (
    ("May ", "Could ", "Could "),
    ("On leave", "Was on leave", "Would be on leave"),
    ("Accreditation withdrawn", "Accreditation was withdrawn", "Accreditation would be withdrawn"),
    ("Left the service", "Had left the service", "Would have left the service"),
    ("Not yet accredited", "Was not yet accredited", "Would not yet be accredited"),
)
"""How each sentence begins today, of a day that has passed, and of one to come."""


def in_tense(sentence: str, tense: Tense) -> str:
    """The sentence of a verdict as it is said of a day that has passed, or of one to come if nothing is done."""
    if tense is Tense.NOW:
        return sentence
    for now, past, ahead in OTHER_DAYS:
        if sentence.startswith(now):
            return (past if tense is Tense.PAST else ahead) + sentence.removeprefix(now)
    return sentence
