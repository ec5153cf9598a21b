"""Intakes as they might be: many or few, most of them alike, a few who are not, some who say nothing."""

from dataclasses import dataclass
from random import Random

from cohorts.rules.equality.marks import FEW
from cohorts.rules.equality.publishing import is_worth_publishing, protect
from cohorts.rules.equality.worlds import Column, Worlds
from tests.cohorts.equality.attack import Published

STAGES = ("applied", "shortlisted", "offered", "trained", "passed", "accredited")


@dataclass
class Applicant:
    """Their answer, and the stages reached at the first report and at the second: 0 is none."""

    answer: int
    first: int
    second: int


@dataclass
class MadeUp:
    people: list[Applicant]
    kinds: int

    @property
    def silent(self) -> int:
        return self.kinds - 1

    @property
    def groups(self) -> tuple[int, ...]:
        return tuple(range(self.kinds - 2))

    def counts(self, stage: int, second: bool) -> list[int]:
        found = [0] * self.kinds
        for person in self.people:
            if (person.second if second else person.first) > stage:
                found[person.answer] += 1
        return found


def make_up(random: Random, *, most: int = 160) -> MadeUp:
    """The last two categories are those who would rather not say, and those who returned nothing."""
    kinds = random.randint(4, 8)
    weights = [random.choice((60, 30, 10, 4, 1, 1)) for _ in range(kinds - 2)] + [random.choice((0, 2, 6))]
    weights.append(random.choice((0, 5, 40)))
    people = []
    number = random.randint(10, most)
    keeps = [random.uniform(0.5, 1.0) if random.random() < 0.5 else random.uniform(0.9, 1.0) for _ in STAGES]
    late = random.choice((0.0, 0.02, 0.1, 0.3))
    for _ in range(number):
        first = 0 if random.random() < late else 1
        while 0 < first < len(STAGES) and random.random() < keeps[first]:
            first += 1
        second = max(first, 1)
        while second < len(STAGES) and random.random() < late:
            second += 1
        answer = random.choices(range(kinds), weights)[0]
        people.append(Applicant(answer, first, second))
    return MadeUp(people, kinds)


def publish(made: MadeUp, *, second: bool, old: list[Column], guarded: bool = True) -> list[Column]:
    """The columns that come on top of the old ones. Unguarded: all, with counts under five marked and no more."""
    new: list[Column] = []
    latest = {column.stage: column for column in old}
    at = {column.stage: place for place, column in enumerate(old)}
    for place, stage in enumerate(STAGES):
        counts = made.counts(place, second)
        then = sum(latest[stage].counts[: made.silent]) if stage in latest else None
        if is_worth_publishing(sum(counts[: made.silent]), then) or (not guarded and sum(counts)):
            at[stage] = len(old) + len(new)
            base = at.get("applied") if place else None
            new.append(Column(stage, counts, base=base if guarded else None))
    if not guarded:
        return new
    return protect(old, new, members(made, [*old, *new], len(old) if second else len(new)), made.groups, made.silent)


def members(made: MadeUp, columns: list[Column], of_the_first: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for person in made.people:
        way = 0
        for j, column in enumerate(columns):
            reached = person.first if j < of_the_first else person.second
            way |= (reached > STAGES.index(column.stage)) << j
        found.setdefault(way, [0] * made.kinds)[person.answer] += 1
    return found


def fix(columns: list[Column], made: MadeUp) -> list[Column]:
    """As they stand once they are published."""
    worlds = Worlds(columns, {}, made.groups, made.silent)
    for place, column in enumerate(columns):
        column.published, column.fixed = dict(worlds.ratios(place)), True
    return columns


def as_read(columns: list[Column]) -> list[Published]:
    return [Published(tuple(one.marks), one.base, dict(one.published or {})) for one in columns]


def held_back(columns: list[Column]) -> int:
    return sum(mark == FEW or k in one.hidden for one in columns for k, mark in enumerate(one.marks))
