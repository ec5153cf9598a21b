"""From when to when an accreditation runs: the one function that decides it."""

from datetime import date

from accreditation.core.calendar import FOREVER, Span, anniversary
from accreditation.standing.rules.requirements import Held
from accreditation.standing.rules.scheme import Requirement, Scheme


def award_span(scheme: Scheme, on: date, previous_end: date | None = None, *, anchor: date | None = None) -> Span:
    """The days of an award decided on that day, for the scheme's term; open-ended (FOREVER) without a term.

    `previous_end` is the exclusive end of the award in force or last held, None for a first one. Renewed inside the
    window it starts where the old one ends and keeps the anniversary (where the scheme renews from the end); before
    the window opens, or after the end, it counts from its own day. `anchor` is the start of the first award of an
    unbroken run, from which anniversaries are counted so that 29 February is not lost.
    """
    months = scheme.validity_months
    if months is None:
        return Span(on)
    if previous_end is not None and scheme.renew_from == "end" and in_window(scheme, on, previous_end):
        return Span(previous_end, _next_anniversary(anchor or previous_end, previous_end, months))
    return Span(on, anniversary(on, months))


def in_window(scheme: Scheme, on: date, previous_end: date) -> bool:
    """Whether a renewal decided on that day is in time to keep the anniversary."""
    return on < previous_end < FOREVER and (previous_end - on).days <= award_window_days(scheme)


def award_window_days(scheme: Scheme) -> int:
    """Days before the end in which an award may be renewed: the award requirement's window, else the scheme's."""
    return scheme.window_of(award_requirement(scheme))


def award_requirement(scheme: Scheme) -> Requirement:
    """The requirement that holds an award of the scheme itself; every scheme has one."""
    return next(
        requirement
        for requirement in scheme.requirements
        if isinstance(requirement.rule, Held)
        and requirement.rule.asked.kind == "award"
        and scheme.code in (requirement.rule.asked.codes or ())
    )


def is_within_grace(scheme: Scheme, on: date, previous_end: date) -> bool:
    """Whether a renewal decided after the end comes in the days of grace: later it is a return to practice."""
    return previous_end <= on and (on - previous_end).days < scheme.grace_days


def _next_anniversary(anchor: date, after: date, months: int) -> date:
    terms = max(1, ((after.year - anchor.year) * 12 + after.month - anchor.month) // months)
    while (ends_on := anniversary(anchor, terms * months)) <= after:
        terms += 1
    return ends_on
