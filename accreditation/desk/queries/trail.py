"""The audit trail, for the people who may read it: what was done, by whom, about whom."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from accreditation.core.audit import AuditDetail, AuditEntry, moment_of, moment_text
from accreditation.core.calendar import end_of_day
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of

CHANNELS = (
    ("web", "On screen"),
    ("link", "By a link in a letter"),
    ("command", "Command line"),
    ("scheduler", "Scheduler"),
)
NOBODY_SIGNED_IN = {
    "web": "Somebody not signed in",
    "link": "Whoever had the link",
    "command": "The operator",
    "scheduler": "The scheduler",
}
"""Who acted, where it was no one person that the register knows."""

THEIR_OWN = ("signed in", "accepted invitation", "chose new password")
"""What only the person it is about can have done: entries of before this was written down have no one else."""


@dataclass(frozen=True)
class TrailAsked:
    """What somebody asks of the trail. `since` and `until` are days, both inclusive."""

    action: str = ""
    channel: str | None = None
    actor: str | None = None  # a reference
    about: str | None = None  # a reference
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class TrailRow:
    """One entry. `details` is None where they have been erased."""

    seq: int
    at: datetime
    actor: str
    channel: str
    action: str
    subject: str
    about: str | None
    about_reference: str | None
    details: list[tuple[str, str]] | None


def trail_page(
    viewer: Viewer,
    asked: TrailAsked,
    *,
    place: str | None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[TrailRow]:
    """The newest first. Only for viewers who hold the permission for the whole service: the view declares it."""
    scope_asked()
    actor, about = aliased(Person), aliased(Person)
    rows = (
        select(AuditEntry, AuditDetail.text, actor, about)
        .outerjoin(AuditDetail, AuditDetail.seq == AuditEntry.seq)
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(about, about.id == AuditEntry.about_id)
        .where(*_conditions(asked))
    )
    page = page_of(
        rows,
        [By(AuditEntry.seq, int, descending=True)],
        place=place,
        key=lambda row: (row[0].seq,),
        address=address,
        size=size,
    )
    return replace(page, rows=[_row(*found) for found in page.rows])


def latest_entries(viewer: Viewer, asked: TrailAsked, most: int) -> list[TrailRow]:
    """The newest so many of what the trail's page lists for the same question."""
    return list(trail_page(viewer, asked, place=None, size=most).rows)


def count_entries(viewer: Viewer, actions: Sequence[str], since: date) -> list[int]:
    """How many entries `trail_page` lists from that day on for each beginning of an action. One statement."""
    scope_asked()
    columns = [func.count().filter(AuditEntry.action.startswith(action, autoescape=True)) for action in actions]
    counted = db.session.execute(select(*columns).where(*_conditions(TrailAsked(since=since)))).one()
    return list(counted)


def _conditions(asked: TrailAsked) -> list[Any]:
    found: list[Any] = []
    if asked.action:
        found.append(AuditEntry.action.startswith(asked.action, autoescape=True))
    if asked.channel:
        found.append(AuditEntry.channel == asked.channel)
    if asked.actor:
        found.append(AuditEntry.actor_id.in_(select(Person.id).where(Person.reference == asked.actor)))
    if asked.about:
        found.append(AuditEntry.about_id.in_(select(Person.id).where(Person.reference == asked.about)))
    if asked.since:
        found.append(AuditEntry.at > moment_text(end_of_day(date.fromordinal(asked.since.toordinal() - 1))))
    if asked.until:
        found.append(AuditEntry.at <= moment_text(end_of_day(asked.until)))
    return found


def _row(entry: AuditEntry, text: str | None, actor: Person | None, about: Person | None) -> TrailRow:
    subject = entry.subject_type.replace("_", " ") if entry.subject_type else ""
    if entry.subject_id:
        subject = f"{subject} {entry.subject_id}"
    who = actor or (about if entry.action in THEIR_OWN else None)
    return TrailRow(
        seq=entry.seq,
        at=moment_of(entry),
        actor=f"{who.name} ({who.reference})" if who else NOBODY_SIGNED_IN.get(entry.channel, "Nobody in particular"),
        channel=dict(CHANNELS).get(entry.channel, entry.channel),
        action=entry.action,
        subject=subject,
        about=about.name if about else None,
        about_reference=about.reference if about else None,
        details=_details(text),
    )


def _details(text: str | None) -> list[tuple[str, str]] | None:
    """What changed, as pairs of words: "unit: Croydon → Lambeth"."""
    if text is None:
        return None
    return [(name.replace("_", " "), _value(value)) for name, value in json.loads(text).items()]


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return " → ".join("nothing" if part is None else str(part) for part in value)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)
