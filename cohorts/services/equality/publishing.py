"""Publishing figures once a month, and nothing that gives anybody away. Callers hold the transaction.

Whatever was published of an intake before is looked at together with what is to come (rules/equality/worlds.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import select

from accreditation.core import audit
from accreditation.core.database import db, insert_if_absent
from cohorts.models import EqualityCollection, EqualityColumn
from cohorts.queries.equality import mark_from, questions, ratios_from
from cohorts.rules.equality.marks import HIDDEN, mark_of
from cohorts.rules.equality.publishing import is_worth_publishing, protect
from cohorts.rules.equality.questions import Question
from cohorts.rules.equality.stages import APPLIED, COUNTED, Collection
from cohorts.rules.equality.worlds import Column, Worlds
from cohorts.services.equality.counting import Point, count_answers


def lock_state(key: str) -> EqualityCollection:
    """For services: nobody else publishes or cuts until the transaction ends."""
    insert_if_absent(EqualityCollection, key=key)
    state_id = db.session.scalars(select(EqualityCollection.id).where(EqualityCollection.key == key)).one()
    return db.session.get_one(EqualityCollection, state_id, with_for_update=True, populate_existing=True)


def publish_figures(collection: Collection, *, on: date, counted_before: date | None = None) -> int:
    """The month's figures, unless they are there; how many stages of how many characteristics came out anew.

    Counted are those who had reached a stage before `counted_before`, by default the day itself, so that what happens
    later on the same day changes nothing.
    """
    state = lock_state(collection.key)
    if state.cut_on is not None or (state.looked_on is not None and _same_month(state.looked_on, on)):
        return 0
    return publish_now(collection, state, on=on, counted_before=counted_before or on)


def publish_now(collection: Collection, state: EqualityCollection, *, on: date, counted_before: date) -> int:
    """The same whatever the month, for the last figures before the tie is cut."""
    state.looked_on = on
    old = _published(state.id)
    points: dict[str, list[Point]] = {
        question.code: [
            *((row.stage, row.counted_before) for row in old.get(question.code, ())),
            *((stage, counted_before) for stage in COUNTED),
        ]
        for question in questions()
    }
    counts = count_answers(collection, points)
    published = 0
    for question in questions():
        published += _publish(question, state, old.get(question.code, []), counts[question.code], on, counted_before)
    if published:
        audit.note("published equality figures", subject=("equality_collection", state.id), columns=published)
    return published


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _published(collection_id: int) -> dict[str, list[EqualityColumn]]:
    found: dict[str, list[EqualityColumn]] = {}
    rows = select(EqualityColumn).where(EqualityColumn.collection_id == collection_id).order_by(EqualityColumn.id)
    for row in db.session.scalars(rows):
        found.setdefault(row.characteristic, []).append(row)
    return found


def _publish(
    question: Question,
    state: EqualityCollection,
    rows: Sequence[EqualityColumn],
    members: Mapping[int, Sequence[int]],
    on: date,
    counted_before: date,
) -> int:
    old = [_as_column(row, rows) for row in rows]
    if any(len(column.counts) != len(question.categories) for column in old):
        return 0  # the question had other answers then: what is published stays, and nothing can be laid beside it
    new, kept = _worth_publishing(question, old, members)
    columns = [*range(len(old)), *kept]
    accepted = protect(old, new, _of_columns(members, columns), question.groups, question.silent)
    if not accepted:
        return 0
    seen = Worlds([*old, *accepted], {}, question.groups, question.silent)
    ids: list[int] = [row.id for row in rows]
    for place, column in enumerate(accepted, len(old)):
        row = EqualityColumn(
            collection_id=state.id,
            characteristic=question.code,
            stage=column.stage,
            published_on=on,
            counted_before=counted_before,
            total=str(mark_of(sum(column.counts))),
            marks=json.dumps(column.marks),
            ratios=json.dumps({group: asdict(one) for group, one in seen.ratios(place).items()}),
            counts=json.dumps(column.counts),
            base_id=ids[column.base] if column.base is not None else None,
        )
        db.session.add(row)
        db.session.flush()
        ids.append(row.id)
    return len(accepted)


def _as_column(row: EqualityColumn, rows: Sequence[EqualityColumn]) -> Column:
    base = next((place for place, one in enumerate(rows) if one.id == row.base_id), None)
    hidden = {place for place, mark in enumerate(json.loads(row.marks)) if mark_from(mark) == HIDDEN}
    return Column(
        row.stage,
        json.loads(row.counts or "[]"),
        hidden=hidden,
        base=base,
        fixed=True,
        published=ratios_from(row.ratios),
    )


def _worth_publishing(
    question: Question, old: Sequence[Column], members: Mapping[int, Sequence[int]]
) -> tuple[list[Column], list[int]]:
    """The stages with enough forms behind them, and which of the points counted each of them is."""
    latest = {column.stage: place for place, column in enumerate(old)}
    base = latest.get(APPLIED)
    new: list[Column] = []
    kept: list[int] = []
    for stage in COUNTED:
        point = len(old) + COUNTED.index(stage)
        counts = [0] * len(question.categories)
        for way, answers in members.items():
            if way >> point & 1:
                counts = [one + more for one, more in zip(counts, answers, strict=True)]
        then = sum(old[latest[stage]].counts[: question.silent]) if stage in latest else None
        if is_worth_publishing(sum(counts[: question.silent]), then):
            if stage == APPLIED:
                base = len(old)
            new.append(Column(stage, counts, base=None if stage == APPLIED else base))
            kept.append(point)
    return new, kept


def _of_columns(members: Mapping[int, Sequence[int]], points: Sequence[int]) -> dict[int, list[int]]:
    """The same people by the points that became columns alone, in their order."""
    found: dict[int, list[int]] = {}
    for way, answers in members.items():
        narrow = sum((way >> point & 1) << j for j, point in enumerate(points))
        kept = found.setdefault(narrow, [0] * len(answers))
        for category, number in enumerate(answers):
            kept[category] += number
    return found
