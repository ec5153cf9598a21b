"""Figures about everybody: how long decisions take, renewals by month; and who is cleared, yes or no."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from vetting.queries.cleared import MASKED, adverse_counts, cleared_page
from vetting.queries.counting import forecast_of
from vetting.queries.figures import month_name
from vetting.queries.lead_times import decision_times, lead_days
from vetting.queries.periods import early_months
from vetting.queries.reads import reads_by_month
from vetting.rules.lead_times import ENOUGH, MONTHS_BACK
from vetting.rules.levels import levels
from vetting.views.blueprint import bp


@bp.get("/vetting/figures")
@requires(Permission.VIEW_CLEARANCE_FIGURES, scoped=True)
def figures(viewer: Viewer) -> ResponseReturnValue:
    """Lead times by level, the next 24 months of renewals, and how the load could be levelled."""
    today = clock.today()
    level = request.args.get("level") if request.args.get("level") in levels() else None
    forecast = forecast_of(viewer, today, lead_days(), early_months(), level)
    return render_template(
        "vetting/figures.html",
        times=decision_times(today),
        leads=lead_days(),
        forecast=forecast,
        names=[month_name(month.first) for month in forecast.months],
        early=early_months(),
        enough=ENOUGH,
        months_back=MONTHS_BACK,
        level=level,
        levels=levels(),
        adverse=adverse_counts(viewer),
        reads=reads_by_month(today),
        may_list=viewer.may_somewhere(Permission.VIEW_CLEARANCE_RECORDS),
        today=today,
    )


@bp.get("/vetting/cleared")
@requires(Permission.VIEW_CLEARED, scoped=True)
def cleared(viewer: Viewer) -> ResponseReturnValue:
    """Everybody with yes, pending or no; level and dates for those who may know them, masked for those who may not."""
    today = clock.today()
    offered = (Filter("q", lambda value: f"“{value}”"),)
    filters = read_filters(request.args, offered, path=url_for("vetting.cleared"))
    if viewer.may_somewhere(Permission.VIEW_CLEARANCE):
        audit.sensitive_read("the list of who is cleared")
    page = cleared_page(
        viewer,
        today,
        words=filters.get("q"),
        place=request.args.get("place"),
        address=lambda token: filters.url(place=token),
    )
    return render_template(
        "vetting/cleared.html",
        page=page,
        filters=filters,
        masked=MASKED,
        may_open=viewer.may_somewhere(Permission.VIEW_CLEARANCE_RECORDS),
        today=today,
    )
