"""Who wants early reminders gathered into one letter a week. Callers hold the transaction."""

from collections.abc import Collection

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from scheduler.models import ReminderPreference


def who_wants_weekly(person_ids: Collection[int]) -> set[int]:
    """Those of them who have chosen the weekly letter. Only reads."""
    chosen = select(ReminderPreference.person_id).where(
        ReminderPreference.person_id.in_(person_ids), ReminderPreference.weekly
    )
    return set(db.session.scalars(chosen)) if person_ids else set()


def choose_weekly(person_id: int, weekly: bool) -> None:
    """From now on. What waits for the next weekly letter already goes with it all the same."""
    db.session.get_one(Person, person_id, with_for_update=True)
    row = db.session.scalars(select(ReminderPreference).filter_by(person_id=person_id)).one_or_none()
    if row is None:
        db.session.add(ReminderPreference(person_id=person_id, weekly=weekly))
    else:
        row.weekly = weekly
