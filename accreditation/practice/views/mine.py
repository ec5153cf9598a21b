"""The mediator's own log."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.practice import services
from accreditation.practice.exports import log_workbook
from accreditation.practice.forms.entries import EntryForm
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries.arranged import arranged_before, arranged_of
from accreditation.practice.queries.confirming import confirmer_of, is_named
from accreditation.practice.queries.entries import entries_of, get_entry
from accreditation.practice.queries.leave import own_requests
from accreditation.practice.queries.line_managers import find_line_manager
from accreditation.practice.queries.progress import declarations_asked, kept_by_practice
from accreditation.practice.rules.entries import KINDS, lately_turned_down
from accreditation.practice.rules.line_managers import LINE_MANAGER
from accreditation.practice.views.arranged import arranged_asked
from accreditation.practice.views.blueprint import bp
from accreditation.practice.views.looking import look_at
from accreditation.standing.queries import Standing, main_scheme, standing_on
from accreditation.standing.queries.since import names_of
from accreditation.web.guards import requires

NEWEST = 20
"""Entries that the page shows before it is asked for all."""


@bp.get("/practice/mine")
@requires(Permission.LOG_PRACTICE)
def mine(viewer: Viewer) -> ResponseReturnValue:
    """One's own log, with how much of each requirement is done and by when the rest is due."""
    standing = _standing(viewer)
    entries = entries_of(viewer.person_id)
    shown = entries if request.args.get("entries") == "all" else entries[:NEWEST]
    return render_template(
        "practice/mine.html",
        entries=shown,
        arranged=arranged_of(viewer.person_id),
        arranged_before=arranged_before(shown),
        total=len(entries),
        returned=[entry for entry in entries if entry.state == "returned"],
        turned_down=[entry for entry in entries if lately_turned_down(entry.state, entry.decided_on, standing.on)],
        waiting=sum(entry.state == "logged" for entry in entries),
        kept=kept_by_practice(standing, viewer),
        names=names_of([entry.confirmed_by for entry in entries]),
        line_manager=find_line_manager(viewer.person_id) if is_named(LINE_MANAGER, standing.on) else None,
        asks_line_managers=is_named(LINE_MANAGER, standing.on),
        confirmers={one.code: one.confirmed_by for one in standing.scheme.requirements},
        scheme=standing.scheme,
        leave=[asked for asked in own_requests(viewer.person_id) if asked.state == "asked"],
        today=standing.on,
    )


@bp.route("/practice/mine/<kind>", methods=["GET", "POST"])
@requires(Permission.LOG_PRACTICE)
def log(viewer: Viewer, kind: str) -> ResponseReturnValue:
    """Log a case, CPD, supervision or a declaration of one's own, for somebody to confirm."""
    if kind not in KINDS:
        abort(404)
    today = clock.today()
    arranged = arranged_asked(kind, viewer)
    arranged_id = arranged.id if arranged else None
    form = EntryForm(kind=kind, on=today, held_on=arranged.held_on if arranged else None)
    if kind == "declaration":
        form.code.choices = list(declarations_asked(_standing(viewer)).items())
    look = None
    if form.validate_on_submit():
        details = form.details()
        try:
            if (look := look_at(form, details, viewer.person_id)) is None:
                with transaction():
                    state = services.log_entry(
                        viewer.person_id, details, on=today, recorded_by=viewer.person_id, arranged_id=arranged_id
                    ).state
                if state == "confirmed":
                    flash("Logged. It counts on your own word.", "success")
                else:
                    flash(f"Logged. It counts once the {confirmer_of(details, today)} has confirmed it.", "success")
                return redirect(url_for("practice.mine"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
    return render_template(
        "practice/entry.html", form=form, kind=kind, mediator=None, entry=None, look=look, arranged_id=arranged_id
    )


@bp.route("/practice/mine/<int:entry_id>/change", methods=["GET", "POST"])
@requires(Permission.LOG_PRACTICE, scoped=True)
def change(viewer: Viewer, entry_id: int) -> ResponseReturnValue:
    """Put right what one logged, while nobody has confirmed it, or what was returned."""
    entry, today = _own(entry_id, viewer), clock.today()
    if entry.state not in ("logged", "returned"):
        flash("This entry has been decided on. Ask the practice manager to correct it.", "warning")
        return redirect(url_for("practice.mine"))
    form = EntryForm(kind=entry.kind, on=today, entry=entry)
    if entry.kind == "declaration":
        form.code.choices = list(declarations_asked(_standing(viewer)).items())
    look = None
    if form.validate_on_submit():
        details = form.details()
        try:
            if (look := look_at(form, details, viewer.person_id, but=entry_id)) is None:
                with transaction():
                    services.amend_entry(entry_id, details, person_id=viewer.person_id, on=today)
                flash("Changed. It waits to be confirmed.", "success")
                return redirect(url_for("practice.mine"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        entry = _own(entry_id, viewer)
    return render_template("practice/entry.html", form=form, kind=entry.kind, mediator=None, entry=entry, look=look)


@bp.post("/practice/mine/<int:entry_id>/take-back")
@requires(Permission.LOG_PRACTICE, scoped=True)
def take_back(viewer: Viewer, entry_id: int) -> ResponseReturnValue:
    """Nobody has decided on it yet: it goes."""
    _own(entry_id, viewer)
    try:
        with transaction():
            services.take_back_entry(entry_id, person_id=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The entry is taken back.", "success")
    return redirect(url_for("practice.mine"))


@bp.get("/practice/mine.xlsx")
@requires(Permission.LOG_PRACTICE)
def export_mine(viewer: Viewer) -> ResponseReturnValue:
    """One's own log to take away. Noted in the audit trail before it is handed out."""
    entries = entries_of(viewer.person_id)
    person_id = viewer.person_id
    with transaction():
        notice = note_export(
            "their own practice log", viewer, rows=len(entries), people=1, at=clock.now(), about_id=person_id
        )
    content = log_workbook(entries_of(person_id), filters=["My own log"], notice=notice)
    return Response(
        content, mimetype=XLSX, headers={"Content-Disposition": 'attachment; filename="my-practice-log.xlsx"'}
    )


def _own(entry_id: int, viewer: Viewer) -> PracticeEntry:
    return get_entry(entry_id, viewer)


def _standing(viewer: Viewer) -> Standing:
    today = clock.today()
    return standing_on(viewer.person_id, main_scheme(today), today)
