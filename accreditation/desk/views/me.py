"""My standing: for a mediator on a phone."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.desk.queries.own import own_record, seats_for
from accreditation.desk.queries.record import evidence_shown
from accreditation.desk.raising.queries import latest_own_corrections
from accreditation.desk.raising.rules import OF_KIND
from accreditation.desk.views.blueprint import bp
from accreditation.desk.views.pictures import picture_of
from accreditation.desk.views.sources import most_asked, source_links
from accreditation.helpline.queries.rota import helpline_now
from accreditation.people.queries import subject_of
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/me")
@requires(Permission.VIEW_OWN, scoped=True)
def me(viewer: Viewer) -> ResponseReturnValue:
    """May I mediate today, until when, and what comes next? Then everything behind the answer."""
    today = clock.today()
    person, record, kept = own_record(viewer, today)
    evidence = evidence_shown(person, viewer, [record.scheme], most=most_asked())
    return render_template(
        "desk/me.html",
        person=person,
        record=record,
        kept=kept,
        explained=record.explained,
        step=record.step,
        seats=seats_for(person.id, record, today),
        picture=picture_of(record.timeline, record.explained, today),
        evidence=evidence,
        shows_all=most_asked() is None,
        links=source_links(evidence.rows, viewer, subject_of(person), person.reference),
        corrections={
            row.id: ("Something is wrong here", url_for("raising.raise_correction", fact=row.id))
            for row in evidence.rows
            if row.kind in OF_KIND and not row.voided_at
        },
        raised=latest_own_corrections(viewer),
        today=today,
        helpline=helpline_now(clock.now()),
    )
