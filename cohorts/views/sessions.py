"""Sessions of a cohort and the joining instructions."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.forms.sessions import CallOffForm, JoiningForm, SessionForm
from cohorts.queries.cohorts import get_cohort_to_run
from cohorts.queries.results import roster
from cohorts.queries.sessions import get_session, held_sessions, sessions_of, told_candidates
from cohorts.queries.staff import staff_of
from cohorts.rules import states
from cohorts.rules.attendance import hours_of
from cohorts.services.joining import send_joining, write_joining_text
from cohorts.services.sessions import call_off_session, change_session, plan_session
from cohorts.views.blueprint import bp


@bp.get("/cohorts/<int:cohort_id>/sessions")
@requires(Permission.RUN_COHORT, scoped=True)
def sessions(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    found = sessions_of(cohort_id)
    told = told_candidates(cohort_id)
    candidates = roster(cohort, viewer)
    held = [session for session in found if session.cancelled_at is None]
    return render_template(
        "cohorts/sessions.html",
        cohort=cohort,
        sessions=found,
        held=held,
        minutes=sum(session.minutes for session in held),
        untold=[who for who in candidates if who.enrolment.id not in told],
        told=told,
        coming=[session for session in held if session.ends_at > clock.now()],
        hours_of=hours_of,
        may_change=cohort.state in states.RUNNING,
        now=clock.now(),
    )


def _trainers(cohort_id: int) -> list[tuple[int, str]]:
    return [(who.person.counted.id, who.person.name) for who in staff_of(cohort_id) if who.role == "trainer"]


@bp.route("/cohorts/<int:cohort_id>/sessions/new", methods=["GET", "POST"])
@requires(Permission.RUN_COHORT, scoped=True)
def new_session(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    form = SessionForm(trainers=_trainers(cohort_id))
    if form.validate_on_submit():
        plans = form.plans()
        try:
            with transaction():
                for plan in plans:
                    plan_session(cohort_id, plan, at=clock.now())
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort = get_cohort_to_run(cohort_id, viewer)
        else:
            flash(f"{plural(len(plans), 'session')} planned.", "success")
            return redirect(url_for("cohorts.sessions", cohort_id=cohort_id))
    return render_template("cohorts/edit_session.html", form=form, cohort=cohort, session=None)


@bp.route("/cohorts/<int:cohort_id>/sessions/<int:training_id>", methods=["GET", "POST"])
@requires(Permission.RUN_COHORT, scoped=True)
def edit_session(viewer: Viewer, cohort_id: int, training_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    session = get_session(cohort_id, training_id)
    form = SessionForm(trainers=_trainers(cohort_id), session=session)
    version = request.form.get("version", type=int, default=session.version)
    if form.validate_on_submit():
        [plan] = form.plans()
        try:
            with transaction():
                changed = change_session(training_id, plan, version=version, at=clock.now())
                title = changed.title
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort, session = get_cohort_to_run(cohort_id, viewer), get_session(cohort_id, training_id)
        else:
            flash(f"{title} is changed. Whoever has had the joining instructions is told.", "success")
            return redirect(url_for("cohorts.sessions", cohort_id=cohort_id))
    return render_template("cohorts/edit_session.html", form=form, cohort=cohort, session=session)


@bp.route("/cohorts/<int:cohort_id>/sessions/<int:training_id>/call-off", methods=["GET", "POST"])
@requires(Permission.RUN_COHORT, scoped=True)
def call_off(viewer: Viewer, cohort_id: int, training_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_run(cohort_id, viewer)
    session = get_session(cohort_id, training_id)
    form = CallOffForm(data={"version": session.version})
    if form.validate_on_submit():
        title, version = session.title, request.form.get("version", type=int, default=0)
        try:
            with transaction():
                call_off_session(training_id, because=form.because.data or "", version=version, at=clock.now())
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort, session = get_cohort_to_run(cohort_id, viewer), get_session(cohort_id, training_id)
        else:
            flash(f"{title} is called off. Whoever has had the joining instructions is told.", "success")
            return redirect(url_for("cohorts.sessions", cohort_id=cohort_id))
    return render_template(
        "cohorts/call_off_session.html", form=form, cohort=cohort, session=session, told=len(told_candidates(cohort_id))
    )


@bp.route("/cohorts/<int:cohort_id>/joining", methods=["GET", "POST"])
@requires(Permission.RUN_COHORT, scoped=True)
def joining(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    """What the letter says, to whom it goes, and sending it."""
    cohort = get_cohort_to_run(cohort_id, viewer)
    form = JoiningForm(data={"words": cohort.joining_text or ""})
    if form.validate_on_submit():
        what = request.form.get("what", "keep")
        try:
            with transaction():
                write_joining_text(cohort_id, form.words.data or "")
                sent = send_joining(cohort_id, again=what == "all", at=clock.now()) if what in ("send", "all") else None
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort = get_cohort_to_run(cohort_id, viewer)
        else:
            if sent is None:
                flash("The words are saved. Nothing has been sent.", "success")
                return redirect(url_for("cohorts.joining", cohort_id=cohort_id))
            flash(f"{plural(sent, 'letter').capitalize()} with joining instructions on the way.", "success")
            return redirect(url_for("cohorts.sessions", cohort_id=cohort_id))
    told = told_candidates(cohort_id)
    candidates = roster(cohort, viewer)
    return render_template(
        "cohorts/joining.html",
        form=form,
        cohort=cohort,
        sessions=[session for session in held_sessions(cohort_id) if session.ends_at > clock.now()],
        untold=[who for who in candidates if who.enrolment.id not in told],
        told=[who for who in candidates if who.enrolment.id in told],
        may_change=cohort.state in states.RUNNING,
    )
