"""Which schemes somebody has anything to do with."""

from collections.abc import Iterable, Sequence

from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.scheme import Scheme


def concerned(schemes: Iterable[Scheme], facts: Sequence[Fact], main: str) -> list[Scheme]:
    """The schemes to judge somebody by: the main one given any fact, another given a fact that names it."""
    if not facts:
        return []
    named = {fact.code for fact in facts} | {fact.scheme for fact in facts}
    return [scheme for scheme in schemes if scheme.code == main or scheme.code in named]
