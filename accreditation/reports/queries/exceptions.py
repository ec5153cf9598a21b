"""Where an administrator was the second person, because the service had no other practice manager."""

from datetime import datetime, time

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from accreditation.core.audit import EXCEPTION, AuditEntry, moment_text
from accreditation.core.clock import LONDON
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.reports.queries.listing import Listing
from accreditation.reports.rules.periods import Period


def exceptions(viewer: Viewer, period: Period) -> Listing:
    """By the moment: who was the second person, and for what. `on` is the moment as the trail writes it."""
    begins, ends = (moment_text(datetime.combine(day, time(), LONDON)) for day in (period.starts_on, period.ends_on))
    second = aliased(Person)
    about = select(Person.id).where(visible_to(viewer)).correlate(None)
    found = (
        select(
            AuditEntry.seq.label("row_id"),
            AuditEntry.at.label("sort"),
            func.coalesce(second.reference, "").label("reference"),
            func.coalesce(second.given_name + " " + second.family_name, "The command line").label("name"),
            AuditEntry.subject_type.label("detail"),
            AuditEntry.at.label("on"),
        )
        .outerjoin(second, second.id == AuditEntry.actor_id)
        .where(
            AuditEntry.action == EXCEPTION,
            AuditEntry.at >= begins,
            AuditEntry.at < ends,
            or_(AuditEntry.about_id.is_(None), AuditEntry.about_id.in_(about)),
        )
    )
    return Listing("exception", found, AuditEntry.at, AuditEntry.seq)
