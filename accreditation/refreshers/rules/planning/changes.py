"""What has become different since a plan was worked out, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.refreshers.rules.planning.values import Day, Need


@dataclass(frozen=True)
class Kept:
    """What a plan keeps of one person: the window as it was, and the day, None for no seat."""

    opens_on: date
    lapses_on: date
    day_id: int | None


@dataclass(frozen=True)
class Changes:
    """Ids of people and days that are not as they were when the plan was worked out."""

    new: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    stranded: tuple[int, ...] = ()
    new_days: tuple[int, ...] = ()
    gone_days: tuple[int, ...] = ()
    fuller_days: tuple[int, ...] = ()

    @property
    def any(self) -> bool:
        return any((self.new, self.gone, self.moved, self.stranded, self.new_days, self.gone_days, self.fuller_days))

    @property
    def sentences(self) -> list[str]:
        """Each as a whole sentence, without names."""
        told = [
            (self.new, "{} now in need of a seat {} not in the plan.", ("person", "people"), ("is", "are")),
            (self.gone, "{} {} no seat from this plan any more.", ("person", "people"), ("needs", "need")),
            (self.moved, "The window of {} {} changed.", ("person", "people"), ("has", "have")),
            (self.stranded, "{} can no longer make the day {} planned for.", ("person", "people"), ("they are",) * 2),
            (
                self.new_days,
                "{} {} not there, or had no seat left, when the plan was made.",
                ("day", "days"),
                ("was", "were"),
            ),
            (self.gone_days, "{} of the plan {} cancelled, moved or over.", ("day", "days"), ("is", "are")),
            (self.fuller_days, "{} {} fewer seats left than people planned on it.", ("day", "days"), ("has", "have")),
        ]
        return [
            words.format(f"{len(ids):,} {nouns[len(ids) != 1]}", verbs[len(ids) != 1])
            for ids, words, nouns, verbs in told
            if ids
        ]


def changes_since(
    kept: Mapping[int, Kept], kept_days: Mapping[int, tuple[date, int]], needs: Sequence[Need], days: Sequence[Day]
) -> Changes:
    """`kept` by person and `kept_days` (date, seats left then) are the plan's; needs and days are as things stand."""
    now = {need.person_id: need for need in needs}
    there = {day.day_id: day for day in days}
    on_day: dict[int, int] = {}
    for one in kept.values():
        if one.day_id is not None:
            on_day[one.day_id] = on_day.get(one.day_id, 0) + 1
    gone_days = [
        day_id for day_id, (held_on, _) in kept_days.items() if day_id not in there or there[day_id].held_on != held_on
    ]
    stranded = [
        person_id
        for person_id, one in kept.items()
        if person_id in now
        and one.day_id is not None
        and one.day_id not in gone_days
        and not now[person_id].can_sit(there[one.day_id])
    ]
    return Changes(
        new=tuple(person_id for person_id in now if person_id not in kept),
        gone=tuple(person_id for person_id in kept if person_id not in now),
        moved=tuple(
            person_id
            for person_id, one in kept.items()
            if person_id in now and now[person_id].lapses_on != one.lapses_on
        ),
        stranded=tuple(stranded),
        new_days=tuple(
            day.day_id for day in days if day.seats and (day.day_id not in kept_days or not kept_days[day.day_id][1])
        ),
        gone_days=tuple(gone_days),
        fuller_days=tuple(
            day_id for day_id, number in on_day.items() if day_id in there and there[day_id].seats < number
        ),
    )
