"""A mediator's page."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.desk.merging.queries.merges import merges_into
from accreditation.desk.queries.record import evidence_shown, record_of, scheme_asked, schemes_of, since_then
from accreditation.desk.queries.viewers import who_opens_records
from accreditation.desk.raising.queries import waiting_about
from accreditation.desk.views.blueprint import bp
from accreditation.desk.views.pictures import picture_of
from accreditation.desk.views.sources import actions_for, corrections_of, most_asked, source_links
from accreditation.desk.views.times import ONLY_TODAY, as_of_asked
from accreditation.people.models import Person
from accreditation.people.queries import address_of, get_mediator, subject_of
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.queries.explain import may_ask_any_day
from accreditation.standing.queries.overlays import overlays_about
from accreditation.web.guards import requires


@bp.get("/mediators/<reference>")
@requires(Permission.SIGNED_IN, scoped=True)
def mediator(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The verdict explained, each requirement with its dates, the timeline, and the evidence behind it.

    Today, or on the day of `on`, by what was known at the moment of `known`: then beside what is known of it now.
    """
    asking, viewer = viewer, who_opens_records(viewer)
    as_of = as_of_asked()
    today = as_of.today
    person = get_mediator(reference, viewer)
    if person.reference != reference:
        flash(f"{reference} was merged into this record, {person.reference}.", "success")
        asked: dict[str, Any] = {name: request.args[name] for name in ("scheme", "on", "known") if name in request.args}
        return redirect(url_for("desk.mediator", reference=person.reference, **asked))
    whose = subject_of(person)
    sees_clearance = viewer.may(Permission.VIEW_CLEARANCE, whose)
    if (as_of.travels or as_of.problems) and not sees_clearance:
        raise NotAllowed(ONLY_TODAY)
    if sees_clearance and person.id != viewer.person_id:
        audit.sensitive_read("the record with its clearance", about_id=person.id, **as_of.details)
        person = get_mediator(reference, viewer)
    scheme = scheme_asked(request.args.get("scheme"), as_of.on)
    record = record_of(person, scheme, viewer, as_of.on, tense=as_of.tense, known=as_of.known)
    evidence = evidence_shown(person, viewer, [record.scheme], most=most_asked(), known=as_of.known)
    asked_scheme = request.args.get("scheme")
    return render_template(
        "desk/mediator.html",
        person=person,
        as_of=as_of,
        has_errors=bool(as_of.problems),
        may_ask_any_day=sees_clearance,
        today_url=url_for("desk.mediator", reference=reference, scheme=asked_scheme),
        record=record,
        explained=record.explained,
        since=since_then(person, record, viewer, as_of) if as_of.known else None,
        picture=picture_of(record.timeline, record.explained, as_of.on, as_of=as_of),
        evidence=evidence,
        asked_scheme=asked_scheme,
        links=source_links(evidence.rows, asking, whose, reference),
        corrections={} if as_of.travels else corrections_of(evidence.rows, asking, whose),
        laid_over=[] if as_of.travels else overlays_about(person, asking, today),
        raised=[] if as_of.travels else waiting_about(person.id, asking),
        actions=[] if as_of.travels else actions_for(asking, whose, reference),
        other_schemes=[other for other in schemes_of(person.id, as_of.on) if other.code != scheme.code],
        today=today,
        may=_viewer_may(viewer, whose),
        is_own=person.id == viewer.person_id,
        email=_email_of(person),
        merges=merges_into(person, asking.limited_to(Permission.MERGE_PEOPLE)),
        pack_url=url_for("desk.pack", reference=reference, scheme=asked_scheme, **as_of.details)
        if may_ask_any_day(viewer, whose)
        else None,
    )


def _email_of(person: Person) -> str | None:
    address = address_of(person.id)
    return address.address if address else None


def _viewer_may(viewer: Viewer, whose: Subject) -> dict[str, bool]:
    """What the template offers: never what it hides. What may not be shown was not fetched."""
    return {
        permission.value: viewer.may(permission, whose)
        for permission in (
            Permission.VIEW_CONTACT,
            Permission.VIEW_STANDING,
        )
    }
