"""Who has to confirm an entry, as the schemes in force name them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select

from accreditation.core.database import db
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.entries import Details
from accreditation.standing.queries.schemes import all_schemes
from accreditation.standing.rules.confirmers import BY_WORD, who_confirms
from accreditation.standing.rules.evidence import Fact


def confirmer_of(entry: Details, on: date) -> str:
    """The strictest of the schemes in force on the day: evidence counts for each that asks for such a fact."""
    requirements = [requirement for scheme in all_schemes(on) for requirement in scheme.requirements]
    return who_confirms(requirements, Fact(entry.kind, entry.code, entry.done_on, entry.ends_on, entry.quantity))


def confirmers_of(entries: Iterable[PracticeEntry], on: date) -> dict[int, str]:
    """The same of many entries at once, by their ids: the schemes are read once."""
    requirements = [requirement for scheme in all_schemes(on) for requirement in scheme.requirements]
    return {
        entry.id: who_confirms(requirements, Fact(entry.kind, entry.code, entry.done_on, entry.ends_on, entry.quantity))
        for entry in entries
    }


def confirmed_by(who: str, on: date) -> ColumnElement[bool]:
    """In a statement: entries that wait and that they have to confirm, as the schemes in force on the day name them.

    Who that is follows from what an entry is and from nothing else, so that the database can sort and page by it.
    """
    requirements = [requirement for scheme in all_schemes(on) for requirement in scheme.requirements]
    waits = PracticeEntry.state == "logged"
    found = db.session.execute(select(PracticeEntry.kind, PracticeEntry.code).where(waits).distinct())
    theirs = [
        and_(PracticeEntry.kind == kind, PracticeEntry.code.is_not_distinct_from(code))
        for kind, code in found
        if who_confirms(requirements, Fact(kind, code, on)) == who
    ]
    return and_(waits, or_(*theirs)) if theirs else false()


def is_named(who: str, on: date) -> bool:
    """Whether any scheme in force on the day has them confirm anything."""
    return any(one.confirmed_by == who for scheme in all_schemes(on) for one in scheme.requirements)


def words_needed(entries: Iterable[PracticeEntry], on: date) -> list[str]:
    """Who else than the office has to confirm any of these, in words, each once."""
    named = [confirmer_of(details_of(entry), on) for entry in entries]
    return [who for who in dict.fromkeys(named) if who in BY_WORD]


def details_of(entry: PracticeEntry) -> Details:
    """What was logged, as it was entered."""
    return Details(
        entry.kind,
        entry.done_on,
        entry.quantity,
        entry.code,
        entry.case_reference,
        entry.note,
        entry.hours,
        entry.outcome,
        entry.ends_on,
    )
