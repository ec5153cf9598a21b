"""Merges that were made: for their list, for one of them, and for the page of a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from accreditation.accounts.queries.accounts import find_account_of
from accreditation.core import clock
from accreditation.core.database import db
from accreditation.desk.merging.rules.comparing import DateMoved, dates_moved
from accreditation.desk.merging.rules.following import Situation
from accreditation.desk.merging.rules.undoing import too_late_to_undo, undo_through
from accreditation.people.models import Person, PersonMerge, PersonUnmerge
from accreditation.people.queries import end_of, merges_in_force, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import Evidence
from accreditation.standing.queries import Explanation, explain, facts_of, main_scheme_code
from accreditation.standing.queries.evidence import facts_of_records
from accreditation.standing.queries.requirements import requirements_on
from accreditation.standing.queries.schemes import history_of
from accreditation.standing.queries.standing import standing_from
from accreditation.standing.rules.evidence import Fact, known
from accreditation.web.paging import By, Page, page_of


@dataclass(frozen=True)
class MergeRow:
    """One merge with both records as they stand in the register; `undone` when they were separated again."""

    merge: PersonMerge
    kept: Person
    merged: Person
    merged_by: Person | None
    undone: PersonUnmerge | None
    undone_by: Person | None

    @property
    def merged_on(self) -> date:
        return self.merge.merged_at.astimezone(clock.LONDON).date()

    @property
    def undo_through(self) -> date:
        return undo_through(self.merged_on)

    def too_late(self, on: date) -> str | None:
        """Why it can no longer be undone on the day, and what to do instead."""
        return too_late_to_undo(self.merged_on, on, kept=self.kept.reference, merged=self.merged.reference)


def _rows(viewer: Viewer) -> Any:
    kept, by, undone_by = aliased(Person), aliased(Person), aliased(Person)
    known_kept = select(Person.id).where(visible_to(viewer)).correlate(None)
    return (
        select(PersonMerge, kept, Person, by, PersonUnmerge, undone_by)
        .join(kept, kept.id == PersonMerge.kept_id)
        .join(Person, Person.id == PersonMerge.merged_id)
        .outerjoin(by, by.id == PersonMerge.merged_by)
        .outerjoin(PersonUnmerge, PersonUnmerge.merge_id == PersonMerge.id)
        .outerjoin(undone_by, undone_by.id == PersonUnmerge.unmerged_by)
        .where(visible_to(viewer), kept.id.in_(known_kept))
    )


def merges_page(
    viewer: Viewer, state: str | None, *, place: str | None, address: Callable[[str | None], str]
) -> Page[MergeRow]:
    """The newest first, of records that are both the viewer's to know of. `state`: in_force, undone or None for all."""
    rows = _rows(viewer)
    if state:
        rows = rows.where(PersonUnmerge.id.is_(None) if state == "in_force" else PersonUnmerge.id.is_not(None))
    page = page_of(
        rows, [By(PersonMerge.id, int, descending=True)], place=place, key=lambda row: (row[0].id,), address=address
    )
    return replace(page, rows=[MergeRow(*found) for found in page.rows])


def merge_row(merge_id: int, viewer: Viewer) -> MergeRow | None:
    """None when there is none, or not for this viewer."""
    found = db.session.execute(_rows(viewer).where(PersonMerge.id == merge_id)).one_or_none()
    return MergeRow(*found) if found else None


def merges_into(person: Person, viewer: Viewer) -> list[MergeRow]:
    """The merges in force that made this person's other records count for this one, oldest first."""
    if person.merged_into_id is not None:
        return []
    rows = _rows(viewer).where(Person.merged_into_id == person.id, PersonUnmerge.id.is_(None))
    return [MergeRow(*found) for found in db.session.execute(rows.order_by(PersonMerge.id))]


@dataclass(frozen=True)
class Undoing:
    """What undoing a merge brings: what each record would be on its own, and what the person is now."""

    together: Explanation
    kept: Explanation
    merged: Explanation
    dates: Sequence[DateMoved]
    situation: Situation
    facts_since: int


def undoing(row: MergeRow, viewer: Viewer, on: date) -> Undoing:
    """By the service's main scheme. Facts go back to the record that each was recorded for."""
    links = {link.merged_id: link.kept_id for link in merges_in_force()}
    top = end_of(row.merged.id, links)
    members = {record for record in links if end_of(record, links) == top} | {top}
    del links[row.merged.id]
    with_merged = {record for record in members if end_of(record, links) == row.merged.id} | {row.merged.id}
    facts = facts_of_records(sorted(members))
    left = [fact for record, found in facts.items() if record not in with_merged for fact in found]
    back = [fact for record, found in facts.items() if record in with_merged for fact in found]
    counted = row.kept.counted
    history = history_of(main_scheme_code())

    def standing(person: Person, found: list[Fact]) -> Any:
        return standing_from(history, subject_of(person), known(sorted(found, key=lambda fact: fact.id or 0), None), on)

    now, kept, merged = standing(counted, facts_of(counted.id)), standing(counted, left), standing(row.merged, back)
    account = find_account_of(row.merged.id)
    since = select(func.count()).where(
        Evidence.person_id.in_(members - with_merged), Evidence.recorded_at > row.merge.merged_at
    )
    return Undoing(
        together=explain(now, viewer),
        kept=explain(kept, viewer),
        merged=explain(merged, viewer),
        dates=dates_moved(
            requirements_on(now, viewer),
            requirements_on(merged, viewer) if back else [],
            requirements_on(kept, viewer),
        ),
        situation=Situation(counted.reference, row.merged.reference, merged_account=account.state if account else None),
        facts_since=db.session.scalar(since) or 0,
    )
