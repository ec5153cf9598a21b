"""Applicants, cohorts and results: each measure is the list itself, and its number its length."""

from collections.abc import Collection

from sqlalchemy import literal, select
from sqlalchemy.orm import aliased

from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.reports.queries.listing import Listing
from accreditation.reports.rules.periods import Period
from accreditation.standing.models import Evidence, EvidenceVoid
from cohorts.models import Application, ApplicationStep, Cohort, Enrolment, Result
from cohorts.queries.cohorts import cohorts_visible_to
from cohorts.rules.stages import ACCEPTED, CONDITIONAL_OFFER, SHORTLISTED, WAY

COUNTING = ("pass", "refer", "fail")
"""DOMAIN section 4: pass rate = pass / (pass + refer + fail). Who was absent or deferred was not assessed."""

STAGES = ((SHORTLISTED, "shortlisted"), (CONDITIONAL_OFFER, "offered a place"), (ACCEPTED, "accepted a place"))
"""The stages that a report tells of those who applied, with their words."""


def applied(viewer: Viewer, period: Period) -> Listing:
    """Applications submitted in the period, whatever became of them."""
    found = (
        select(
            Application.id.label("row_id"),
            Person.sort_name.label("sort"),
            Application.reference.label("reference"),
            (Application.given_name + " " + Application.family_name).label("name"),
            Application.stage.label("detail"),
            Application.submitted_at.label("on"),
        )
        .join(Application.person)
        .where(
            Application.submitted_at >= period.from_moment,
            Application.submitted_at < period.to_moment,
            visible_to(viewer),
        )
    )
    return Listing("application", found, Person.sort_name, Application.id)


def applied_and_reached(viewer: Viewer, period: Period, stage: str) -> Listing:
    """Of these, the ones that ever stood at the stage or beyond it, also if they have left the way since."""
    beyond = WAY[WAY.index(stage) :]
    step = select(literal(1)).where(ApplicationStep.application_id == Application.id, ApplicationStep.after.in_(beyond))
    return applied(viewer, period).where(step.exists())


def applied_and_passed(viewer: Viewer, period: Period) -> Listing:
    """Of these, the ones whose place led to a released pass."""
    passed = (
        select(literal(1))
        .select_from(Result)
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .where(Enrolment.application_id == Application.id, Result.state == "released", Result.outcome == "pass")
    )
    return applied(viewer, period).where(passed.exists())


def applied_and_accredited(viewer: Viewer, period: Period) -> Listing:
    """Of these, the ones for whom an accreditation in the scheme they applied for was recorded after they applied."""
    award = (
        select(literal(1))
        .select_from(Evidence)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(
            Evidence.person_id == Application.person_id,
            Evidence.kind == "award",
            Evidence.code == Application.scheme,
            Evidence.recorded_at >= Application.submitted_at,
            EvidenceVoid.id.is_(None),
        )
    )
    return applied(viewer, period).where(award.exists())


def cohorts_running(viewer: Viewer, period: Period) -> Listing:
    """The cohorts that were trained on any day of the period; cancelled ones were not."""
    found = select(
        Cohort.id.label("row_id"),
        Cohort.title.label("sort"),
        literal("").label("reference"),
        Cohort.title.label("name"),
        Cohort.state.label("detail"),
        Cohort.starts_on.label("on"),
    ).where(
        Cohort.starts_on < period.ends_on,
        Cohort.ends_on > period.starts_on,
        Cohort.state != "cancelled",
        cohorts_visible_to(viewer),
    )
    return Listing("cohort", found, Cohort.title, Cohort.id)


def first_attempts(viewer: Viewer, period: Period, outcomes: Collection[str] = COUNTING) -> Listing:
    """Released first attempts assessed in the period, with one of these outcomes."""
    return _results(viewer, period, outcomes).where(Result.attempt == 1)


def final_attempts(viewer: Viewer, period: Period, outcomes: Collection[str] = COUNTING) -> Listing:
    """The latest counting attempt of each candidate, where it was assessed in the period with one of these outcomes."""
    later = aliased(Result)
    after = select(literal(1)).where(
        later.enrolment_id == Result.enrolment_id,
        later.state == "released",
        later.outcome.in_(COUNTING),
        later.attempt > Result.attempt,
    )
    return _results(viewer, period, outcomes).where(~after.exists())


def _results(viewer: Viewer, period: Period, outcomes: Collection[str]) -> Listing:
    found = (
        select(*Listing.columns(Result.id, Result.outcome, Result.event_on))
        .join(Result, Result.person_id == Person.id)
        .where(
            Result.state == "released",
            Result.enrolment_id.is_not(None),
            Result.outcome.in_(list(outcomes)),
            Result.event_on >= period.starts_on,
            Result.event_on < period.ends_on,
            visible_to(viewer),
        )
    )
    return Listing("mediator", found, Person.sort_name, Result.id)
