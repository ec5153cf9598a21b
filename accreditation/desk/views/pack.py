"""An evidence pack, handed out from a mediator's page."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.desk.exports.pack import pack_workbook
from accreditation.desk.queries.pack import pack_of
from accreditation.desk.queries.record import scheme_asked
from accreditation.desk.views.blueprint import bp
from accreditation.desk.views.times import ONLY_TODAY, as_of_asked
from accreditation.people.queries import get_mediator, subject_of
from accreditation.people.rules import Viewer
from accreditation.people.services import SENSITIVE, note_export
from accreditation.standing.queries.explain import may_ask_any_day
from accreditation.standing.queries.since import names_of
from accreditation.web.guards import requires


@bp.get("/mediators/<reference>/pack.xlsx")
@requires(Permission.VIEW_STANDING, scoped=True)
def pack(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The answer to what the page is about with everything behind it, noted in the trail before it is handed out."""
    as_of = as_of_asked().or_refuse()
    person = get_mediator(reference, viewer)
    if not may_ask_any_day(viewer, subject_of(person)):
        raise NotAllowed(ONLY_TODAY)
    reference = person.reference
    person_id, made_at, made_by = person.id, clock.now(), names_of([viewer.person_id])[viewer.person_id]
    found = pack_of(person, scheme_asked(request.args.get("scheme"), as_of.on), viewer, as_of)
    with transaction():
        notice = note_export(
            "an evidence pack",
            viewer,
            rows=found.rows,
            people=1,
            at=made_at,
            classification=SENSITIVE,
            about_id=person_id,
            scheme=found.scheme.code,
            **as_of.details,
        )
    content = pack_workbook(found, made_by=made_by, made_at=made_at, position=audit.position(), notice=notice)
    name = f"evidence-pack-{reference}-{as_of.on.isoformat()}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
