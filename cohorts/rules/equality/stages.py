"""The stages that are counted, from application to the point of joining (founding document 003), and when they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import anniversary

APPLIED, SHORTLISTED, OFFERED = "applied", "shortlisted", "offered"
TRAINED, PASSED, ACCREDITED = "trained", "passed", "accredited"
COUNTED = (APPLIED, SHORTLISTED, OFFERED, TRAINED, PASSED, ACCREDITED)

LABELS = {stage: stage.capitalize() for stage in COUNTED}

MEANINGS = {
    APPLIED: "sent an application",
    SHORTLISTED: "were shortlisted, or went further",
    OFFERED: "had an offer, with or without conditions",
    TRAINED: "attended a training course to its end",
    PASSED: "passed the assessment",
    ACCREDITED: "were accredited",
}

SHORTLISTED_STEPS = frozenset(
    {"shortlisted", "interview", "reserve_list", "conditional_offer", "vetting", "offered_place", "accepted"}
)
OFFERED_STEPS = frozenset({"conditional_offer", "vetting", "offered_place", "accepted"})

YEAR = "year-"
"""How the key of applications without an intake begins: they are counted by the calendar year of sending them."""


@dataclass(frozen=True)
class Collection:
    """The applications that are counted together. Nobody joins them from `closes_on` on."""

    key: str
    title: str
    closes_on: date
    intake_id: int | None = None
    year: int | None = None

    def cut_on(self, months: int) -> date:
        """The day on which answers and applications can no longer be brought together."""
        return anniversary(self.closes_on, months)


def reached_on(own: Sequence[date | None]) -> tuple[date | None, ...]:
    """When each stage was reached at the latest: who reached a later stage has reached those before it."""
    found: list[date | None] = []
    later: date | None = None
    for day in reversed(own):
        later = min((one for one in (day, later) if one is not None), default=None)
        found.append(later)
    return tuple(reversed(found))
