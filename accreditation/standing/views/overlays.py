"""Suspension, leave, waiver and extension on screen: what it would do is shown first, then it is done."""

import secrets
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.calendar import FOREVER, days_after, last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.standing.forms.overlays import CancelForm, EndForm, LayForm
from accreditation.standing.models import Overlay
from accreditation.standing.queries.effects import (
    effects_of,
    facts_now,
    facts_without,
    schemes_concerning,
)
from accreditation.standing.queries.evidence import evidence_from
from accreditation.standing.queries.laying import remarks_on, requirement_choices, scheme_choices
from accreditation.standing.queries.overlays import (
    KIND_WORDS,
    SOURCE,
    STATE_WORDS,
    STATES,
    OverlaysAsked,
    count_overlays,
    get_overlay,
    names_behind,
    overlays_page,
    private_side,
    requirement_labels,
    state_of,
    what_in_words,
)
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.laying import LAID_KINDS, Laid, leave_types, reasons_not_to_end
from accreditation.standing.services.overlays import (
    cancel_overlay,
    end_overlay,
    reasons_against,
    record_overlay,
    refuse_own,
)
from accreditation.standing.views.blueprint import bp
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import day

TITLES = {
    "suspension": "Suspend {}",
    "leave": "Record leave of {}",
    "waiver": "Waive a requirement for {}",
    "extension": "Extend a requirement for {}",
}
BUTTONS = {
    "suspension": "Suspend",
    "leave": "Record the leave",
    "waiver": "Waive the requirement",
    "extension": "Extend the requirement",
}
ENDING = {
    "suspension": ("Lift the suspension of {}", "Lift the suspension"),
    "leave": ("Record the return of {}", "Record the return"),
    "waiver": ("End the waiver for {}", "End the waiver"),
    "extension": ("End the extension for {}", "End the extension"),
}
ENDS_WITHIN = (("14", "14 days"), ("30", "30 days"), ("60", "60 days"), ("90", "90 days"))


@bp.get("/overlays")
@requires(Permission.MANAGE_OVERLAYS)
def overlays(viewer: Viewer) -> ResponseReturnValue:
    """What is in force and to come, what ends first on top."""
    today = clock.today()
    offered = [
        Filter("kind", lambda value: KIND_WORDS[value], tuple(KIND_WORDS.items())),
        Filter("state", lambda value: dict(STATES)[value], STATES),
        Filter("ends", lambda value: f"Ends within {value} days", ENDS_WITHIN),
    ]
    filters = read_filters(request.args, offered, path=url_for("standing.overlays"), keep=())
    within = filters.get("ends")
    asked = OverlaysAsked(filters.get("kind"), filters.get("state"), int(within) if within else None)
    return render_template(
        "standing/overlays.html",
        page=overlays_page(
            viewer, asked, today, place=request.args.get("after"), address=lambda place: filters.url(after=place)
        ),
        total=count_overlays(viewer, asked, today),
        back=count_overlays(viewer, OverlaysAsked(state="back"), today),
        filters=filters,
        kinds=KIND_WORDS.items(),
        states=STATES,
        ends_within=ENDS_WITHIN,
        today=today,
    )


@bp.route("/overlays/new/<overlay_kind>/<reference>", methods=["GET", "POST"])
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def new_overlay(viewer: Viewer, overlay_kind: str, reference: str) -> ResponseReturnValue:
    """The form, then the effect, then (`step` is "save") it is laid over the standing."""
    if overlay_kind not in LAID_KINDS:
        abort(404)
    person, today = get_mediator(reference, viewer), clock.today()
    refuse_own(person.id, viewer.person_id)
    facts = facts_now(person.id)
    schemes = schemes_concerning(facts, today)
    form = LayForm(
        overlay_kind,
        schemes=scheme_choices(schemes),
        requirements=requirement_choices(schemes),
        form_key=secrets.token_urlsafe(24),
        on=today,
    )
    title = TITLES[overlay_kind].format(person.name)
    step = request.form.get("step", "show")
    if step != "change" and form.validate_on_submit():
        laid, person_id = form.laid, person.id
        try:
            if step == "save":
                with transaction():
                    record_overlay(
                        person_id,
                        laid,
                        form_key=form.form_key.data or "",
                        on=today,
                        at=clock.now(),
                        recorded_by=viewer.person_id,
                    )
                flash(_what_happened(laid, get_mediator(reference, viewer), today), "success")
                return redirect(url_for("desk.mediator", reference=reference))
            if reasons := reasons_against(person_id, laid):
                raise DomainError(*reasons)
        except NotAllowed:
            raise
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            person = get_mediator(reference, viewer)
        else:
            return render_template(
                "standing/overlay_preview.html",
                title=title,
                person=person,
                form=form,
                laid=laid,
                what=_laid_in_words(laid),
                leave_type=leave_types().get(laid.leave_type) if laid.leave_type else None,
                through=last_good_day(laid.ends_on) if laid.ends_on else None,
                answers=form.answers,
                effects=effects_of(person, viewer, facts, [*facts, laid.fact()], days_of_interest(laid, today)),
                remarks=remarks_on(laid, facts, schemes, today),
                button=BUTTONS[overlay_kind],
                today=today,
            )
    return render_template("standing/new_overlay.html", title=title, person=person, form=form, kind=overlay_kind)


def days_of_interest(laid: Laid, on: date) -> list[date]:
    """Today, the day it begins, and the first day after it, where they lie ahead."""
    return [on, *(each for each in (laid.starts_on, laid.ends_on) if each is not None and each > on)]


def _laid_in_words(laid: Laid) -> str:
    return what_in_words(
        Overlay(kind=laid.kind, requirement=laid.requirement, scheme=laid.scheme), requirement_labels()
    )


def _what_happened(laid: Laid, person: Person, on: date) -> str:
    """What is now so, and what happens next."""
    first, last = day(laid.starts_on), day(last_good_day(laid.ends_on)) if laid.ends_on else ""
    match laid.kind:
        case "suspension":
            until = f" to {last}" if last else ""
            return (
                f"{person.name} is suspended from {first}{until}. The clocks run on, and reminders go on. "
                "Lift the suspension here when it is over."
            )
        case "leave":
            return (
                f"Leave of {person.name} from {first} to {last} is recorded. No reminders go out in that time, but for "
                "their return, of which you and they are told."
            )
    verb = "waived" if laid.kind == "waiver" else "extended"
    return f"The requirement is {verb} for {person.name} from {first} to {last}. From the day after, it counts again."


@bp.get("/overlays/<int:overlay_id>")
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def overlay(viewer: Viewer, overlay_id: int) -> ResponseReturnValue:
    """One decision with its reason. Who looked is noted before it is shown."""
    found = _get(overlay_id, viewer)
    audit.sensitive_read(f"why there is a {found.kind}", about_id=found.whose.id)
    found, today = _get(overlay_id, viewer), clock.today()
    state = state_of(found, today)
    return render_template(
        "standing/overlay.html",
        overlay=found,
        person=found.whose,
        private=private_side(found, viewer),
        what=what_in_words(found, requirement_labels()),
        state=state,
        state_words=STATE_WORDS[state],
        through=_through(found),
        names=names_behind(found),
        ending=ENDING[found.kind][1],
        may_end=_may_end(found, state),
        may_cancel=found.cancelled_at is None,
        today=today,
    )


@bp.route("/overlays/<int:overlay_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def end(viewer: Viewer, overlay_id: int) -> ResponseReturnValue:
    """What must be renewed is shown first; then (`step` is "save") it is over."""
    found, today = _get(overlay_id, viewer), clock.today()
    form = EndForm(found.kind, proposed=max(days_after(found.starts_on, 1), min(today, found.span.ends_on)))
    person, reference = found.whose, found.whose.reference
    title, button = ENDING[found.kind][0].format(person.name), ENDING[found.kind][1]
    step = request.form.get("step", "show")
    if request.method == "GET" and not _may_end(found, state_of(found, today)):
        return redirect(url_for("standing.overlay", overlay_id=overlay_id))
    if step != "change" and form.validate_on_submit() and form.ended_on.data:
        ended_on: date = form.ended_on.data
        try:
            if step == "save":
                with transaction():
                    end_overlay(
                        overlay_id,
                        ended_on=ended_on,
                        reason=form.reason.data or "",
                        authority=form.authority.data or "",
                        at=clock.now(),
                        ended_by=viewer.person_id,
                    )
                flash(_what_ended(get_overlay(overlay_id, viewer), ended_on), "success")
                return redirect(url_for("desk.mediator", reference=reference))
            if reasons := reasons_not_to_end(found.kind, found.span, ended_on):
                raise DomainError(*reasons)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = _get(overlay_id, viewer)
            person = found.whose
        else:
            before, after = ending_facts(found, ended_on)
            return render_template(
                "standing/end_preview.html",
                title=title,
                person=person,
                form=form,
                overlay=found,
                what=what_in_words(found, requirement_labels()),
                ended_on=ended_on,
                answers=form.answers,
                effects=effects_of(person, viewer, before, after, sorted({max(today, ended_on), today}, reverse=True)),
                button=button,
                today=today,
            )
    return render_template(
        "standing/end_overlay.html",
        title=title,
        person=person,
        form=form,
        overlay=found,
        what=what_in_words(found, requirement_labels()),
        through=_through(found),
    )


def ending_facts(overlay: Overlay, ended_on: date | None) -> tuple[list[Fact], list[Fact]]:
    """The person's facts as they are, and as they would be with the overlay over on that day (None: taken back)."""
    before = facts_now(overlay.person_id)
    after = facts_without(before, {fact.id for fact in evidence_from((SOURCE, overlay.id))})
    if ended_on is not None:
        after.append(Fact(overlay.kind, overlay.requirement, overlay.starts_on, ended_on, scheme=overlay.scheme))
    return before, after


def _what_ended(overlay: Overlay, ended_on: date) -> str:
    name, first = overlay.whose.name, day(ended_on)
    match overlay.kind:
        case "suspension":
            return f"The suspension of {name} is lifted from {first}. What has to be renewed stands below."
        case "leave":
            return f"{name} is back from {first}. Reminders go on, and what has to be renewed stands below."
    return f"The {overlay.kind} for {name} ends: from {first} on the requirement counts again."


@bp.route("/overlays/<int:overlay_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_OVERLAYS, scoped=True)
def cancel(viewer: Viewer, overlay_id: int) -> ResponseReturnValue:
    """Taking back what was recorded by mistake, with its effect shown beside the form."""
    found, today = _get(overlay_id, viewer), clock.today()
    form = CancelForm()
    if found.cancelled_at is None and form.validate_on_submit():
        reference = found.whose.reference
        with transaction():
            cancel_overlay(overlay_id, reason=form.reason.data or "", at=clock.now(), cancelled_by=viewer.person_id)
        flash("It is cancelled and counts for no day. The record of it stays.", "success")
        return redirect(url_for("desk.mediator", reference=reference))
    if found.cancelled_at is not None:
        return redirect(url_for("standing.overlay", overlay_id=overlay_id))
    before, after = ending_facts(found, None)
    return render_template(
        "standing/cancel_overlay.html",
        person=found.whose,
        form=form,
        overlay=found,
        what=what_in_words(found, requirement_labels()),
        through=_through(found),
        effects=effects_of(found.whose, viewer, before, after, [today]),
        today=today,
    )


def _may_end(overlay: Overlay, state: str) -> bool:
    """Leave may be ended again while nobody is back; what has not begun is cancelled instead."""
    return state in ("now", "back") and (
        overlay.ended_on is None or (overlay.kind == "leave" and not overlay.returned_at)
    )


def _get(overlay_id: int, viewer: Viewer) -> Overlay:
    found = get_overlay(overlay_id, viewer)
    refuse_own(found.person_id, viewer.person_id)
    return found


def _through(overlay: Overlay) -> date | None:
    return None if overlay.span.ends_on == FOREVER else last_good_day(overlay.span.ends_on)
