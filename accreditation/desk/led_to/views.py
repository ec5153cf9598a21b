"""From the page of a contact: arrange supervision, call it off, suggest a topic for the next refresher days."""

import secrets

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.desk.led_to import services
from accreditation.desk.led_to.forms import ArrangeForm, TopicForm
from accreditation.helpline.queries import get_contact
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import day

bp = Blueprint("led_to", __name__)


@bp.route("/helpline/contacts/<int:contact_id>/supervision", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def supervision(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    """The day; the mediator and the office then see that it was arranged through the helpline, and no more."""
    get_contact(contact_id, viewer)
    form = ArrangeForm(on=clock.today(), form_key=secrets.token_urlsafe(24))
    if form.validate_on_submit():
        held_on = form.held_on.data
        assert held_on
        try:
            with transaction():
                arranged = services.arrange_after(
                    contact_id,
                    held_on=held_on,
                    form_key=form.form_key.data or "",
                    at=clock.now(),
                    arranged_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(
                f"Supervision is arranged for {day(arranged.held_on)}. The mediator sees it in their practice log.",
                "success",
            )
            return redirect(url_for("helpline.contact", contact_id=contact_id))
    return render_template("desk/led_to/supervision.html", form=form, contact=get_contact(contact_id, viewer))


@bp.post("/helpline/contacts/<int:contact_id>/supervision/<int:arranged_id>/call-off")
@requires(Permission.USE_HELPLINE, scoped=True)
def call_off(viewer: Viewer, contact_id: int, arranged_id: int) -> ResponseReturnValue:
    """It does not take place."""
    get_contact(contact_id, viewer)
    try:
        with transaction():
            services.call_off_after(contact_id, arranged_id, at=clock.now(), called_off_by=viewer.person_id)
    except Conflict as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The session is called off.", "success")
    return redirect(url_for("helpline.contact", contact_id=contact_id))


@bp.route("/helpline/contacts/<int:contact_id>/topic", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def topic(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    """A topic for the next days: counted, and shown where a day is planned."""
    get_contact(contact_id, viewer)
    form, names = TopicForm(vetting_unit=get_setting("vetting_contact")), []
    if form.validate_on_submit():
        try:
            if not (names := form.names_to_look_at([unit.name for unit in units()])):
                with transaction():
                    suggestion = services.suggest_after(
                        contact_id,
                        topic=form.code,
                        words=form.words.data or "",
                        on=clock.today(),
                        suggested_by=viewer.person_id,
                    )
                flash(f"“{suggestion.words}” is suggested for the next refresher days.", "success")
                return redirect(url_for("helpline.contact", contact_id=contact_id))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
    return render_template("desk/led_to/topic.html", form=form, names=names, contact=get_contact(contact_id, viewer))
