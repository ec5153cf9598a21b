"""The board: what ends when, what is under way, what is overdue. Practice managers read it, officers work by it."""

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator, units
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.paging import Page
from accreditation.web.words import MONTHS
from vetting.forms import FindForm
from vetting.queries.boards import (
    EndingRow,
    ProgressRow,
    count_open,
    count_overdue,
    ending_by_month,
    ending_page,
    progress_page,
)
from vetting.rules.levels import levels
from vetting.views.blueprint import bp

LISTS = (("ending", "Ending"), ("overdue", "Overdue"), ("progress", "In progress"))

AGES = (("long", "More than nine weeks"),)

USUAL_WEEKS, LONG_WEEKS = 9, 12
"""A new CTC takes six to twelve weeks, nine on average: Ministry of Justice security guidance, April 2020."""


@bp.route("/vetting", methods=["GET", "POST"])
@requires(Permission.VIEW_CLEARANCE_RECORDS, scoped=True)
def board(viewer: Viewer) -> ResponseReturnValue:
    """One of three lists, with the numbers of all three above it."""
    today = clock.today()
    form = FindForm()
    if form.validate_on_submit():
        return redirect(
            url_for("vetting.record", reference=get_mediator((form.reference.data or "").upper(), viewer).reference)
        )
    filters = _filters()
    shown = filters.get("list") or "ending"
    level, unit = filters.get("level"), filters.get("unit")
    unit_id, month, place = int(unit) if unit else None, _month(filters.get("month")), request.args.get("place")

    long_ago = today - timedelta(weeks=USUAL_WEEKS)

    def address(token: str | None) -> str:
        return filters.url(place=token)

    page: Page[ProgressRow] | Page[EndingRow]
    if shown == "progress":
        page = progress_page(
            viewer,
            level=level,
            unit_id=unit_id,
            initiated_before=long_ago if filters.get("age") else None,
            place=place,
            address=address,
        )
    else:
        page = ending_page(
            viewer,
            on=today,
            month=month,
            overdue=shown == "overdue",
            level=level,
            unit_id=unit_id,
            place=place,
            address=address,
        )
    return render_template(
        "vetting/board.html",
        form=form,
        shown=shown,
        page=page,
        filters=filters,
        months=[(row, month_name(row.first)) for row in ending_by_month(viewer, today)],
        overdue=count_overdue(viewer, today),
        under_way=count_open(viewer),
        long_open=count_open(viewer, initiated_before=long_ago),
        usual_days=USUAL_WEEKS * 7,
        long_days=LONG_WEEKS * 7,
        lists=LISTS,
        levels=[(code, code) for code in levels()],
        units=[(str(one.id), one.name) for one in units()],
        today=today,
    )


def month_name(first: date) -> str:
    return f"{MONTHS[first.month - 1]} {first.year}"


def _filters() -> Filters:
    offered = (
        Filter("list", lambda value: dict(LISTS)[value], LISTS),
        Filter("level", lambda value: value, [(code, code) for code in levels()]),
        Filter("unit", lambda value: next((one.name for one in units() if str(one.id) == value), value), longest=9),
        Filter("age", lambda value: dict(AGES)[value], AGES),
        Filter("month", lambda value: month_name(_month(value) or date.min), longest=7),
    )
    filters = read_filters(request.args, offered, path=url_for("vetting.board"))
    values = {
        name: value
        for name, value in filters.values.items()
        if not (name == "month" and _month(value) is None) and not (name == "unit" and not value.isdecimal())
    }
    return Filters(filters.path, values, filters.offered, filters.kept)


def _month(text: str | None) -> date | None:
    """The first day of a month written as 2027-03; anything else is no month."""
    year, _, month = (text or "").partition("-")
    if len(year) == 4 and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12 and int(year) > 0:
        return date(int(year), int(month), 1)
    return None
