"""Who would be told of what: at once when a rule is switched on, and on any day to come if nothing changes before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.queries.sources import Source
from scheduler.models import ReminderRule
from scheduler.queries.about import sources_of
from scheduler.queries.ends import Ladder, ladders, missing_reminders
from scheduler.queries.recipients import Recipients
from scheduler.queries.why import subject_words
from scheduler.rules.ladders import Bundle, Reminder, collapse, is_unnamed

AT_ONCE = 500  # people in one statement


@dataclass(frozen=True)
class WouldGet:
    """A reminder that would be owed: of what, and the names of who is told.

    `person`: about whom; None: nobody in particular, or (`unnamed`) it is not for this page. `source`: about nobody, it
    is about this record, such as a cohort.
    """

    person: Person | None
    what: str
    due_by: date
    stage: int
    audience: str
    told: tuple[str, ...]
    unnamed: bool = False
    source: Source | None = None


def backlog_of(rule: ReminderRule, on: date) -> list[Bundle]:
    """What would be owed on the day by this rung alone, were it in force: what is due already and told to nobody."""
    stages = next((one.stages for one in ladders() if (one.subject, one.audience) == (rule.subject, rule.audience)), ())
    whole = Ladder(rule.subject, rule.audience, tuple(sorted({*stages, rule.stage}, reverse=True)))
    return [bundle for bundle in collapse(missing_reminders(on, [whole])) if bundle.lead.stage == rule.stage]


def falling_due(first: date, last: date, today: date) -> dict[date, list[Bundle]]:
    """What falls due on each of these days, both among them, as it stands on the last of them.

    Of today: everything that is due and not owed yet. Days that have passed have nothing.
    """
    found: dict[date, list[Bundle]] = {}
    if first <= today <= last:
        found[today] = collapse(missing_reminders(today))
    days: dict[date, list[Reminder]] = {}
    for one in missing_reminders(last) if last > today else ():
        day = days_after(one.basis_date, -one.stage)
        if max(first, days_after(today, 1)) <= day <= last:
            days.setdefault(day, []).append(one)
    return found | {day: collapse(reminders) for day, reminders in days.items()}


def would_get(
    viewer: Viewer,
    reminders: Iterable[Reminder],
    on: date,
    *,
    how: Mapping[tuple[Reminder, int], str] | None = None,
    at_most: int = 500,
) -> list[WouldGet]:
    """The same with names, for those whom this viewer may know of; by name.

    `how`: what is to be said of how somebody is told of it.
    """
    reminders, said_how = list(reminders), how or {}
    told = Recipients(on)
    recipients = {one: told.of(one) for one in reminders}
    about = _people(viewer, [one.person_id for one in reminders if one.person_id])
    sources = sources_of(reminders, viewer)
    names = {
        person.id: person.name
        for person in _named(sorted({person_id for found in recipients.values() for person_id in found}))
    }
    rows = [
        WouldGet(
            None if is_unnamed(one.subject) else about.get(one.person_id or 0),
            subject_words(one.subject),
            last_good_day(one.basis_date),
            one.stage,
            one.audience,
            tuple(names[who] + (f" ({said})" if (said := said_how.get((one, who))) else "") for who in recipients[one]),
            is_unnamed(one.subject),
            sources.get(one.subject),
        )
        for one in reminders
        if one.person_id is None or one.person_id in about
    ]
    rows.sort(key=lambda row: (row.person.sort_name if row.person else "", row.due_by, row.stage))
    return rows[:at_most]


def _people(viewer: Viewer, person_ids: Sequence[int]) -> dict[int, Person]:
    wanted = sorted(set(person_ids))
    found: dict[int, Person] = {}
    for first in range(0, len(wanted), AT_ONCE):
        some = select(Person).where(Person.id.in_(wanted[first : first + AT_ONCE]), visible_to(viewer))
        found |= {person.id: person for person in db.session.scalars(some)}
    return found


def _named(person_ids: Sequence[int]) -> list[Person]:
    found: list[Person] = []
    for first in range(0, len(person_ids), AT_ONCE):
        found += db.session.scalars(select(Person).where(Person.id.in_(person_ids[first : first + AT_ONCE])))
    return found
