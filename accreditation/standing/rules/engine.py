"""The one engine: evidence and a scheme go in, the verdict for every day comes out.

Pure, and a sweep over the days on which something changes: it costs the same for one year or a hundred.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from accreditation.core.calendar import FOREVER, Span, merge
from accreditation.standing.rules.evidence import Dossier, Fact, dossier_of
from accreditation.standing.rules.overlays import overlays, waivers_of
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import LIMITS, Period, Result, Verdict

Stretch = tuple[date, Verdict, tuple[str, ...]]
"""From that day on: the verdict and the failing requirements."""


def evaluate(scheme: Scheme, facts: Iterable[Fact]) -> Result:
    """Judge one person's facts by one scheme. What was not known at the moment asked about is already left out."""
    facts = list(facts)
    dossier = dossier_for(scheme, facts)
    met = {requirement.code: requirement_days(requirement.code, scheme, dossier) for requirement in scheme.requirements}
    if not facts:
        return Result((), met)
    first = min(fact.starts_on for fact in facts)
    return Result(tuple(periods_from(_stretches(scheme, met, overlays(dossier), first))), met)


def dossier_for(scheme: Scheme, facts: Iterable[Fact]) -> Dossier:
    return dossier_of(facts, scheme.code, window_days=scheme.window_days, leave_cap_days=scheme.leave_cap_days)


def requirement_days(code: str, scheme: Scheme, dossier: Dossier) -> list[Span]:
    """The days on which a requirement is met or waived, as merged spans."""
    requirement = scheme.find(code)
    if requirement is None:
        raise KeyError(code)
    met = requirement.rule.met(dossier)
    waivers = waivers_of(code, dossier)
    return merge([*met, *(waiver.span for waiver in waivers)]) if waivers else met


def _stretches(
    scheme: Scheme, met: dict[str, list[Span]], laid_over: Sequence[tuple[Verdict, list[Span]]], first: date
) -> list[Stretch]:
    """Walk over the days on which anything begins or ends, from the first on. Neighbours that say the same are one."""
    codes = [requirement.code for requirement in scheme.requirements]
    lead_only = frozenset(requirement.code for requirement in scheme.requirements if requirement.lead_only)
    tracks = [met[code] for code in codes] + [spans for _, spans in laid_over]
    verdicts = [verdict for verdict, _ in laid_over]
    requirements = len(codes)
    holds = [False] * len(tracks)
    changes: list[tuple[date, int, bool]] = []
    for track, spans in enumerate(tracks):
        for span in spans:
            changes.append((span.starts_on, track, True))
            if span.ends_on < FOREVER:
                changes.append((span.ends_on, track, False))
    changes.sort()  # spans of a track never touch, so no day has a track both begin and end

    stretches: list[Stretch] = []
    at, day = 0, first
    while True:
        while at < len(changes) and changes[at][0] <= day:
            _, track, begins = changes[at]
            holds[track] = begins
            at += 1
        failing = tuple(codes[i] for i in range(requirements) if not holds[i])
        verdict = next((verdicts[i] for i in range(len(verdicts)) if holds[requirements + i]), None)
        if verdict is None:
            if not failing:
                verdict = Verdict.DEPLOYABLE
            else:
                verdict = Verdict.CO_MEDIATION_ONLY if lead_only.issuperset(failing) else Verdict.LAPSED
        if not stretches or stretches[-1][1:] != (verdict, failing):
            stretches.append((day, verdict, failing))
        if at == len(changes):
            return stretches
        day = changes[at][0]


def periods_from(stretches: Sequence[Stretch]) -> Iterable[Period]:
    """Give every stretch its end, and every deployable one what ends it."""
    following: Sequence[Stretch | None] = [*stretches[1:], None]
    for (starts_on, verdict, failing), after in zip(stretches, following, strict=True):
        if after is None:
            yield Period(starts_on, FOREVER, verdict, failing)
        elif verdict is Verdict.DEPLOYABLE:
            limiting = LIMITS.get(after[1]) or after[2][0]
            yield Period(starts_on, after[0], verdict, failing, limiting, after[0])
        else:
            yield Period(starts_on, after[0], verdict, failing)
