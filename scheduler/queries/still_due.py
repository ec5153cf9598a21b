"""Is a reminder that was owed still true on a day? Asked of one at its hand-over, or read for many at once."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import Date, Integer, Select, bindparam

from accreditation.core.database import db, read_already, read_once
from accreditation.standing.models import Deadline, RequirementPeriod
from accreditation.standing.queries.schemes import all_histories
from accreditation.standing.rules.scheme import Requirement, Scheme
from scheduler.models import Obligation
from scheduler.queries.ends import Ladder, deadline_subject, due_deadlines, ending_requirements
from scheduler.rules.ladders import deadline_kind

Still = set[tuple[int | None, str, date]]
"""(person, subject, basis date) of what still ends then; without the person for a deadline, whose subject names it."""


def why_no_longer_due(owed: Obligation, on: date) -> str | None:
    """Why this reminder has nothing to say on the day any more, in words; None when it is still true."""
    if (owed.basis_date - on).days > owed.stage:
        return "It is not due yet."
    kind = deadline_kind(owed.subject)
    if kind is None and _requirement_of(owed.subject, on) is None:
        return "The scheme no longer asks for it."
    if read_once(_key(owed, on), lambda: _is_among(owed, _still([owed], on))):
        return None
    if kind:
        return "It has been done, or its date has moved since this reminder was planned."
    return "The date has moved since this reminder was planned, or the person is not to be reminded now."


def read_whether_due(owed: Iterable[Obligation], on: date) -> None:
    """What `why_no_longer_due` will ask about each of these, read for many at once.

    A statement for each requirement, and for each kind of deadline, with its stage and audience.
    """
    groups: dict[tuple[str, int, str], list[Obligation]] = {}
    for row in owed:
        if kind := deadline_kind(row.subject):
            groups.setdefault((kind, row.stage, row.audience), []).append(row)
        elif row.subject.startswith("requirement:") and _requirement_of(row.subject, on) is not None:
            groups.setdefault((row.subject, row.stage, row.audience), []).append(row)
    for alike in groups.values():
        still = _still(alike, on)
        for row in alike:
            read_already(_key(row, on), _is_among(row, still))


def _key(owed: Obligation, on: date) -> str:
    return f"obligation {owed.id} on {on}"


def _is_among(owed: Obligation, still: Still) -> bool:
    return (None if deadline_kind(owed.subject) else owed.person_id, owed.subject, owed.basis_date) in still


def _still(alike: Sequence[Obligation], on: date) -> Still:
    """What of these, all of one requirement or kind of deadline, one stage and one audience, still ends then."""
    return _still_deadlines(alike, on) if deadline_kind(alike[0].subject) else _still_requirements(alike, on)


# --- deadlines -------------------------------------------------------------------------------------------------------


def _still_deadlines(alike: Sequence[Obligation], on: date) -> Still:
    first = alike[0]
    days = {row.basis_date for row in alike}
    due = due_deadlines(deadline_kind(first.subject) or "", Ladder("", first.audience, (first.stage,)), on)
    found = db.session.execute(due.where(Deadline.basis_date.in_(days)))
    return {(None, deadline_subject(one), one.basis_date) for one, _ in found}


# --- requirements ----------------------------------------------------------------------------------------------------


def _requirement_of(subject: str, on: date) -> tuple[Scheme, Requirement] | None:
    """The requirement that an obligation names, in its scheme as it is that day; None: it is not asked for."""
    return read_once(f"{subject} on {on}", lambda: _find_requirement(subject, on))


def _find_requirement(subject: str, on: date) -> tuple[Scheme, Requirement] | None:
    scheme_code, _, code = subject.removeprefix("requirement:").rpartition(":")
    history = all_histories(scheme_code).get(scheme_code)
    for requirement in history.requirements(on) if history else ():
        if history and requirement.code == code:
            return history.shown(history.version_on(on)), requirement
    return None


def _still_requirements(alike: Sequence[Obligation], on: date) -> Still:
    first = alike[0]
    found = _requirement_of(first.subject, on)
    if found is None:
        return set()
    asked = {"people": [row.person_id for row in alike], "days": list({row.basis_date for row in alike})}
    rows = _still_ends(*found, Ladder("", first.audience, (first.stage,)), on)
    return {(person_id, first.subject, ends_on) for person_id, ends_on, _ in db.session.execute(rows, asked)}


@lru_cache(maxsize=64)
def _still_ends(scheme: Scheme, requirement: Requirement, ladder: Ladder, on: date) -> Select[int, date, int | None]:
    """Put together once for all letters of a stage: it is asked at every hand-over."""
    return ending_requirements(scheme, requirement, ladder, on).where(
        RequirementPeriod.person_id.in_(bindparam("people", type_=Integer, expanding=True)),
        RequirementPeriod.ends_on.in_(bindparam("days", type_=Date, expanding=True)),
    )
