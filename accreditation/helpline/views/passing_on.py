"""A risk, a complaint or a correction is passed on: the adviser picks the words and to whom; that alone is shown."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.helpline import services
from accreditation.helpline.forms import PassOnForm, SettleForm
from accreditation.helpline.models import Escalation
from accreditation.helpline.queries import get_contact, get_passed_on, passed_on_to, who_decides
from accreditation.helpline.queries.corrections import Corrected, corrected_since, who_corrects
from accreditation.helpline.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires

UNREAD = (("unread", "Not read"),)


@bp.route("/helpline/contacts/<int:contact_id>/pass-on", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def pass_on(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    """A risk or a complaint: the words, and to whom."""
    return _passing_on(viewer, contact_id, "decision")


@bp.route("/helpline/contacts/<int:contact_id>/correction", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def suggest_correction(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    """Something in the mediator's record is wrong: the words, and to whom of those who may put it right."""
    return _passing_on(viewer, contact_id, "correction")


def _passing_on(viewer: Viewer, contact_id: int, purpose: str) -> ResponseReturnValue:
    """The advice is shown beside the form, so the look at it is counted."""
    about = get_contact(contact_id, viewer).person_id
    audit.sensitive_read("helpline contact", about_id=about, contact=contact_id)
    found = get_contact(contact_id, viewer)
    today, key = clock.today(), secrets.token_urlsafe(24)
    deciders = who_corrects(found.person, today) if purpose == "correction" else who_decides(today)
    offered = [(str(one.id), one.name) for one in deciders if one.id != found.person.counted.id]
    form = PassOnForm(offered, form_key=key, purpose=purpose)
    if form.validate_on_submit():
        try:
            with transaction():
                services.pass_on(
                    contact_id,
                    to_id=int(form.to_id.data),
                    text=form.text.data or "",
                    form_key=form.form_key.data or "",
                    at=clock.now(),
                    passed_on_by=viewer.person_id,
                    purpose=purpose,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(
                "Passed on. They are written to that something waits, and read your words when they sign in.", "success"
            )
            return redirect(url_for("helpline.contact", contact_id=contact_id))
    return render_template("helpline/pass_on.html", form=form, contact=get_contact(contact_id, viewer), purpose=purpose)


@bp.get("/helpline/passed-on")
@requires(Permission.SIGNED_IN, scoped=True)
def passed_on_list(viewer: Viewer) -> ResponseReturnValue:
    """What advisers passed on to me. The words stand on the page of each, where the look is noted."""
    offered = [Filter("show", lambda value: dict(UNREAD)[value], UNREAD)]
    filters = read_filters(request.args, offered, path=url_for("helpline.passed_on_list"))
    page = passed_on_to(
        viewer,
        unread=filters.get("show") == "unread",
        place=request.args.get("after"),
        address=lambda place: filters.url(after=place),
    )
    return render_template("helpline/passed_on_list.html", page=page, filters=filters)


@bp.route("/helpline/passed-on/<int:escalation_id>", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN, scoped=True)
def passed_on(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """The words that were passed on to me; of a suggested correction also who it is about, and what came of it."""
    about = get_passed_on(escalation_id, viewer).contact.person_id
    audit.sensitive_read("what the helpline passed on", about_id=about, escalation=escalation_id)
    one = get_passed_on(escalation_id, viewer)
    corrected = _corrected(one)
    form = SettleForm([(str(fact.evidence_id), fact.words) for fact in corrected])
    if one.purpose == "correction" and form.validate_on_submit():
        try:
            with transaction():
                services.settle_correction(
                    escalation_id, evidence_id=form.evidence_id, at=clock.now(), settled_by=viewer.person_id
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            one = get_passed_on(escalation_id, viewer)
        else:
            flash("The adviser sees what came of it.", "success")
            return redirect(url_for("helpline.passed_on_list"))
    return render_template("helpline/passed_on.html", one=one, form=form, corrected=corrected)


def _corrected(one: Escalation) -> list[Corrected]:
    return corrected_since(one.contact.person_id, one.passed_on_at) if one.purpose == "correction" else []


@bp.post("/helpline/passed-on/<int:escalation_id>/read")
@requires(Permission.SIGNED_IN, scoped=True)
def passed_on_read(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """Say that I have read it: the adviser sees that, and it leaves my home page."""
    get_passed_on(escalation_id, viewer)
    with transaction():
        services.mark_seen(escalation_id, at=clock.now())
    flash("The adviser sees that you have read it.", "success")
    return redirect(url_for("helpline.passed_on_list"))
