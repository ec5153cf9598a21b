"""Somebody who knows everything but the answers, and wants a count that was held back.

They know who applied, which stage each reached and when, so how many people took each way; they have every figure and
every ratio that was ever published. What they do not have they work out: by linear and integer programming over all
answers that fit, and by trying every table that a published ratio leaves possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp

from cohorts.rules.equality.marks import FEW, HIDDEN, Mark, range_of
from cohorts.rules.equality.ratios import Compared, compare

LOOKS = 8
TOO_MANY = 4000  # tables behind one ratio that are tried one by one


@dataclass(frozen=True)
class Published:
    """One column as anybody can read it."""

    marks: tuple[Mark, ...]
    base: int | None = None
    ratios: Mapping[int, Compared] = field(default_factory=dict)


def _in_order(
    keys: list[tuple[int, int]], of: int, chosen: int, best_of: int, best_chosen: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Applied and selected of the two groups as they stand in the table: of two that are alike the first is chosen."""
    return ((best_of, of), (best_chosen, chosen)) if keys[0] > keys[2] else ((of, best_of), (chosen, best_chosen))


@dataclass(frozen=True)
class Recovered:
    """What was worked out, and what it is said to be."""

    what: str
    category: int
    where: int
    value: int


class Attack:
    def __init__(self, columns: Sequence[Published], ways: Mapping[int, int], silent: int) -> None:
        """`ways`: how many people are counted in which columns (bit j: column j)."""
        self.columns, self.silent = columns, silent
        self.ways = {way: number for way, number in ways.items() if number}
        self.order = list(self.ways)
        self.kinds = len(columns[0].marks)
        totals = [sum(number for way, number in self.ways.items() if way >> j & 1) for j in range(len(columns))]
        self.range = {
            (k, j): range_of(mark, totals[j]) for j, column in enumerate(columns) for k, mark in enumerate(column.marks)
        }
        self.cells = numpy.array([self._cell(*key) for key in self.range])
        rows = numpy.zeros((len(self.order), self.kinds, len(self.order)))
        for place in range(len(self.order)):
            rows[place, :, place] = 1
        self.people = LinearConstraint(rows.reshape(len(self.order), -1), *[[self.ways[way] for way in self.order]] * 2)
        self.answers: list[numpy.ndarray] = []

    def run(self) -> list[Recovered]:
        while self._narrow_by_ratios():
            pass
        dice = numpy.random.default_rng(len(self.order))
        for _ in range(LOOKS):  # a few answers far apart settle most of it
            self.answers.append(self._solve(dice.uniform(-1, 1, self.cells.shape[1])))
        found = []
        for j, column in enumerate(self.columns):
            for k, mark in enumerate(column.marks):
                if mark in (FEW, HIDDEN):
                    value = self._only_value(self._cell(k, j))
                    if value is not None:
                        found.append(Recovered("cell", k, j, value))
        for place, way in enumerate(self.order):
            for k in range(self.kinds):
                if k != self.silent:
                    goal = numpy.zeros((self.kinds, len(self.order)))
                    goal[k, place] = 1
                    if self._only_value(goal.ravel()) == self.ways[way]:
                        found.append(Recovered("people", k, way, self.ways[way]))
        return found

    def _narrow_by_ratios(self) -> bool:
        """What each published ratio leaves possible of the four counts behind it; whether that was less than before."""
        before = dict(self.range)
        for j, column in enumerate(self.columns):
            best = next((k for k, one in column.ratios.items() if one.reference), None)
            for k, one in column.ratios.items():
                if best is not None and k != best and column.base is not None:
                    self._try_tables([(k, column.base), (k, j), (best, column.base), (best, j)], one)
        return self.range != before

    def _try_tables(self, keys: list[tuple[int, int]], one: Compared) -> None:
        """Every table of the two groups; the share of two in a hundred is of all groups, which these two are not."""
        spans = [range(self.range[key][0], self.range[key][1] + 1) for key in keys]
        if numpy.prod([len(span) for span in spans], dtype=float) > TOO_MANY:
            return
        fits = [
            (of, chosen, best_of, best_chosen)
            for of, chosen, best_of, best_chosen in product(*spans)
            if compare(*_in_order(keys, of, chosen, best_of, best_chosen), (0, 1)).get(int(keys[0] > keys[2])) == one
        ]
        for key, values in zip(keys, zip(*fits, strict=True), strict=True):
            self.range[key] = min(values), max(values)

    def _cell(self, k: int, j: int) -> numpy.ndarray:
        goal = numpy.zeros((self.kinds, len(self.order)))
        goal[k] = [way >> j & 1 for way in self.order]
        return goal.ravel()

    def _only_value(self, goal: numpy.ndarray) -> int | None:
        """The value that this sum has in whatever answers fit; None as soon as two of them differ."""
        for sign in (1, -1):
            seen = {round(float(goal @ answers)) for answers in self.answers}
            if len(seen) > 1:
                return None
            self.answers.append(self._solve(sign * goal))
        seen = {round(float(goal @ answers)) for answers in self.answers}
        return seen.pop() if len(seen) == 1 else None

    def _solve(self, goal: numpy.ndarray) -> numpy.ndarray:
        low, high = zip(*self.range.values(), strict=True)
        found = milp(
            goal,
            integrality=numpy.ones_like(goal),
            bounds=Bounds(0, numpy.inf),
            constraints=[self.people, LinearConstraint(self.cells, low, high)],
        )
        assert found.status == 0, "what is published contradicts itself"
        return numpy.asarray(found.x.round())
