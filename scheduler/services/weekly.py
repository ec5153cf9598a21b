"""Who wants reminders gathered: their own into a weekly letter, a manager's into the digest.

Callers hold the transaction.
"""

from collections.abc import Collection

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from scheduler.models import DigestChoice, ReminderPreference


def who_wants_weekly(person_ids: Collection[int]) -> set[int]:
    """Those of them who have chosen the weekly letter. Only reads."""
    chosen = select(ReminderPreference.person_id).where(
        ReminderPreference.person_id.in_(person_ids), ReminderPreference.weekly
    )
    return set(db.session.scalars(chosen)) if person_ids else set()


def choose_weekly(person_id: int, weekly: bool) -> None:
    """From now on. What waits for the next weekly letter already goes with it all the same."""
    _preference(person_id).weekly = weekly


def digests_of(person_ids: Collection[int]) -> dict[int, str]:
    """When each of them has the digest: one of DIGESTS. Who has not said has it when something needs attention."""
    said = select(ReminderPreference.person_id, ReminderPreference.digest)
    rows = db.session.execute(said.where(ReminderPreference.person_id.in_(person_ids))) if person_ids else ()
    return dict.fromkeys(person_ids, "needed") | {row.person_id: row.digest for row in rows}


def kept_for_digest(person_ids: Collection[int]) -> dict[int, set[str]]:
    """The subjects of which each of them has all but the last word in the digest. Whoever has no digest has none."""
    wanted: dict[int, set[str]] = {}
    if not person_ids:
        return wanted
    rows = select(DigestChoice.person_id, DigestChoice.subject).where(DigestChoice.person_id.in_(person_ids))
    for person_id, subject in db.session.execute(rows):
        wanted.setdefault(person_id, set()).add(subject)
    never = {person_id for person_id, digest in digests_of(list(wanted)).items() if digest == "never"}
    return {person_id: subjects for person_id, subjects in wanted.items() if person_id not in never}


def write_digest_choice(person_id: int, digest: str, subjects: Collection[str]) -> None:
    """When the digest comes, and what comes in it in place of letters. What waits for it already comes with it."""
    _preference(person_id).digest = digest
    there = {row.subject: row for row in db.session.scalars(select(DigestChoice).filter_by(person_id=person_id))}
    for subject in sorted(there.keys() - set(subjects)):
        db.session.delete(there[subject])
    db.session.add_all(DigestChoice(person_id=person_id, subject=one) for one in sorted(set(subjects) - there.keys()))


def _preference(person_id: int) -> ReminderPreference:
    db.session.get_one(Person, person_id, with_for_update=True)
    row = db.session.scalars(select(ReminderPreference).filter_by(person_id=person_id)).one_or_none()
    if row is None:
        row = ReminderPreference(person_id=person_id, weekly=False, digest="needed")
        db.session.add(row)
    return row
