"""The minimum standards page."""

from flask import render_template
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.reports.queries.steering import contents_of
from accreditation.reports.rules.periods import usual_periods
from accreditation.reports.rules.standards import STANDARDS
from accreditation.reports.views.asked import address_of, ask_about
from accreditation.reports.views.blueprint import bp
from accreditation.web.guards import requires


@bp.get("/reports/standards")
@requires(Permission.VIEW_REPORTS)
def standards(viewer: Viewer) -> ResponseReturnValue:
    """Each of the ten standards with the evidence that the register holds, and what only other papers can show."""
    period = dict(usual_periods(clock.today()))["The last twelve months"]
    contents = contents_of(ask_about(viewer, period))
    shown = [
        (standard, [figure for code in standard.figures if (figure := contents.find(code))]) for standard in STANDARDS
    ]
    return render_template(
        "reports/standards.html",
        shown=shown,
        period=period,
        list_url=lambda figure: address_of("reports.behind", period, figure=figure),
    )
