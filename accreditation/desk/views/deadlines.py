"""What is owed by a day, whoever owes it."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.desk.queries.deadlines import count_deadlines, deadlines_page
from accreditation.desk.rules.deadlines import WHEN
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires


@bp.get("/deadlines")
@requires(Permission.VIEW_ATTENTION)
def deadlines(viewer: Viewer) -> ResponseReturnValue:
    """Results that are owed and call-backs that were promised, the longest overdue first."""
    today = clock.today()
    offered = [Filter("when", lambda value: dict(WHEN)[value], WHEN)]
    filters = read_filters(request.args, offered, path=url_for("desk.deadlines"))
    when = filters.get("when")
    page = deadlines_page(
        viewer, when, today, place=request.args.get("after"), address=lambda place: filters.url(after=place)
    )
    return render_template(
        "desk/deadlines.html",
        page=page,
        total=count_deadlines(viewer, when, today),
        passed=count_deadlines(viewer, "passed", today),
        filters=filters,
        offered=WHEN,
        today=today,
    )
