"""Which schemes somebody has anything to do with."""

from collections.abc import Iterable, Sequence

from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.history import History


def concerned(histories: Iterable[History], facts: Sequence[Fact], main: str) -> list[History]:
    """The schemes to judge somebody by: the main one given any fact, another given a fact that names it."""
    if not facts:
        return []
    named = {fact.code for fact in facts} | {fact.scheme for fact in facts}
    return [history for history in histories if history.code == main or history.code in named]
