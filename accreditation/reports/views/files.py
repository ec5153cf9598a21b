"""Reports as files. Each is noted in the audit trail before it is handed out."""

from flask import Response
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.core.sheets import XLSX
from accreditation.people.rules import Viewer
from accreditation.reports.exports.document import Document, document_of, document_of_report
from accreditation.reports.exports.pdf import as_pdf
from accreditation.reports.exports.workbook import figures_workbook, list_workbook
from accreditation.reports.queries.reports import get_report, name_of
from accreditation.reports.queries.steering import contents_of, listing_of
from accreditation.reports.rules.details import detail_in_words
from accreditation.reports.views.asked import ask_about, period_asked
from accreditation.reports.views.blueprint import bp
from accreditation.reports.views.prepared import contents_of_report
from accreditation.standing.queries.explain import sees_details
from accreditation.web.guards import requires

PDF = "application/pdf"


@bp.get("/reports/steering.xlsx")
@requires(Permission.VIEW_REPORTS)
def steering_workbook(viewer: Viewer) -> ResponseReturnValue:
    """The figures of a period, without commentary."""
    period = period_asked(clock.today()).or_refuse()
    document = document_of(
        contents_of(ask_about(viewer, period)),
        period,
        service=get_setting("service_name"),
        who=_who(viewer),
        now=clock.now(),
    )
    return _hand_out(figures_workbook(document), XLSX, document, "xlsx")


@bp.get("/reports/steering/<code>.xlsx")
@requires(Permission.VIEW_REPORTS, scoped=True)
def behind_workbook(viewer: Viewer, code: str) -> ResponseReturnValue:
    """The whole list behind a figure."""
    within = sees_details(viewer)
    if not within.grants:
        raise NotAllowed("You may see these figures, but not who is behind them.")
    period = period_asked(clock.today()).or_refuse()
    measure, listing = listing_of(code, ask_about(within, period))
    rows = [
        (row.reference, row.name, detail_in_words(row.detail, listing.kind), row.on) for row in listing.everything()
    ]
    with transaction():
        audit.note("exported the list behind a figure", figure=code, rows=len(rows), period=period.words)
    content = list_workbook(measure.label, rows, period, who=_who(viewer), now=clock.now())
    return _attachment(content, XLSX, f"{code}-{period.starts_on}-{period.through}.xlsx")


@bp.get("/reports/<int:prepared_id>.pdf")
@requires(Permission.VIEW_REPORTS, scoped=True)
def report_pdf(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    """A prepared report as a tagged PDF, headed with its marking, title, version, author, period and date."""
    document = _prepared(viewer, prepared_id)
    return _hand_out(as_pdf(document), PDF, document, "pdf")


@bp.get("/reports/<int:prepared_id>.xlsx")
@requires(Permission.VIEW_REPORTS, scoped=True)
def report_workbook(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    document = _prepared(viewer, prepared_id)
    return _hand_out(figures_workbook(document), XLSX, document, "xlsx")


def _prepared(viewer: Viewer, prepared_id: int) -> Document:
    report = get_report(prepared_id, viewer)
    return document_of_report(
        report,
        contents_of_report(report, viewer),
        service=get_setting("service_name"),
        who=_who(viewer),
        now=clock.now(),
    )


def _who(viewer: Viewer) -> str:
    return name_of(viewer)


def _hand_out(content: bytes, kind: str, document: Document, ending: str) -> Response:
    with transaction():
        audit.note("exported a steering group's report", period=document.period, as_a=ending, rows=document.rows)
    return _attachment(content, kind, f"steering-group-report-{document.first}-{document.last}.{ending}")


def _attachment(content: bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
