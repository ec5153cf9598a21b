"""What reports there are, and the steering group's figures for any period."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission, Scope
from accreditation.people.rules import Viewer
from accreditation.reports.queries.reports import reports_page
from accreditation.reports.queries.steering import contents_of
from accreditation.reports.rules.periods import usual_periods
from accreditation.reports.views.asked import address_of, ask_about, period_asked
from accreditation.reports.views.blueprint import bp
from accreditation.reports.views.pictures import drawn
from accreditation.web.guards import requires

OTHERS = (
    ("Service figures", "practice.figures", Permission.VIEW_REPORTS, "conclusion and resolution rates by unit"),
    ("Cover forecast", "standing.cover", Permission.VIEW_FORECAST, "who may work in the weeks to come"),
    ("Equality figures", "cohorts.equality", Permission.VIEW_EQUALITY, "from application to accreditation"),
)
"""Reports that other rooms keep: title, endpoint, what a viewer needs, and what stands there."""


@bp.get("/reports")
@requires(Permission.VIEW_REPORTS)
def reports(viewer: Viewer) -> ResponseReturnValue:
    """The reports that were prepared, and the way to every other."""
    page = reports_page(
        viewer, place=request.args.get("after"), address=lambda after: url_for("reports.reports", after=after)
    )
    return render_template(
        "reports/reports.html", page=page, may_prepare=may_prepare(viewer), others=others_for(viewer)
    )


@bp.get("/reports/steering")
@requires(Permission.VIEW_REPORTS)
def steering(viewer: Viewer) -> ResponseReturnValue:
    """The figures of a period as they are recorded now, each with the list behind it."""
    today = clock.today()
    asked = period_asked(today)
    contents = contents_of(ask_about(viewer, asked.period))
    return render_template(
        "reports/steering.html",
        asked=asked,
        period=asked.period,
        contents=contents,
        pictures=drawn(contents),
        usual=[(name, address_of("reports.steering", period), period) for name, period in usual_periods(today)],
        whole_service=bool(viewer.ids(Scope.SERVICE)),
        may_prepare=may_prepare(viewer),
        export_url=address_of("reports.steering_workbook", asked.period),
        prepare_url=address_of("reports.prepare", asked.period),
        list_url=lambda figure: address_of("reports.behind", asked.period, figure=figure),
        has_errors=bool(asked.problems),
        today=today,
    )


def others_for(viewer: Viewer) -> list[tuple[str, str, str]]:
    """Those that this viewer may open."""
    return [
        (title, url_for(endpoint), words) for title, endpoint, needed, words in OTHERS if viewer.may_somewhere(needed)
    ]


def may_prepare(viewer: Viewer) -> bool:
    """A report is about the whole service, so whoever manages a part of it prepares none."""
    return bool(viewer.limited_to(Permission.PREPARE_REPORT).ids(Scope.SERVICE))
