"""Asking for many clearances at once: a preview of who, and what became of each."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from vetting import services
from vetting.forms import InitiateForm
from vetting.queries.boards import Renewal, clearances_picked, clearances_to_renew
from vetting.queries.records import open_applications_of
from vetting.views.blueprint import bp
from vetting.views.board import asked_for, read_board_filters

MOST_AT_ONCE = 500


@bp.route("/vetting/initiate", methods=["GET", "POST"])
@requires(Permission.RECORD_CLEARANCE, scoped=True)
def initiate(viewer: Viewer) -> ResponseReturnValue:
    """Who was picked, or everybody on the list as it is filtered. What is confirmed is what the preview showed."""
    today = clock.today()
    picked = _picked(viewer)
    form = InitiateForm(on=today)
    if form.validate_on_submit():
        on = form.initiated_on.data
        assert on  # the form has been found valid
        people = [(one.person.id, one.level) for one in picked]
        with transaction():
            started = services.start_applications(
                people, on=on, sponsor=form.sponsor.data or None, recorded_by=viewer.person_id
            )
        return render_template(
            "vetting/initiated.html", started=started, people={one.person.id: one.person for one in _picked(viewer)}
        )
    under_way = open_applications_of([one.person.id for one in picked])
    return render_template(
        "vetting/initiate.html",
        form=form,
        picked=[
            (one, last_good_day(one.ends_on) if one.ends_on else None, (one.person.id, one.level) in under_way)
            for one in picked
        ],
        here=url_for("vetting.initiate"),
        most=MOST_AT_ONCE,
    )


def _picked(viewer: Viewer) -> list[Renewal]:
    ids = request.values.getlist("pick", type=int)
    if ids or request.method == "POST":
        return clearances_picked(viewer, ids, limit=MOST_AT_ONCE)
    asked = asked_for(read_board_filters(url_for("vetting.initiate")), clock.today())
    return clearances_to_renew(viewer, asked, limit=MOST_AT_ONCE)
