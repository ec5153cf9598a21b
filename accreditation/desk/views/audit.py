"""The audit trail on screen."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.audit import verify
from accreditation.core.dates import NotADay, read_day
from accreditation.core.permissions import Permission
from accreditation.desk.queries.trail import CHANNELS, TrailAsked, trail_page
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.standing.queries.checks import check_state
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import plural, thousands

OFFERED = (
    Filter("action", lambda value: f"Action begins with “{value}”", longest=60),
    Filter("channel", lambda value: dict(CHANNELS)[value], CHANNELS),
    Filter("actor", lambda value: f"Done by {value}", longest=30),
    Filter("about", lambda value: f"About {value}", longest=30),
    Filter("since", lambda value: f"From {value}", longest=30),
    Filter("until", lambda value: f"Until {value}", longest=30),
)


@bp.get("/audit")
@requires(Permission.VIEW_AUDIT)
def audit_trail(viewer: Viewer) -> ResponseReturnValue:
    """Every change and every sensitive look, newest first."""
    filters = read_filters(request.args, OFFERED, path=url_for("desk.audit_trail"), keep=())
    asked, problems = _asked(filters)
    page = trail_page(viewer, asked, place=request.args.get("after"), address=lambda place: filters.url(after=place))
    return render_template(
        "desk/audit.html",
        check=check_state(viewer, clock.now()),
        page=page,
        filters=filters,
        channels=CHANNELS,
        problems=problems,
        has_errors=bool(problems),
    )


@bp.post("/audit/verify")
@requires(Permission.VIEW_AUDIT)
def verify_trail(viewer: Viewer) -> ResponseReturnValue:
    """Walk the whole chain and say whether it holds."""
    report = verify()
    if report.broken_at is None:
        flash(f"The trail holds: {plural(report.entries, 'entry', 'entries')} checked, from the first to the last.")
    else:
        flash(f"The trail is broken at entry {thousands(report.broken_at)}: {report.reason}.", "warning")
    return redirect(url_for("desk.audit_trail"))


def _asked(filters: Filters) -> tuple[TrailAsked, list[tuple[str, str]]]:
    """What is asked, and what could not be read of it: the name of the filter and the reason."""
    days, problems = {}, []
    for name in ("since", "until"):
        if value := filters.get(name):
            try:
                days[name] = read_day(value)
            except NotADay as refusal:
                problems.append((name, " ".join(refusal.reasons)))
    asked = TrailAsked(
        action=filters.get("action") or "",
        channel=filters.get("channel"),
        actor=filters.get("actor"),
        about=filters.get("about"),
        since=days.get("since"),
        until=days.get("until"),
    )
    return asked, problems
