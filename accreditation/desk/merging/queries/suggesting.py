"""Records that may be one person's: a few statements over the whole register, counted once until it changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from accreditation.core.database import db
from accreditation.core.permissions import Scope
from accreditation.desk.merging.rules.suggesting import Pair, Reason, pairs_of, plain_pay_number
from accreditation.desk.queries.stamp import MOVE_COUNTS, counted_once
from accreditation.people.models import ContactAddress, NotSamePerson, Person, PersonName
from accreditation.people.queries import counted, visible_to
from accreditation.people.rules import Viewer, sort_name
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.web.paging import DamagedPlace

AT_ONCE = 500
PAIRS_A_PAGE = 25
MOVE_SUGGESTIONS = (*MOVE_COUNTS, "contact_address", "person_name")
"""What an entry of the trail is about that can make or end a suggestion; training moves the end of the ledger."""


@dataclass(frozen=True)
class SuggestedPair:
    """One line: two people, and why they may be one. `said` is who is asked no more, for a pair that was dismissed."""

    one: Person
    other: Person
    pair: Pair
    said: NotSamePerson | None = None


@dataclass(frozen=True)
class SuggestedPage:
    """Some of `total` pairs. `next_place`, `previous_place`: None where the list ends."""

    rows: Sequence[SuggestedPair]
    total: int
    next_place: str | None
    previous_place: str | None


def suggested_pairs(viewer: Viewer, *, reason: str | None, dismissed: bool, place: str | None) -> SuggestedPage:
    """The pairs of which this viewer may know both, the most certain first. Raises DamagedPlace.

    `reason`: only those for which it speaks; `dismissed`: those of whom somebody said that they are two people.
    """
    said = {(row.one_id, row.other_id): row for row in _said()}
    every = counted_once("merging: pairs", _all_pairs, MOVE_SUGGESTIONS)
    pairs = [pair for pair in every if ((pair.one_id, pair.other_id) in said) == dismissed]
    if dismissed:  # a pair may have nothing in common any more; that somebody spoke of it stays
        listed = {(pair.one_id, pair.other_id) for pair in pairs}
        pairs += [Pair(*key, ()) for key in sorted(said.keys() - listed)]
    if reason:
        pairs = [pair for pair in pairs if reason in pair.reasons]
    pairs = _known_to(viewer, pairs)
    start = _start(place)
    shown = pairs[start : start + PAIRS_A_PAGE]
    people = _people(person_id for pair in shown for person_id in (pair.one_id, pair.other_id))
    return SuggestedPage(
        [
            SuggestedPair(people[pair.one_id], people[pair.other_id], pair, said.get((pair.one_id, pair.other_id)))
            for pair in shown
        ],
        len(pairs),
        str(start + PAIRS_A_PAGE) if start + PAIRS_A_PAGE < len(pairs) else None,
        str(max(start - PAIRS_A_PAGE, 0)) if start else None,
    )


def reasons_for(one_id: int, other_id: int) -> Pair | None:
    """Why these two may be one person; None when nothing speaks for it."""
    low, high = sorted((one_id, other_id))
    every = counted_once("merging: pairs", _all_pairs, MOVE_SUGGESTIONS)
    return next((pair for pair in every if (pair.one_id, pair.other_id) == (low, high)), None)


def _start(place: str | None) -> int:
    if not place:
        return 0
    if not (place.isascii() and place.isdecimal() and len(place) < 8):
        raise DamagedPlace
    return int(place)


def _said() -> list[NotSamePerson]:
    return list(db.session.scalars(select(NotSamePerson).where(NotSamePerson.reopened_at.is_(None))))


def _known_to(viewer: Viewer, pairs: list[Pair]) -> list[Pair]:
    condition = visible_to(viewer)
    if viewer.ids(Scope.SERVICE):
        return pairs
    ids = sorted({person_id for pair in pairs for person_id in (pair.one_id, pair.other_id)})
    known: set[int] = set()
    for batch in _batches(ids):
        known.update(db.session.scalars(select(Person.id).where(Person.id.in_(batch), condition)))
    return [pair for pair in pairs if pair.one_id in known and pair.other_id in known]


def _people(person_ids: Iterable[int]) -> dict[int, Person]:
    ids = sorted(set(person_ids))
    return {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def _batches(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


# --- what people have in common --------------------------------------------------------------------------------------
# Each yields groups of people by the records that count for them; merged records speak for the person too.


def _all_pairs() -> list[Pair]:
    groups = [
        *_by_pay_number(),
        *_by_address(),
        *_by_name(),
        *_by_swapped_name(),
        *_by_former_name(),
        *_by_training(),
    ]
    groups = [(reason, people) for reason, people in groups if len(people) > 1]
    return pairs_of(groups, _pay_numbers({person_id for _, people in groups for person_id in people}))


Groups = Iterator[tuple[Reason, set[int]]]


def _shared(reason: Reason, key: Any, rows: Any) -> Groups:
    """Groups of people with the same key. The database looks for keys that several have; only those come here."""
    several = rows.with_only_columns(key).group_by(key).having(func.count(counted(Person).distinct()) > 1)
    groups: dict[Any, set[int]] = {}
    for value, person_id in db.session.execute(rows.with_only_columns(key, counted(Person)).where(key.in_(several))):
        groups.setdefault(value, set()).add(person_id)
    yield from ((reason, people) for people in groups.values())


def _by_pay_number() -> Groups:
    plain = func.ltrim(func.replace(func.replace(func.upper(Person.pay_number), " ", ""), "-", ""), "0")
    rows = select(Person.id).where(Person.pay_number.is_not(None), plain != "")
    yield from _shared(Reason.PAY_NUMBER, plain, rows)


def _by_address() -> Groups:
    rows = select(Person.id).join(ContactAddress, ContactAddress.person_id == Person.id)
    yield from _shared(Reason.EMAIL, ContactAddress.address, rows.where(ContactAddress.ended_at.is_(None)))


def _by_name() -> Groups:
    """The same name, and where it is not too common also in the same unit: a common name may be rare in a unit."""
    several = select(Person.sort_name).group_by(Person.sort_name).having(func.count(counted(Person).distinct()) > 1)
    names: dict[str, set[int]] = {}
    places: dict[tuple[str, int], set[int]] = {}
    for name, unit_id, person_id in db.session.execute(
        select(Person.sort_name, Person.unit_id, counted(Person)).where(Person.sort_name.in_(several))
    ):
        names.setdefault(name, set()).add(person_id)
        if unit_id is not None:
            places.setdefault((name, unit_id), set()).add(person_id)
    yield from ((Reason.NAME, people) for people in names.values())
    yield from ((Reason.NAME_AND_UNIT, people) for people in places.values())


def _by_swapped_name() -> Groups:
    """ "okafor, ada" and "ada, okafor"."""
    one, other = aliased(Person), aliased(Person)
    family, given = _family(one), func.substr(one.sort_name, _comma(one) + 2)
    rows = select(counted(one), counted(other)).join(other, other.sort_name == given + ", " + family)
    for person_id, other_id in db.session.execute(rows.where(one.id < other.id, family != given)):
        yield Reason.SWAPPED_NAME, {person_id, other_id}


def _by_former_name() -> Groups:
    """A name that one had before, and another has, or had."""
    had: dict[str, set[int]] = {}
    query = select(PersonName.given_name, PersonName.family_name, counted(Person)).join(
        Person, Person.id == PersonName.person_id
    )
    for given, family, person_id in db.session.execute(query):
        had.setdefault(sort_name(given, family), set()).add(person_id)
    for batch in _batches(sorted(had)):
        for name, person_id in db.session.execute(
            select(Person.sort_name, counted(Person)).where(Person.sort_name.in_(batch))
        ):
            had[name].add(person_id)
    yield from ((Reason.FORMER_NAME, people) for people in had.values())


def _by_training() -> Groups:
    rows = (
        select(Evidence.id)
        .join(Person, Person.id == Evidence.person_id)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(Evidence.kind == "training", EvidenceVoid.id.is_(None))
    )
    day, family = Evidence.starts_on, _family(Person)
    both = rows.with_only_columns(day.label("day"), family.label("family")).group_by(day, family)
    several = both.having(func.count(counted(Person).distinct()) > 1).subquery()
    found = rows.with_only_columns(day, family, counted(Person))
    found = found.join(several, (several.c.day == day) & (several.c.family == family))
    groups: dict[tuple[Any, str], set[int]] = {}
    for on, name, person_id in db.session.execute(found):
        groups.setdefault((on, name), set()).add(person_id)
    yield from ((Reason.TRAINING, people) for people in groups.values())


def _comma(person: Any) -> ColumnElement[int]:
    """Where the last name ends in a sort_name."""
    find = func.strpos if db.session.get_bind().dialect.name == "postgresql" else func.instr
    return find(person.sort_name, ", ")


def _family(person: Any) -> ColumnElement[str]:
    return func.substr(person.sort_name, 1, _comma(person) - 1)


def _pay_numbers(person_ids: set[int]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for batch in _batches(sorted(person_ids)):
        query = select(counted(Person), Person.pay_number).where(Person.pay_number.is_not(None))
        for person_id, number in db.session.execute(
            query.where(or_(Person.id.in_(batch), Person.merged_into_id.in_(batch)))
        ):
            if plain := plain_pay_number(number or ""):
                found.setdefault(person_id, set()).add(plain)
    return {person_id: frozenset(numbers) for person_id, numbers in found.items()}
