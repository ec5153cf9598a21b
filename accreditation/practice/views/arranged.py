"""Supervision that was arranged for mediators, for the office to record once it was held."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.practice import services
from accreditation.practice.models import ArrangedSupervision
from accreditation.practice.queries.arranged import arranged_page, count_arranged, get_arranged
from accreditation.practice.views.blueprint import bp
from accreditation.web.guards import requires


@bp.get("/practice/arranged")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def arranged(viewer: Viewer) -> ResponseReturnValue:
    """What is arranged and neither logged nor called off, the soonest first."""
    page = arranged_page(
        viewer, place=request.args.get("place"), address=lambda token: url_for("practice.arranged", place=token)
    )
    return render_template("practice/arranged.html", page=page, total=count_arranged(viewer), today=clock.today())


@bp.post("/practice/arranged/<int:arranged_id>/call-off")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def call_off(viewer: Viewer, arranged_id: int) -> ResponseReturnValue:
    """It does not take place."""
    get_arranged(arranged_id, viewer)
    try:
        with transaction():
            services.call_off_supervision(arranged_id, at=clock.now(), called_off_by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The session is called off.", "success")
    return redirect(url_for("practice.arranged"))


def arranged_asked(kind: str, viewer: Viewer) -> ArrangedSupervision | None:
    """The session that the address of an entry form names, while it is open; None where none is named."""
    asked = request.args.get("arranged", "")
    if kind != "supervision" or not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        return None
    found = get_arranged(int(asked), viewer)
    return found if found.is_open else None
