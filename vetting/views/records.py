"""One person's clearances. Every look at somebody else's is in the audit trail before it is shown, and counted."""

from flask import render_template
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from vetting.queries.records import READ, own_person, reads_of, record_of
from vetting.rules.levels import levels
from vetting.rules.steps import CLEARANCE_STEPS
from vetting.views.blueprint import bp


@bp.get("/vetting/<reference>")
@requires(Permission.VIEW_CLEARANCE_RECORDS, scoped=True)
def record(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The full record for a vetting officer; for a practice manager without references, conditions and notes."""
    audit.sensitive_read(READ, about_id=get_mediator(reference, viewer).id)
    mediator = get_mediator(reference, viewer)
    return render_template(
        "vetting/record.html",
        mediator=mediator,
        record=record_of(mediator, viewer),
        reads=reads_of(mediator.id),
        may_record=viewer.may_somewhere(Permission.RECORD_CLEARANCE),
        in_full=viewer.may_somewhere(Permission.VIEW_CLEARANCE_REFERENCE),
        changeable=tuple(CLEARANCE_STEPS),
        levels=levels(),
        today=clock.today(),
    )


@bp.get("/vetting/mine")
@requires(Permission.VIEW_OWN, scoped=True)
def mine(viewer: Viewer) -> ResponseReturnValue:
    """What is recorded of one's own clearance: in full but for the vetting unit's reference and notes."""
    person = own_person(viewer)
    return render_template("vetting/mine.html", record=record_of(person, viewer), levels=levels(), today=clock.today())
