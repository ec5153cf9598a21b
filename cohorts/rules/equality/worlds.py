"""Whether what is published gives anybody away.

Whoever reads the figures may know who applied, who reached which stage and when, and so how many people took each way:
everything but what they answered. Each manner of giving those people their answers that agrees with all that was ever
published is a possible world. A count is safe while some possible world has another one, and so is the answer of people
who took the same way and gave the same answer. Such a world is not argued for here, it is found: the true one with one
answer exchanged, or two.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cohorts.rules.equality.marks import FEW, HIDDEN, Mark, mark_of
from cohorts.rules.equality.ratios import Compared, compare


@dataclass
class Column:
    """One stage as published, or about to be: exact `counts` by category, and what of them is held back.

    `base` is the place of the column of those who applied, with which it is compared. `fixed`: it was published.
    """

    stage: str
    counts: list[int]
    hidden: set[int] = field(default_factory=set)
    base: int | None = None
    ratios_hidden: set[int] = field(default_factory=set)
    fixed: bool = False
    published: Mapping[int, Compared] | None = None

    def mark(self, category: int) -> Mark:
        return HIDDEN if category in self.hidden else mark_of(self.counts[category])

    @property
    def marks(self) -> list[Mark]:
        return [self.mark(category) for category in range(len(self.counts))]


Members = Mapping[int, Sequence[int]]
"""How many people gave each answer, by the columns that count them: bit j of the key stands for column j."""

Move = tuple[tuple[int, int, int], ...]
"""One exchanged answer, or two: (way, from category, to category) each."""

Cell = tuple[int, int]
"""A place in the table: (category, column)."""


@dataclass(frozen=True)
class Blocked:
    """What stands in the way of a world: cells and ratios that would have been shown differently."""

    cells: frozenset[Cell]
    ratios: frozenset[Cell]


class Worlds:
    """All that was published and is about to be, with the people behind it. `silent`: the category of no form."""

    def __init__(self, columns: Sequence[Column], members: Members, groups: Collection[int], silent: int) -> None:
        self.columns, self.members, self.groups, self.silent = columns, members, groups, silent
        self.categories = range(len(columns[0].counts)) if columns else range(0)
        self._weigh()

    def _weigh(self) -> None:
        """For each category the columns in which one more, and one fewer, would be shown differently."""
        self.stops_more = [0] * len(self.categories)
        self.stops_fewer = [0] * len(self.categories)
        for place, column in enumerate(self.columns):
            for category in self.categories:
                if category in column.hidden:
                    continue
                count = column.counts[category]
                if mark_of(count + 1) != mark_of(count):
                    self.stops_more[category] |= 1 << place
                if not count or mark_of(count - 1) != mark_of(count):
                    self.stops_fewer[category] |= 1 << place

    # --- what must be safe --------------------------------------------------------------------------------------------

    def unsafe(self, known: Collection[tuple[str, int, int]] = ()) -> tuple[str, int, int] | None:
        """The first thing that could be worked out: ("cell", category, column) or ("people", category, way).

        Nothing that is among `known`. None: all is safe.
        """
        return next((one for one in self.to_protect() if one not in known and not self.is_safe(one)), None)

    def all_unsafe(self) -> set[tuple[str, int, int]]:
        return {one for one in self.to_protect() if not self.is_safe(one)}

    def to_protect(self) -> Iterator[tuple[str, int, int]]:
        for place, column in enumerate(self.columns):
            for category in self.categories:
                if column.mark(category) in (FEW, HIDDEN):
                    yield "cell", category, place
        for way, answers in self.members.items():
            everybody = sum(answers)
            for category in self.categories:
                if category != self.silent and everybody and answers[category] == everybody:
                    yield "people", category, way

    def is_safe(self, what: tuple[str, int, int]) -> bool:
        return any(self._agrees(move) for move in self.moves(what))

    def moves(self, what: tuple[str, int, int]) -> Iterator[Move]:
        """Exchanges of answers after which that count, or the answer of those people, is another."""
        kind, category, where = what
        if kind == "people":
            yield from self._moves_of(category, where)
            return
        inside = [way for way in self.members if way >> where & 1]
        outside = [way for way in self.members if not way >> where & 1]
        for way in inside:
            for other in self.categories:
                if other != category:
                    if self.members[way][category]:
                        yield ((way, category, other),)
                    if self.members[way][other]:
                        yield ((way, other, category),)
        for way in inside:
            for there in outside:
                for other in self.categories:
                    if other == category:
                        continue
                    if self.members[way][category] and self.members[there][other]:
                        yield (way, category, other), (there, other, category)
                    if self.members[way][other] and self.members[there][category]:
                        yield (way, other, category), (there, category, other)

    def _moves_of(self, category: int, way: int) -> Iterator[Move]:
        for other in self.categories:
            if other != category:
                yield ((way, category, other),)
        for there in self.members:
            for other in self.categories:
                if other != category and there != way and self.members[there][other]:
                    yield (way, category, other), (there, other, category)

    # --- whether a world agrees with what is published ----------------------------------------------------------------

    def _agrees(self, move: Move) -> bool:
        return not self._stops(move) and not self._ratios_against(move)

    def _stops(self, move: Move) -> bool:
        way, gives, takes = move[0]
        there = move[1][0] if len(move) > 1 else 0
        here, there = way & ~there, there & ~way
        return bool(
            here & (self.stops_fewer[gives] | self.stops_more[takes])
            or there & (self.stops_more[gives] | self.stops_fewer[takes])
        )

    def blocked(self, move: Move) -> Blocked:
        """Everything that would have been shown differently in the world after this exchange."""
        return Blocked(self.blocked_cells(move), frozenset(self._ratios_against(move)))

    def blocked_cells(self, move: Move) -> frozenset[Cell]:
        way, gives, takes = move[0]
        there = move[1][0] if len(move) > 1 else 0
        here, there = way & ~there, there & ~way
        against = [
            (gives, here & self.stops_fewer[gives] | there & self.stops_more[gives]),
            (takes, here & self.stops_more[takes] | there & self.stops_fewer[takes]),
        ]
        places = range(len(self.columns))
        return frozenset((category, place) for category, stops in against for place in places if stops >> place & 1)

    def _ratios_against(self, move: Move) -> set[Cell]:
        found: set[Cell] = set()
        touched = move[0][0] ^ (move[1][0] if len(move) > 1 else 0)
        for place, column in enumerate(self.columns):
            shown = self.ratios(place)
            if column.base is None or not shown or not (touched >> place | touched >> column.base) & 1:
                continue
            base = self.columns[column.base]
            then = compare(self._after(base, column.base, move), self._after(column, place, move), self.groups)
            found.update((category, place) for category, one in shown.items() if then.get(category) != one)
        return found

    def ratios(self, place: int) -> Mapping[int, Compared]:
        """What is published of the ratios of that column, those that are held back left out."""
        column = self.columns[place]
        if column.published is not None:
            return column.published
        if column.base is None or len(column.ratios_hidden) == len(self.groups):
            return {}
        found = compare(self.columns[column.base].counts, column.counts, self.groups)
        return {group: one for group, one in found.items() if group not in column.ratios_hidden}

    def _after(self, column: Column, place: int, move: Move) -> list[int]:
        counts = list(column.counts)
        for way, gives, takes in move:
            if way >> place & 1:
                counts[gives] -= 1
                counts[takes] += 1
        return counts

    # --- holding back -------------------------------------------------------------------------------------------------

    def hold_back(self, blocked: Blocked) -> None:
        for category, place in blocked.cells:
            self.columns[place].hidden.add(category)
        for category, place in blocked.ratios:
            self.columns[place].ratios_hidden.add(category)
        self._weigh()

    def can_hold_back(self, cells: Collection[Cell]) -> bool:
        return not any(self.columns[place].fixed for _, place in cells)
