"""Withdrawing, voiding and reinstating: one person proposes after seeing the effect, a second one confirms."""

import secrets
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.awards.forms import EndingForm, OnceForm, RefusalForm
from accreditation.awards.models import Award, AwardDecision
from accreditation.awards.queries.decisions import (
    DecisionsAsked,
    count_decisions,
    decisions_page,
    get_decision,
    reasons_not_yours,
)
from accreditation.awards.queries.endings import facts_with, going_with, held
from accreditation.awards.queries.given import get_award
from accreditation.awards.rules.ending import (
    ACTS,
    DONE,
    OPEN,
    STATE_WORDS,
    TITLES,
    VOID,
    Asked,
    reasons_against,
)
from accreditation.awards.services import confirm_decision, propose, refuse_decision, take_back_decision
from accreditation.awards.views.blueprint import bp
from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission
from accreditation.people.queries import counted_id
from accreditation.people.rules import Viewer
from accreditation.standing.queries.effects import Effect, effects_of
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import day

BUTTONS = {
    "withdraw": "Propose to withdraw it",
    "void": "Propose to void it",
    "reinstate": "Propose to reinstate it",
}


@bp.route("/awards/<number>/<award_act>", methods=["GET", "POST"])
@requires(Permission.AWARD_ACCREDITATION, scoped=True)
def end(viewer: Viewer, number: str, award_act: str) -> ResponseReturnValue:
    """The form, then the effect, then (`step` is "save") it waits for a second person."""
    found, today = get_award(viewer, number=number), clock.today()
    if award_act not in ACTS:
        abort(404)
    if found.person.counted.id == viewer.person_id:
        raise NotAllowed("This is your own accreditation. Ask another practice manager.")
    proposed = min(max(found.starts_on, today), found.term.ends_on)
    form = EndingForm(award_act, proposed=proposed, form_key=secrets.token_urlsafe(24))
    step = request.form.get("step", "show")
    if step != "change" and form.validate_on_submit():
        asked = _asked(form, found)
        try:
            if step == "save":
                with transaction():
                    made = propose(
                        found.id,
                        asked,
                        form_key=form.form_key.data or "",
                        on=today,
                        at=clock.now(),
                        proposed_by=viewer.person_id,
                    ).id
                flash("Nothing has changed yet: a second person has to confirm it. They have been told.", "success")
                return redirect(url_for("awards.decision", decision_id=made))
            if reasons := reasons_against(held(found), asked):
                raise DomainError(*reasons)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = get_award(viewer, number=number)
        else:
            return render_template(
                "awards/end_preview.html",
                award=found,
                asked=asked,
                form=form,
                button=BUTTONS[award_act],
                others=[one for one in going_with(found, asked) if one.id != found.id],
                effects=_effects(found, asked, viewer, today),
                today=today,
            )
    return render_template("awards/end.html", award=found, form=form, act=award_act, today=today)


def _asked(form: EndingForm, award: Award) -> Asked:
    on = award.starts_on if form.act == VOID else form.effective_on.data
    return Asked(form.act, on or award.starts_on, form.reason_class.data or "", form.reason.data or "")


def _effects(award: Award, asked: Asked, viewer: Viewer, today: date) -> list[Effect]:
    before, after = facts_with(award, asked)
    days = [today, *([asked.effective_on] if asked.effective_on != today else [])]
    return effects_of(award.person.counted, viewer, before, after, days)


@bp.get("/awards/decisions")
@requires(Permission.CONFIRM_AWARD_DECISION)
def decisions(viewer: Viewer) -> ResponseReturnValue:
    """What waits for a second person; with the filters, everything that was decided."""
    today = clock.today()
    states = [(code, words) for code, (words, _) in STATE_WORDS.items()]
    offered = [
        Filter("state", lambda value: STATE_WORDS[value][0], [*states]),
        Filter("act", lambda value: TITLES[value], list(TITLES.items())),
        Filter("alone", lambda _: "Confirmed by an administrator alone", [("yes", "Yes")]),
    ]
    filters = read_filters(request.args, offered, path=url_for("awards.decisions"), keep=())
    asked = DecisionsAsked(filters.get("state"), filters.get("act"), alone=filters.get("alone") == "yes")
    return render_template(
        "awards/decisions.html",
        page=decisions_page(
            viewer, asked, today, place=request.args.get("after"), address=lambda place: filters.url(after=place)
        ),
        total=count_decisions(viewer, asked, today),
        waiting=count_decisions(viewer, DecisionsAsked(OPEN), today),
        may_award=viewer.may_somewhere(Permission.AWARD_ACCREDITATION),
        alone=count_decisions(viewer, DecisionsAsked(alone=True), today),
        filters=filters,
        states=states,
    )


@bp.get("/awards/decisions/<int:decision_id>")
@requires(Permission.CONFIRM_AWARD_DECISION, scoped=True)
def decision(viewer: Viewer, decision_id: int) -> ResponseReturnValue:
    """One decision with its reason and what it would do. Who looked is noted before it is shown."""
    found = _get(viewer, decision_id)
    audit.sensitive_read("why an accreditation is decided on", about_id=found.person.counted.id)
    return _decision_page(viewer, decision_id, RefusalForm())


def _get(viewer: Viewer, decision_id: int) -> AwardDecision:
    found = get_decision(decision_id, viewer, clock.today())
    if found.person.counted.id == viewer.person_id:
        raise NotAllowed("This is about yourself. Somebody else decides it.")
    return found


def _decision_page(viewer: Viewer, decision_id: int, form: RefusalForm) -> str:
    today = clock.today()
    found = _get(viewer, decision_id)
    asked = Asked(found.act, found.effective_on, found.reason_class, found.reason)
    is_open = found.state == OPEN
    against = reasons_against(held(found.award), asked) if is_open else []
    return render_template(
        "awards/decision.html",
        decision=found,
        award=found.award,
        asked=asked,
        form=form,
        is_open=is_open,
        against=against,
        not_yours=reasons_not_yours(found, viewer, today) if is_open else [],
        is_own=counted_id(found.proposed_by or 0) == viewer.person_id,
        others=[one for one in going_with(found.award, asked) if one.id != found.award_id] if is_open else [],
        effects=_effects(found.award, asked, viewer, today) if is_open and not against else [],
        today=today,
    )


@bp.post("/awards/decisions/<int:decision_id>/confirm")
@requires(Permission.CONFIRM_AWARD_DECISION, scoped=True)
def confirm(viewer: Viewer, decision_id: int) -> ResponseReturnValue:
    """The second person's yes."""
    found = _get(viewer, decision_id)
    number, act, on = found.award.number, found.act, found.effective_on
    form = OnceForm()
    if form.validate_on_submit():
        try:
            with transaction():
                confirm_decision(decision_id, on=clock.today(), at=clock.now(), confirmed_by=viewer.person_id)
        except DomainError as refusal:
            flash(" ".join(refusal.reasons), "warning")
            return redirect(url_for("awards.decision", decision_id=decision_id))
        from_day = "" if act == VOID else f" from {day(on)}"
        flash(f"{number}: {DONE[act][0].lower()}{DONE[act][1:]}{from_day}. A letter goes to the mediator.", "success")
    return redirect(url_for("awards.decision", decision_id=decision_id))


@bp.post("/awards/decisions/<int:decision_id>/refuse")
@requires(Permission.CONFIRM_AWARD_DECISION, scoped=True)
def refuse(viewer: Viewer, decision_id: int) -> ResponseReturnValue:
    """The second person's no."""
    _get(viewer, decision_id)
    form = RefusalForm()
    if form.validate_on_submit():
        try:
            with transaction():
                refuse_decision(
                    decision_id,
                    note=form.note.data or "",
                    on=clock.today(),
                    at=clock.now(),
                    refused_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Refused. Nothing has changed, and the proposal stays on record.", "success")
            return redirect(url_for("awards.decision", decision_id=decision_id))
    return _decision_page(viewer, decision_id, form)


@bp.post("/awards/decisions/<int:decision_id>/take-back")
@requires(Permission.AWARD_ACCREDITATION, scoped=True)
def take_back(viewer: Viewer, decision_id: int) -> ResponseReturnValue:
    """The proposer thought again."""
    _get(viewer, decision_id)
    if OnceForm().validate_on_submit():
        try:
            with transaction():
                take_back_decision(decision_id, at=clock.now(), taken_back_by=viewer.person_id)
        except DomainError as refusal:
            flash(" ".join(refusal.reasons), "warning")
        else:
            flash("Taken back. Nothing has changed.", "success")
    return redirect(url_for("awards.decision", decision_id=decision_id))
