"""What fills the letters about leave, asked when each is handed over. Never the reason."""

from flask import current_app

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from accreditation.practice.models import LeaveRequest
from accreditation.standing.models import Overlay

FOLDER = "email/practice"


@facts_for(f"{FOLDER}/leave_agreed.txt")
def leave_agreed(request_id: int) -> dict[str, object]:
    """The days as they stand now, and where the plan for the return is."""
    request = db.session.get_one(LeaveRequest, request_id)
    overlay = db.session.get(Overlay, request.overlay_id) if request.overlay_id else None
    if overlay is None or overlay.cancelled_at is not None:
        raise NoLongerTrue("The leave has been cancelled.")
    if overlay.returned_at is not None:
        raise NoLongerTrue("The mediator is back already.")
    return {
        "starts_on": overlay.starts_on,
        "through": last_good_day(overlay.span.ends_on),
        "back_on": overlay.span.ends_on,
        "link": _link(request),
    }


@facts_for(f"{FOLDER}/leave_answered.txt")
def leave_answered(request_id: int) -> dict[str, object]:
    """That there is an answer; the page says which."""
    request = db.session.get_one(LeaveRequest, request_id)
    return {"asked_on": request.asked_at, "link": _link(request)}


def _link(request: LeaveRequest) -> str:
    return f"{current_app.config['BASE_URL']}/leave/mine/{request.id}"
