"""The office's list: what waits to be confirmed, and everything that was logged."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.queries import get_mediator, units
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.practice import services
from accreditation.practice.exports import log_workbook
from accreditation.practice.forms.entries import BareForm, ChooseForm, DecisionForm, EntryForm, ReasonForm
from accreditation.practice.queries.arranged import arranged_before, count_arranged
from accreditation.practice.queries.confirming import confirmer_of, confirmers_of, details_of, is_named, words_needed
from accreditation.practice.queries.entries import (
    LogAsked,
    count_entries,
    count_to_confirm,
    entries_page,
    entries_to_confirm,
    every_entry,
    get_entry,
    said_before,
)
from accreditation.practice.queries.progress import declarations_asked
from accreditation.practice.rules.entries import KINDS, STATES
from accreditation.practice.rules.line_managers import LINE_MANAGER, LONGEST_NAME, mark_of
from accreditation.practice.views.arranged import arranged_asked
from accreditation.practice.views.blueprint import bp
from accreditation.practice.views.looking import look_at, names_in_words
from accreditation.standing.queries import main_scheme, standing_on
from accreditation.standing.queries.since import names_of
from accreditation.standing.rules.confirmers import BY_WORD
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import plural


@bp.route("/practice", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def entries(viewer: Viewer) -> ResponseReturnValue:
    """What waits to be confirmed first; ticked entries are looked at together, then confirmed together."""
    filters = _filters()
    asked = _asked(filters)
    form = BareForm()
    if form.validate_on_submit():
        chosen = sorted({int(value) for value in request.form.getlist("entry") if value.isdecimal()})
        step = request.form.get("step", "show")
        if step == "save" and chosen and _confirm(form, chosen, viewer):
            return redirect(filters.url())
        if not chosen:
            form.form_errors.append("Tick the entries to confirm.")
        elif step == "show":
            found = entries_to_confirm(chosen, viewer)
            return render_template(
                "practice/confirm.html",
                form=form,
                entries=found,
                people=len({entry.person.counted.id for entry in found}),
                said_before=said_before(found),
                words_needed=words_needed(found, clock.today()),
                own=[entry for entry in found if entry.person.counted.id == viewer.person_id],
                marks={entry.id: mark_of(details_of(entry)) for entry in found},
                back=filters.url(),
            )
    page = entries_page(viewer, asked, place=request.args.get("place"), address=lambda token: filters.url(place=token))
    today = clock.today()
    waiting_for = confirmers_of([entry for entry in page.rows if entry.state == "logged"], today)
    return render_template(
        "practice/entries.html",
        waiting_for={entry_id: who for entry_id, who in waiting_for.items() if who in BY_WORD},
        asks_line_managers=is_named(LINE_MANAGER, today),
        names=names_of([entry.confirmed_by for entry in page.rows]),
        form=form,
        page=page,
        state=asked.state or "all",
        filters=filters,
        total=count_entries(viewer, asked),
        waiting=count_to_confirm(viewer),
        arranged=count_arranged(viewer),
        arranged_before=arranged_before(page.rows),
        said_before=said_before([entry for entry in page.rows if entry.state == "logged"]),
        units=[(str(one.id), one.name) for one in units()],
        export_url=url_for("practice.export_entries") + filters.url().removeprefix(filters.path),
        viewer_id=viewer.person_id,
    )


def _confirm(form: BareForm, chosen: list[int], viewer: Viewer) -> bool:
    allowed = [entry.id for entry in entries_to_confirm(chosen, viewer)]
    try:
        with transaction():
            confirmed = services.confirm_entries(
                allowed,
                on=clock.today(),
                confirmed_by=viewer.person_id,
                on_word_of=request.form.get("on_word_of", "")[:LONGEST_NAME],
                seen={entry_id: request.form.get(f"seen-{entry_id}", "") for entry_id in allowed},
            )
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return False
    flash(f"{plural(confirmed, 'entry', 'entries').capitalize()} confirmed. Standing has been renewed.", "success")
    return True


@bp.get("/practice/export.xlsx")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def export_entries(viewer: Viewer) -> ResponseReturnValue:
    """Exactly what the filters show, in the same order. Noted in the audit trail before it is handed out."""
    filters = _filters()
    found = list(every_entry(viewer, _asked(filters)))
    chips = [chip.label for chip in filters.chips] or [STATES["logged"]]
    people = len({entry.person.counted.id for entry in found})
    with transaction():
        notice = note_export("the practice log", viewer, rows=len(found), people=people, at=clock.now(), filters=chips)
    content = log_workbook(every_entry(viewer, _asked(filters)), filters=chips, notice=notice)
    name = f"practice-log-{clock.today().isoformat()}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.route("/practice/new", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE)
def choose(viewer: Viewer) -> ResponseReturnValue:
    """Whom and what to record for."""
    form = ChooseForm()
    if form.validate_on_submit():
        reference = get_mediator((form.reference.data or "").upper(), viewer).reference
        return redirect(url_for("practice.record", reference=reference, kind=form.kind.data))
    return render_template("practice/choose.html", form=form)


@bp.route("/practice/new/<reference>/<kind>", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def record(viewer: Viewer, reference: str, kind: str) -> ResponseReturnValue:
    """The office records for a mediator: confirmed as it is recorded, unless the schemes have somebody else do that."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    if kind not in KINDS:
        abort(404)
    arranged = arranged_asked(kind, viewer)
    arranged_id = arranged.id if arranged else None
    form = EntryForm(kind=kind, on=today, held_on=arranged.held_on if arranged else None)
    if kind == "declaration":
        form.code.choices = list(declarations_asked(standing_on(mediator.id, main_scheme(today), today)).items())
    look = None
    if form.validate_on_submit():
        person_id, details = mediator.id, form.details()
        try:
            if (look := look_at(form, details, person_id)) is None:
                with transaction():
                    state = services.record_entry(
                        person_id,
                        kind=details.kind,
                        done_on=details.done_on,
                        quantity=details.quantity,
                        code=details.code,
                        note=details.note,
                        case_reference=details.case_reference,
                        hours=details.hours,
                        outcome=details.outcome,
                        ends_on=details.ends_on,
                        recorded_by=viewer.person_id,
                        on=today,
                        arranged_id=arranged_id,
                    ).state
                if state == "logged":
                    named = confirmer_of(details, today)
                    flash(f"Recorded. It counts once it is confirmed on the word of the {named}.", "success")
                    return redirect(url_for("practice.entries"))
                flash("Recorded and confirmed.", "success")
                return redirect(url_for("practice.entries", state="confirmed"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
    return render_template(
        "practice/entry.html",
        form=form,
        kind=kind,
        mediator=get_mediator(reference, viewer),
        entry=None,
        look=look,
        arranged_id=arranged_id,
    )


@bp.route("/practice/<int:entry_id>/turn-down", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def turn_down(viewer: Viewer, entry_id: int) -> ResponseReturnValue:
    """Return it, or turn it down, and say why; or, where it has been confirmed, why it is struck out."""
    entry, today = get_entry(entry_id, viewer), clock.today()
    confirmed = entry.state == "confirmed"
    form = ReasonForm() if confirmed else DecisionForm()
    names: list[str] = []
    if form.validate_on_submit() and not (names := names_in_words(form, [entry.person.counted.name])):
        reason, by = form.reason.data or "", viewer.person_id
        returns = not confirmed and form.what.data == "return"
        try:
            with transaction():
                if confirmed:
                    services.strike_out_entry(entry_id, reason=reason, on=today, recorded_by=by)
                elif returns:
                    services.return_entry(entry_id, reason=reason, on=today, decided_by=by)
                else:
                    services.turn_down_entry(entry_id, reason=reason, on=today, decided_by=by)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(WHAT_HAPPENED["struck_out" if confirmed else "returned" if returns else "turned_down"], "success")
            return redirect(url_for("practice.entries"))
    return render_template("practice/turn_down.html", form=form, entry=get_entry(entry_id, viewer), names=names)


WHAT_HAPPENED = {
    "struck_out": "Struck out. Standing has been renewed.",
    "returned": "Returned. The mediator is written to and puts it right; then it waits for you again.",
    "turned_down": "Turned down. The mediator is written to and reads the reason when they sign in.",
}


@bp.route("/practice/<int:entry_id>/correct", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def correct(viewer: Viewer, entry_id: int) -> ResponseReturnValue:
    """A confirmed entry put right: the wrong one is struck out, and the right one stands in its place."""
    entry, today = get_entry(entry_id, viewer), clock.today()
    if entry.state != "confirmed":
        flash("Only a confirmed entry is corrected. Return this one to the mediator instead.", "warning")
        return redirect(url_for("practice.turn_down", entry_id=entry_id))
    named = confirmer_of(details_of(entry), today)
    form = EntryForm(
        kind=entry.kind, on=today, entry=entry, correcting=True, by_word=named if named in BY_WORD else None
    )
    look = None
    if form.validate_on_submit():
        details = form.details()
        try:
            if (look := look_at(form, details, entry.person_id, but=entry_id)) is None:
                with transaction():
                    state = services.correct_entry(
                        entry_id,
                        details,
                        reason=form.reason.data or "",
                        on=today,
                        recorded_by=viewer.person_id,
                        on_word_of=form.on_word_of.data if "on_word_of" in form else None,
                    ).state
                if state == "logged":
                    flash(
                        "Corrected. The wrong entry is struck out. The right one counts once the "
                        f"{confirmer_of(details, today)} has confirmed it. Standing has been renewed.",
                        "success",
                    )
                    return redirect(url_for("practice.entries"))
                flash("Corrected. The wrong entry stays in the log, struck out. Standing has been renewed.", "success")
                return redirect(url_for("practice.entries", state="confirmed"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        entry = get_entry(entry_id, viewer)
    return render_template(
        "practice/entry.html", form=form, kind=entry.kind, mediator=entry.person.counted, entry=entry, look=look
    )


def _asked(filters: Filters) -> LogAsked:
    unit, state = filters.get("unit"), filters.get("state") or "logged"
    return LogAsked(
        state=None if state == "all" else state,
        kind=filters.get("kind"),
        unit_id=int(unit) if unit and unit.isdecimal() else None,
        words=filters.get("q") or "",
        case=filters.get("case") or "",
    )


def _filters() -> Filters:
    states = [*STATES.items(), ("all", "All")]
    offered = (
        Filter("q", lambda words: f"“{words}”"),
        Filter("state", lambda value: dict(states)[value], states),
        Filter("kind", lambda value: KINDS[value], list(KINDS.items())),
        Filter("case", lambda value: f"Case {value}", longest=40),
        Filter("unit", lambda value: next((one.name for one in units() if str(one.id) == value), value), longest=9),
    )
    return read_filters(request.args, offered, path=url_for("practice.entries"))
