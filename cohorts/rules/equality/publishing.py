"""What is published of one characteristic, given all that was published of it before.

Counts under five are marked as such; then figures are held back, the smallest that help first, until no count that is
held back can be worked out and nobody's answer can be (worlds.py says what that means). Where holding back figures of
this time is not enough, the last of its stages waits for another time.
"""

from collections.abc import Collection, Sequence

from cohorts.rules.equality.marks import FEW, SMALLEST_BASE
from cohorts.rules.equality.worlds import Blocked, Cell, Column, Members, Worlds

CANDIDATES = 40
"""So many of the worlds that take the least to be held back are looked at in full."""


def is_worth_publishing(returned: int, returned_then: int | None) -> bool:
    """Whether a stage with so many returned forms may be published, for the first time or again.

    Again only when ten forms more, or ten fewer, are behind it: nobody can be seen in the difference of two reports.
    """
    if returned < SMALLEST_BASE:
        return False
    return returned_then is None or abs(returned - returned_then) >= SMALLEST_BASE


def protect(
    old: Sequence[Column], new: Sequence[Column], members: Members, groups: Collection[int], silent: int
) -> list[Column]:
    """The columns of `new` that can be published beside the `old` ones, with what is held back of them.

    Bit j of a key of `members` stands for column j of old and new together. `groups` are the categories that are groups
    of people, `silent` the one of those who returned no form.
    """
    known = Worlds(old, regrouped(members, len(old)), groups, silent).all_unsafe() if old else set()
    cells_known = {one for one in known if one[0] == "cell"}
    left = list(new)
    while left:
        tried = [Column(one.stage, list(one.counts), base=one.base) for one in left]
        worlds = Worlds([*old, *tried], regrouped(members, len(old) + len(tried)), groups, silent)
        if _hold_back_enough(worlds, cells_known):
            return tried
        left.pop()
    return []


def regrouped(members: Members, columns: int) -> dict[int, list[int]]:
    """The same people told apart by the first so many columns alone."""
    found: dict[int, list[int]] = {}
    for way, answers in members.items():
        kept = found.setdefault(way & ((1 << columns) - 1), [0] * len(answers))
        for category, number in enumerate(answers):
            kept[category] += number
    return found


def _hold_back_enough(worlds: Worlds, known: Collection[tuple[str, int, int]]) -> bool:
    """Hold back what is needed; False when that is not enough. Each turn holds back more, so it ends."""
    while what := worlds.unsafe(known):
        best = _least(worlds, what)
        if best is None:
            return False
        worlds.hold_back(best)
    return True


def _least(worlds: Worlds, what: tuple[str, int, int]) -> Blocked | None:
    """What is to be held back for the world that takes the least; None when no world can be had like that."""
    found: dict[frozenset[Cell], list[tuple[tuple[int, int, int], ...]]] = {}
    stops = worlds.blocked_cells
    for move in worlds.moves(what):
        found.setdefault(stops(move), []).append(move)
    able = [cells for cells in found if worlds.can_hold_back(cells)]
    best: tuple[tuple[int, list[Cell]], Blocked] | None = None
    for cells in sorted(able, key=lambda cells: (_loss(worlds, cells), sorted(cells)))[:CANDIDATES]:
        if best and _loss(worlds, cells) > best[0][0]:
            break
        for move in found[cells][:CANDIDATES]:
            blocked = worlds.blocked(move)
            if not worlds.can_hold_back(blocked.ratios):
                continue
            weight = (_loss(worlds, cells) + len(blocked.ratios), sorted(blocked.cells))
            if best is None or weight < best[0]:
                best = weight, blocked
    return best[1] if best else None


def _loss(worlds: Worlds, cells: Collection[Cell]) -> int:
    """What readers lose with these cells: the sum of the figures; a zero and a few count as two and three."""
    marks = [worlds.columns[place].mark(category) for category, place in cells]
    return sum(3 if mark == FEW else int(mark) or 2 for mark in marks)
