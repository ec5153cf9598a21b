"""What a letter of the scheduler's speaks of, for whoever decides about it: about whom, of what, and by when.

The letter itself says none of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.queries.sources import Source, named_sources
from scheduler.models import DigestItem, Obligation
from scheduler.queries.why import DIGEST_TEMPLATE, subject_words
from scheduler.rules.ladders import Reminder, deadline_source, is_unnamed, stage_words
from scheduler.rules.wordings import FOLDER


@dataclass(frozen=True)
class AboutLine:
    """One reminder in a letter. `due_by`: the last good day. `superseded`: why it is no longer true; None: it is owed.

    `person`: about whom; None: nobody in particular, or (`unnamed`) it is not for a page. `source`: about nobody, it is
    about this record, such as a cohort.
    """

    person: Person | None
    what: str
    due_by: date
    stage: int
    superseded: str | None
    unnamed: bool = False
    source: Source | None = None


def spoken_of(letters: Iterable[Letter], viewer: Viewer) -> dict[int, list[AboutLine]]:
    """By the id of each letter, the reminders it speaks of, about those whom this viewer may know of.

    A letter of another room has none.
    """
    ours = [letter for letter in letters if letter.template.startswith(FOLDER)]
    digests = {letter.about_id for letter in ours if letter.template == DIGEST_TEMPLATE}
    rows = _in_letters({letter.about_id for letter in ours} - digests) | _in_digests(digests)
    about = _people({row.person_id for found in rows.values() for row in found if row.person_id}, viewer)
    sources = sources_of((row for found in rows.values() for row in found), viewer)
    return {
        letter.id: [
            AboutLine(
                None if is_unnamed(row.subject) else about.get(row.person_id or 0),
                subject_words(row.subject),
                last_good_day(row.basis_date),
                row.stage,
                row.reason if row.state == "superseded" else None,
                is_unnamed(row.subject),
                sources.get(row.subject),
            )
            for row in rows.get(letter.about_id, [])
            if row.person_id is None or row.person_id in about
        ]
        for letter in ours
    }


def sources_of(rows: Iterable[Obligation | Reminder], viewer: Viewer) -> dict[str, Source]:
    """By subject, the record that a reminder is about which is about nobody, for those who may know of it."""
    asked = {row.subject: deadline_source(row.subject) for row in rows if row.person_id is None}
    named = named_sources({source for source in asked.values() if source}, viewer)
    return {subject: named[source] for subject, source in asked.items() if source and source in named}


def in_short(letter: Letter, lines: list[AboutLine]) -> str | None:
    """The first of them in a line for a list, and how many more; None where there is none. A digest is about many."""
    if not lines or letter.template == DIGEST_TEMPLATE:
        return None
    first, more = lines[0], len(lines) - 1
    whose = f"{first.person.name}: " if first.person and first.person.id != letter.person_id else ""
    whose = f"{first.source.name}: " if first.source else whose
    return f"{whose}{first.what}, {stage_words(first.stage)}" + (f", and {more} more" if more else "")


def _in_letters(about_ids: set[int]) -> dict[int, list[Obligation]]:
    """By the reminder that a letter is about, itself and those that share its letter."""
    found: dict[int, list[Obligation]] = {}
    if about_ids:
        shared = or_(Obligation.id.in_(about_ids), Obligation.lead_id.in_(about_ids))
        told = select(Obligation).where(shared, Obligation.state != "collapsed").order_by(Obligation.id)
        for row in db.session.scalars(told):
            found.setdefault(row.lead_id if row.lead_id in about_ids else row.id, []).append(row)
    return found


def _in_digests(digest_ids: set[int]) -> dict[int, list[Obligation]]:
    """By the digest, the reminders that it tells of in place of letters."""
    found: dict[int, list[Obligation]] = {}
    if digest_ids:
        told = (
            select(DigestItem.digest_id, Obligation)
            .join(Obligation, Obligation.id == DigestItem.obligation_id)
            .where(DigestItem.digest_id.in_(digest_ids))
            .order_by(DigestItem.id)
        )
        for digest_id, row in db.session.execute(told):
            found.setdefault(digest_id or 0, []).append(row)
    return found


def _people(person_ids: set[int], viewer: Viewer) -> dict[int, Person]:
    theirs = select(Person).where(Person.id.in_(person_ids), visible_to(viewer))
    return {person.id: person for person in db.session.scalars(theirs)} if person_ids else {}
