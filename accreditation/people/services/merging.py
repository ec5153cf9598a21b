"""Linking two records of one person, and taking the link back. What follows for standing is the desk's to do.

Both lock everybody concerned first: merged records in order of id, then those that count in order of id. Who declares a
fact locks the record it is for and then the one that counts (lock_records), which is the same order.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.models import NotSamePerson, Person, PersonMerge, PersonUnmerge
from accreditation.people.queries.merging import (
    MergeInForce,
    counted_id,
    end_of,
    find_not_same,
    find_unmerge,
    merged_among,
    merges_in_force,
)
from accreditation.people.queries.people import lock_person
from accreditation.web.words import day

MOVED = "Somebody else has merged or separated one of these records a moment ago. Nothing was changed: look again."


def lock_records(person_id: int) -> list[int]:
    """Nobody else changes the evidence of this person until the transaction ends: the ids of one or two records.

    The record itself first, then the one that counts for it: while the former is locked, that cannot change.
    """
    person = lock_person(person_id)
    if person.merged_into_id is None:
        return [person_id]
    return [person_id, lock_person(person.merged_into_id).id]


def link_records(
    kept_id: int,
    merged_id: int,
    *,
    at: datetime,
    merged_by: int | None,
    reason: str,
    look: Callable[[Person, Person], None] = lambda kept, merged: None,
) -> tuple[PersonMerge, list[int]]:
    """From now on the record `merged_id` counts for `kept_id`; for whoever counts for that, if it is merged itself.

    `look` is called when both are locked and nothing is changed yet, and may refuse. The link, and the ids of all
    records of the person. Raises DomainError when the two are one already or somebody said that they are two people,
    Conflict when they changed while their locks were waited for.
    """
    kept_id = counted_id(kept_id)
    people = _lock_whole({kept_id, merged_id})
    kept, merged = people[kept_id], people[merged_id]
    if kept.merged_into_id is not None:
        raise Conflict(MOVED)
    if merged.merged_into_id is not None or kept_id == merged_id:
        into = people[merged.merged_into_id or kept_id]
        raise DomainError(f"{merged.reference} is merged into {into.reference} already.")
    if said := find_not_same(kept_id, merged_id):
        raise DomainError(
            f"Somebody said on {day(said.said_at)} that {kept.reference} and {merged.reference} are two people. "
            "If that was wrong, open the suggestion again first."
        )
    look(kept, merged)
    turn = db.session.scalar(select(func.count()).where(PersonMerge.merged_id == merged_id)) or 0
    link = PersonMerge(
        kept_id=kept_id, merged_id=merged_id, turn=turn + 1, merged_at=at, merged_by=merged_by, reason=reason
    )
    db.session.add(link)
    db.session.flush()
    _follow(people, merges_in_force(people))
    for about in (kept, merged):
        audit.note(
            "merged two records",
            subject=("person_merge", link.id),
            about_id=about.id,
            kept=kept.reference,
            merged=merged.reference,
        )
    return link, sorted(people)


def unlink_records(
    merge_id: int, *, at: datetime, unmerged_by: int | None, reason: str
) -> tuple[PersonUnmerge, list[int]]:
    """The two records are two again. Facts stay with the record that they were recorded for.

    The row that says so, and the ids of all records concerned. Raises DomainError when it is undone already, Conflict
    when the records changed while their locks were waited for.
    """
    merge = db.session.get_one(PersonMerge, merge_id)
    people = _lock_whole({merge.merged_id, merge.kept_id})
    if find_unmerge(merge_id):
        raise DomainError("These two records have been separated already.")
    undone = PersonUnmerge(merge_id=merge_id, unmerged_at=at, unmerged_by=unmerged_by, reason=reason)
    db.session.add(undone)
    db.session.flush()
    _follow(people, merges_in_force(people))
    kept, merged = people[merge.kept_id], people[merge.merged_id]
    for about in (kept, merged):
        audit.note(
            "separated two records",
            subject=("person_merge", merge_id),
            about_id=about.id,
            kept=kept.reference,
            merged=merged.reference,
        )
    return undone, sorted(people)


def _lock_whole(person_ids: Iterable[int]) -> dict[int, Person]:
    """Everybody whose records have to do with these, locked. Raises Conflict when there is more of them afterwards."""
    whole = _whole(person_ids)
    merged = merged_among(whole)
    people = {
        person_id: lock_person(person_id) for person_id in sorted(whole, key=lambda one: (one not in merged, one))
    }
    if _whole(person_ids) != whole or merged_among(whole) != merged:
        raise Conflict(MOVED)
    return people


def _whole(person_ids: Iterable[int]) -> set[int]:
    ids = set(person_ids)
    links = merged_among(ids)
    return ids | set(links) | set(links.values())


def _follow(people: dict[int, Person], links: list[MergeInForce]) -> None:
    """Write on each record which one counts for it.

    Each becomes a newer version of itself, the kept one too: a writer who has read any of them before is refused, even
    where no lock has kept them waiting, so that two links never go round.
    """
    kept_by = {link.merged_id: link.kept_id for link in links}
    for person in people.values():
        end = end_of(person.id, kept_by)
        person.merged_into_id = None if end == person.id else end
        flag_modified(person, "sort_name")
    db.session.flush()
    for person in people.values():
        db.session.expire(person, ["merged_into"])


# --- what somebody said of a pair ------------------------------------------------------------------------------------


def say_two_people(one_id: int, other_id: int, *, at: datetime, said_by: int | None) -> NotSamePerson:
    """These are two people: nobody is asked about them again. Saying it twice says it once.

    Raises DomainError when they are one person's records already.
    """
    people = _lock_whole({one_id, other_id})
    if people[one_id].counted.id == people[other_id].counted.id:
        raise DomainError("These are records of one person. Separate them first.")
    if said := find_not_same(one_id, other_id):
        return said
    low, high = sorted((one_id, other_id))
    said = NotSamePerson(one_id=low, other_id=high, said_at=at, said_by=said_by)
    db.session.add(said)
    db.session.flush()
    return said


def reopen_pair(one_id: int, other_id: int, *, at: datetime, reopened_by: int | None) -> None:
    """They may be one person after all: they are suggested again. Doing it twice changes nothing."""
    _lock_whole({one_id, other_id})
    if said := find_not_same(one_id, other_id):
        said.reopened_at, said.reopened_by = at, reopened_by
