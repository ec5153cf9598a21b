"""Whose refresher runs out when: read from the projections of standing, for planning a day and for the waiting list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from accreditation.core.calendar import FOREVER, Span, days_after, last_good_day, span_holding
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import Booking, Invitation, RefresherDay
from accreditation.refreshers.rules import ENDED, Waiting, next_in_line
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries import (
    Explanation,
    Standing,
    explain,
    facts_of_all,
    history_of,
    main_scheme,
    standing_from,
    standing_on,
)
from accreditation.standing.rules.evidence import known
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.tense import tense_of

INVITABLE = ("deployable", "co_mediation_only", "lapsed")
"""Verdicts under which an invitation makes sense: not for those on leave, suspended, withdrawn or gone."""

MOST = 200
"""So many of the most urgent are offered at a time: more than any day has seats."""


@dataclass(frozen=True)
class Due:
    """Somebody whose requirement is met up to and including `valid_through`; None if it is not met now."""

    person: Person
    valid_through: date | None
    invited_on: date | None


@dataclass(frozen=True)
class Effect:
    """The last day on which the requirement is met now, and with the day attended. None: not met, or no end.

    `standing` is what may be told of whether they may work on the day itself and until when, if they attend it.
    """

    now_through: date | None
    then_through: date | None
    open_ended: bool
    standing: Explanation


def refresher_codes(scheme: Scheme) -> list[str]:
    """The requirements of the scheme that refresher days count for."""
    return [requirement.code for requirement in scheme.requirements if "refresher" in requirement.rule.kinds]


def invited_people(day_id: int) -> set[int]:
    return set(db.session.scalars(select(Invitation.person_id).where(Invitation.day_id == day_id)))


def lapse_dates(person_ids: Iterable[int], on: date) -> dict[int, date]:
    """For each of these people whose requirement is met on the day, the first day on which it no longer is."""
    scheme = main_scheme(on)
    period = RequirementPeriod
    query = (
        select(period.person_id, func.min(period.ends_on).label("lapses_on"))
        .where(period.person_id.in_(list(person_ids)), period.edition == scheme.edition, period.met)
        .where(period.requirement.in_(refresher_codes(scheme)), period.starts_on <= on, on < period.ends_on)
        .group_by(period.person_id)
    )
    return {row.person_id: row.lapses_on for row in db.session.execute(query)}


def in_order_of_lapse(person_ids: Iterable[int], on: date) -> list[int]:
    """These people, whose refresher is not met first, then whose ends first; of two the lower id."""
    ids = list(person_ids)
    lapses = lapse_dates(ids, on)
    return sorted(ids, key=lambda person_id: (lapses.get(person_id, date.min), person_id))


def place_in_line(booking_id: int, day_id: int, on: date) -> tuple[int, int] | None:
    """Which place a waiting booking has, of how many; None when it does not wait. The order of the seats."""
    waiting = db.session.execute(
        select(Booking.id, Booking.person_id, Booking.first_in_line).where(
            Booking.day_id == day_id, Booking.state == "waitlisted"
        )
    ).all()
    lapses = lapse_dates([person_id for _, person_id, _ in waiting], on)
    line = [
        one.booking_id
        for one in next_in_line([Waiting(number, lapses.get(who), first) for number, who, first in waiting])
    ]
    return (line.index(booking_id) + 1, len(line)) if booking_id in line else None


@dataclass(frozen=True)
class Lapsing:
    """Somebody on a day, and the last day on which their refresher is met now; None: it is not met now."""

    person: Person
    valid_through: date | None


def lapsing_before(day: RefresherDay, held_on: date, viewer: Viewer, on: date) -> list[Lapsing]:
    """Of the people booked for the day, whose refresher would run out before they attend it on `held_on`.

    Those for whom the day comes too late already are left out: moving it changes nothing for them. Whose ends first is
    first. Only people this viewer may know of.
    """
    found = lapsing_by(day, held_on, viewer, on)
    return [one for one in found if one.valid_through is not None and one.valid_through >= days_after(day.held_on, -1)]


def lapsing_by(day: RefresherDay, until: date, viewer: Viewer, on: date) -> list[Lapsing]:
    """Of the people booked for the day, whose refresher is not met up to the day before `until`."""
    booked = select(Booking.person_id).where(
        Booking.day_id == day.id, Booking.state.in_(("requested", "offered", "booked"))
    )
    query = select(Person).where(Person.id.in_(booked), visible_to(viewer)).order_by(Person.sort_name, Person.id)
    people = {person.counted.id: person for person in db.session.scalars(query)}
    lapses = lapse_dates(people, on)
    found = [
        Lapsing(people[person_id], last_good_day(lapses[person_id]) if person_id in lapses else None)
        for person_id in in_order_of_lapse(people, on)
    ]
    return [one for one in found if one.valid_through is None or days_after(one.valid_through, 1) < until]


def people_due(day: RefresherDay, viewer: Viewer, *, on: date, within_days: int) -> list[Due]:
    """Whose refresher ends at most so many days after the day, or has ended, and who has no seat on a coming day.

    The most urgent first, at most MOST. Only people this viewer may know of.
    """
    scheme = main_scheme(on)
    until = days_after(day.held_on, within_days)
    run = RequirementPeriod
    holding = and_(
        run.person_id == Person.id,
        run.edition == scheme.edition,
        run.requirement.in_(refresher_codes(scheme)),
        run.met,
        run.starts_on <= on,
        on < run.ends_on,
    )
    merged = aliased(Person)
    seat_elsewhere = exists().where(
        or_(
            Booking.person_id == Person.id,
            Booking.person_id.in_(select(merged.id).where(merged.merged_into_id == Person.id)),
        ),
        Booking.state.not_in(ENDED),
        Booking.day_id == RefresherDay.id,
        RefresherDay.state == "planned",
        RefresherDay.held_on >= on,
    )
    query = (
        select(Person, run.ends_on, Invitation.invited_on)
        .join(StandingPeriod, StandingPeriod.person_id == Person.id)
        .outerjoin(run, holding)
        .outerjoin(Invitation, and_(Invitation.person_id == Person.id, Invitation.day_id == day.id))
        .where(StandingPeriod.edition == scheme.edition, StandingPeriod.starts_on <= on, on < StandingPeriod.ends_on)
        .where(StandingPeriod.verdict.in_(INVITABLE), or_(run.ends_on.is_(None), run.ends_on <= until))
        .where(visible_to(viewer), ~seat_elsewhere)
        .order_by(run.ends_on.asc().nulls_first(), Person.sort_name, Person.id)
        .limit(MOST)
    )
    return [
        Due(person, last_good_day(ends_on) if ends_on else None, invited_on)
        for person, ends_on, invited_on in db.session.execute(query)
    ]


def what_it_brings_each(people: Sequence[Person], day: RefresherDay, viewer: Viewer, on: date) -> dict[int, Effect]:
    """`what_attending_brings` of each of these people, by id; a few statements for any number of them."""
    scheme = main_scheme(on)
    codes = refresher_codes(scheme)
    if not codes:
        return {}
    facts, history = facts_of_all(person.id for person in people), history_of(scheme.code)
    found = {}
    for person in people:
        stand, whose = known(facts.get(person.id, ()), None), subject_of(person)
        now = standing_from(history, whose, stand, on)
        then = standing_from(history, whose, [*stand, *day.brings], day.held_on)
        found[person.id] = _effect(now, then, codes[0], viewer)
    return found


def what_attending_brings(person_id: int, day: RefresherDay, viewer: Viewer, on: date) -> Effect | None:
    """Until when the refresher requirement is met as things stand, and with this day attended.

    And until when they may work then, whatever ends it, as far as the viewer may know it. None where the main scheme
    asks for no refresher.
    """
    scheme = main_scheme(on)
    codes = refresher_codes(scheme)
    if not codes:
        return None
    now = standing_on(person_id, scheme, on)
    then = standing_on(person_id, scheme, day.held_on, supposing=day.brings)
    return _effect(now, then, codes[0], viewer)


def _effect(now: Standing, then: Standing, code: str, viewer: Viewer) -> Effect:
    met = _days_met(then, code, then.on)
    return Effect(
        now_through=_last_day(_days_met(now, code, now.on)),
        then_through=_last_day(met),
        open_ended=met is not None and met.ends_on == FOREVER,
        standing=explain(then, viewer, tense_of(then.on, now.on)),
    )


def _days_met(standing: Standing, code: str, on: date) -> Span | None:
    """The unbroken run of days with that day in it on which the requirement is met."""
    return span_holding(standing.result.requirements[code], on) if standing.result else None


def _last_day(span: Span | None) -> date | None:
    return last_good_day(span.ends_on) if span and span.ends_on < FOREVER else None
