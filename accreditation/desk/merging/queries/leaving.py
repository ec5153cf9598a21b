"""Somebody whose record is to be merged or separated while they are recorded as leaving."""

from accreditation.desk.leaving.queries import find_departure
from accreditation.people.models import Person
from accreditation.web.words import day


def leaving_in_the_way(kept: Person, merged: Person, *, undoing: bool) -> str | None:
    """Why these two cannot be merged (or separated) yet; None when no leaving of either is in force.

    A leaving has ended memberships, clearances, roles and accounts of every record of the person, as they were on that
    day. Were the records to change hands meanwhile, taking it back would give something to the wrong one.
    """
    for record in (merged, kept):
        if there := find_departure(record.id):
            return (
                f"{record.reference} is recorded as leaving, with {day(there.last_on)} as the last day. "
                f"Record the return or take the leaving back, then {'separate' if undoing else 'merge'} them."
            )
    return None
