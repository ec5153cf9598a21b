"""Recording a past log: all of it or nothing, and never twice. Callers hold the transaction; nothing here commits."""

from datetime import date, datetime

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.helpline.queries.log import LogPlan, Table, plan_log
from accreditation.helpline.services.contacts import record_contact
from accreditation.people.queries import lock_person
from accreditation.web.words import plural


def record_log(
    table: Table, *, on: date, at: datetime, leave_out: bool = False, names_seen: bool = False, imported_by: int | None
) -> LogPlan:
    """Every row of the log that is not recorded yet becomes a contact, on the day `on` at the moment `at`.

    `leave_out`: rows that are wrong stay out, else one wrong row keeps all of them out. `names_seen`: somebody has
    looked at the words that look like names. Raises DomainError with what stands against it. Gives back what was done;
    the same log a second time does nothing.
    """
    seen = plan_log(table, on=on, at=at)
    for person_id in sorted({one.person.id for one in seen.having("new") if one.person}):
        lock_person(person_id)
    plan = plan_log(table, on=on, at=at)  # anew: somebody may have recorded the same log before we had the locks
    reasons = []
    if (wrong := plan.having("wrong")) and not leave_out:
        reasons.append(f"{plural(len(wrong), 'row is', 'rows are')} to be corrected, so nothing was recorded.")
    if plan.names and not names_seen:
        reasons.append("Words that look like somebody’s name are in the log. Look at them and say that you have.")
    if reasons:
        raise DomainError(*reasons)
    new = plan.having("new")
    for one in new:
        assert one.person
        assert one.row.details
        contact = record_contact(one.person.id, one.row.details, on=on, at=at, adviser_id=None)
        contact.adviser_noted, contact.log_key = one.row.adviser, one.row.key
    if new:
        audit.note("recorded a past log of the helpline", rows=len(new), by=imported_by)
        db.session.flush()
    return plan
