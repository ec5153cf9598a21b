"""Arranging supervision for a mediator, and what becomes of it. Callers hold the transaction; nothing here commits."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.queries import counted_id, lock_person
from accreditation.practice.models import ArrangedSupervision, PracticeEntry
from accreditation.practice.queries.arranged import sessions_from
from accreditation.practice.rules.arranged import reasons_to_refuse


def arrange_supervision(
    person_id: int,
    *,
    held_on: date,
    source: tuple[str, int],
    form_key: str,
    on: date,
    at: datetime,
    arranged_by: int,
) -> ArrangedSupervision:
    """A session for that mediator on the day `held_on`, which follows from the record `source`.

    The same form sent twice arranges once. Raises DomainError for a day that is over or too far ahead, or after their
    last in the service.
    """
    left_on = lock_person(person_id).counted.left_on
    same = select(ArrangedSupervision).where(ArrangedSupervision.form_key == form_key)
    if made := db.session.scalar(same):
        return made
    if reasons := reasons_to_refuse(held_on, on, left_on):
        raise DomainError(*reasons)
    arranged = ArrangedSupervision(
        person_id=person_id,
        held_on=held_on,
        arranged_at=at,
        arranged_by=arranged_by,
        source_type=source[0],
        source_id=source[1],
        form_key=form_key,
    )
    db.session.add(arranged)
    db.session.flush()
    return arranged


def call_off_supervision(arranged_id: int, *, at: datetime, called_off_by: int) -> ArrangedSupervision:
    """It does not take place. Pressing twice does it once. Raises Conflict where it has been logged."""
    arranged = db.session.get_one(ArrangedSupervision, arranged_id, with_for_update=True)
    if arranged.entry_id is not None:
        raise Conflict("This session has been logged. The entry in the practice log says what became of it.")
    if arranged.called_off_at is None:
        arranged.called_off_at, arranged.called_off_by = at, called_off_by
        db.session.flush()
    return arranged


def call_off_for_leaver(person_id: int, *, left_on: date, at: datetime, by: int | None) -> list[int]:
    """Nobody is supervised from their first day out of the service on: the ids of the sessions that are called off.

    `by` None: the register recorded the leaving by itself, and whoever arranged a session is named. The caller has
    locked the person, so that nothing is arranged meanwhile.
    """
    ids = [one.id for one in sessions_from(person_id, left_on)]
    called_off = []
    for arranged_id in ids:
        arranged = db.session.get_one(ArrangedSupervision, arranged_id, with_for_update=True, populate_existing=True)
        if arranged.is_open:  # nobody logged it or called it off before it was locked
            arranged.called_off_at, arranged.called_off_by = at, by or arranged.arranged_by
            called_off.append(arranged_id)
    db.session.flush()
    return called_off


def arrange_again(arranged_ids: Iterable[int]) -> None:
    """They never left: these sessions, called off because of it, are arranged as they were."""
    for arranged_id in sorted(arranged_ids):
        arranged = db.session.get_one(ArrangedSupervision, arranged_id, with_for_update=True, populate_existing=True)
        arranged.called_off_at = arranged.called_off_by = None
    db.session.flush()


def note_logged(arranged_id: int | None, entry: PracticeEntry) -> None:
    """The entry is the session that was arranged. Raises Conflict where another entry is, or it was called off."""
    if arranged_id is None:
        return
    arranged = db.session.get_one(ArrangedSupervision, arranged_id, with_for_update=True)
    if entry.kind != "supervision" or counted_id(arranged.person_id) != counted_id(entry.person_id):
        raise DomainError("This is not the session that was arranged.")
    if not arranged.is_open:
        raise Conflict("The session that was arranged has been logged or called off in the meantime.")
    arranged.entry_id = entry.id
    db.session.flush()


def move_to(entry: PracticeEntry, right: PracticeEntry | None) -> None:
    """What was arranged belongs to the entry that took the place of this one; where there is none, it is open again."""
    rows = select(ArrangedSupervision).where(ArrangedSupervision.entry_id == entry.id).with_for_update()
    for arranged in db.session.scalars(rows):
        arranged.entry_id = right.id if right else None
    db.session.flush()
