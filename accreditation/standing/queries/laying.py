"""What a form about overlays offers, and what somebody should know before they decide."""

from collections.abc import Sequence
from datetime import date

from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.laying import Laid
from accreditation.standing.rules.overlays import WAIVING
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.words import day, days_from, plural

EVERY = "*"


def scheme_choices(schemes: Sequence[Scheme]) -> list[tuple[str, str]]:
    return [(scheme.code, scheme.name or scheme.code) for scheme in schemes]


def requirement_choices(schemes: Sequence[Scheme]) -> list[tuple[str, str]]:
    """ "SCHEME requirement" and its label; one that several schemes have may be chosen for all of them at once."""
    several = len(schemes) > 1
    found = [
        (
            f"{scheme.code} {requirement.code}",
            (requirement.label or requirement.code) + (f" ({scheme.name or scheme.code})" if several else ""),
        )
        for scheme in schemes
        for requirement in scheme.requirements
    ]
    codes = [requirement.code for scheme in schemes for requirement in scheme.requirements]
    shared = {code for code in codes if codes.count(code) > 1}
    labels = {requirement.code: requirement.label for scheme in schemes for requirement in scheme.requirements}
    return found + [(f"{EVERY} {code}", f"{labels[code] or code} (in every scheme)") for code in sorted(shared)]


def remarks_on(laid: Laid, facts: Sequence[Fact], schemes: Sequence[Scheme], on: date) -> list[str]:
    """What is unusual about it, as sentences: dates in the past, what else holds on these days, what it cannot do."""
    said = []
    if laid.starts_on < on:
        ago = days_from(laid.starts_on, on)
        words = f"Backdated: the first day was {ago}" if laid.kind == "leave" else f"It begins in the past, {ago}"
        said.append(
            f"{words}, on {day(laid.starts_on)}. The register will say so of days that have passed; "
            "what was known on those days is kept beside it."
        )
        worked = [
            fact for fact in facts if fact.kind == "case" and fact.starts_on in laid.span and fact.starts_on <= on
        ]
        if worked and laid.kind not in WAIVING:
            said.append(f"{plural(len(worked), 'case')} recorded on these days: look at them.".capitalize())
    if laid.ends_on is not None and laid.ends_on <= on:
        said.append("All of it lies in the past. Today’s verdict changes only where a date is moved by it.")
    said += _beside(laid, facts)
    said += _what_it_cannot_do(laid, schemes)
    return said


def _beside(laid: Laid, facts: Sequence[Fact]) -> list[str]:
    other = {"leave": "suspension", "suspension": "leave"}.get(laid.kind)
    touching = [
        fact
        for fact in facts
        if fact.kind == other and fact.starts_on < laid.span.ends_on and laid.starts_on < fact.span.ends_on
    ]
    if not touching:
        return []
    if laid.kind == "leave":
        return ["They are suspended on some of these days: the register goes on saying suspended on those."]
    return ["They are on leave on some of these days: the register will say suspended on those."]


def _what_it_cannot_do(laid: Laid, schemes: Sequence[Scheme]) -> list[str]:
    said = []
    if laid.kind == "leave":
        days = (laid.span.ends_on - laid.starts_on).days
        caps = {scheme.leave_cap_days for scheme in schemes if scheme.leave_cap_days < days}
        if caps:
            said.append(f"Leave of {days} days: it moves a date by at most {plural(min(caps), 'day')}.")
    elif laid.kind in WAIVING:
        requirements = [
            requirement
            for scheme in schemes
            for requirement in scheme.requirements
            if requirement.code == laid.requirement and laid.scheme in (None, scheme.code)
        ]
        if any("clearance" in requirement.rule.kinds for requirement in requirements):
            said.append(
                "This is a clearance. Nobody is taken for cleared who is not: the vetting unit’s own authority must be "
                "behind it, and be named."
            )
    return said
