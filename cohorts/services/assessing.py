"""What an assessor records of a candidate given to them. Callers hold the transaction; nothing here commits."""

from datetime import date

from accreditation.core.errors import NotFound
from accreditation.people.queries import counted_id
from cohorts.queries.cohorts import lock_cohort
from cohorts.queries.given import as_given, find_given, stamp_of
from cohorts.rules.results import Entry
from cohorts.services.results import Recorded, record_results


def record_given(given_id: int, entry: Entry, *, stamp: str, on: date, recorded_by: int) -> Recorded:
    """What an assessor says of a candidate given to them, as a draft, through the one way in.

    `stamp` is of what they were shown (`stamp_of`): what others recorded of other candidates in between does not make
    it stale. Raises NotFound when it is not theirs any more, else as `record_results`.
    """
    row = find_given(given_id, "assessor", on)
    if row is None:
        raise NotFound("There is no such candidate.")
    cohort = lock_cohort(row.enrolment.cohort_id)
    row = find_given(given_id, "assessor", on)  # once more, under the lock
    if row is None or counted_id(row.person_id) != counted_id(recorded_by):
        raise NotFound("There is no such candidate.")
    who = as_given(row).candidate
    if entry.reference != who.person.reference:
        raise NotFound("There is no such candidate.")
    version = cohort.version if stamp == stamp_of(who) else None
    return record_results(cohort.id, [entry], version=version, on=on, recorded_by=recorded_by, door="assessor")
