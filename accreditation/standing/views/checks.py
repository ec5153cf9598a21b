"""The checks that what is stored is what the evidence says."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.queries.checks import check_state, checks_page
from accreditation.standing.views.blueprint import bp
from accreditation.web.guards import requires


@bp.get("/checks")
@requires(Permission.VIEW_CHECKS)
def checks(viewer: Viewer) -> ResponseReturnValue:
    """Every check that was made, newest first."""
    return render_template(
        "standing/checks.html",
        state=check_state(viewer, clock.now()),
        page=checks_page(
            viewer,
            place=request.args.get("after"),
            address=lambda place: url_for("standing.checks", after=place),
        ),
    )
