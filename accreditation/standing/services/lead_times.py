"""How long things take: rooms that know it from their own history say so here."""

from accreditation.core.database import db
from accreditation.standing.models import LeadTime
from accreditation.standing.queries.lead_times import find_lead_time


def set_lead_time(kind: str, code: str | None, days: int, basis: str) -> LeadTime:
    """From beginning to done it takes so many days, and `basis` says in words what that rests on.

    `kind` and `code`: of evidence ("clearance", "CTC"; None for any code), or a scheme's code and a requirement's. Said
    again without a change, nothing is written. Raises ValueError for days below nought or without a basis.
    """
    if days < 0 or not basis.strip():
        raise ValueError("a lead time is nought days or more, and rests on something")
    found = find_lead_time(kind, code)
    lead_time = found or LeadTime(kind=kind, code=code or "")
    lead_time.days, lead_time.basis = days, basis.strip()
    db.session.add(lead_time)
    db.session.flush()
    return lead_time


def clear_lead_time(kind: str, code: str | None) -> None:
    """Nothing is known of it any more: what the scheme or the settings say holds again."""
    if found := find_lead_time(kind, code):
        db.session.delete(found)
        db.session.flush()
