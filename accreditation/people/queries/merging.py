"""Which records are one person: now, and as it was known at a moment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import ContactAddress, NotSamePerson, Person, PersonMerge, PersonUnmerge
from accreditation.people.queries.people import counted, visible_to
from accreditation.people.rules import Viewer

PEOPLE = cast(Table, Person.__table__)
AT_ONCE = 500  # people in one statement: as many parameters as any SQLite takes


def merged_among(person_ids: Collection[int]) -> dict[int, int]:
    """Merged record to the record that counts for it: those among these people, and those merged into one of them.

    One statement for each AT_ONCE people, and one more where a merged record leads to somebody who was not asked for.
    """
    links = _links(person_ids)
    if further := set(links.values()) - set(person_ids):
        links |= _links(further)
    return links


def _links(person_ids: Collection[int]) -> dict[int, int]:
    ids, links = sorted(person_ids), {}
    merged = PEOPLE.c.merged_into_id
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        for person_id, kept_id in db.session.execute(
            select(PEOPLE.c.id, merged).where(merged.is_not(None), or_(PEOPLE.c.id.in_(batch), merged.in_(batch)))
        ):
            links[person_id] = kept_id
    return links


def any_merged() -> bool:
    """Whether any record is merged into another: where a statement would be slower for asking."""
    return db.session.scalar(select(PEOPLE.c.id).where(PEOPLE.c.merged_into_id.is_not(None)).limit(1)) is not None


def counted_id(person_id: int) -> int:
    """The record that counts for this one: itself, or the one it is merged into."""
    return db.session.scalar(select(PEOPLE.c.merged_into_id).where(PEOPLE.c.id == person_id)) or person_id


def of_one_person(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], person_id: int
) -> ColumnElement[bool]:
    """Rows of this person, whichever of their records they stand with. `person_id`: any of them."""
    kept_id = select(counted(_ASKED)).where(_ASKED.id == person_id).scalar_subquery().correlate(None)
    same = select(_SAME.id).where(or_(_SAME.id == kept_id, _SAME.merged_into_id == kept_id))
    return column.in_(same.correlate(None))


_ASKED, _SAME = aliased(Person), aliased(Person)  # made once: making them costs more than the query


def records_of(person_id: int) -> list[Person]:
    """All records of this person, the one that counts first, then in the order in which they came into the register."""
    rows = db.session.scalars(select(Person).where(of_one_person(Person.id, person_id)))
    return sorted(rows, key=lambda person: (person.merged_into_id is not None, person.id))


def address_of(person_id: int) -> ContactAddress | None:
    """Where letters to this person go: the address on the record that counts, else the newest on a merged one."""
    rows = db.session.execute(_addresses_of_one_person(), {"person_id": person_id}).all()
    rows = sorted(rows, key=lambda row: (row[1] is not None, -row[0].id))
    return rows[0][0] if rows else None


def addresses_of(person_ids: Collection[int]) -> dict[int, ContactAddress | None]:
    """The same for many people: two statements, and one for each who has several records."""
    links = merged_among(person_ids)
    several = set(links) | set(links.values())
    alone = sorted(set(person_ids) - several)
    found: dict[int, ContactAddress | None] = dict.fromkeys(alone)
    for start in range(0, len(alone), AT_ONCE):
        theirs = ContactAddress.person_id.in_(alone[start : start + AT_ONCE])
        rows = db.session.scalars(select(ContactAddress).where(ContactAddress.ended_at.is_(None), theirs))
        found |= {row.person_id: row for row in sorted(rows, key=lambda row: row.id)}
    return found | {person_id: address_of(person_id) for person_id in set(person_ids) & several}


@cache
def _addresses_of_one_person() -> Select[ContactAddress, int | None]:
    """Put together once: it is asked for every letter."""
    person_id: Any = bindparam("person_id", type_=Integer)
    return (
        select(ContactAddress, Person.merged_into_id)
        .join(Person, Person.id == ContactAddress.person_id)
        .where(ContactAddress.ended_at.is_(None), of_one_person(ContactAddress.person_id, person_id))
    )


# --- as it was known -------------------------------------------------------------------------------------------------


def records_as_known(person_id: int, moment: datetime | None) -> list[int]:
    """The records that were known at that moment to be this person's, `person_id` among them; None: now.

    Before two records were merged they were two, whatever has been found out since.
    """
    if moment is None:
        kept_id = counted_id(person_id)
        return sorted({kept_id} | {merged for merged, kept in _links([kept_id]).items() if kept == kept_id})
    in_force = dict(
        db.session.execute(
            select(PersonMerge.merged_id, PersonMerge.kept_id)
            .outerjoin(PersonUnmerge, PersonUnmerge.merge_id == PersonMerge.id)
            .where(
                PersonMerge.merged_at <= moment,
                or_(PersonUnmerge.id.is_(None), PersonUnmerge.unmerged_at > moment),
            )
        ).all()
    )
    top = end_of(person_id, in_force)
    return sorted({person_id, top} | {merged for merged in in_force if end_of(merged, in_force) == top})


def end_of(person_id: int, links: dict[int, int]) -> int:
    """Where the links lead. Raises ValueError for links that go round: the services add no such link."""
    end, left = person_id, len(links)
    while end in links:
        end, left = links[end], left - 1
        if left < 0:
            raise ValueError(f"the links of record {person_id} go round")
    return end


@dataclass(frozen=True)
class LinkMade:
    """A record of this person merged or separated: when it became known, what in words, and who did it."""

    at: datetime
    separated: bool
    kept: str
    merged: str
    by: int | None


def links_since(person_id: int, moment: datetime) -> list[LinkMade]:
    """What was merged into this person's records, or separated from them, after the moment; in the order of time."""
    kept, merged = aliased(Person), aliased(Person)
    mine = {record.id for record in records_of(person_id)} | set(records_as_known(person_id, moment))
    rows = db.session.execute(
        select(PersonMerge, PersonUnmerge, kept.reference, merged.reference)
        .outerjoin(PersonUnmerge, PersonUnmerge.merge_id == PersonMerge.id)
        .join(kept, kept.id == PersonMerge.kept_id)
        .join(merged, merged.id == PersonMerge.merged_id)
        .where(or_(PersonMerge.kept_id.in_(mine), PersonMerge.merged_id.in_(mine)))
        .where(or_(PersonMerge.merged_at > moment, PersonUnmerge.unmerged_at > moment))
    ).all()
    made = [
        LinkMade(merge.merged_at, False, into, of, merge.merged_by)
        for merge, _, into, of in rows
        if merge.merged_at > moment
    ]
    made += [
        LinkMade(undone.unmerged_at, True, into, of, undone.unmerged_by)
        for _, undone, into, of in rows
        if undone and undone.unmerged_at > moment
    ]
    return sorted(made, key=lambda link: link.at)


# --- the links themselves --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MergeInForce:
    """One link: the record, and the one it was merged into when that was done (which may be merged itself since)."""

    id: int
    merged_id: int
    kept_id: int


def merges_in_force(among: Iterable[int] | None = None) -> list[MergeInForce]:
    """The links that are not undone, oldest first: all, or those of the records `among`."""
    query = (
        select(PersonMerge.id, PersonMerge.merged_id, PersonMerge.kept_id)
        .outerjoin(PersonUnmerge, PersonUnmerge.merge_id == PersonMerge.id)
        .where(PersonUnmerge.id.is_(None))
        .order_by(PersonMerge.id)
    )
    if among is not None:
        query = query.where(PersonMerge.merged_id.in_(sorted(among)))
    return [MergeInForce(*row) for row in db.session.execute(query)]


def find_unmerge(merge_id: int) -> PersonUnmerge | None:
    return db.session.scalar(select(PersonUnmerge).where(PersonUnmerge.merge_id == merge_id))


def get_merge(merge_id: int, viewer: Viewer) -> PersonMerge:
    """Raises NotFound unless there is one, and both its records are the viewer's to know of."""
    merge = db.session.get(PersonMerge, merge_id)
    both = () if merge is None else (merge.kept_id, merge.merged_id)
    found = db.session.scalars(select(Person.id).where(Person.id.in_(both), visible_to(viewer))).all()
    if merge is None or len(found) < 2:
        raise NotFound("There is no such merge of records.")
    return merge


def find_not_same(one_id: int, other_id: int) -> NotSamePerson | None:
    """Who said that these are two people, if somebody did and nobody has reopened it."""
    low, high = sorted((one_id, other_id))
    return db.session.scalar(
        select(NotSamePerson).where(
            NotSamePerson.one_id == low, NotSamePerson.other_id == high, NotSamePerson.reopened_at.is_(None)
        )
    )


def wrongly_merged() -> list[int]:
    """The ids of records whose `merged_into_id` is not what the links say: none, unless something is broken."""
    links = {link.merged_id: link.kept_id for link in merges_in_force()}
    wanted = {merged: end_of(merged, links) for merged in links}
    stored = {
        row.id: row.merged_into_id
        for row in db.session.execute(
            select(PEOPLE.c.id, PEOPLE.c.merged_into_id).where(PEOPLE.c.merged_into_id.is_not(None))
        )
    }
    return sorted(
        person_id for person_id in wanted.keys() | stored.keys() if wanted.get(person_id) != stored.get(person_id)
    )
