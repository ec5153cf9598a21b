"""Who gets what on a day, if nothing changes before: asked of the code that owes it. Only reads.

What falls due that day, with how each is told of it; and the weekly letters and digests that go that day, with what
will have gathered in them by then. A day to come is looked at as the beats of the scheduler will look at it: as it
begins, and at the moment of the weekly letters.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select

from accreditation.core.calendar import LONDON, days_after
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Grant, Viewer
from accreditation.web.words import short_day
from scheduler.models import Obligation
from scheduler.queries.backlog import falling_due
from scheduler.queries.digest import figures_for, managers, people_of, told_in_each, waiting_items
from scheduler.queries.hours import sending_hours
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import Bundle, Reminder
from scheduler.services.digests import AUDIENCE, digest_after, due_digests
from scheduler.services.owing import DIGEST_LETTER, WEEKLY, Owed, Way, ways_of, weekly_letter_after
from scheduler.services.planning import why_held
from scheduler.services.steps import READY
from scheduler.services.weekly import digests_of
from scheduler.services.wording import still_due_of

INSTANT = timedelta(microseconds=1)
LONGEST_WAIT = 21
"""No weekly letter waits for so many days, whatever holidays come."""


@dataclass(frozen=True)
class Gathered:
    """A weekly letter, or a manager's digest, that goes at that moment with so many items."""

    person: Person
    is_digest: bool
    items: int
    goes_at: datetime


@dataclass(frozen=True)
class Foreseen:
    """`reminders` fall due on the day; `how` says of (reminder, who is told) how, where it is not a letter of its own.

    `hold`: why they would wait for a person. `gathered`: what goes that day to those whom the viewer may know of, by
    name; `quiet`: so many of their digests do not, because nothing would be in them.
    """

    reminders: list[Reminder]
    how: dict[tuple[Reminder, int], str]
    hold: str | None
    gathered: list[Gathered]
    quiet: int


@dataclass(frozen=True)
class _Day:
    """What falls due on a day, planned at that moment, with the way in which each goes."""

    moment: datetime
    owed: Sequence[Owed]
    ways: Sequence[Way]
    hold: str | None


@dataclass(frozen=True)
class _Letter:
    """What somebody gets; no items: nothing, in place of a digest."""

    person_id: int
    is_digest: bool
    items: int | None
    goes_at: datetime


def foresee(viewer: Viewer, day: date, *, today: date, now: datetime) -> Foreseen:
    """What goes on the day, which is today or to come, or falls due on it."""
    told = Recipients(day)
    found = falling_due(_first_that_counts(day, today, now), day, today)
    days = {on: _planned(bundles, told, _planned_at(on, today, now)) for on, bundles in found.items()}
    letters = [*_weekly_letters(days.values(), day, today), *_digests(days.values(), told, day, today, now)]
    people = _known_to(viewer, {one.person_id for one in letters})
    return Foreseen(
        [reminder for bundle in found.get(day, ()) for reminder in bundle.reminders],
        dict(_how(days[day])) if day in days else {},
        days[day].hold if day in days else None,
        sorted(
            (
                Gathered(people[one.person_id], one.is_digest, one.items, one.goes_at)
                for one in letters
                if one.person_id in people and one.items is not None
            ),
            key=lambda one: (one.person.sort_name, one.person.id, one.is_digest),
        ),
        sum(one.items is None for one in letters if one.person_id in people),
    )


# --- the days --------------------------------------------------------------------------------------------------------


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(0), LONDON)


def day_of(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _planned_at(on: date, today: date, now: datetime) -> datetime:
    """The first beat of a day to come is at its midnight; what is due today is planned by the next."""
    return now if on == today else start_of(on)


def _first_that_counts(day: date, today: date, now: datetime) -> date:
    """The first day on which something may fall due that goes in a weekly letter or a digest of `day`."""
    first = max(today, days_after(day, -LONGEST_WAIT))
    while first < day:
        moment = _planned_at(first, today, now)
        if day in (day_of(weekly_letter_after(moment)[1]), day_of(digest_after(moment)[1])):
            return first
        first = days_after(first, 1)
    return day


def _planned(bundles: Iterable[Bundle], told: Recipients, moment: datetime) -> _Day:
    """As the planner would owe it at that moment."""
    found = [Owed(bundle, tuple(told.of(bundle.lead))) for bundle in bundles]
    owed = [one for one in found if one.recipients]
    hold = why_held(sum(len(one.recipients) for one in owed), moment)
    return _Day(moment, owed, ways_of(owed, hold), hold)


def _how(of: _Day) -> Iterator[tuple[tuple[Reminder, int], str]]:
    weekly = f"in the weekly letter of {short_day(day_of(weekly_letter_after(of.moment)[1]))}"
    digest = f"in the digest of {short_day(day_of(digest_after(of.moment)[1]))}"
    for one, way in zip(of.owed, of.ways, strict=True):
        for reminder in one.bundle.reminders:
            for who in one.recipients if way.weekly else way.in_digest:
                yield (reminder, who), weekly if way.weekly else digest


# --- weekly letters --------------------------------------------------------------------------------------------------


def _weekly_letters(days: Collection[_Day], day: date, today: date) -> Iterator[_Letter]:
    """What waits for it already, where it will still be true, and what will have been added by then."""
    items: Counter[int] = Counter()
    goes: dict[int, datetime] = {}
    waiting = _waiting(WEEKLY, day, today)
    still = still_due_of({letter.about_id for letter in waiting}, day)
    for letter in waiting:
        if still[letter.about_id]:
            items[letter.person_id] += still[letter.about_id]
            goes[letter.person_id] = letter.not_before
    for of in days:
        _, moment = weekly_letter_after(of.moment)
        if day_of(moment) != day:
            continue
        for one, way in zip(of.owed, of.ways, strict=True):
            who = one.recipients[0]
            if way.weekly and not (of.hold and who not in items):  # held, a new one does not go by itself
                items[who] += len(one.bundle.reminders)
                goes.setdefault(who, moment)
    for who, number in items.items():
        yield _Letter(who, False, number, goes[who])


def _waiting(template: str, day: date, today: date) -> list[Letter]:
    """Letters that are owed already and go that day; today, also those that should have gone before."""
    there = select(Letter).where(
        Letter.template == template,
        Letter.state.in_(READY),
        Letter.not_before < start_of(days_after(day, 1)),
        *([] if day == today else [Letter.not_before >= start_of(day)]),
    )
    return list(db.session.scalars(there.order_by(Letter.id)))


# --- digests ---------------------------------------------------------------------------------------------------------


def _digests(days: Collection[_Day], told: Recipients, day: date, today: date, now: datetime) -> Iterator[_Letter]:
    """Those that wait to go, those that the next beat owes, and those whose moment comes on the day: the newest counts.

    Each with the reminders that it tells of by then; what will be owed at the moment counts as one entry each.
    """
    holders, waits = told.holders(AUDIENCE), _waiting_leads()
    going: dict[int, tuple[datetime, list[int], int]] = {}
    there = _waiting(DIGEST_LETTER, day, today)
    told_by = told_in_each([letter.about_id for letter in there])
    for letter in there:
        going[letter.person_id] = (letter.not_before, told_by[letter.about_id], 0)
    at_once = [one.person_id for one in due_digests(holders, now, waiting_for=waits) if not one.begins]
    at_once_at = sending_hours().next_moment(now)
    if day_of(at_once_at) == day:
        going |= {who: (at_once_at, waits.get(who, []), 0) for who in at_once}
    week, moment = digest_after(max(now, start_of(day)))
    if day_of(moment) == day:
        added = Counter(
            who for of in days if digest_after(of.moment)[0] == week for way in of.ways for who in way.in_digest
        )
        if digest_after(now)[0] != week:
            waits = {}  # an earlier digest tells of those
        waits = {who: leads for who, leads in waits.items() if who not in at_once}
        told_of = added.keys() | waits.keys()
        before = due_digests(holders, moment - INSTANT, waiting_for=told_of)
        after = {one.person_id: one.week for one in before}  # what the beats until then will have written down
        for one in due_digests(holders, moment, waiting_for=told_of, after=after):
            who = one.person_id
            going[who] = (moment, waits.get(who, []), added[who])
    waiting = _Waiting({lead_id for _, leads, _ in going.values() for lead_id in leads}, day)
    viewers, wanted = managers(going, day), digests_of(going)
    for who, (at, leads, more) in sorted(going.items()):
        if viewer := viewers.get(who):  # else they are no manager then
            entries = more + waiting.told_to(viewer, leads) + len(figures_for(viewer, day, at))
            yield _Letter(who, True, entries if entries or wanted[who] == "always" else None, at)


def _waiting_leads() -> dict[int, list[int]]:
    """By manager, what waits for their next digest."""
    leads: dict[int, list[int]] = {}
    for item in waiting_items():
        leads.setdefault(item.person_id, []).append(item.obligation_id)
    return leads


class _Waiting:
    """What waits to be told of, of everybody at once: about whom each is, and how much of it is still due on the day.

    The first of several reminders that would have shared a letter stands for all of them.
    """

    def __init__(self, lead_ids: Collection[int], day: date) -> None:
        about = select(Obligation.id, Obligation.person_id).where(Obligation.id.in_(lead_ids))
        self.about = {row.id: row.person_id for row in db.session.execute(about)} if lead_ids else {}
        self.still = still_due_of(lead_ids, day)
        self._reached: dict[frozenset[Grant], set[int]] = {}

    def told_to(self, viewer: Viewer, lead_ids: Collection[int]) -> int:
        """How many of these a digest to this viewer would tell of."""
        about_anybody = any(self.about[lead_id] for lead_id in lead_ids)
        theirs = {None, *(self._people_of(viewer) if about_anybody else ())}
        return sum(self.about[lead_id] in theirs and bool(self.still[lead_id]) for lead_id in lead_ids)

    def _people_of(self, viewer: Viewer) -> set[int]:
        """Who reaches the same people is told of the same: it is asked once for all of them."""
        if viewer.grants not in self._reached:
            everybody = {who for who in self.about.values() if who is not None}
            self._reached[viewer.grants] = set(people_of(viewer, everybody))
        return self._reached[viewer.grants]


def _known_to(viewer: Viewer, person_ids: Collection[int]) -> dict[int, Person]:
    asked = select(Person).where(Person.id.in_(person_ids), or_(visible_to(viewer), Person.id == viewer.person_id))
    return {one.id: one for one in db.session.scalars(asked)}
