"""What lies over the requirements: leaving, withdrawal, suspension, leave, and waivers of a requirement."""

from datetime import date

from accreditation.core.calendar import FOREVER, Span, complement, merge
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.verdict import Verdict

WAIVING = ("waiver", "extension")
"""They differ in authority and wording only."""


def overlays(dossier: Dossier) -> list[tuple[Verdict, list[Span]]]:
    """The days of each verdict that does not depend on requirements, the one that prevails first."""
    return [
        (Verdict.LEFT, days_after_leaving(dossier)),
        (Verdict.NOT_ACCREDITED, days_before_the_first_award(dossier)),
        (Verdict.WITHDRAWN, _days_of("withdrawal", dossier)),
        (Verdict.SUSPENDED, _days_of("suspension", dossier)),
        (Verdict.ON_LEAVE, dossier.leave),
    ]


def days_after_leaving(dossier: Dossier) -> list[Span]:
    """The days by which a membership has ended and on which none holds."""
    memberships = [fact.span for fact in dossier.by_kind.get("membership", ())]
    if not memberships:
        return []
    first_end = min(span.ends_on for span in memberships)
    return complement(merge(memberships), Span(first_end)) if first_end < FOREVER else []


def days_before_the_first_award(dossier: Dossier) -> list[Span]:
    """The days on which no award of the scheme has started yet."""
    if not dossier.awards:
        return [Span(date.min)]
    return merge([Span(date.min, min(award.starts_on for award in dossier.awards))])


def waivers_of(code: str, dossier: Dossier) -> list[Fact]:
    """The waivers and extensions that name the requirement."""
    return [fact for kind in WAIVING for fact in dossier.by_kind.get(kind, ()) if fact.code == code]


def _days_of(kind: str, dossier: Dossier) -> list[Span]:
    return merge(fact.span for fact in dossier.by_kind.get(kind, ()))
