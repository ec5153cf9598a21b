"""One mediator's record, as one viewer may see it: standing, requirements, timeline, and the evidence behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.desk.rules.asof import AsOf
from accreditation.people.models import Person
from accreditation.people.queries import subject_of
from accreditation.people.rules import Subject, Viewer
from accreditation.refreshers.models import Booking
from accreditation.standing.models import Evidence, EvidenceVoid, StandingPeriod
from accreditation.standing.queries.evidence import evidence_of
from accreditation.standing.queries.explain import SHOWN_TO, Explanation, explain
from accreditation.standing.queries.requirements import (
    NextStep,
    RequirementStatus,
    Timeline,
    next_step,
    requirements_on,
    timeline_of,
)
from accreditation.standing.queries.schemes import all_schemes, main_scheme
from accreditation.standing.queries.since import (
    BY_ITSELF,
    Change,
    changes_since,
    labels_of,
    may_read_reason,
    names_of,
    register_began,
)
from accreditation.standing.queries.standing import Standing, standing_on
from accreditation.standing.rules.evidence import EVENT_KINDS
from accreditation.standing.rules.in_words import KIND_WORDS, code_words, quantity_words
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.tense import Tense


@dataclass(frozen=True)
class EvidenceRow:
    """One fact of the ledger in words. Both days inclusive; `ends_on` None: an event, or an interval that is open."""

    id: int
    kind: str
    what: str
    detail: str
    starts_on: date
    through: date | None
    is_open: bool
    quantity: str
    source: tuple[str, int]
    recorded_at: datetime
    recorded_by: str
    reason: str | None
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None


@dataclass(frozen=True)
class EvidenceShown:
    """The facts of a page, newest first: `rows`, of `total` that there are for this viewer."""

    rows: Sequence[EvidenceRow]
    total: int

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == self.total


@dataclass(frozen=True)
class Compared:
    """One requirement as it was known then and as it is known now, about the same day."""

    label: str
    then: RequirementStatus | None
    now: RequirementStatus | None

    @property
    def differs(self) -> bool:
        return _told(self.then) != _told(self.now)


@dataclass(frozen=True)
class SinceThen:
    """What a moment knew of a day beside what is known of it now, and what has changed between the two.

    `began_at`: when the register knew anything at all.
    """

    now: "Record"
    requirements: Sequence[Compared]
    changes: Sequence[Change]
    began_at: datetime | None


@dataclass(frozen=True)
class Record:
    """What the viewer may know of somebody's standing in one scheme."""

    scheme: Scheme
    explained: Explanation
    requirements: Sequence[RequirementStatus]
    timeline: Timeline | None
    step: NextStep | None


def record_of(
    person: Person,
    scheme: Scheme,
    viewer: Viewer,
    on: date,
    *,
    tense: Tense = Tense.NOW,
    known: datetime | None = None,
) -> Record:
    """The standing on the day, from the ledger itself, as known now or (`known`) at that moment."""
    return record_from(
        standing_on(person.id, scheme, on, known_on=known), viewer, tense, as_known_then=known is not None
    )


def record_from(standing: Standing, viewer: Viewer, tense: Tense = Tense.NOW, *, as_known_then: bool = False) -> Record:
    """The same from a standing that the engine has just answered."""
    requirements = requirements_on(standing, viewer)
    return Record(
        scheme=standing.scheme,
        explained=explain(standing, viewer, tense, as_known_then=as_known_then),
        requirements=requirements,
        timeline=timeline_of(standing, viewer, requirements),
        step=next_step(standing, viewer, requirements),
    )


def since_then(person: Person, then: Record, viewer: Viewer, as_of: AsOf) -> SinceThen:
    """What is known now of the day that `then` is about, and what has changed since the moment `as_of` asks about."""
    assert as_of.known is not None
    now = record_of(person, then.scheme, viewer, as_of.on, tense=as_of.tense)
    before = {status.code: status for status in then.requirements}
    after = {status.code: status for status in now.requirements}
    return SinceThen(
        now=now,
        requirements=[
            Compared((after.get(code) or before[code]).label, before.get(code), after.get(code))
            for code in {**after, **before}
        ],
        changes=changes_since(person, then.scheme, as_of.known, viewer),
        began_at=register_began(),
    )


def _told(status: RequirementStatus | None) -> tuple[object, ...] | None:
    """What the page says of it."""
    if status is None:
        return None
    return status.met, status.valid_through, status.failing_since, status.renewal_due, status.limiting


def scheme_asked(code: str | None, on: date) -> Scheme:
    """The scheme of that code, the service's main one without a code. Raises NotFound."""
    if not code:
        return main_scheme(on)
    for scheme in all_schemes(on):
        if scheme.code == code:
            return scheme
    raise NotFound("There is no such scheme.")


def schemes_of(person_id: int, on: date) -> list[Scheme]:
    """The schemes in which the person has periods, by code."""
    keys = set(
        db.session.scalars(select(StandingPeriod.edition).where(StandingPeriod.person_id == person_id).distinct())
    )
    return [scheme for scheme in all_schemes(on) if scheme.edition in keys]


def evidence_shown(
    person: Person,
    viewer: Viewer,
    schemes: Sequence[Scheme],
    *,
    most: int | None = None,
    known: datetime | None = None,
) -> EvidenceShown:
    """The facts this viewer may see, newest day first; struck-out ones stay, with when and by whom.

    `most`: no more than so many of them; one more is shown rather than left out alone. `known`: as they stood at that
    moment: what was recorded or struck out later is not in them yet.
    """
    whose = subject_of(person)
    every = [
        (fact, void if known is None or (void and void.voided_at <= known) else None)
        for fact, void in evidence_of(person.id, known)
        if viewer.may(SHOWN_TO.get(fact.kind, Permission.VIEW_STANDING), whose)
        and (known is None or fact.recorded_at <= known)
    ]
    found = every if most is None or len(every) <= most + 1 else every[:most]
    names = names_of([*(fact.recorded_by for fact, _ in found), *(void.voided_by for _, void in found if void)])
    labels = labels_of(*schemes)
    return EvidenceShown([_row(fact, void, names, labels, viewer, whose) for fact, void in found], len(every))


def _row(
    fact: Evidence,
    void: EvidenceVoid | None,
    names: dict[int, str],
    labels: dict[str, str],
    viewer: Viewer,
    whose: Subject,
) -> EvidenceRow:
    reasons_shown = may_read_reason(fact, viewer, whose)
    return EvidenceRow(
        id=fact.id,
        kind=fact.kind,
        what=KIND_WORDS[fact.kind],
        detail=code_words(fact.kind, fact.code, labels),
        starts_on=fact.starts_on,
        through=last_good_day(fact.ends_on) if fact.ends_on else None,
        is_open=fact.ends_on is None and fact.kind not in EVENT_KINDS,
        quantity=quantity_words(fact.kind, fact.quantity),
        source=(fact.source_type, fact.source_id),
        recorded_at=fact.recorded_at,
        recorded_by=names.get(fact.recorded_by or 0, BY_ITSELF),
        reason=fact.reason if reasons_shown else None,
        voided_at=void.voided_at if void else None,
        voided_by=names.get(void.voided_by or 0, BY_ITSELF) if void else None,
        void_reason=void.reason if void and reasons_shown else None,
    )


def days_of_bookings(booking_ids: Sequence[int]) -> dict[int, int]:
    """The refresher day of each booking, by their ids."""
    rows = select(Booking.id, Booking.day_id).where(Booking.id.in_(booking_ids))
    return dict(db.session.execute(rows).all())
