"""Selecting applicants, for whoever manages an intake: the panel, the sift, times, the ranked list, offers, letters."""

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import ALLOWED, Permission, Role
from accreditation.people.queries import everyone_with
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.forms.selection import FeedbackForm, PanelForm, SlotsForm
from cohorts.models import Intake
from cohorts.queries.applications import get_application
from cohorts.queries.held import held_letters_of
from cohorts.queries.intakes import get_intake, get_panel_member
from cohorts.queries.interviews import get_slot, slots_of
from cohorts.queries.marking import get_marking_of, panel_of, sift_progress
from cohorts.queries.ranking import count_ranked, ranking_page
from cohorts.rules import stages
from cohorts.services.applications import offer_the_next
from cohorts.services.interviews import call_off_slot, give_slot, lay_out_slots
from cohorts.services.letters import ABOUT_STEPS
from cohorts.services.marking import open_marks_again, share_out, take_back
from cohorts.services.offers import offers_run_out
from cohorts.services.panel import add_to_panel, take_off_panel
from cohorts.services.releasing import release_letters
from cohorts.services.writing import write_feedback
from cohorts.views.blueprint import bp
from cohorts.views.intakes import may_manage


def _sees_names() -> set[int]:
    """Who could look names up by another role: no blind sift for them."""
    roles = [role for role in Role if Permission.VIEW_APPLICATIONS in ALLOWED[role]]
    return {person.id for role in roles for person in everyone_with(role, clock.today())}


@bp.get("/intakes/<intake>/panel")
@requires(Permission.VIEW_APPLICATIONS, scoped=True)
def panel(viewer: Viewer, intake: str) -> ResponseReturnValue:
    return _panel_page(viewer, get_intake(intake, viewer), PanelForm(formdata=None))


def _panel_page(viewer: Viewer, found: Intake, form: PanelForm) -> ResponseReturnValue:
    everybody, read, short = sift_progress(found.id, found.sifters)
    return render_template(
        "cohorts/intake_panel.html",
        intake=found,
        form=form,
        rows=panel_of(found.id, list(_sees_names())),
        everybody=everybody,
        read=read,
        short=short,
        may_manage=may_manage(viewer),
    )


@bp.post("/intakes/<intake>/panel")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def add_panel_member(viewer: Viewer, intake: str) -> ResponseReturnValue:
    found, form = get_intake(intake, viewer), PanelForm()
    intake_id = found.id
    if not form.validate_on_submit():
        return _panel_page(viewer, found, form)
    try:
        with transaction():
            add_to_panel(
                intake_id, form.reference.data or "", form.role.data, on=clock.today(), added_by=viewer.person_id
            )
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return _panel_page(viewer, get_intake(intake, viewer), form)
    flash("They are on the panel. Whoever has no account yet needs an invitation from an administrator.", "success")
    return redirect(url_for("cohorts.panel", intake=intake))


@bp.post("/intakes/<intake>/panel/<int:member_id>/remove")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def remove_panel_member(viewer: Viewer, intake: str, member_id: int) -> ResponseReturnValue:
    member = get_panel_member(get_intake(intake, viewer).id, member_id)
    try:
        with transaction():
            returned = take_off_panel(member.id, on=clock.today(), at=clock.now())
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(f"They are off the panel. {plural(returned, 'application').capitalize()} went back.", "success")
    return redirect(url_for("cohorts.panel", intake=intake))


@bp.post("/intakes/<intake>/share-out")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def share_out_sift(viewer: Viewer, intake: str) -> ResponseReturnValue:
    intake_id = get_intake(intake, viewer).id
    with transaction():
        shared = share_out(intake_id, at=clock.now(), by=viewer.person_id)
    if shared.given:
        flash(f"{plural(shared.given, 'reading').capitalize()} given out.", "success")
    if shared.short:
        flash(f"{plural(len(shared.short), 'application').capitalize()} still lack a sifter. Add somebody.", "warning")
    elif not shared.given:
        flash("Everything at the sift has its sifters already.", "success")
    return redirect(url_for("cohorts.panel", intake=intake))


@bp.get("/intakes/<intake>/ranking")
@requires(Permission.VIEW_APPLICATIONS, scoped=True)
def ranking(viewer: Viewer, intake: str) -> ResponseReturnValue:
    found = get_intake(intake, viewer)
    step = "interview" if request.args.get("by") == "interview" else "sift"
    everybody = request.args.get("all") == "yes"
    first = min(max(request.args.get("first", 0, int), 0), 10_000)
    page = ranking_page(
        found.id,
        step,
        everybody=everybody,
        wide_spread=found.wide_spread,
        place=request.args.get("after"),
        address=lambda token: url_for(
            "cohorts.ranking", intake=intake, by=step, all="yes" if everybody else None, after=token
        ),
    )
    return render_template(
        "cohorts/intake_ranking.html",
        intake=found,
        step=step,
        everybody=everybody,
        page=page,
        total=count_ranked(found.id, step, everybody=everybody),
        marked=count_ranked(found.id, step, everybody=True),
        first=first,
        decisions=[(stage, stages.label(stage)) for stage in _decisions(step)],
        stages=stages,
        may_manage=may_manage(viewer),
    )


def _decisions(step: str) -> tuple[str, ...]:
    if step == "sift":
        return (
            stages.SHORTLISTED,
            stages.INTERVIEW,
            stages.UNSUCCESSFUL,
            stages.RESERVE_LIST,
            stages.CONDITIONAL_OFFER,
        )
    return (stages.CONDITIONAL_OFFER, stages.RESERVE_LIST, stages.UNSUCCESSFUL, "vetting", stages.OFFERED_PLACE)


@bp.route("/intakes/<intake>/interviews", methods=["GET", "POST"])
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def interview_times(viewer: Viewer, intake: str) -> ResponseReturnValue:
    found = get_intake(intake, viewer)
    intake_id = found.id
    people = [row.member.person for row in panel_of(intake_id) if row.member.role == "interviewer"]
    form = SlotsForm(interviewers=[(str(person.id), person.name) for person in people])
    if form.validate_on_submit():
        try:
            with transaction():
                made = len(
                    lay_out_slots(
                        intake_id,
                        first_at=form.first_at,
                        minutes=form.minutes.data or 0,
                        pause_minutes=form.pause.data or 0,
                        number=form.number.data or 0,
                        place=form.place.data or "",
                        panel=[int(value) for value in form.panel.data or []],
                    )
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{plural(made, 'time').capitalize()} can be chosen now.", "success")
            return redirect(url_for("cohorts.interview_times", intake=intake))
    return render_template(
        "cohorts/interviews.html",
        intake=get_intake(intake, viewer),
        form=form,
        slots=slots_of(intake_id),
        people=people,
    )


@bp.post("/intakes/<intake>/interviews/<int:slot_id>/call-off")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def call_off_time(viewer: Viewer, intake: str, slot_id: int) -> ResponseReturnValue:
    slot = get_slot(get_intake(intake, viewer).id, slot_id)
    try:
        with transaction():
            call_off_slot(slot.id, at=clock.now())
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("Nobody can choose this time any more.", "success")
    return redirect(url_for("cohorts.interview_times", intake=intake))


@bp.post("/intakes/<intake>/next-offer")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def next_offer(viewer: Viewer, intake: str) -> ResponseReturnValue:
    intake_id = get_intake(intake, viewer).id
    try:
        with transaction():
            reference = offer_the_next(intake_id, at=clock.now(), by=viewer.person_id).reference
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(f"{reference} was next, and gets an offer by letter.", "success")
    return redirect(url_for("cohorts.intake", intake=intake))


@bp.post("/intakes/<intake>/overdue-offers")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def overdue_offers(viewer: Viewer, intake: str) -> ResponseReturnValue:
    intake_id = get_intake(intake, viewer).id
    with transaction():
        gone = offers_run_out(intake_id, at=clock.now(), on=clock.today(), by=viewer.person_id)
    flash(f"{plural(len(gone), 'offer').capitalize()} taken back.", "success" if gone else "warning")
    return redirect(url_for("cohorts.intake", intake=intake))


@bp.route("/intakes/<intake>/letters", methods=["GET", "POST"])
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def held_letters(viewer: Viewer, intake: str) -> ResponseReturnValue:
    """Who gets what, before anything goes."""
    found = get_intake(intake, viewer)
    held = held_letters_of(found.id, ABOUT_STEPS.values())
    if request.method == "POST":
        last = request.form.get("up_to", 0, int)
        ids = [one.letter.id for one in held if one.letter.id <= last]
        with transaction():
            released = release_letters(ids, at=clock.now(), on=clock.today(), by=viewer.person_id)
        flash(f"{plural(released, 'letter').capitalize()} {'goes' if released == 1 else 'go'} out now.", "success")
        return redirect(url_for("cohorts.intake", intake=intake))
    return render_template(
        "cohorts/intake_letters.html",
        intake=found,
        held=held,
        counted=Counter(one.stage for one in held),
        up_to=max((one.letter.id for one in held), default=0),
        stages=stages,
    )


# --- one applicant ---------------------------------------------------------------------------------------------------


@bp.post("/applications/<reference>/feedback")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def feedback(viewer: Viewer, reference: str) -> ResponseReturnValue:
    application_id, form = get_application(reference, viewer).id, FeedbackForm()
    if form.validate_on_submit():
        with transaction():
            write_feedback(application_id, form.feedback.data or "")
        flash("The words for the applicant are saved. They go with the letter about the decision.", "success")
    else:
        flash("Use at most 4,000 characters.", "warning")
    return redirect(url_for("cohorts.application", reference=reference))


@bp.post("/applications/<reference>/interview")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def give_time(viewer: Viewer, reference: str) -> ResponseReturnValue:
    found = get_application(reference, viewer)
    application_id, intake_id = found.id, found.intake_id or 0
    slot_id = get_slot(intake_id, request.form.get("slot", 0, int)).id
    try:
        with transaction():
            give_slot(application_id, slot_id, at=clock.now(), by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The time is theirs, and a letter says so.", "success")
    return redirect(url_for("cohorts.application", reference=reference))


@bp.post("/applications/<reference>/marking/<int:marking_id>")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def change_marking(viewer: Viewer, reference: str, marking_id: int) -> ResponseReturnValue:
    """Open somebody's marks again, or take back what they have not marked."""
    marking = get_marking_of(get_application(reference, viewer).id, marking_id)
    again = marking.state == "marked"
    try:
        with transaction():
            (open_marks_again if again else take_back)(marking_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("They can change their marks." if again else "It was taken back. Share out the sift again.", "success")
    return redirect(url_for("cohorts.application", reference=reference))
