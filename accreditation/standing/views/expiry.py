"""The calendar of ends: twelve months by requirement, and the people behind each number."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.standing.exports.forecast import month_workbook
from accreditation.standing.queries.expiry import count_ending, ending_page, everyone_ending, expiry_calendar
from accreditation.standing.rules.forecast import Month, months_from
from accreditation.standing.views.asked import Asked, choice, read_asked, workbook
from accreditation.standing.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import day


@bp.get("/forecast/calendar")
@requires(Permission.VIEW_FORECAST)
def calendar(viewer: Viewer) -> ResponseReturnValue:
    """Of those who may work today: for how many each requirement runs out in each month."""
    asked = read_asked(viewer, url_for("standing.calendar"))
    today = clock.today()
    months = months_from(today)
    lines = expiry_calendar(viewer, asked.scheme, today, months, asked.unit_id)
    most = max(
        ((number, line, month) for line in lines for number, month in zip(line.counts, months, strict=True)),
        key=lambda cell: cell[0],
        default=None,
    )
    return render_template(
        "standing/forecast_calendar.html",
        asked=asked,
        filters=asked.filters,
        months=[(month, asked.at(url_for("standing.month", month=month.name))) for month in months],
        lines=lines,
        most=most,
        today=today,
    )


@bp.get("/forecast/calendar/<month>")
@requires(Permission.VIEW_FORECAST)
def month(viewer: Viewer, month: str) -> ResponseReturnValue:
    """Whose requirement ends in that month, and what is to be done about it."""
    today = clock.today()
    chosen, asked = _month(viewer, month)
    code = asked.filters.get("by")
    return render_template(
        "standing/forecast_month.html",
        asked=asked,
        filters=asked.filters,
        month=chosen,
        page=ending_page(
            viewer,
            asked.scheme,
            today,
            chosen,
            asked.unit_id,
            code,
            place=request.args.get("after"),
            address=lambda place: asked.filters.url(after=place),
        ),
        total=count_ending(viewer, asked.scheme, today, chosen, asked.unit_id, code),
        today=today,
        export_url=url_for("standing.export_month", month=chosen.name)
        + asked.filters.url().removeprefix(asked.filters.path),
        may_export=viewer.may_somewhere(Permission.EXPORT_REGISTER),
    )


@bp.get("/forecast/calendar/<month>/export.xlsx")
@requires(Permission.EXPORT_REGISTER)
def export_month(viewer: Viewer, month: str) -> ResponseReturnValue:
    """The list of the month, as filtered. Noted in the audit trail before it is handed out."""
    viewer = viewer.limited_to(Permission.VIEW_FORECAST)
    today = clock.today()
    chosen, asked = _month(viewer, month)
    found = list(everyone_ending(viewer, asked.scheme, today, chosen, asked.unit_id, asked.filters.get("by")))
    with transaction():
        notice = note_export(
            "what ends in a month",
            viewer,
            rows=len(found),
            people=len({one.reference for one in found}),
            at=clock.now(),
            month=chosen.name,
            filters=asked.chips,
        )
    span = f"What ends from {day(chosen.first)} to {day(chosen.last)}."
    content = month_workbook(found, on=today, notes=[span, *asked.notes], notice=notice)
    return workbook(content, f"endings-{chosen.name}")


def _month(viewer: Viewer, name: str) -> tuple[Month, Asked]:
    """Raises NotFound for a month that the calendar has not."""
    chosen = next((month for month in months_from(clock.today()) if month.name == name), None)
    if chosen is None:
        raise NotFound("The calendar has no such month: it shows this one and the eleven after it.")
    asked = read_asked(
        viewer,
        url_for("standing.month", month=name),
        lambda scheme: [
            choice("by", [(one.code, one.label or one.code) for one in (*scheme.requirements, *scheme.also)], "{}")
        ],
    )
    return chosen, asked
