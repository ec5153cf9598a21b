"""Whose word makes an entry of the practice log evidence, as a requirement names them."""

from collections.abc import Iterable, Iterator

from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Held, Once, Recurring, Rule
from accreditation.standing.rules.scheme import CONFIRMED_BY, Requirement

USUAL = "practice manager"
"""Where a scheme names nobody."""

BY_WORD = frozenset({"line manager", "supervisor", "provider"})
"""Who may have no account here: the office confirms for them, and says on whose word."""


def who_confirms(requirements: Iterable[Requirement], fact: Fact) -> str:
    """Who has to confirm such a fact: of all requirements that it would count for the one farthest from the mediator.

    Where it counts for none, or none names anybody, the practice manager.
    """
    named = [one.confirmed_by or USUAL for one in requirements if any(_accepts(one.rule, fact))]
    return max(named, key=CONFIRMED_BY.index, default=USUAL)


def _accepts(rule: Rule, fact: Fact) -> Iterator[bool]:
    match rule:
        case Once(asked) | Held(asked):
            yield asked.accepts(fact)
        case Accumulated():
            yield rule.asked.accepts(fact)
        case Recurring():
            yield from (asked.accepts(fact) for asked in (rule.asked, *rule.also))
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _accepts(part, fact)
