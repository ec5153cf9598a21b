"""How schemes are assessed: planning it and changing it. Callers hold the transaction; nothing here commits."""

from collections.abc import Sequence

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.standing.queries import get_scheme
from cohorts.models import Assessment, Cohort, Component, ComponentCriterion, Result
from cohorts.queries.cohorts import lock_cohort
from cohorts.rules.assessment import ComponentPlan, reasons_to_refuse_plan
from cohorts.rules.workbook import HEADINGS, MEND
from cohorts.services.cohorts import refuse_stale


def plan_assessment(
    *,
    scheme: str,
    title: str,
    components: Sequence[ComponentPlan],
    may_refer: bool,
    attempts_max: int | None,
    cooling_off_days: int,
    moderated: bool,
    independent: bool,
    appeal_days: int,
    created_by: int | None,
) -> Assessment:
    """How people are assessed for a course of that scheme. Raises DomainError with everything that does not fit."""
    _refuse(scheme, title, components, None)
    assessment = Assessment(
        scheme=scheme,
        title=title.strip(),
        may_refer=may_refer,
        attempts_max=attempts_max,
        cooling_off_days=cooling_off_days,
        moderated=moderated,
        independent=independent,
        appeal_days=appeal_days,
        created_by=created_by,
    )
    _put_components(assessment, components)
    db.session.add(assessment)
    db.session.flush()
    return assessment


def change_assessment(
    assessment_id: int,
    *,
    shown_version: int,
    title: str,
    components: Sequence[ComponentPlan],
    may_refer: bool,
    attempts_max: int | None,
    cooling_off_days: int,
    moderated: bool,
    independent: bool,
    appeal_days: int,
    changed_by: int,
) -> Assessment:
    """The changed one. Results that rest on it keep it as it was: then a new version takes its place from here on.

    Cohorts without results go over to the new one. Raises Conflict when it changed since `shown_version`.
    """
    old = db.session.get_one(Assessment, assessment_id, with_for_update=True, populate_existing=True)
    if not old.active or old.version != shown_version:
        raise Conflict(f"“{old.title}” was changed since this page was made. Nothing of yours is saved yet.")
    _refuse(old.scheme, title, components, assessment_id)
    assessed = db.session.scalars(
        select(Cohort.id)
        .where(Cohort.assessment_id == assessment_id, Cohort.id.in_(select(Result.cohort_id)))
        .order_by(Cohort.id)
    ).all()
    changed = old
    if assessed:
        old.active = False
        db.session.flush()
        changed = Assessment(scheme=old.scheme, replaces_id=old.id, created_by=changed_by)
        db.session.add(changed)
    else:
        old.components.clear()
        db.session.flush()
    changed.title, changed.may_refer, changed.attempts_max = title.strip(), may_refer, attempts_max
    changed.cooling_off_days, changed.moderated = cooling_off_days, moderated
    changed.independent, changed.appeal_days, changed.version = independent, appeal_days, shown_version + 1
    _put_components(changed, components)
    db.session.flush()
    if assessed:
        for cohort in db.session.scalars(
            select(Cohort).where(Cohort.assessment_id == old.id, Cohort.id.not_in(assessed)).order_by(Cohort.id)
        ).all():
            lock_cohort(cohort.id).assessment_id = changed.id
    for cohort in db.session.scalars(select(Cohort).where(Cohort.assessment_id == changed.id).order_by(Cohort.id)):
        cohort.version += 1  # its workbooks have other columns now
    db.session.flush()
    return changed


def _refuse(scheme: str, title: str, components: Sequence[ComponentPlan], assessment_id: int | None) -> None:
    reasons = reasons_to_refuse_plan(components, (*HEADINGS.values(), MEND))
    other = select(Assessment.id).where(
        Assessment.scheme == scheme, Assessment.title == title.strip(), Assessment.active
    )
    found = db.session.scalar(other)
    if found is not None and found != assessment_id:
        reasons.append(f"There is already an assessment called “{title.strip()}” for this scheme.")
    if reasons:
        raise DomainError(*reasons)


def _put_components(assessment: Assessment, components: Sequence[ComponentPlan]) -> None:
    for position, plan in enumerate(components, 1):
        part = Component(position=position, title=plan.title, required=plan.required)
        part.criteria = [ComponentCriterion(position=place, text=text) for place, text in enumerate(plan.criteria, 1)]
        assessment.components.append(part)


def choose_assessment(cohort_id: int, assessment_id: int | None, *, version: int) -> Cohort:
    """The cohort is assessed like that; None: by an outcome alone.

    Raises Conflict when the cohort changed since, DomainError once there are results or for another scheme's.
    """
    cohort = lock_cohort(cohort_id)
    refuse_stale(cohort, version)
    if db.session.scalar(select(Result.id).where(Result.cohort_id == cohort_id).limit(1)):
        raise DomainError("There are results already, so how they are assessed cannot be changed.")
    if assessment_id is not None:
        chosen = db.session.get(Assessment, assessment_id)
        if chosen is None or not chosen.active or chosen.scheme != cohort.scheme:
            raise DomainError(f"Choose one of the assessments for {get_scheme(cohort.scheme, cohort.starts_on).name}.")
    cohort.assessment_id = assessment_id
    cohort.version += 1
    db.session.flush()
    return cohort
