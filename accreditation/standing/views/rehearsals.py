"""Rehearsing a draft, and putting it in force."""

from time import monotonic

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.people.services import SENSITIVE, note_export
from accreditation.standing.exports.rehearsal import rehearsal_workbook
from accreditation.standing.forms.drafts import APPLIES_TO, StateForm
from accreditation.standing.queries.drafts import get_open_draft
from accreditation.standing.queries.editions import find_edition_beside, rehearsed_counts
from accreditation.standing.queries.explain import sees_details
from accreditation.standing.queries.rehearsal import changes_by_unit, changes_page, every_change
from accreditation.standing.queries.schemes import history_of, scheme_in
from accreditation.standing.rules.figures import differences
from accreditation.standing.rules.rehearsal import CHANGE_WORDS
from accreditation.standing.rules.verdict import VERDICT_WORDS
from accreditation.standing.services.drafts import activate_draft
from accreditation.standing.services.rehearsing import rehearse_next, start_rehearsal
from accreditation.standing.views.blueprint import bp
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires, scope_asked

SECONDS = 2.0
"""How long one request works on a rehearsal; the scheduler goes on with what is left, or the next request does."""


@bp.post("/schemes/<code>/rehearsal")
@requires(Permission.ACTIVATE_SCHEME)
def rehearse(viewer: Viewer, code: str) -> ResponseReturnValue:
    """Begin the rehearsal, or go on with it for a moment."""
    found = get_open_draft(code)
    if find_edition_beside(found.id) is None:
        try:
            with transaction():
                start_rehearsal(found.id, on=clock.today(), now=clock.now())
        except DomainError as refusal:
            flash(" ".join(refusal.reasons), "warning")
            return redirect(url_for("standing.draft", code=code))
    until = monotonic() + SECONDS
    while monotonic() < until:
        with transaction():
            done = rehearse_next(found.id, now=clock.now())
        if done:
            break
    return redirect(url_for("standing.rehearsal", code=code))


@bp.get("/schemes/<code>/rehearsal")
@requires(Permission.ACTIVATE_SCHEME, scoped=True)
def rehearsal(viewer: Viewer, code: str) -> ResponseReturnValue:
    """Who would gain, who would lose, whose last day would move; by unit, and by name for those who may know."""
    found = get_open_draft(code)
    beside = find_edition_beside(found.id)
    if beside is None:
        return redirect(url_for("standing.draft", code=code))
    edition, progress = beside
    reader = sees_details(viewer)
    page, by_unit, filters = None, [], _filters(code)
    scope_asked()
    if progress.built_at is not None and reader.grants:
        by_unit = changes_by_unit(edition.id, reader)
        unit = filters.get("unit")
        page = changes_page(
            edition.id,
            reader,
            change=filters.get("change"),
            unit_id=int(unit) if unit else None,
            place=request.args.get("after"),
            address=lambda place: filters.url(after=place),
        )
    newest = history_of(code).versions[-1].scheme
    return render_template(
        "standing/rehearsal.html",
        draft=found,
        progress=progress,
        counts=rehearsed_counts(edition.id),
        by_unit=by_unit,
        page=page,
        filters=filters,
        offered={offer.name: offer.choices for offer in filters.offered},
        words=CHANGE_WORDS,
        verdicts=VERDICT_WORDS,
        applies_to=dict(APPLIES_TO),
        differences=[] if found.retires else differences(newest, scheme_in(found.definition)),
        is_drafter=viewer.person_id in (found.drafted_by, found.edited_by),
        export_url=url_for("standing.export_rehearsal", code=code) + filters.url().removeprefix(filters.path),
    )


@bp.get("/schemes/<code>/rehearsal.xlsx")
@requires(Permission.ACTIVATE_SCHEME, scoped=True)
def export_rehearsal(viewer: Viewer, code: str) -> ResponseReturnValue:
    """Whom the draft concerns, as the filters show. Noted in the audit trail before it is handed out."""
    found = get_open_draft(code)
    beside = find_edition_beside(found.id)
    reader = sees_details(viewer)
    scope_asked()
    if beside is None or beside[1].built_at is None or not reader.grants:
        raise DomainError("There is no complete rehearsal that you may read by name.")
    filters = _filters(code)
    unit = filters.get("unit")
    rows = list(every_change(beside[0].id, reader, change=filters.get("change"), unit_id=int(unit) if unit else None))
    with transaction():
        notice = note_export(
            "a rehearsal",
            viewer,
            rows=len(rows),
            people=len(rows),
            at=clock.now(),
            classification=SENSITIVE,
            scheme=code,
        )
    content = rehearsal_workbook(rows, get_open_draft(code), notice=notice)
    headers = {"Content-Disposition": f'attachment; filename="rehearsal-{code}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)


@bp.post("/schemes/<code>/activate")
@requires(Permission.ACTIVATE_SCHEME)
def activate(viewer: Viewer, code: str) -> ResponseReturnValue:
    """The second person puts the draft in force."""
    found = get_open_draft(code)
    form = StateForm()
    if not form.validate_on_submit():
        raise DomainError("The page is too old. Open the rehearsal again.")
    try:
        with transaction():
            activate_draft(
                found.id,
                seen=form.seen_version,
                on=clock.today(),
                activated_by=viewer.person_id,
                now=clock.now(),
            )
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
        return redirect(url_for("standing.rehearsal", code=code))
    flash("The change is in force: every page reads by the new rules, as the rehearsal showed.", "success")
    return redirect(url_for("standing.scheme", code=code))


def _filters(code: str) -> Filters:
    unit_names = {str(unit.id): unit.name for unit in units()}
    offered = [Filter("change", lambda value: CHANGE_WORDS[value], list(CHANGE_WORDS.items()))]
    if unit_names:
        offered.append(Filter("unit", lambda value: f"Unit: {unit_names[value]}", list(unit_names.items())))
    return read_filters(request.args, offered, path=url_for("standing.rehearsal", code=code), keep=())
