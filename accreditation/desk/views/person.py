"""A mediator's page."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.permissions import Permission
from accreditation.desk.queries.record import evidence_shown, record_of, scheme_asked, schemes_of
from accreditation.desk.queries.viewers import who_opens_records
from accreditation.desk.views.blueprint import bp
from accreditation.desk.views.pictures import picture_of
from accreditation.desk.views.sources import actions_for, most_asked, source_links
from accreditation.people.queries import get_mediator, subject_of
from accreditation.people.rules import Subject, Viewer
from accreditation.web.guards import requires


@bp.get("/mediators/<reference>")
@requires(Permission.SIGNED_IN, scoped=True)
def mediator(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The verdict explained, each requirement with its dates, the timeline, and the evidence behind it."""
    asking, viewer = viewer, who_opens_records(viewer)
    today = clock.today()
    person = get_mediator(reference, viewer)
    whose = subject_of(person)
    sees_clearance = viewer.may(Permission.VIEW_CLEARANCE, whose)
    if sees_clearance and person.id != viewer.person_id:
        audit.sensitive_read("the record with its clearance", about_id=person.id)
        person = get_mediator(reference, viewer)
    scheme = scheme_asked(request.args.get("scheme"), today)
    record = record_of(person, scheme, viewer, today)
    evidence = evidence_shown(person, viewer, [scheme], most=most_asked())
    return render_template(
        "desk/mediator.html",
        person=person,
        record=record,
        explained=record.explained,
        picture=picture_of(record.timeline, record.explained, today),
        evidence=evidence,
        asked_scheme=request.args.get("scheme"),
        links=source_links(evidence.rows, asking, whose, reference),
        actions=actions_for(asking, whose, reference),
        other_schemes=[other for other in schemes_of(person.id, today) if other.code != scheme.code],
        today=today,
        may=_viewer_may(viewer, whose),
        is_own=person.id == viewer.person_id,
    )


def _viewer_may(viewer: Viewer, whose: Subject) -> dict[str, bool]:
    """What the template offers: never what it hides. What may not be shown was not fetched."""
    return {
        permission.value: viewer.may(permission, whose)
        for permission in (
            Permission.VIEW_CONTACT,
            Permission.VIEW_STANDING,
        )
    }
