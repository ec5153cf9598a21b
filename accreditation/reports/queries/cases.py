"""Mediations: each measure is the list of the cases themselves, by reference alone."""

from collections.abc import Collection

from sqlalchemy import func, literal, select

from accreditation.people.rules import Viewer
from accreditation.practice.models import MediationCase
from accreditation.practice.queries.cases import cases_visible_to
from accreditation.practice.rules.cases import CONCLUDED, OPEN
from accreditation.reports.queries.listing import Listing
from accreditation.reports.rules.periods import Period

RESOLVED = ("resolved",)


def referred(viewer: Viewer, period: Period, outcomes: Collection[str] | None = None) -> Listing:
    """The cases referred in the period; with `outcomes` those of them that have ended so by now."""
    found = select(
        MediationCase.id.label("row_id"),
        MediationCase.reference.label("sort"),
        literal("").label("reference"),
        MediationCase.reference.label("name"),
        func.coalesce(MediationCase.outcome, OPEN).label("detail"),
        MediationCase.counted_on.label("on"),
    ).where(
        MediationCase.counted_on >= period.starts_on,
        MediationCase.counted_on < period.ends_on,
        cases_visible_to(viewer),
    )
    if outcomes is not None:
        found = found.where(MediationCase.outcome.in_(list(outcomes)))
    return Listing("case", found, MediationCase.reference, MediationCase.id)


def concluded(viewer: Viewer, period: Period) -> Listing:
    return referred(viewer, period, CONCLUDED)


def resolved(viewer: Viewer, period: Period) -> Listing:
    return referred(viewer, period, RESOLVED)
