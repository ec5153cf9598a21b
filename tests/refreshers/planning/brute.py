"""The plainest answers there can be, by trying everything: what the planner is held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations_with_replacement
from random import Random

from accreditation.core.calendar import Span
from accreditation.refreshers.rules.planning import Day, Need, Plan, Wishes

FIRST = date(2027, 3, 1)


@dataclass(frozen=True)
class Case:
    needs: tuple[Need, ...]
    days: tuple[Day, ...]
    locked: dict[int, int]
    offered: tuple[date, ...]
    seats: int  # of a day that is added
    wishes: Wishes

    @property
    def plain_people(self) -> dict:
        return {
            need.person_id: (
                need.opens_on,
                need.lapses_on,
                [(span.starts_on, span.ends_on) for span in need.away],
                need.clashes,
            )
            for need in self.needs
        }

    @property
    def plain_days(self) -> dict:
        return {day.day_id: (day.held_on, day.seats) for day in self.days}


def on(number: int) -> date:
    return FIRST + timedelta(number)


def random_case(seed: int, *, windows_only: bool | None = None) -> Case:
    """Up to seven people and four days within twelve dates, from plenty of seats to none."""
    random = Random(seed)
    windows_only = random.random() < 0.5 if windows_only is None else windows_only
    span = random.randint(4, 12)
    plenty = random.random() < 0.6
    days = tuple(
        Day(100 + number, on(random.randrange(span)), random.randint(plenty, 3), random.choice(["", "North", "South"]))
        for number in range(random.randint(2 * plenty, 4))
    )
    needs = []
    for person_id in range(1, random.randint(1, 7) + 1):
        opens = random.randrange(span // 3 if plenty else span)
        closes = random.randint(max(opens + 1, 2 * span // 3 if plenty else 0), span)
        away, clashes = [], set()
        if not windows_only and random.random() < 0.5:
            begins = random.randrange(span)
            away.append(Span(on(begins), on(begins + random.randint(1, 3))))
        if not windows_only and days and random.random() < 0.2:
            clashes.add(random.choice(days).day_id)
        needs.append(
            Need(person_id, on(opens), on(closes), tuple(away), frozenset(clashes), random.choice([None, 1, 2]))
        )
    locked, left = {}, {day.day_id: day.seats for day in days}
    for need in needs:
        for day in days:
            if need.person_id not in locked and random.random() < 0.1 and need.can_sit(day) and left[day.day_id]:
                locked[need.person_id] = day.day_id
                left[day.day_id] -= 1
    offered = tuple(sorted({on(random.randrange(span)) for _ in range(random.randint(1, 5))}))
    minutes = {(unit, place): random.randint(0, 90) for unit in (None, 1, 2) for place in ("North", "South")}
    wishes = Wishes(
        near=random.random() < 0.6, spread=random.random() < 0.6, early_costs=random.random() < 0.3, minutes=minutes
    )
    return Case(tuple(needs), days, locked, offered, random.randint(1, 3), wishes)


def most_seated(needs: Sequence[Need], days: Sequence[Day], locked: dict[int, int]) -> int:
    """The most people that can sit, the locked ones among them, over every way to seat everybody or leave them out."""
    index = {day.day_id: place for place, day in enumerate(days)}
    left = [day.seats for day in days]
    for day_id in locked.values():
        left[index[day_id]] -= 1
    rest = [need for need in needs if need.person_id not in locked]

    @cache
    def best(person: int, seats: tuple[int, ...]) -> int:
        if person == len(rest):
            return 0
        found = best(person + 1, seats)
        for place, day in enumerate(days):
            if seats[place] and rest[person].can_sit(day):
                fewer = (*seats[:place], seats[place] - 1, *seats[place + 1 :])
                found = max(found, 1 + best(person + 1, fewer))
        return found

    return len(locked) + best(0, tuple(left))


def seatings(needs: Sequence[Need], days: Sequence[Day], locked: dict[int, int]) -> Iterator[dict[int, int]]:
    """Every way to seat all of these people."""
    index = {day.day_id: day for day in days}
    left = {day.day_id: day.seats for day in days}
    for day_id in locked.values():
        left[day_id] -= 1
    rest = [need for need in needs if need.person_id not in locked]

    def further(person: int) -> Iterator[dict[int, int]]:
        if person == len(rest):
            yield {}
            return
        for day in index.values():
            if left[day.day_id] and rest[person].can_sit(day):
                left[day.day_id] -= 1
                for others in further(person + 1):
                    yield {rest[person].person_id: day.day_id, **others}
                left[day.day_id] += 1

    for found in further(0):
        yield {**locked, **found}


def worth(case: Case, seats: dict[int, int]) -> tuple[int, int, int]:
    """(days lost, minutes, sum of squares), each 0 where it is not wished for: what is to be as small as can be."""
    days = {day.day_id: day for day in case.days}
    needs = {need.person_id: need for need in case.needs}
    free = [person for person in seats if person not in case.locked]
    lost = sum((needs[one].lapses_on - days[seats[one]].held_on).days for one in free) if case.wishes.early_costs else 0
    minutes = sum(case.wishes.way(needs[one], days[seats[one]]) for one in free)
    on_day = [list(seats.values()).count(day_id) for day_id in days]
    return lost, minutes, sum(number**2 for number in on_day) if case.wishes.spread else 0


def least_worth(case: Case, plan: Plan) -> tuple[int, int, int]:
    seated = [need for need in case.needs if need.person_id in plan.seats]
    return min(worth(case, seats) for seats in seatings(seated, case.days, case.locked))


def fewest_days(case: Case, helpless: Sequence[int], up_to: int) -> int:
    """The smallest number of added days that seats everybody but the helpless, over every choice of dates."""
    needs = [need for need in case.needs if need.person_id not in helpless]
    for number in range(up_to + 1):
        for dates in combinations_with_replacement(case.offered, number):
            added = [Day(-1 - place, held_on, case.seats) for place, held_on in enumerate(dates)]
            if most_seated(needs, [*case.days, *added], case.locked) == len(needs):
                return number
    raise AssertionError("no choice of so many days seats everybody")


def most_with_everything(case: Case) -> int:
    added = [Day(-1 - place, held_on, len(case.needs)) for place, held_on in enumerate(case.offered)]
    return most_seated(case.needs, [*case.days, *added], case.locked)


def without(case: Case, person_id: int) -> Case:
    return replace(case, needs=tuple(need for need in case.needs if need.person_id != person_id))
