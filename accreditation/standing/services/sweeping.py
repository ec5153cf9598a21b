"""Taking away the rows of editions that nobody reads any more, person by person in batches.

By people and from where the last batch ended, because that is how the rows lie: looking for what is left of an edition
would read past everything else, in every batch, with the write lock held.
"""

from collections.abc import Iterator
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, exists, select

from accreditation.core.database import db, insert_if_absent
from accreditation.people.models import Person
from accreditation.standing.models import Edition, EditionProgress, RehearsedChange, RequirementPeriod, StandingPeriod
from accreditation.standing.queries.evidence import AT_ONCE


def let_go(edition: Edition) -> None:
    """Nobody reads it from now on: `sweep` takes its rows away, from the first person on."""
    edition.state = "old"
    db.session.flush()
    progress = db.session.scalar(select(EditionProgress).where(EditionProgress.edition_id == edition.id))
    if progress is not None:
        progress.done, progress.last_person_id = 0, 0
    db.session.flush()


def sweep(people: int = AT_ONCE) -> int:
    """The next batch of so many people of one such edition; how many people were looked at, 0 when nothing is left.

    Any number of processes may do this at once.
    """
    edition = db.session.scalar(
        select(Edition).where(Edition.state == "old").order_by(Edition.id).limit(1).with_for_update()
    )
    if edition is None:
        return 0
    insert_if_absent(EditionProgress, edition_id=edition.id)
    progress = db.session.scalars(
        select(EditionProgress)
        .where(EditionProgress.edition_id == edition.id)
        .execution_options(populate_existing=True)
    ).one()
    next_people = select(Person.id).where(Person.id > progress.last_person_id).order_by(Person.id).limit(people)
    seen = list(db.session.scalars(next_people))
    for table, of_edition in _rows_of(edition):
        db.session.connection().execute(delete(table).where(of_edition, table.c.person_id.in_(seen)))
    progress.done += len(seen)
    progress.last_person_id = seen[-1] if seen else progress.last_person_id
    if len(seen) < people:
        _end(edition, progress)
    db.session.flush()
    return len(seen) or 1


def _end(edition: Edition, progress: EditionProgress) -> None:
    """Everybody was looked at. Should a slow writer have added rows behind the sweep, it begins again."""
    if any(db.session.scalar(select(exists().where(of_edition))) for _, of_edition in _rows_of(edition)):
        progress.done, progress.last_person_id = 0, 0
        return
    for row in (progress, edition):
        db.session.delete(row)
        db.session.flush()


def _rows_of(edition: Edition) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    for model in (StandingPeriod, RequirementPeriod):
        table = cast(Table, model.__table__)
        yield table, table.c.edition == edition.key
    changes = cast(Table, RehearsedChange.__table__)
    yield changes, changes.c.edition_id == edition.id
