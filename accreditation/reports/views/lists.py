"""The list behind a figure: exactly those that it counts."""

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.reports.queries.steering import listing_of
from accreditation.reports.rules.details import detail_in_words, moment_of
from accreditation.reports.views.asked import address_of, ask_about, period_asked
from accreditation.reports.views.blueprint import bp
from accreditation.standing.queries.explain import sees_details
from accreditation.web.guards import requires


@bp.get("/reports/steering/<figure>")
@requires(Permission.VIEW_REPORTS, scoped=True)
def behind(viewer: Viewer, figure: str) -> ResponseReturnValue:
    """Who is behind a figure, for those who may know of each person's standing. Raises NotFound, NotAllowed."""
    within = sees_details(viewer)
    if not within.grants:
        raise NotAllowed("You may see these figures, but not who is behind them.")
    period = period_asked(clock.today()).or_refuse()
    measure, listing = listing_of(figure, ask_about(within, period))
    page = listing.page(
        place=request.args.get("after"),
        address=lambda after: address_of("reports.behind", period, figure=figure, after=after),
    )
    return render_template(
        "reports/behind.html",
        measure=measure,
        kind=listing.kind,
        page=page,
        number=listing.count(),
        period=period,
        detail=detail_in_words,
        moment=moment_of,
        link=_link(listing.kind),
        back_url=address_of("reports.steering", period),
        export_url=address_of("reports.behind_workbook", period, figure=figure),
    )


def _link(kind: str) -> Callable[[object], str]:
    """Where a row of that kind leads."""

    def link(row: object) -> str:
        if kind == "cohort":
            return url_for("cohorts.cohort", cohort_id=row.row_id)  # type: ignore[attr-defined]
        if kind == "exception":
            return url_for("desk.exceptions")
        if kind == "case":
            return url_for("practice.case", case_id=row.row_id)  # type: ignore[attr-defined]
        if kind == "application":
            return url_for("cohorts.application", reference=row.reference)  # type: ignore[attr-defined]
        return url_for("desk.mediator", reference=row.reference)  # type: ignore[attr-defined]

    return link
