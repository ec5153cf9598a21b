"""Who is cleared: yes, pending or no, with level and date where they may be told. And adverse decisions, counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, literal_column, or_, select

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import people_page, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.queries import main_scheme
from accreditation.standing.queries.cleared import cleared
from accreditation.standing.rules.need_to_know import Access, Field
from accreditation.web.paging import Page
from vetting.models import Clearance, ClearanceApplication
from vetting.rules.fields import ADVERSE, ADVERSE_DECISIONS, ADVERSE_STATES, Seen
from vetting.rules.steps import GRANTING, STATES

MASKED = "masked"


@dataclass(frozen=True)
class ClearedRow:
    """One person. `level` and `through` are None where nothing is known, `MASKED` where it is not to be told."""

    name: str
    reference: str
    cleared: str
    level: str | None
    through: date | str | None


def cleared_page(
    viewer: Viewer, on: date, *, words: str | None, place: str | None, address: Callable[[str | None], str]
) -> Page[ClearedRow]:
    """The people this viewer may know of, by name, field by field as the viewer may be told."""
    page = people_page(viewer, words=words, place=place, address=address)
    ids = [person.id for person in page.rows]
    said = cleared(ids, main_scheme(on), on)
    held = _held(ids, on)
    rows = [_row(person, said[person.id], held.get(person.id), viewer) for person in page.rows]
    return Page(rows, page.next_token, page.previous_token, page.address)


def _row(person: Person, said: str, held: Clearance | None, viewer: Viewer) -> ClearedRow:
    seen = Seen(viewer, subject_of(person))
    level: str | None = None
    through: date | str | None = None
    if held is not None and seen.may(Field.LEVEL) and seen.may(Field.DATES):
        level, through = held.level, last_good_day(held.ends_on) if held.ends_on else None
    elif seen.how(Field.LEVEL) is Access.MASKED:
        level = through = MASKED  # of everybody, whether or not there is anything behind it
    return ClearedRow(person.name, person.reference, said if seen.may(Field.CLEARED) else "not shown", level, through)


def _held(person_ids: list[int], on: date) -> dict[int, Clearance]:
    """Of each the clearance that runs longest, of those held on the day: one that lapses with a last day to come is."""
    rows = db.session.scalars(
        select(Clearance).where(
            Clearance.person_id.in_(person_ids),
            or_(Clearance.state.in_(GRANTING), and_(Clearance.state == "lapsed", Clearance.state_on > on)),
            Clearance.struck_out_on.is_(None),
            Clearance.granted_on <= on,
        )
    )
    held: dict[int, Clearance] = {}
    for row in rows:
        other = held.get(row.person_id)
        if other is None or (row.ends_on or date.max) > (other.ends_on or date.max):
            held[row.person_id] = row
    return held


def adverse_counts(viewer: Viewer) -> list[tuple[str, int]]:
    """How many applications and clearances are refused, discontinued, suspended or withdrawn: numbers, no names."""
    counts = dict.fromkeys(sorted(ADVERSE), 0)
    for model, states in ((ClearanceApplication, ADVERSE_DECISIONS), (Clearance, ADVERSE_STATES)):
        # Written out, not handed over as values: so that SQLite knows that its small index holds every such row.
        adverse = model.state.in_([literal_column(repr(state)) for state in states])
        rows = (
            select(model.state, func.count())
            .join(Person, Person.id == model.person_id)
            .where(adverse, model.struck_out_on.is_(None), visible_to(viewer))
            .group_by(model.state)
        )
        for state, number in db.session.execute(rows):
            counts[state] += number
    return [(STATES[state], number) for state, number in counts.items()]
