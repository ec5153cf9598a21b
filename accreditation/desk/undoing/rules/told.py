"""What was, or would be, undone for one person, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from accreditation.web.words import plural

LETTERS = ("none", "taken_back", "to_confirm")
"""What becomes of the letter about a release: there was none, it had not gone yet, or it had and is corrected."""


@dataclass(frozen=True)
class Undone:
    """What becomes of one person's result. `kept_because`: nothing does, for this reason."""

    kept_because: str | None = None
    result: str = ""
    facts: int = 0
    awards: Sequence[str] = ()
    letter: str = "none"


def sentences(undone: Undone, *, done: bool) -> list[str]:
    """What becomes of it, or what became of it when it is `done`."""
    if undone.kept_because:
        return [undone.kept_because]
    said = [undone.result]
    if undone.facts:
        facts = plural(undone.facts, "fact of the ledger", "facts of the ledger")
        said.append(f"{facts} {_was(undone.facts, done)} struck out.")
    for number in undone.awards:
        said.append(f"Accreditation {number} {_was(1, done)} withdrawn from its first day.")
    if undone.letter == "taken_back":
        said.append(f"The letter about the result had not gone yet and {_was(1, done)} taken back.")
    elif undone.letter == "to_confirm":
        said.append("The letter about the result has gone: a letter of correction waits to be confirmed.")
    return [sentence for sentence in said if sentence]


def _was(number: int, done: bool) -> str:
    if not done:
        return "is" if number == 1 else "are"
    return "was" if number == 1 else "were"
