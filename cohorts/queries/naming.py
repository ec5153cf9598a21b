"""How a cohort is called where something else speaks of it, such as a reminder of its results."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.people.models import Provider
from accreditation.people.rules import Viewer
from accreditation.standing.queries.sources import Source, names_sources
from cohorts.models import Cohort
from cohorts.queries.cohorts import cohorts_visible_to


@names_sources("cohort")
def named_cohorts(ids: Collection[int], viewer: Viewer) -> dict[int, Source]:
    """By id, those that this viewer may open."""
    theirs = viewer.limited_to(Permission.VIEW_COHORTS)
    rows = (
        select(Cohort.id, Cohort.title, Provider.name)
        .join(Provider, Provider.id == Cohort.provider_id)
        .where(Cohort.id.in_(ids), cohorts_visible_to(theirs))
    )
    return {
        cohort_id: Source(f"{title}, {provider}", url_for("cohorts.cohort", cohort_id=cohort_id))
        for cohort_id, title, provider in db.session.execute(rows)
    }
