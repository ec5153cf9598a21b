"""What an administrator confirmed because the service had no second practice manager."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.permissions import Permission
from accreditation.desk.queries.exceptions import count_exceptions, exceptions_page
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/exceptions")
@requires(Permission.VIEW_REPORTS)
def exceptions(viewer: Viewer) -> ResponseReturnValue:
    """For the whole service, whoever reads its reports: what and when, and nobody it is about."""
    page = exceptions_page(
        place=request.args.get("after"), address=lambda place: url_for("desk.exceptions", after=place)
    )
    return render_template("desk/exceptions.html", page=page, total=count_exceptions())
