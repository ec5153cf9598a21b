"""Equality monitoring: what is asked, whose figures are kept together, and what was published of them.

Nothing here reads a returned form: services/equality does, for the applicant's own page and for counting.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from sqlalchemy import ColumnElement, and_, func, select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from cohorts.models import Application, EqualityCollection, EqualityColumn, Intake
from cohorts.rules.equality.marks import Mark
from cohorts.rules.equality.questions import Question, read_questions
from cohorts.rules.equality.ratios import Compared
from cohorts.rules.equality.report import Figures, Shown
from cohorts.rules.equality.stages import COUNTED, YEAR, Collection


@cache
def questions() -> tuple[Question, ...]:
    """What the form asks, in its order."""
    text = files("cohorts").joinpath("data", "equality.json").read_text(encoding="utf-8")
    return read_questions(json.loads(text))


# --- whose figures ---------------------------------------------------------------------------------------------------


def collections() -> list[Collection]:
    """All of them, the one that closed last in front."""
    found = [_of_intake(intake) for intake in db.session.scalars(select(Intake))]
    sent = select(func.min(Application.submitted_at), func.max(Application.submitted_at)).where(
        Application.intake_id.is_(None), Application.submitted_at.is_not(None)
    )
    first, last = db.session.execute(sent).one()
    if first is not None and last is not None:
        found += [of_year(year) for year in range(_year(first), _year(last) + 1)]
    return sorted(found, key=lambda one: (one.closes_on, one.key), reverse=True)


def _year(moment: datetime) -> int:
    return moment.astimezone(LONDON).year


def _of_intake(intake: Intake) -> Collection:
    return Collection(intake.code, intake.title, intake.closes_on, intake_id=intake.id)


def of_year(year: int) -> Collection:
    return Collection(f"{YEAR}{year}", f"Applications of {year} without an intake", date(year + 1, 1, 1), year=year)


def collection_of(application: Application) -> Collection | None:
    """With whose figures this application is counted; None for one that has not been sent."""
    if application.submitted_at is None:
        return None
    if application.intake is not None:
        return _of_intake(application.intake)
    return of_year(_year(application.submitted_at))


def get_collection(key: str) -> Collection:
    """Raises NotFound."""
    intake = db.session.scalar(select(Intake).where(Intake.code == key))
    if intake is not None:
        return _of_intake(intake)
    year = key.removeprefix(YEAR)
    if key.startswith(YEAR) and year.isascii() and year.isdecimal() and len(year) == 4 and "1900" < year < "9999":
        return of_year(int(year))
    raise NotFound("There are no equality figures of this name.")


def belongs_to(collection: Collection) -> ColumnElement[bool]:
    """Applications that were sent and are counted with these figures."""
    if collection.year is None:
        return and_(Application.intake_id == collection.intake_id, Application.submitted_at.is_not(None))
    first, last = (datetime(year, 1, 1, tzinfo=LONDON) for year in (collection.year, collection.year + 1))
    return and_(Application.intake_id.is_(None), Application.submitted_at >= first, Application.submitted_at < last)


def find_state(key: str) -> EqualityCollection | None:
    return db.session.scalar(select(EqualityCollection).where(EqualityCollection.key == key))


def is_cut(collection: Collection) -> bool:
    """Whether answers and applications can no longer be brought together."""
    state = find_state(collection.key)
    return state is not None and state.cut_on is not None


# --- what was published ----------------------------------------------------------------------------------------------


def published_figures(key: str) -> list[Figures]:
    """The newest figures of every characteristic, in the order of the form; empty before anything is published."""
    columns = (
        EqualityColumn.characteristic,
        EqualityColumn.stage,
        EqualityColumn.published_on,
        EqualityColumn.total,
        EqualityColumn.marks,
        EqualityColumn.ratios,
    )
    rows = db.session.execute(
        select(*columns)
        .join(EqualityCollection, EqualityCollection.id == EqualityColumn.collection_id)
        .where(EqualityCollection.key == key)
        .order_by(EqualityColumn.id)
    ).all()
    newest: dict[tuple[str, str], Shown] = {}
    for row in rows:
        ratios = ratios_from(row.ratios)
        newest[row.characteristic, row.stage] = Shown(
            row.stage,
            row.published_on,
            mark_from(row.total),
            tuple(mark_from(text) for text in json.loads(row.marks)),
            tuple(ratios.get(place) for place in range(len(json.loads(row.marks)))),
        )
    found = [
        Figures(question, tuple(newest[question.code, stage] for stage in COUNTED if (question.code, stage) in newest))
        for question in questions()
    ]
    return [
        one for one in found if one.shown and all(len(of.marks) == len(one.question.categories) for of in one.shown)
    ]


def last_published(keys: Sequence[str]) -> dict[str, date]:
    """The day of the newest figures of each; those without any are left out."""
    rows = db.session.execute(
        select(EqualityCollection.key, func.max(EqualityColumn.published_on))
        .join(EqualityColumn, EqualityColumn.collection_id == EqualityCollection.id)
        .where(EqualityCollection.key.in_(keys))
        .group_by(EqualityCollection.key)
    )
    return dict(rows.all())


def mark_from(text: str | int) -> Mark:
    return int(text) if str(text).isdecimal() else str(text)


def ratios_from(text: str) -> dict[int, Compared]:
    return {int(place): Compared(**fields) for place, fields in json.loads(text).items()}
