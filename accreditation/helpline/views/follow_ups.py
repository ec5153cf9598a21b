"""Handing a follow-up to another adviser or another day, and everything that somebody owes at once."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.helpline import services
from accreditation.helpline.forms import HandOverAllForm, HandOverForm
from accreditation.helpline.queries import get_contact
from accreditation.helpline.queries.advisers import advisers_on
from accreditation.helpline.queries.follow_ups import owing
from accreditation.helpline.views.blueprint import bp
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural


@bp.route("/helpline/contacts/<int:contact_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def hand_over(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    """Who owes the follow-up, and by when. What the contact says is not shown here, so no look is counted."""
    today, names = clock.today(), []
    contact = get_contact(contact_id, viewer)
    form = HandOverForm(
        _advisers(), owner=contact.owner_id, due_on=contact.follow_up_on, vetting_unit=get_setting("vetting_contact")
    )
    if form.validate_on_submit():
        try:
            if not (names := form.names_to_look_at([unit.name for unit in units()])):
                with transaction():
                    services.hand_over(
                        contact_id,
                        to_id=int(form.to_id.data),
                        due_on=form.due_on.data or today,
                        note=form.note.data,
                        owner_then=form.owner,
                        on=today,
                        at=clock.now(),
                        handed_over_by=viewer.person_id,
                    )
                flash("Saved. They are reminded as it falls due.", "success")
                return redirect(url_for("helpline.contacts", show="follow-ups"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
    return render_template(
        "helpline/hand_over.html", form=form, names=names, contact=get_contact(contact_id, viewer), today=today
    )


@bp.route("/helpline/hand-over", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def hand_over_all(viewer: Viewer) -> ResponseReturnValue:
    """An adviser leaves or is away for long: what they owe goes to another, each with its day."""
    today, names = clock.today(), []
    owed = owing(viewer, today)
    choices = [
        (
            str(one.person.id),
            f"{one.person.name}: {one.owed} owed, {one.overdue} overdue"
            f"{'' if one.is_adviser else ', no adviser any more'}",
        )
        for one in owed
    ]
    form = HandOverAllForm(choices, _advisers(), vetting_unit=get_setting("vetting_contact"))
    if form.validate_on_submit():
        try:
            if not (names := form.names_to_look_at([unit.name for unit in units()])):
                with transaction():
                    number = services.hand_over_all(
                        int(form.from_id.data),
                        to_id=int(form.to_id.data),
                        note=form.note.data,
                        on=today,
                        at=clock.now(),
                        handed_over_by=viewer.person_id,
                    )
                    audit.note("handed follow-ups over", number=number, about_id=int(form.from_id.data))
                flash(f"{plural(number, 'follow-up was', 'follow-ups were')} handed over.", "success")
                return redirect(url_for("helpline.contacts", show="follow-ups"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
    return render_template("helpline/hand_over_all.html", form=form, names=names, owed=owed)


def _advisers() -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in advisers_on(clock.today())]
