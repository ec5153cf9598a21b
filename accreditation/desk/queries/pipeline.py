"""The way from an application to a place in the service, as a row of numbers, each with the list behind it."""

from collections.abc import Collection
from datetime import date
from functools import partial

from sqlalchemy import func, select

from accreditation.awards.queries.ready import ReadyAsked, count_ready
from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.desk.queries.stamp import counted_once
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.queries.schemes import main_scheme_code
from accreditation.web.figures import Figure
from cohorts.models import Application, Cohort
from cohorts.queries.cohorts import cohorts_visible_to
from cohorts.rules import stages, states


def pipeline_for(viewer: Viewer, on: date) -> list[Figure]:
    """Applications by stage, cohorts by state and who is ready to be accredited, each for who may open its list.

    Stages and states where nobody is are left out. Three statements and the count of who is ready.
    """
    found: list[Figure] = []
    if (applications := viewer.limited_to(Permission.VIEW_APPLICATIONS)).grants:
        found += _applications(applications, [stage for stage in stages.WAY if stage in stages.OPEN])
    if (cohorts := viewer.limited_to(Permission.VIEW_COHORTS)).grants:
        found += _cohorts(cohorts)
    if (awards := viewer.limited_to(Permission.AWARD_ACCREDITATION)).grants:
        ready = counted_once(("ready", awards.grants, on), partial(_ready, awards, on))
        if ready:
            found.append(Figure("ready", ready, "ready to accredit or renew", "/awards"))
    return found


def _applications(viewer: Viewer, shown: Collection[str]) -> list[Figure]:
    rows = (
        select(Application.stage, func.count())
        .join(Application.person)
        .where(Application.submitted_at.is_not(None), Application.stage.in_(list(shown)), visible_to(viewer))
        .group_by(Application.stage)
    )
    counted = dict(db.session.execute(rows).all())
    return [
        Figure(stage, counted[stage], stages.LABELS[stage].lower(), f"/applications?stage={stage}")
        for stage in shown
        if stage in counted
    ]


def _cohorts(viewer: Viewer) -> list[Figure]:
    rows = (
        select(Cohort.state, func.count())
        .where(Cohort.state.in_(sorted(states.RUNNING)), cohorts_visible_to(viewer))
        .group_by(Cohort.state)
    )
    counted = dict(db.session.execute(rows).all())
    return [
        Figure(
            f"cohorts-{state}",
            counted[state],
            f"{'cohort' if counted[state] == 1 else 'cohorts'} {WORDS[state]}",
            f"/cohorts?state={state}",
        )
        for state in states.COHORT_STATES
        if state in counted
    ]


WORDS = {
    "planned": "planned",
    "open": "open",
    "in_training": "in training",
    "assessment": "in assessment",
    "moderation": "in moderation",
}


def _ready(viewer: Viewer, on: date) -> int:
    return sum(count_ready(viewer, ReadyAsked(main_scheme_code(), on)).values())
