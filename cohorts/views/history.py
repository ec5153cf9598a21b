"""What was done to the results of a cohort, each with the way to undo it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from accreditation.core.permissions import Permission
from accreditation.people.rules import Subject, Viewer
from accreditation.web.guards import requires
from cohorts.queries.acts import acts_of
from cohorts.queries.cohorts import get_cohort_to_record
from cohorts.rules.acts import DOORS
from cohorts.views.blueprint import bp


@bp.get("/cohorts/<int:cohort_id>/history")
@requires(Permission.RECORD_RESULTS, scoped=True)
def history(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_record(cohort_id, viewer)
    return render_template(
        "cohorts/history.html",
        cohort=cohort,
        rows=acts_of(cohort_id),
        doors=DOORS,
        may_release=viewer.may(Permission.RELEASE_RESULTS, Subject(provider_id=cohort.provider_id)),
    )
