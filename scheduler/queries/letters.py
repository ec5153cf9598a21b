"""Letters as an operator sees them: what waits, what went, what needs a person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from accreditation.core.calendar import days_after, end_of_day
from accreditation.core.database import Moment, db
from accreditation.core.errors import NotFound
from accreditation.core.outbox import CALLED, TROUBLED, Letter
from accreditation.people.models import Person
from accreditation.people.queries import has_words, visible_to
from accreditation.people.rules import Viewer
from accreditation.web.paging import By, Page, page_of
from scheduler.rules.wordings import FOLDER

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "trouble": ("Waiting for a decision", TROUBLED),
    "waiting": ("Waiting to go", ("queued", "claimed", "handing_over", "retry_wait")),
    "held": ("Held", ("held",)),
    "failed": ("Failed", ("failed",)),
    "undeliverable": ("Could not be delivered", ("undeliverable",)),
    "in_doubt": ("In doubt", ("in_doubt",)),
    "sent": ("Sent", ("sent",)),
    "folder": ("Written to the folder", ("written_to_folder",)),
    "not_sent": ("Not sent, no longer needed", ("superseded", "cancelled")),
}
"""What the list can be limited to: key -> (words, states)."""


@dataclass(frozen=True)
class LetterFilter:
    """`group` is a key of GROUPS, `kind` one of `kinds()`; `words` is what is looked for in the addressee's name or
    reference. None: no limit.
    """

    group: str | None = None
    words: str | None = None
    kind: str | None = None


def kinds() -> list[tuple[str, str]]:
    """Every kind of letter that a list can be limited to, as (kind, what it is called), by what it is called."""
    named = ((_kind_of(template), name) for template, name in CALLED.items() if template.count("/") > 1)
    return sorted(named, key=lambda pair: pair[1].casefold())


def _kind_of(template: str) -> str:
    return template.removeprefix("email/").removesuffix(".txt")


def _template_of(kind: str) -> str:
    return f"email/{kind}.txt"


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    return or_(visible_to(viewer), Letter.person_id == viewer.person_id)


def letters_page(viewer: Viewer, wanted: LetterFilter, *, place: str | None, address: Any = None) -> Page[Any]:
    """(Letter, Person) of a page, the newest first."""
    rows: Any = select(Letter, Person).join(Person, Person.id == Letter.person_id).where(*_conditions(viewer, wanted))
    return page_of(
        rows, [By(Letter.id, int, descending=True)], place=place, key=lambda row: (row[0].id,), address=address
    )


def letters_count(viewer: Viewer, wanted: LetterFilter) -> int:
    rows = select(func.count()).select_from(Letter).join(Person, Person.id == Letter.person_id)
    return db.session.scalar(rows.where(*_conditions(viewer, wanted))) or 0


def _conditions(viewer: Viewer, wanted: LetterFilter) -> list[ColumnElement[bool]]:
    conditions = [_visible(viewer)]
    if wanted.group:
        conditions.append(Letter.state.in_(GROUPS[wanted.group][1]))
    if wanted.kind:
        conditions.append(Letter.template == _template_of(wanted.kind))
    return conditions + has_words(Person, wanted.words or "")


def counts_by_state(viewer: Viewer) -> dict[str, int]:
    """Letters by state, all states there are."""
    rows = (
        select(Letter.state, func.count())
        .join(Person, Person.id == Letter.person_id)
        .where(_visible(viewer))
        .group_by(Letter.state)
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def counts_by_group(viewer: Viewer) -> dict[str, int]:
    by_state = counts_by_state(viewer)
    return {key: sum(by_state.get(state, 0) for state in states) for key, (_, states) in GROUPS.items()}


def undeliverable(viewer: Viewer) -> list[Letter]:
    """The letters of which nothing more comes by itself: the first fifty of what /reminders?state=trouble lists."""
    return [row[0] for row in letters_page(viewer, LetterFilter("trouble"), place=None).rows]


def undeliverable_count(viewer: Viewer) -> int:
    """How many /reminders?state=trouble lists for this viewer."""
    return letters_count(viewer, LetterFilter("trouble"))


def troubled_count() -> int:
    """The same for the operator at the command line, who sees everybody's."""
    return db.session.scalar(select(TROUBLE.c.letters)) or 0


TROUBLE = select(func.count().label("letters")).select_from(Letter).where(Letter.state.in_(TROUBLED)).subquery()


def get_letter(letter_id: int, viewer: Viewer) -> tuple[Letter, Person]:
    """The letter and whom it is to. Raises NotFound."""
    rows = select(Letter, Person).join(Person, Person.id == Letter.person_id)
    row = db.session.execute(rows.where(Letter.id == letter_id, _visible(viewer))).one_or_none()
    if row is None:
        raise NotFound("There is no such letter.")
    return row[0], row[1]


def reminders_owed_on(day: date, viewer: Viewer) -> int:
    """How many letters of the scheduler's were written down on that day, whatever became of them."""
    first, last = end_of_day(days_after(day, -1)), end_of_day(day)
    rows = select(func.count()).select_from(Letter).join(Person, Person.id == Letter.person_id)
    on_the_day = (Letter.queued_at > first, Letter.queued_at <= last)
    return db.session.scalar(rows.where(Letter.template.startswith(FOLDER), *on_the_day, _visible(viewer))) or 0


@dataclass(frozen=True)
class HeldLetters:
    """What a release would let go: `rows` of (Letter, Person), the first so many.

    `total` and `up_to`, the newest id of all.
    """

    rows: list[tuple[Letter, Person]]
    total: int
    up_to: int

    @property
    def by_addressee(self) -> list[tuple[Person, list[Letter]]]:
        """The rows by whom they are to, in their order."""
        found: dict[int, tuple[Person, list[Letter]]] = {}
        for letter, person in self.rows:
            found.setdefault(person.id, (person, []))[1].append(letter)
        return list(found.values())


def held_letters(viewer: Viewer, *, at_most: int = 200) -> HeldLetters:
    """The held letters this viewer may see, in the order of their addressees' names."""
    found = (
        select(Letter, Person)
        .join(Person, Person.id == Letter.person_id)
        .where(Letter.state == "held", _visible(viewer))
    )
    total, up_to = db.session.execute(
        select(func.count(), func.max(Letter.id))
        .select_from(Letter)
        .join(Person, Person.id == Letter.person_id)
        .where(Letter.state == "held", _visible(viewer))
    ).one()
    rows = db.session.execute(found.order_by(Person.sort_name, Letter.id).limit(at_most))
    return HeldLetters([(row[0], row[1]) for row in rows], total, up_to or 0)


def held_ids(viewer: Viewer, up_to: int) -> list[int]:
    query = select(Letter.id).join(Person, Person.id == Letter.person_id)
    held = query.where(Letter.state == "held", Letter.id <= up_to, _visible(viewer)).order_by(Letter.id)
    return list(db.session.scalars(held))


def letters_of(person_id: int, *, at_most: int = 50) -> list[Letter]:
    """The newest letters to somebody."""
    query = select(Letter).where(Letter.person_id == person_id).order_by(Letter.id.desc()).limit(at_most)
    return list(db.session.scalars(query))


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """References and names, for a command's output."""
    rows = select(Person).where(Person.id.in_(person_ids))
    return {person.id: f"{person.reference} {person.name}" for person in db.session.scalars(rows)}


@dataclass(frozen=True)
class Backlog:
    """`waiting` letters that should have gone by now, and since when the oldest does."""

    waiting: int
    since: datetime | None


GRACE = timedelta(minutes=5)
"""A letter may wait for so long before it counts as one that should have gone."""

BACKLOG = (
    select(func.count().label("waiting"), func.min(Letter.not_before).label("since"))
    .where(
        Letter.state.in_(("queued", "claimed", "handing_over", "retry_wait")),
        Letter.not_before <= bindparam("letters_due", type_=Moment),
    )
    .subquery()
)
"""In a statement: the backlog of those that were due at the moment `letters_due`."""


def backlog(now: datetime) -> Backlog:
    return Backlog(*db.session.execute(select(BACKLOG.c.waiting, BACKLOG.c.since), {"letters_due": now - GRACE}).one())


def states_of_all() -> list[tuple[str, int]]:
    """How many letters are in each state, for the status page: numbers alone, whoever they are to."""
    rows = select(Letter.state, func.count()).group_by(Letter.state).order_by(Letter.state)
    return [(row[0], row[1]) for row in db.session.execute(rows)]
