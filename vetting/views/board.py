"""The board: what ends when, what is to be started, what is under way. Managers read it, officers work by it."""

from datetime import date, timedelta
from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.queries import get_mediator, units
from accreditation.people.rules import Viewer
from accreditation.people.services import SENSITIVE, note_export
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.paging import Page
from vetting.exports import clearances_file
from vetting.forms import FindForm
from vetting.queries.asking import Asked, Which
from vetting.queries.boards import EndingRow, ProgressRow, ReportRow, ending_page, progress_page, reports_page
from vetting.queries.figures import LONG_WEEKS, USUAL_WEEKS, board_of, month_name
from vetting.queries.lead_times import lead_days
from vetting.rules.levels import levels
from vetting.views.blueprint import bp

LISTS = (
    ("ending", "Ending"),
    ("start", "To start in the next 30 days"),
    ("late", "Will lapse even if submitted today"),
    ("overdue", "Overdue"),
    ("progress", "In progress"),
    ("dates", "Dates missing"),
    ("reports", "Reports to see to"),
)

AGES = (("long", "More than nine weeks"),)

ON_A_PAGE = 25
"""Clearances: many facts each, which on a phone are a card."""

MOST_IN_A_FILE = 20_000


@bp.route("/vetting", methods=["GET", "POST"])
@requires(Permission.VIEW_CLEARANCE_RECORDS, scoped=True)
def board(viewer: Viewer) -> ResponseReturnValue:
    """One of the lists, with the numbers of all above it."""
    today = clock.today()
    form = FindForm()
    if form.validate_on_submit():
        return redirect(
            url_for("vetting.record", reference=get_mediator((form.reference.data or "").upper(), viewer).reference)
        )
    filters = read_board_filters()
    shown = filters.get("list") or "ending"
    asked, place = asked_for(filters, today), request.args.get("place")
    long_ago = today - timedelta(weeks=USUAL_WEEKS)

    def address(token: str | None) -> str:
        return filters.url(place=token)

    tells_reports = viewer.may_somewhere(Permission.VIEW_CLEARANCE_REFERENCE)
    page: Page[ProgressRow] | Page[EndingRow] | Page[ReportRow] | None = None
    if shown == "progress":
        page = progress_page(
            viewer,
            level=asked.level,
            unit_id=asked.unit_id,
            initiated_before=long_ago if filters.get("age") else None,
            place=place,
            address=address,
        )
    elif shown == "reports":
        page = reports_page(viewer, place=place, address=address) if tells_reports else None
    else:
        page = ending_page(viewer, asked, place=place, address=address, size=ON_A_PAGE)
    board = board_of(viewer, today)
    return render_template(
        "vetting/board.html",
        form=form,
        shown=shown,
        page=page,
        filters=filters,
        months=[(row, month_name(row.first)) for row in board.counts.months],
        counts=board.counts,
        figures=board.figures,
        under_way=board.under_way,
        long_open=board.long_open,
        usual_days=USUAL_WEEKS * 7,
        long_days=LONG_WEEKS * 7,
        lists=[(key, label) for key, label in LISTS if key != "reports" or tells_reports],
        levels=[(code, code) for code in levels()],
        units=[(str(one.id), one.name) for one in units()],
        may_record=viewer.may_somewhere(Permission.RECORD_CLEARANCE),
        may_set_rules=viewer.may_somewhere(Permission.MANAGE_VETTING_RULES),
        today=today,
    )


@bp.get("/vetting/clearances.xlsx")
@requires(Permission.VIEW_CLEARANCE_RECORDS, scoped=True)
def export(viewer: Viewer) -> ResponseReturnValue:
    """The list of clearances as it is filtered, in its order, with what this viewer may know."""
    today = clock.today()
    asked = asked_for(read_board_filters(), today)

    def listed() -> list[EndingRow]:
        return list(ending_page(viewer, asked, place=None, address=lambda _: "", size=MOST_IN_A_FILE).rows)

    rows = listed()
    with transaction():
        notice = note_export(
            "clearances",
            viewer,
            rows=len(rows),
            people=len({row.person.id for row in rows}),
            at=clock.now(),
            classification=SENSITIVE,
        )
    data = clearances_file(listed(), today, notice)  # noting it has ended the reading, and forgotten whom it read
    return send_file(BytesIO(data), XLSX, as_attachment=True, download_name=f"Clearances {today.isoformat()}.xlsx")


def asked_for(filters: Filters, on: date) -> Asked:
    """The clearances that the address asks for."""
    shown, unit = filters.get("list") or "ending", filters.get("unit")
    which = Which(shown) if shown in {known.value for known in Which} else Which.ENDING
    return Asked(
        on=on,
        leads=lead_days(),
        which=which,
        month=_month(filters.get("month")) if which is Which.ENDING else None,
        level=filters.get("level"),
        unit_id=int(unit) if unit else None,
    )


def read_board_filters(path: str | None = None) -> Filters:
    offered = (
        Filter("list", lambda value: dict(LISTS)[value], LISTS),
        Filter("level", lambda value: value, [(code, code) for code in levels()]),
        Filter("unit", lambda value: next((one.name for one in units() if str(one.id) == value), value), longest=9),
        Filter("age", lambda value: dict(AGES)[value], AGES),
        Filter("month", lambda value: month_name(_month(value) or date.min), longest=7),
    )
    filters = read_filters(request.args, offered, path=path or url_for("vetting.board"))
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
