"""The link, and what follows from it in the rooms: the standing of everybody concerned, and their reminders."""

from datetime import date, datetime

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.desk.merging.queries.comparing import digest_of
from accreditation.desk.merging.queries.leaving import leaving_in_the_way
from accreditation.desk.merging.rules.undoing import too_late_to_undo
from accreditation.people.models import Person, PersonMerge, PersonUnmerge
from accreditation.people.services import link_records, unlink_records
from accreditation.standing.services import refresh_people
from scheduler.services.merging import give_back_reminders, take_over_reminders

CHANGED = (
    "Something about these records changed after the page was opened. Here they are as they stand now: look again."
)
NOT_ONES_OWN = "This is your own record. Ask a colleague to do it: nobody merges or separates their own."


def merge_people(
    kept_id: int,
    merged_id: int,
    *,
    at: datetime,
    on: date,
    merged_by: int | None,
    reason: str,
    seen: str | None = None,
) -> PersonMerge:
    """From now on the two records are one person's: one ledger, judged as one, under the reference of `kept_id`.

    Nothing is rewritten. `on` is the day of `at`; `seen` the digest of the comparison that somebody confirms. Raises
    NotAllowed to the person concerned, DomainError when they are one already, somebody said that they are two people or
    one of them is recorded as leaving, Conflict when anything about them changed meanwhile.
    """

    def as_seen(kept: Person, merged: Person) -> None:
        if seen is not None and digest_of(kept, merged) != seen:
            raise Conflict(CHANGED)
        if problem := leaving_in_the_way(kept, merged, undoing=False):
            raise DomainError(problem)

    link, concerned = link_records(kept_id, merged_id, at=at, merged_by=merged_by, reason=reason, look=as_seen)
    if merged_by in concerned:
        raise NotAllowed(NOT_ONES_OWN)
    refresh_people(concerned)
    kept, merged = (db.session.get_one(Person, one) for one in (link.kept_id, link.merged_id))
    take_over_reminders(merged.id, kept.id, on=on, merged=merged.reference, kept=kept.reference)
    return link


def separate_people(merge_id: int, *, at: datetime, on: date, unmerged_by: int | None, reason: str) -> PersonUnmerge:
    """Undo a merge: two people again, each with the facts that were recorded for their own record.

    Raises NotAllowed to the person concerned, DomainError when it is undone already, more than thirty days old, or the
    person is recorded as leaving.
    """
    merge = db.session.get_one(PersonMerge, merge_id)
    kept, merged = (db.session.get_one(Person, one) for one in (merge.kept_id, merge.merged_id))
    merged_on = merge.merged_at.astimezone(clock.LONDON).date()
    if problem := too_late_to_undo(merged_on, on, kept=kept.reference, merged=merged.reference):
        raise DomainError(problem)
    counted_before = kept.counted.id
    undone, concerned = unlink_records(merge_id, at=at, unmerged_by=unmerged_by, reason=reason)
    if unmerged_by in concerned:
        raise NotAllowed(NOT_ONES_OWN)
    if problem := leaving_in_the_way(kept, merged, undoing=True):
        raise DomainError(problem)
    refresh_people(concerned)
    for told in {kept.id, counted_before}:
        give_back_reminders(told, merged=merged.reference)
    return undone
