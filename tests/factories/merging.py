"""Two records of one person."""

from datetime import datetime

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.desk.merging.services import merge_people, separate_people


def merged(kept_id: int, merged_id: int, *, at: datetime | None = None, by: int | None = None) -> int:
    """One person from now on (or from `at`), by the id of the merge."""
    at = at or clock.now()
    with transaction():
        return merge_people(
            kept_id, merged_id, at=at, on=at.astimezone(clock.LONDON).date(), merged_by=by, reason="One person"
        ).id


def separated(merge_id: int, *, at: datetime | None = None, by: int | None = None) -> None:
    at = at or clock.now()
    with transaction():
        separate_people(
            merge_id, at=at, on=at.astimezone(clock.LONDON).date(), unmerged_by=by, reason="Two people after all"
        )
