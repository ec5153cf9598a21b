"""Published equality figures: what anybody may read, for those who look after the service. Nobody sees an answer."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.documents import DOCX
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.core.sheets import XLSX, Notice
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.web.guards import requires
from accreditation.web.words import day
from cohorts.exports.equality.document import assessment_document
from cohorts.exports.equality.workbook import figures_workbook
from cohorts.queries.equality import (
    collections,
    find_state,
    get_collection,
    last_published,
    published_figures,
    questions,
)
from cohorts.rules.equality.assessment import OPEN, Part, assessment
from cohorts.rules.equality.report import NOTICE, RULES
from cohorts.rules.equality.stages import COUNTED, LABELS, MEANINGS, Collection
from cohorts.views.blueprint import bp


@bp.get("/equality")
@requires(Permission.VIEW_EQUALITY)
def equality(viewer: Viewer) -> ResponseReturnValue:
    found = collections()
    return render_template(
        "cohorts/equality/collections.html",
        collections=found,
        published=last_published([one.key for one in found]),
        today=clock.today(),
        rules=RULES,
    )


@bp.get("/equality/<key>")
@requires(Permission.VIEW_EQUALITY)
def equality_figures(viewer: Viewer, key: str) -> ResponseReturnValue:
    collection = get_collection(key)
    state = find_state(key)
    return render_template(
        "cohorts/equality/figures.html",
        collection=collection,
        figures=published_figures(key),
        cut_on=(state.cut_on if state else None) or collection.cut_on(int(get_setting("equality_cut_months"))),
        is_cut=bool(state and state.cut_on),
        today=clock.today(),
        rules=RULES,
        notice=NOTICE,
        meanings=[(LABELS[stage], MEANINGS[stage]) for stage in COUNTED],
    )


@bp.get("/equality/<key>/figures.xlsx")
@requires(Permission.VIEW_EQUALITY)
def equality_workbook(viewer: Viewer, key: str) -> ResponseReturnValue:
    collection = get_collection(key)
    figures, name = published_figures(key), f"equality-figures-{collection.key}.xlsx"
    notice = _note(viewer, collection, name, len(figures))
    return _file(figures_workbook(collection.title, figures, notice=notice), XLSX, name)


@bp.get("/equality/<key>/assessment")
@requires(Permission.VIEW_EQUALITY)
def equality_assessment(viewer: Viewer, key: str) -> ResponseReturnValue:
    collection = get_collection(key)
    return render_template(
        "cohorts/equality/assessment.html", collection=collection, parts=_assessment(collection), open_words=OPEN
    )


@bp.get("/equality/<key>/assessment.docx")
@requires(Permission.VIEW_EQUALITY)
def equality_document(viewer: Viewer, key: str) -> ResponseReturnValue:
    collection = get_collection(key)
    parts, name = _assessment(collection), f"equality-impact-assessment-{collection.key}.docx"
    notice = _note(viewer, collection, name, len(parts))
    return _file(assessment_document(collection.title, parts, notice=notice), DOCX, name)


def _assessment(collection: Collection) -> list[Part]:
    figures = published_figures(collection.key)
    days = {shown.published_on for one in figures for shown in one.shown}
    period = f"Applications until {day(last_good_day(collection.closes_on))}"
    if days:
        period += f"; figures as published up to {day(max(days))}"
    return assessment(collection.title, period, figures, questions(), service=get_setting("service_name"))


def _note(viewer: Viewer, collection: Collection, name: str, rows: int) -> Notice:
    """Published figures are sums, about nobody by name."""
    with transaction():
        return note_export(
            "equality figures", viewer, rows=rows, people=0, at=clock.now(), key=collection.key, file=name
        )


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
