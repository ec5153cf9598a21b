"""The pages at /practice: the office's list, and the mediator's own log."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator, units
from accreditation.people.rules import Viewer
from accreditation.practice import services
from accreditation.practice.forms import BareForm, ChooseForm, EntryForm, ReasonForm
from accreditation.practice.queries import count_to_confirm, entries_of, entries_page, get_entry, progress_of
from accreditation.practice.rules import KINDS, STATES, amount, code_label
from accreditation.standing.queries import main_scheme, requirements_on, standing_on
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import plural

bp = Blueprint("practice", __name__)

TONES = {"logged": "soon", "confirmed": "good", "turned_down": "bad", "struck_out": "neutral"}


@bp.context_processor
def words() -> dict[str, object]:
    return {
        "entry_kinds": KINDS,
        "entry_states": STATES,
        "entry_tones": TONES,
        "code_label": code_label,
        "amount": amount,
    }


# --- the mediator's own log ------------------------------------------------------------------------------------------


@bp.get("/practice/mine")
@requires(Permission.LOG_PRACTICE)
def mine(viewer: Viewer) -> ResponseReturnValue:
    """One's own log, with how much of each requirement is met."""
    today = clock.today()
    standing = standing_on(viewer.person_id, main_scheme(today), today)
    progress = progress_of(standing)
    return render_template(
        "practice/mine.html",
        entries=entries_of(viewer.person_id),
        requirements=[one for one in requirements_on(standing, viewer) if one.code in progress and one.shown],
        progress=progress,
        today=today,
    )


@bp.route("/practice/mine/<kind>", methods=["GET", "POST"])
@requires(Permission.LOG_PRACTICE)
def log(viewer: Viewer, kind: str) -> ResponseReturnValue:
    """Log a case, CPD or supervision of one's own, for a manager to confirm."""
    if kind not in KINDS:
        abort(404)
    today = clock.today()
    form = EntryForm(kind=kind, on=today)
    if form.validate_on_submit():
        try:
            with transaction():
                services.log_entry(viewer.person_id, form.details(), on=today, recorded_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Logged. It counts once the practice manager has confirmed it.")
            return redirect(url_for("practice.mine"))
    return render_template("practice/entry.html", form=form, kind=kind, mediator=None)


@bp.post("/practice/mine/<int:entry_id>/take-back")
@requires(Permission.LOG_PRACTICE, scoped=True)
def take_back(viewer: Viewer, entry_id: int) -> ResponseReturnValue:
    get_entry(entry_id, viewer)
    try:
        with transaction():
            services.take_back_entry(entry_id, person_id=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The entry is taken back.")
    return redirect(url_for("practice.mine"))


# --- the office ------------------------------------------------------------------------------------------------------


@bp.route("/practice", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def entries(viewer: Viewer) -> ResponseReturnValue:
    """What waits to be confirmed first; ticked entries are confirmed together."""
    filters = _filters()
    state = filters.get("state") or "logged"
    form = BareForm()
    if form.validate_on_submit():
        chosen = [get_entry(int(value), viewer).id for value in request.form.getlist("entry") if value.isdecimal()]
        if _confirm(form, chosen, viewer):
            return redirect(filters.url())
    unit = filters.get("unit")
    page = entries_page(
        viewer,
        state=None if state == "all" else state,
        kind=filters.get("kind"),
        unit_id=int(unit) if unit and unit.isdecimal() else None,
        words=filters.get("q"),
        place=request.args.get("place"),
        address=lambda token: filters.url(place=token),
    )
    return render_template(
        "practice/entries.html",
        form=form,
        page=page,
        state=state,
        filters=filters,
        waiting=count_to_confirm(viewer),
        units=[(str(one.id), one.name) for one in units()],
        viewer_id=viewer.person_id,
    )


def _confirm(form: BareForm, chosen: list[int], viewer: Viewer) -> bool:
    if not chosen:
        form.form_errors.append("Tick the entries to confirm.")
        return False
    try:
        with transaction():
            confirmed = services.confirm_entries(chosen, on=clock.today(), confirmed_by=viewer.person_id)
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return False
    flash(f"{plural(confirmed, 'entry', 'entries').capitalize()} confirmed. Standing has been renewed.")
    return True


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
    """The office records for a mediator: confirmed as it is recorded."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    if kind not in KINDS:
        abort(404)
    form = EntryForm(kind=kind, on=today)
    if form.validate_on_submit():
        person_id, details = mediator.id, form.details()
        try:
            with transaction():
                services.record_entry(
                    person_id,
                    kind=details.kind,
                    done_on=details.done_on,
                    quantity=details.quantity,
                    code=details.code,
                    note=details.note,
                    case_reference=details.case_reference,
                    recorded_by=viewer.person_id,
                    on=today,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Recorded and confirmed.")
            return redirect(url_for("practice.entries", state="confirmed"))
    return render_template("practice/entry.html", form=form, kind=kind, mediator=get_mediator(reference, viewer))


@bp.route("/practice/<int:entry_id>/turn-down", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def turn_down(viewer: Viewer, entry_id: int) -> ResponseReturnValue:
    """Say why it is not confirmed; or, where it has been, why it is struck out."""
    entry, today = get_entry(entry_id, viewer), clock.today()
    form, confirmed = ReasonForm(), entry.state == "confirmed"
    if form.validate_on_submit():
        reason = form.reason.data or ""
        try:
            with transaction():
                if confirmed:
                    services.strike_out_entry(entry_id, reason=reason, on=today, recorded_by=viewer.person_id)
                else:
                    services.turn_down_entry(entry_id, reason=reason, on=today, decided_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(
                "Struck out. Standing has been renewed." if confirmed else "Turned down. The mediator sees the reason."
            )
            return redirect(url_for("practice.entries"))
    return render_template("practice/turn_down.html", form=form, entry=get_entry(entry_id, viewer))


def _filters() -> Filters:
    states = [
        ("logged", STATES["logged"]),
        *((key, text) for key, text in STATES.items() if key != "logged"),
        ("all", "All"),
    ]
    offered = (
        Filter("q", lambda words: f"“{words}”"),
        Filter("state", lambda value: dict(states)[value], states),
        Filter("kind", lambda value: KINDS[value], list(KINDS.items())),
        Filter("unit", lambda value: next((one.name for one in units() if str(one.id) == value), value), longest=9),
    )
    return read_filters(request.args, offered, path=url_for("practice.entries"))
