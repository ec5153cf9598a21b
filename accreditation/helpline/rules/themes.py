"""Themes of the helpline, told so that no small number gives a caller away."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import anniversary, last_good_day
from accreditation.core.private_text import FEW
from accreditation.web.words import sentence_list

NAMED = 4
"""So many themes that are told together are named; of more only how many they are."""


MONTHS = 12
ASKED_MOST = 3
"""Themes that are suggested to the next refresher day."""


@dataclass(frozen=True)
class Theme:
    label: str
    number: int


def themes(counted: Mapping[str, int]) -> list[Theme]:
    """The most frequent first. Those with fewer than FEW contacts stand together as one theme.

    That one theme never holds a single category, and never fewer than FEW contacts: else the next smallest goes with
    it. So nothing can be recovered by taking the others from the total. Where all together are fewer than FEW, none is
    told.
    """
    rows = sorted(((number, label) for label, number in counted.items() if number), key=lambda row: (-row[0], row[1]))
    if sum(number for number, _ in rows) < FEW:
        return []
    told = [row for row in rows if row[0] >= FEW]
    together = [row for row in rows if row[0] < FEW]
    while together and told and (len(together) < 2 or sum(number for number, _ in together) < FEW):
        together.insert(0, told.pop())
    found = [Theme(label, number) for number, label in told]
    if together:
        names = sentence_list([_lower(label) for _, label in together])
        which = "other themes" if told else "themes"
        words = f"{which.capitalize()}: {names}" if len(together) <= NAMED else f"{len(together)} {which} together"
        found.append(Theme(words, sum(number for number, _ in together)))
    return found


def named(told: Iterable[Theme], labels: Collection[str]) -> list[Theme]:
    """The themes asked about most that may be told by their own name: those told together are left out."""
    return [theme for theme in told if theme.label in labels][:ASKED_MOST]


def period(on: date) -> tuple[date, date]:
    """The twelve whole months before the one of that day, both days inclusive."""
    this_month = on.replace(day=1)
    return anniversary(this_month, -MONTHS), last_good_day(this_month)


def _lower(label: str) -> str:
    """A label in the middle of a sentence; words that are all capitals, such as CPD, stay."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


@dataclass(frozen=True)
class MonthTold:
    """What may be told of some months together, mostly one: how many contacts, and those themes that may be told."""

    months: tuple[date, ...]
    number: int
    themes: tuple[Theme, ...] = ()


def by_month(counted: Mapping[date, Mapping[str, int]]) -> list[MonthTold]:
    """The latest month first; months with fewer than FEW contacts stand together, as small themes do.

    A theme is told in a month where it has FEW contacts or more, and only as long as what is left of the month and
    what is left of the theme over all months is nothing or FEW at least: so no smaller number can be recovered by
    taking what is told here and in `themes` from a total.
    """
    totals = {month: sum(found.values()) for month, found in counted.items()}
    alone = _months_alone(totals)
    whole: dict[str, int] = {}
    for found in counted.values():
        for label, number in found.items():
            whole[label] = whole.get(label, 0) + number
    named = {theme.label for theme in themes(whole)} & set(whole)
    told = {
        (month, label): number
        for month in alone
        for label, number in counted[month].items()
        if number >= FEW and label in named
    }
    while doubtful := _recoverable(told, totals, whole):
        del told[min(doubtful, key=lambda cell: (told[cell], cell))]
    rows = [
        MonthTold(
            (month,),
            totals[month],
            tuple(
                Theme(label, number)
                for (at, label), number in sorted(told.items(), key=lambda cell: (-cell[1], cell[0][1]))
                if at == month
            ),
        )
        for month in alone
    ]
    together = tuple(sorted(set(totals) - set(alone)))
    if sum(totals[month] for month in together) >= FEW:
        rows.append(MonthTold(together, sum(totals[month] for month in together)))
    return sorted(rows, key=lambda row: row.months[-1], reverse=True)


def _months_alone(totals: Mapping[date, int]) -> list[date]:
    """The months whose number may stand by itself: nothing, or enough; those left over are enough together."""
    alone = sorted((month for month, number in totals.items() if number == 0 or number >= FEW), key=totals.__getitem__)
    rest = [number for month, number in totals.items() if month not in alone]
    while rest and (len(rest) < 2 or sum(rest) < FEW):
        taken = next((month for month in alone if totals[month]), None)
        if taken is None:
            return [month for month in alone if not totals[month]]
        alone.remove(taken)
        rest.append(totals[taken])
    return alone


def _recoverable(
    told: Mapping[tuple[date, str], int], totals: Mapping[date, int], whole: Mapping[str, int]
) -> list[tuple[date, str]]:
    """The cells of a month, or of a theme, of which what is left is a small number."""
    left_of_month = dict(totals)
    left_of_theme = dict(whole)
    for (month, label), number in told.items():
        left_of_month[month] -= number
        left_of_theme[label] -= number
    return [(month, label) for month, label in told if 0 < left_of_month[month] < FEW or 0 < left_of_theme[label] < FEW]
