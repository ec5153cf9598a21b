"""Reports as files. Each is noted in the audit trail before it is handed out."""

from flask import Response
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.core.sheets import XLSX, Notice
from accreditation.people.rules import Viewer
from accreditation.people.services import OFFICIAL, SENSITIVE, note_export
from accreditation.reports.exports.document import Document, document_of, document_of_report
from accreditation.reports.exports.pdf import as_pdf
from accreditation.reports.exports.workbook import figures_workbook, list_workbook
from accreditation.reports.queries.reports import get_report
from accreditation.reports.queries.steering import contents_of, listing_of
from accreditation.reports.rules.details import detail_in_words, moment_of
from accreditation.reports.rules.figures import Contents
from accreditation.reports.rules.periods import Period
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
    contents, now = contents_of(ask_about(viewer, period)), clock.now()
    notice = _note(viewer, contents, period, OFFICIAL, "xlsx")
    document = document_of(contents, period, service=get_setting("service_name"), now=now, notice=notice)
    return _hand_out(figures_workbook(document), XLSX, document, "xlsx")


@bp.get("/reports/steering/<figure>.xlsx")
@requires(Permission.VIEW_REPORTS, scoped=True)
def behind_workbook(viewer: Viewer, figure: str) -> ResponseReturnValue:
    """The whole list behind a figure."""
    within = sees_details(viewer)
    if not within.grants:
        raise NotAllowed("You may see these figures, but not who is behind them.")
    period = period_asked(clock.today()).or_refuse()
    measure, listing = listing_of(figure, ask_about(within, period))
    rows = [
        (row.reference, row.name, detail_in_words(row.detail, listing.kind), moment_of(row.on))
        for row in listing.everything()
    ]
    with transaction():
        notice = note_export(
            "the list behind a figure",
            viewer,
            rows=len(rows),
            people=0 if listing.kind in ("cohort", "case") else len({row[0] for row in rows}),
            at=clock.now(),
            classification=SENSITIVE,
            figure=figure,
            period=period.words,
        )
    content = list_workbook(measure.label, rows, period, notice)
    return _attachment(content, XLSX, f"{figure}-{period.starts_on}-{period.through}.xlsx")


@bp.get("/reports/<int:prepared_id>.pdf")
@requires(Permission.VIEW_REPORTS, scoped=True)
def report_pdf(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    """A prepared report as a tagged PDF, headed with its marking, title, version, author, period and date."""
    document = _prepared(viewer, prepared_id, "pdf")
    return _hand_out(as_pdf(document), PDF, document, "pdf")


@bp.get("/reports/<int:prepared_id>.xlsx")
@requires(Permission.VIEW_REPORTS, scoped=True)
def report_workbook(viewer: Viewer, prepared_id: int) -> ResponseReturnValue:
    document = _prepared(viewer, prepared_id, "xlsx")
    return _hand_out(figures_workbook(document), XLSX, document, "xlsx")


def _prepared(viewer: Viewer, prepared_id: int, ending: str) -> Document:
    report = get_report(prepared_id, viewer)
    contents = contents_of_report(report, viewer)
    notice = _note(viewer, contents, report.period, report.classification, ending)
    report = get_report(prepared_id, viewer)  # noting it has ended the reading
    return document_of_report(report, contents, service=get_setting("service_name"), now=clock.now(), notice=notice)


def _note(viewer: Viewer, contents: Contents, period: Period, classification: str, ending: str) -> Notice:
    with transaction():
        return note_export(
            "a steering group's report",
            viewer,
            rows=len(contents.figures()),
            people=0,
            at=clock.now(),
            classification=classification,
            period=period.words,
            as_a=ending,
        )


def _hand_out(content: bytes, kind: str, document: Document, ending: str) -> Response:
    return _attachment(content, kind, f"steering-group-report-{document.first}-{document.last}.{ending}")


def _attachment(content: bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
