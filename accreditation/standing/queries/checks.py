"""Reading what came of the checks, in words for whoever has to know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from accreditation.core.database import db
from accreditation.core.permissions import Permission, Scope
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import CheckRun, Evidence
from accreditation.web.paging import By, Page, page_of
from accreditation.web.words import moment, plural, thousands

OVERDUE = timedelta(days=2)
"""Without a check for so long, somebody has to look why."""


@dataclass(frozen=True)
class CheckState:
    """The last check in a sentence. `tone` is good, bad (something differs, or no check for too long) or neutral."""

    tone: str
    sentence: str

    @property
    def is_bad(self) -> bool:
        return self.tone == "bad"


@dataclass(frozen=True)
class CheckRow:
    """A run and the first whose projections differ: (what to call them, their reference where it may be opened)."""

    run: CheckRun
    people: Sequence[tuple[str, str | None]]


LAST_CHECK = aliased(CheckRun, select(CheckRun).order_by(CheckRun.id.desc()).limit(1).subquery())
"""In a statement: what `last_check` says."""
FIRST_EVIDENCE = select(Evidence.recorded_at).order_by(Evidence.id).limit(1).subquery()


def last_check() -> CheckRun | None:
    """The last one that came to its end."""
    return db.session.scalar(select(CheckRun).order_by(CheckRun.id.desc()).limit(1))


def check_state(viewer: Viewer, now: datetime) -> CheckState:
    """How it stands; how many records there are is said to whoever looks after the whole service."""
    run = last_check()
    return state_of(run, None if run else db.session.scalar(select(FIRST_EVIDENCE.c.recorded_at)), viewer, now)


def state_of(run: CheckRun | None, first: datetime | None, viewer: Viewer, now: datetime) -> CheckState:
    """The same of the last check; `first`: since when there is something to check, for whom nothing was checked."""
    if run is None:
        if first is None or now - first < OVERDUE:
            return CheckState("neutral", "The stored standings have not been checked yet. The scheduler does it daily.")
        return CheckState("bad", "The stored standings have never been checked. Is the scheduler running?")
    if not run.all_well:
        return CheckState("bad", " ".join(troubles(run)))
    if now - run.ended_at >= OVERDUE:
        return CheckState(
            "bad", f"The stored standings were last checked on {moment(run.ended_at)}. Is the scheduler running?"
        )
    counted = f"{plural(run.people, 'record')}, " if viewer.ids(Scope.SERVICE) else ""
    return CheckState("good", f"Checked on {moment(run.ended_at)}: {counted}all as stored, audit trail unbroken.")


def troubles(run: CheckRun) -> list[str]:
    """What a check found, as sentences; empty when all is well."""
    found = []
    if run.differing:
        words = plural(run.differing, "record is", "records are")
        found.append(f"Checked on {moment(run.ended_at)}: {words} not stored as the evidence says.")
    if run.trail_broken_at is not None:
        place = thousands(run.trail_broken_at)
        found.append(f"The audit trail is broken at entry {place}: {run.trail_reason}.")
    return found


def checks_page(
    viewer: Viewer, *, place: str | None = None, address: Callable[[str | None], str] | None = None
) -> Page[CheckRow]:
    """The runs, newest first. Raises DamagedPlace."""
    page = page_of(
        select(CheckRun),
        [By(CheckRun.id, int, descending=True)],
        place=place,
        key=lambda row: (row[0].id,),
        address=address,
    )
    runs = [run for (run,) in page.rows]
    named = _named(viewer, {person_id for run in runs for person_id in run.person_ids})
    return replace(
        page,
        rows=[
            CheckRow(run, [named.get(person_id, (f"no. {person_id}", None)) for person_id in run.person_ids])
            for run in runs
        ],
    )


def _named(viewer: Viewer, person_ids: set[int]) -> dict[int, tuple[str, str | None]]:
    """Only people whose record the viewer may open are called by their names."""
    if not person_ids:
        return {}
    within = visible_to(viewer.limited_to(Permission.VIEW_REGISTER))
    people = db.session.scalars(select(Person).where(Person.id.in_(person_ids), within))
    return {person.id: (person.name, person.reference) for person in people}
