"""What a requirement asks for, and whether it has been asked for."""

from collections.abc import Iterable
from datetime import date

from accreditation.standing.rules.evidence import Fact, levels_including
from accreditation.standing.rules.requirements import AllOf, AnyOf, Asked, Recurring, Rule


def asked_in(rule: Rule) -> list[Asked]:
    """Everything that the rule and its parts ask for."""
    if isinstance(rule, AnyOf | AllOf):
        return [asked for part in rule.parts for asked in asked_in(part)]
    if isinstance(rule, Recurring):
        return [rule.asked, *rule.also]
    asked: Asked = rule.asked  # type: ignore[attr-defined]  # every rule but the two above asks for one thing
    return [asked]


def asked_for_on(rule: Rule, facts: Iterable[Fact], on: date) -> date | None:
    """The day on which a clearance that would meet the rule was asked for, if that is not decided yet on the day."""
    wanted = [asked for asked in asked_in(rule) if asked.kind == "clearance"]
    open_ones = [
        fact.starts_on
        for fact in facts
        if fact.kind == "clearance_application"
        and on in fact.span
        and any((codes := levels_including(asked.codes)) is None or fact.code in codes for asked in wanted)
    ]
    return min(open_ones, default=None)
