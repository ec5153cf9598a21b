"""The pages at /helpline, for helpline advisers alone."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.helpline import services
from accreditation.helpline.forms import ContactForm
from accreditation.helpline.queries import (
    contacts_page,
    count_owed,
    escalations_of,
    find_mediators,
    follow_ups_page,
    get_contact,
    helpline_figures,
)
from accreditation.helpline.queries.contacts import EARLIER, latest_contacts
from accreditation.helpline.queries.follow_ups import hand_overs_of, owing
from accreditation.helpline.queries.led_to import led_to, ways_from
from accreditation.helpline.queries.rota import helpline_now
from accreditation.helpline.rules import CATEGORIES, OUTCOMES
from accreditation.helpline.views.blueprint import bp
from accreditation.people.queries import get_mediator, units
from accreditation.people.rules import Viewer
from accreditation.standing.queries import explain, main_scheme, standing_on
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires

SHOW = (("all", "All contacts"), ("follow-ups", "Follow-ups due"))
WHOSE = (("mine", "Mine"),)
DUE = (("overdue", "Overdue"),)
WHEN = (("today", "Today"),)


@bp.get("/helpline")
@requires(Permission.USE_HELPLINE, scoped=True)
def contacts(viewer: Viewer) -> ResponseReturnValue:
    """Find a mediator to record a contact; follow-ups; the contacts so far."""
    today = clock.today()
    filters = _filters(url_for("helpline.contacts"))
    mine = viewer.person_id if filters.get("whose") == "mine" else None
    place = request.args.get("place")

    def address(token: str | None) -> str:
        return filters.url(place=token)

    if filters.get("show") == "follow-ups":
        until = days_after(today, -1) if filters.get("due") == "overdue" else None
        page = follow_ups_page(viewer, adviser_id=mine, until=until, place=place, address=address)
    else:
        page = contacts_page(
            viewer,
            category=filters.get("category"),
            outcome=filters.get("outcome"),
            adviser_id=mine,
            on=today if filters.get("when") == "today" else None,
            place=place,
            address=address,
        )
    words = request.args.get("q", "").strip()[:100]
    found = find_mediators(words, viewer, today) if words else []
    if len(found) == 1 and request.args.get("go"):
        return redirect(url_for("helpline.new_contact", reference=found[0].person.reference))
    owed = count_owed(viewer, today)
    return render_template(
        "helpline/contacts.html",
        page=page,
        filters=filters,
        show=SHOW,
        whose=WHOSE,
        words=words,
        found=found,
        due=owed.due,
        figures=helpline_figures(viewer, today, owed),
        stranded=[one for one in owing(viewer, today) if not one.is_adviser],
        helpline=helpline_now(clock.now(), to_advisers=True),
        today=today,
    )


@bp.get("/helpline/people")
@requires(Permission.USE_HELPLINE, scoped=True)
def people(viewer: Viewer) -> ResponseReturnValue:
    """The same search as JSON, for searching while typing."""
    found = find_mediators(request.args.get("q", "")[:100], viewer, clock.today())
    return jsonify(
        [
            {
                "name": one.person.name,
                "reference": one.person.reference,
                "unit": one.person.unit.name if one.person.unit else None,
                "standing": one.explained.sentence if one.explained else "May not work",
                "url": url_for("helpline.new_contact", reference=one.person.reference),
            }
            for one in found
        ]
    )


@bp.route("/helpline/new/<reference>", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def new_contact(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """One form, with whether the mediator may work and how to reach them beside it."""
    today, now = clock.today(), clock.now()
    person_id = get_mediator(reference, viewer).id
    form, names = ContactForm(at=now, vetting_unit=get_setting("vetting_contact")), []
    if form.is_submitted() and request.form.get("signpost"):
        form.signpost()
    if form.validate_on_submit():
        try:
            if not (names := form.names_to_look_at([unit.name for unit in units()])):
                with transaction():
                    services.record_contact(person_id, form.details(), on=today, at=now, adviser_id=viewer.person_id)
                flash("The contact is recorded.", "success")
                return redirect(url_for("helpline.contacts"))
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
    mediator = get_mediator(reference, viewer)
    return render_template(
        "helpline/new_contact.html",
        form=form,
        names=names,
        vetting_unit=form.vetting_unit,
        mediator=mediator,
        explained=explain(standing_on(person_id, main_scheme(today), today), viewer),
        earlier=latest_contacts(viewer, person_id, most=EARLIER),
        today=today,
    )


@bp.get("/helpline/contacts/<int:contact_id>")
@requires(Permission.USE_HELPLINE, scoped=True)
def contact(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    """One contact with the advice that was given: every look at it is counted."""
    audit.sensitive_read("helpline contact", about_id=get_contact(contact_id, viewer).person_id, contact=contact_id)
    return render_template(
        "helpline/contact.html",
        contact=get_contact(contact_id, viewer),
        escalations=escalations_of(contact_id),
        hand_overs=hand_overs_of(contact_id),
        followed=led_to(contact_id, clock.today()),
        ways=ways_from(contact_id),
        today=clock.today(),
    )


@bp.post("/helpline/contacts/<int:contact_id>/done")
@requires(Permission.USE_HELPLINE, scoped=True)
def follow_up_done(viewer: Viewer, contact_id: int) -> ResponseReturnValue:
    get_contact(contact_id, viewer)
    try:
        with transaction():
            services.complete_follow_up(contact_id, on=clock.today(), done_by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The follow-up is done.")
    return redirect(url_for("helpline.contacts", show="follow-ups"))


@bp.get("/helpline/mediators/<reference>")
@requires(Permission.USE_HELPLINE, scoped=True)
def contacts_of(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The contacts of one mediator."""
    mediator = get_mediator(reference, viewer)
    page = contacts_page(
        viewer,
        person_id=mediator.id,
        place=request.args.get("place"),
        address=lambda token: url_for("helpline.contacts_of", reference=reference, place=token),
    )
    return render_template("helpline/contacts_of.html", mediator=mediator, page=page, today=clock.today())


def _filters(path: str) -> Filters:
    offered = (
        Filter("show", lambda value: dict(SHOW)[value], SHOW[1:]),
        Filter("category", lambda value: CATEGORIES[value], list(CATEGORIES.items())),
        Filter("outcome", lambda value: OUTCOMES[value], list(OUTCOMES.items())),
        Filter("whose", lambda value: dict(WHOSE)[value], WHOSE),
        Filter("due", lambda value: dict(DUE)[value], DUE),
        Filter("when", lambda value: dict(WHEN)[value], WHEN),
    )
    return read_filters(request.args, offered, path=path)
