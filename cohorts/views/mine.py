"""What a link in a letter opens: one's own application, an offer, and a line manager's question.

Opening a link changes nothing; only sending its form does. Nobody is signed in here, and the token is all that counts.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.forms.applications import SupportForm, WordsForm, form_with
from cohorts.models import Application
from cohorts.queries.answers import answers_of
from cohorts.queries.applications import find_told_stage
from cohorts.queries.intakes import questions_of
from cohorts.queries.interviews import booked_slot_of, free_slots
from cohorts.queries.offers import open_offer
from cohorts.rules import stages, told
from cohorts.rules.links import APPLICANT, OFFER, SUPPORT
from cohorts.services.applying import (
    change_draft,
    refuse_if_closed,
    send_draft,
    take_back_withdrawal,
    withdraw_by_link,
    withdrawal_to_take_back,
)
from cohorts.services.interviews import pick_slot
from cohorts.services.links import DeadLink, find_link
from cohorts.services.offers import answer_offer
from cohorts.services.support import answer_by_link
from cohorts.views.apply import answers_in, show_form, unit_choices
from cohorts.views.blueprint import bp


def _behind(token: str, kind: str) -> Application:
    """The application that the link leads to. Raises DeadLink."""
    return find_link(token, kind, now=clock.now()).application


def _dead(kind: str) -> ResponseReturnValue:
    return render_template("cohorts/dead_link.html", kind=kind), 404


@bp.get("/apply/mine/<token>")
@requires(Permission.PUBLIC)
def mine(viewer: Viewer, token: str) -> ResponseReturnValue:
    try:
        application = _behind(token, APPLICANT)
    except DeadLink:
        return _dead(APPLICANT)
    today, stage = clock.today(), find_told_stage(application)
    intake = application.intake
    choosing = stage == stages.INTERVIEW and intake is not None
    return render_template(
        "cohorts/application_mine.html",
        application=application,
        token=token,
        stage=stage,
        sentence=told.sentence(stage, support=application.support),
        way=told.way(stage),
        answers=answers_of(application.id),
        offer=open_offer(application.id) if stage in (stages.CONDITIONAL_OFFER, stages.OFFERED_PLACE) else None,
        slot=booked_slot_of(application.id) if choosing else None,
        slots=free_slots(application.id, clock.now()) if choosing else [],
        may_withdraw=stages.may_step(application.stage, stages.WITHDRAWN),
        may_take_back=withdrawal_to_take_back(application, today) is not None,
        feedback=application.feedback if stage in told.WITH_FEEDBACK else None,
        today=today,
    )


@bp.route("/apply/mine/<token>/answers", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def go_on(viewer: Viewer, token: str) -> ResponseReturnValue:
    """The draft, as it was left."""
    try:
        draft = _behind(token, APPLICANT)
    except DeadLink:
        return _dead(APPLICANT)
    if draft.stage != stages.DRAFT:
        return redirect(url_for("cohorts.mine", token=token))
    intake, intake_id, draft_id, late_until = draft.intake, draft.intake_id, draft.id, draft.late_until
    form = form_with(questions_of(intake_id) if intake_id else None)(
        units=unit_choices(), form_key=draft.form_key, values=_typed(draft)
    )
    step = request.form.get("step", "check")
    if request.method == "GET" or step == "change":
        form.errors.clear()
        return show_form(form, intake, draft)
    if not (form.validate_to_save() if step == "save" else form.validate()):
        return show_form(form, intake, draft)
    today, answers = clock.today(), answers_in(form)
    try:
        if step not in ("save", "send"):
            refuse_if_closed(intake_id, today, late_until=late_until)
            return render_template("cohorts/apply_check.html", form=form, intake=intake, draft=draft)
        with transaction():
            (change_draft if step == "save" else send_draft)(draft_id, answers, at=clock.now(), on=today)
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return show_form(form, _behind(token, APPLICANT).intake, _behind(token, APPLICANT))
    flash("Saved. Nothing has been sent yet." if step == "save" else "Your application has been sent.", "success")
    return redirect(url_for("cohorts.mine", token=token))


def _typed(draft: Application) -> dict[str, object]:
    plain = ("given_name", "family_name", "email", "pay_number", "motivation", "line_manager_name")
    return {
        **{name: getattr(draft, name) or "" for name in plain},
        "line_manager_email": draft.line_manager_email,
        "unit": str(draft.unit_id or ""),
        **{f"question_{one.question_id}": one.answer for one in answers_of(draft.id) if one.answer},
    }


@bp.route("/apply/mine/<token>/withdraw", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def withdraw(viewer: Viewer, token: str) -> ResponseReturnValue:
    form = WordsForm()
    try:
        application = _behind(token, APPLICANT)
        if form.validate_on_submit():
            with audit.acting_as(None, "link"), transaction():
                withdraw_by_link(token, words=form.words.data, at=clock.now())
            flash("Your application is withdrawn.", "success")
            return redirect(url_for("cohorts.mine", token=token))
    except DeadLink:
        return _dead(APPLICANT)
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        application = _behind(token, APPLICANT)
    return render_template("cohorts/application_withdraw.html", form=form, application=application, token=token)


@bp.post("/apply/mine/<token>/take-back")
@requires(Permission.PUBLIC)
def take_back(viewer: Viewer, token: str) -> ResponseReturnValue:
    try:
        with audit.acting_as(None, "link"), transaction():
            take_back_withdrawal(token, at=clock.now(), on=clock.today())
    except DeadLink:
        return _dead(APPLICANT)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("Your application goes on where it stood.", "success")
    return redirect(url_for("cohorts.mine", token=token))


@bp.post("/apply/mine/<token>/interview")
@requires(Permission.PUBLIC)
def choose_time(viewer: Viewer, token: str) -> ResponseReturnValue:
    chosen = request.form.get("slot", "")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
        flash("Choose one of the times first.", "warning")
        return redirect(url_for("cohorts.mine", token=token))
    try:
        with audit.acting_as(None, "link"), transaction():
            pick_slot(token, int(chosen), at=clock.now())
    except DeadLink:
        return _dead(APPLICANT)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("Your interview is booked. A letter with the time is on its way.", "success")
    return redirect(url_for("cohorts.mine", token=token))


@bp.route("/apply/offer/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def offer(viewer: Viewer, token: str) -> ResponseReturnValue:
    form = WordsForm()
    try:
        application = _behind(token, OFFER)
        answer = request.form.get("answer")
        if form.validate_on_submit() and answer in ("accept", "decline"):
            with audit.acting_as(None, "link"), transaction():
                answer_offer(token, accepts=answer == "accept", words=form.words.data, at=clock.now())
            return render_template("cohorts/application_answered.html", accepted=answer == "accept")
    except DeadLink:
        return _dead(OFFER)
    return render_template(
        "cohorts/application_offer.html",
        form=form,
        application=application,
        offer=open_offer(application.id),
        token=token,
        declining=request.form.get("answer") == "ask",
    )


@bp.route("/apply/support/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def support(viewer: Viewer, token: str) -> ResponseReturnValue:
    form = SupportForm()
    try:
        application = _behind(token, SUPPORT)
        if form.validate_on_submit():
            try:
                with audit.acting_as(None, "link"), transaction():
                    answer_by_link(token, supports=form.answer.data == "yes", words=form.words.data, at=clock.now())
                return render_template("cohorts/application_supported.html", supports=form.answer.data == "yes")
            except DeadLink:
                raise
            except DomainError as refusal:
                form.form_errors.extend(refusal.reasons)
                application = _behind(token, SUPPORT)
    except DeadLink:
        return _dead(SUPPORT)
    return render_template("cohorts/application_support.html", form=form, application=application, token=token)
