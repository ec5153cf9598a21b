"""Judging by a scheme that has changed: each day by the version that holds for the person on that day."""

from collections.abc import Iterable, Sequence
from itertools import chain

from accreditation.core.calendar import Span, intersect, merge
from accreditation.standing.rules.engine import Stretch, evaluate, periods_from
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.history import History, Version, days_judged
from accreditation.standing.rules.verdict import Result

Judged = Sequence[tuple[Span, Version]]


def judge(history: History, facts: Iterable[Fact]) -> Result:
    """The verdict for every day by the versions of the scheme. With one version it is what `evaluate` says.

    On days whose version does not ask for a requirement, the requirement counts as met: what is not asked for ends
    nobody's standing, and what is asked for from a later day on is seen to end the day before.
    """
    facts = list(facts)
    judged = days_judged(history, facts)
    if len(judged) == 1:
        return evaluate(judged[0][1].scheme, facts)
    results = {version.number: evaluate(version.scheme, facts) for _, version in judged}
    return Result(
        tuple(periods_from(_stretches(judged, results))),
        {code: _met(code, judged, results) for code in _codes(judged)},
    )


def _stretches(judged: Judged, results: dict[int, Result]) -> list[Stretch]:
    """What each version says of its own days, one after the other; neighbours that say the same are one."""
    stretches: list[Stretch] = []
    for days, version in judged:
        for period in results[version.number].periods:
            starts_on = max(period.starts_on, days.starts_on)
            if starts_on < min(period.ends_on, days.ends_on) and (
                not stretches or stretches[-1][1:] != (period.verdict, period.failing)
            ):
                stretches.append((starts_on, period.verdict, period.failing))
    return stretches


def _codes(judged: Judged) -> list[str]:
    """Every requirement of these versions, in the order of the last one."""
    schemes = [version.scheme for _, version in reversed(judged)]
    return list(dict.fromkeys(requirement.code for scheme in schemes for requirement in scheme.requirements))


def _met(code: str, judged: Judged, results: dict[int, Result]) -> list[Span]:
    parts = []
    for days, version in judged:
        spans = results[version.number].requirements.get(code)
        parts.append([days] if spans is None else intersect(spans, [days]))
    return merge(chain.from_iterable(parts))
