"""What fills the letters of this room, asked when each is handed over. Never a reason, and nobody's name but theirs."""

from flask import current_app

from accreditation.core import clock
from accreditation.core.calendar import LONDON, last_good_day
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from accreditation.practice.models import ConfirmationLink, LeaveRequest, PracticeEntry
from accreditation.practice.queries.line_managers import entries_for_line_manager
from accreditation.practice.services.entries import DECIDED
from accreditation.practice.services.line_managers import ASKED, address_of, still_works
from accreditation.standing.models import Overlay

FOLDER = "email/practice"


@facts_for(f"{FOLDER}/leave_agreed.txt", called="Leave agreed")
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


@facts_for(f"{FOLDER}/leave_answered.txt", called="Answer to a request for leave")
def leave_answered(request_id: int) -> dict[str, object]:
    """That there is an answer; the page says which."""
    request = db.session.get_one(LeaveRequest, request_id)
    return {"asked_on": request.asked_at, "link": _link(request)}


@facts_for(DECIDED, called="Practice entry sent back or turned down")
def entry_decided(entry_id: int) -> dict[str, object]:
    """That an entry was returned or turned down; the page says which, by whom and why."""
    entry = db.session.get(PracticeEntry, entry_id)
    if entry is None:
        raise NoLongerTrue("The mediator has taken the entry back.")
    if entry.state not in ("returned", "turned_down"):
        raise NoLongerTrue("The mediator has put the entry right already.")
    return {"logged_on": entry.recorded_on, "link": f"{current_app.config['BASE_URL']}/practice/mine"}


def _link(request: LeaveRequest) -> str:
    return f"{current_app.config['BASE_URL']}/leave/mine/{request.id}"


@facts_for(ASKED, called="Practice entries for a line manager to confirm", own_address=True)
def confirm_asked(link_id: int) -> dict[str, object]:
    """To the address the office has named: a line manager needs no account. The page says whose entries they are."""
    link = db.session.get_one(ConfirmationLink, link_id)
    if not still_works(link, clock.now()):
        raise NoLongerTrue("The line manager has answered, or somebody else is asked by now.")
    waiting = entries_for_line_manager(link.line_manager.person_id, clock.today())
    if not waiting:
        raise NoLongerTrue("Nothing waits for the line manager any more.")
    return {
        "to": link.line_manager.address,
        "name": link.line_manager.name,
        "number": len(waiting),
        "confirm_link": address_of(link),
        "last_day": last_good_day(link.expires_at.astimezone(LONDON).date()),
    }
