"""The forecast: how many may work in the weeks to come, who drops out and why, and who comes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.standing.exports.forecast import forecast_workbook, week_workbook
from accreditation.standing.queries.changes import (
    Week,
    arriving_page,
    count_dropping,
    dropping_page,
    everyone_arriving,
    everyone_dropping,
)
from accreditation.standing.queries.forecast import Forecast, forecast
from accreditation.standing.queries.supposing import WithPlan, planned, with_plan
from accreditation.standing.rules.forecast import monday_of, points_from
from accreditation.standing.rules.scheme import OVERLAY_LABELS, Scheme
from accreditation.standing.views.asked import Asked, choice, read_asked, workbook
from accreditation.standing.views.blueprint import bp
from accreditation.standing.views.pictures import chart_of, herds_of
from accreditation.web.filters import Filter
from accreditation.web.guards import requires
from accreditation.web.words import day

AHEAD = (13, 26, 52)
"""Weeks: the columns of the table of units."""


@bp.get("/forecast")
@requires(Permission.VIEW_FORECAST)
def cover(viewer: Viewer) -> ResponseReturnValue:
    """The next 52 weeks as a chart and as a table, by unit, with the days on which many end at once."""
    asked = read_asked(viewer, url_for("standing.cover"))
    found = forecast(viewer, asked.scheme, clock.today(), asked.unit_id)
    urls = [week_url(asked, point.on) for point in found.points[:-1]]
    supposing = _supposing(viewer, asked, found)
    return render_template(
        "standing/forecast.html",
        found=found,
        supposing=supposing,
        asked=asked,
        filters=asked.filters,
        chart=chart_of(found, where=asked.where, urls=urls, supposing=supposing),
        urls=urls,
        herds=herds_of(found, asked.scheme, asked.shared),
        ahead=AHEAD,
        today=found.on,
        may_export=viewer.may_somewhere(Permission.EXPORT_REGISTER),
    )


@bp.get("/forecast/export.xlsx")
@requires(Permission.EXPORT_REGISTER)
def export_cover(viewer: Viewer) -> ResponseReturnValue:
    """The table of the forecast. Noted in the audit trail before it is handed out."""
    viewer = viewer.limited_to(Permission.VIEW_FORECAST)
    asked = read_asked(viewer, url_for("standing.cover"))
    found = forecast(viewer, asked.scheme, clock.today(), asked.unit_id)
    supposing = _supposing(viewer, asked, found)
    with transaction():
        notice = note_export(
            "the forecast", viewer, rows=len(found.points), people=0, at=clock.now(), filters=asked.chips
        )
    content = forecast_workbook(found, where=asked.where, notes=asked.notes, notice=notice, supposing=supposing)
    return workbook(content, f"forecast-{found.on.isoformat()}")


@bp.get("/forecast/<monday>")
@requires(Permission.VIEW_FORECAST)
def week(viewer: Viewer, monday: str) -> ResponseReturnValue:
    """Who drops out in that week and why, what can be done about it, and who comes in."""
    begins = _day(monday)
    if begins != monday_of(begins):
        asked = read_asked(viewer, request.path)
        return redirect(week_url(asked, begins))
    shown = _week(viewer, begins)
    filters, found = shown.asked.filters, shown.found
    return render_template(
        "standing/forecast_week.html",
        asked=shown.asked,
        filters=filters,
        point=found.points[shown.place],
        following=found.points[shown.place + 1],
        last_day=last_good_day(shown.days.by),
        dropping=dropping_page(
            viewer,
            shown.days,
            found.on,
            place=request.args.get("after"),
            address=lambda place: filters.url(after=place),
        ),
        listed=count_dropping(viewer, shown.days),
        arriving=arriving_page(
            viewer,
            shown.days,
            found.on,
            place=request.args.get("come_after"),
            address=lambda place: filters.url(come_after=place),
        ),
        earlier=week_url(shown.asked, found.points[shown.place - 1].on) if shown.place else None,
        later=week_url(shown.asked, shown.days.by) if shown.place < len(found.points) - 2 else None,
        today=found.on,
        export_url=_beside(shown.asked, url_for("standing.export_week", monday=begins.isoformat())),
        may_export=viewer.may_somewhere(Permission.EXPORT_REGISTER),
    )


@bp.get("/forecast/<monday>/export.xlsx")
@requires(Permission.EXPORT_REGISTER)
def export_week(viewer: Viewer, monday: str) -> ResponseReturnValue:
    """Both lists of the week, as filtered. Noted in the audit trail before it is handed out."""
    viewer = viewer.limited_to(Permission.VIEW_FORECAST)
    shown = _week(viewer, _day(monday))
    dropping = list(everyone_dropping(viewer, shown.days, shown.found.on))
    arriving = list(everyone_arriving(viewer, shown.days, shown.found.on))
    with transaction():
        notice = note_export(
            "a week of the forecast",
            viewer,
            rows=len(dropping) + len(arriving),
            people=len({one.reference for one in dropping} | {one.reference for one in arriving}),
            at=clock.now(),
            week=monday,
            filters=shown.asked.chips,
        )
    span = f"Between {day(shown.days.after)} and {day(shown.days.by)}."
    content = week_workbook(dropping, arriving, notes=[span, *shown.asked.notes], notice=notice)
    return workbook(content, f"forecast-week-{monday}")


def _supposing(viewer: Viewer, asked: Asked, found: Forecast) -> WithPlan | None:
    """The forecast with what is planned, if anything is."""
    ahead = planned(viewer, asked.scheme, found.on, asked.unit_id)
    return with_plan(viewer, asked.scheme, found, asked.unit_id, ahead) if ahead else None


@dataclass(frozen=True)
class ShownWeek:
    """A week of the forecast: the number of its first point, and what is asked of the days up to the next."""

    asked: Asked
    found: Forecast
    place: int
    days: Week


def _week(viewer: Viewer, begins: date) -> ShownWeek:
    """Raises NotFound for a week that the forecast has not."""
    today = clock.today()
    points = points_from(today)
    place = next((n for n, point in enumerate(points[:-1]) if monday_of(point) == begins), None)
    if place is None:
        raise NotFound(
            f"The forecast has no week that begins on {day(begins)}: it reaches from today to {day(points[-1])}."
        )
    address = url_for("standing.week", monday=begins.isoformat())
    asked = read_asked(viewer, address, lambda scheme: _narrower(scheme, points[place], points[place + 1]))
    found = forecast(viewer, asked.scheme, today, asked.unit_id, by_unit=False)
    last_day = asked.filters.get("day")
    days = Week(
        asked.scheme,
        after=points[place],
        by=points[place + 1],
        unit_id=asked.unit_id,
        because=asked.filters.get("by"),
        last_day=date.fromisoformat(last_day) if last_day else None,
    )
    return ShownWeek(asked, found, place, days)


def _narrower(scheme: Scheme, first: date, following: date) -> Sequence[Filter]:
    """What only a week offers: because of what, and on which day."""
    limits = [(one.code, one.label or one.code) for one in (*scheme.requirements, *scheme.also)]
    days = [days_after(first, number) for number in range((following - first).days)]
    return [
        choice("by", [*limits, *OVERLAY_LABELS.items()], "Because of: {}"),
        choice("day", [(one.isoformat(), day(one)) for one in days], "Last good day: {}"),
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such week.") from None


def week_url(asked: Asked, on: date) -> str:
    """The page of the week that holds the day, about the same scheme and unit."""
    return asked.at(url_for("standing.week", monday=monday_of(on).isoformat()))


def _beside(asked: Asked, path: str) -> str:
    """The same filters at another address."""
    return path + asked.filters.url().removeprefix(asked.filters.path)
