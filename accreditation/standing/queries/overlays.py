"""What is laid over people's standings, for those who manage it. Nobody else learns the reason, on any door."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.people.models import Person
from accreditation.people.queries import of_one_person, subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import Deadline, Overlay
from accreditation.standing.queries.schemes import all_schemes
from accreditation.standing.rules.laying import leave_types
from accreditation.web.paging import By, Page, Part, page_of_parts

SOURCE = "overlay"
RETURN = "return_from_leave"
BACK_WITHIN = 30
"""Days: whose leave ends within so many of them is due back."""

KIND_WORDS = {"suspension": "Suspension", "leave": "Leave", "waiver": "Waiver", "extension": "Extension"}
STATES = (
    ("now", "In force"),
    ("coming", "To come"),
    ("back", f"Due back within {BACK_WITHIN} days, or overdue"),
    ("ended", "Ended or cancelled"),
)
STATE_WORDS = {
    "now": ("In force", "paused"),
    "coming": ("To come", "neutral"),
    "back": ("Return not recorded", "bad"),
    "ended": ("Ended", "neutral"),
    "cancelled": ("Cancelled", "neutral"),
}


@dataclass(frozen=True)
class OverlayLine:
    """One overlay without anything private. Both days inclusive; `through` None: without an end."""

    id: int
    person: Person
    kind: str
    what: str
    starts_on: date
    through: date | None
    state: str

    @property
    def state_words(self) -> tuple[str, str]:
        return STATE_WORDS[self.state]


@dataclass(frozen=True)
class Private:
    """What only they read who manage the overlays of that person, and never the person themself."""

    reason: str
    authority: str
    leave_type: str | None
    ended_reason: str | None
    ended_authority: str | None
    cancelled_reason: str | None


@dataclass(frozen=True)
class OverlaysAsked:
    """Which overlays a list is to hold. `ends_within`: days from the day asked about, inclusive."""

    kind: str | None = None
    state: str | None = None
    ends_within: int | None = None


def get_overlay(overlay_id: int, viewer: Viewer) -> Overlay:
    """Raises NotFound, in the same words whether there is none or it is not for this viewer to know of."""
    query = select(Overlay).join(Person, Person.id == Overlay.person_id)
    overlay = db.session.scalar(query.where(Overlay.id == overlay_id, visible_to(viewer)))
    if overlay is None or not viewer.may(Permission.MANAGE_OVERLAYS, subject_of(overlay.person)):
        raise NotFound("There is no such suspension, leave, waiver or extension.")
    return overlay


def private_side(overlay: Overlay, viewer: Viewer) -> Private | None:
    """The reasons and who decided; None for everybody but those who manage this person's overlays."""
    if overlay.whose.id == viewer.person_id or not viewer.may(Permission.MANAGE_OVERLAYS, subject_of(overlay.person)):
        return None
    return Private(
        overlay.reason,
        overlay.authority,
        leave_types().get(overlay.leave_type) if overlay.leave_type else None,
        overlay.ended_reason,
        overlay.ended_authority,
        overlay.cancelled_reason,
    )


def overlays_page(
    viewer: Viewer,
    asked: OverlaysAsked,
    on: date,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[OverlayLine]:
    """What this viewer manages: what ends first comes first, what has no end last. Raises DamagedPlace.

    What has ended or was cancelled only when it is asked for, the latest end first.
    """
    rows = select(Overlay, Person).join(Person, Person.id == Overlay.person_id).where(*_asked(viewer, asked, on))
    latest_first = asked.state == "ended"
    parts = [
        Part(
            rows.where(_end().is_not(None)),
            [By(_end(), date, descending=latest_first), By(Overlay.id, int, descending=latest_first)],
            lambda row: (_ends_on(row[0]), row[0].id),
        ),
        Part(
            rows.where(_end().is_(None)),
            [By(Overlay.starts_on, date), By(Overlay.id, int)],
            lambda row: (row[0].starts_on, row[0].id),
        ),
    ]
    page = page_of_parts(parts, place=place, address=address)
    return Page(_lines(page.rows, on), page.next_token, page.previous_token, page.address)


def count_overlays(viewer: Viewer, asked: OverlaysAsked, on: date) -> int:
    """How many `overlays_page` lists."""
    query = select(func.count(Overlay.id)).join(Person, Person.id == Overlay.person_id)
    return db.session.scalar(query.where(*_asked(viewer, asked, on))) or 0


def overlays_about(person: Person, viewer: Viewer, on: date) -> list[OverlayLine]:
    """What is in force about somebody, is to come, or waits for the return; nothing where it is not the viewer's."""
    if person.id == viewer.person_id or not viewer.may(Permission.MANAGE_OVERLAYS, subject_of(person)):
        return []
    rows = select(Overlay, Person).join(Person, Person.id == Overlay.person_id)
    rows = rows.where(of_one_person(Overlay.person_id, person.id), _matters(on)).order_by(Overlay.starts_on, Overlay.id)
    return _lines(db.session.execute(rows), on)


def _asked(viewer: Viewer, asked: OverlaysAsked, on: date) -> list[ColumnElement[bool]]:
    conditions = [visible_to(viewer)]
    if asked.kind:
        conditions.append(Overlay.kind == asked.kind)
    match asked.state:
        case "now":
            conditions += [_stands(), Overlay.starts_on <= on, or_(_end().is_(None), _end() > on)]
        case "coming":
            conditions += [_stands(), Overlay.starts_on > on]
        case "back":
            conditions += [_stands(), _awaits_return(), _end() <= days_after(on, BACK_WITHIN)]
        case "ended":
            conditions.append(or_(~_stands(), and_(_end() <= on, ~_awaits_return())))
        case _:
            conditions.append(_matters(on))
    if asked.ends_within is not None:
        conditions += [_end() > on, _end() <= days_after(on, asked.ends_within + 1)]
    return conditions


def _matters(on: date) -> ColumnElement[bool]:
    return and_(_stands(), or_(_end().is_(None), _end() > on, _awaits_return()))


def _stands() -> ColumnElement[bool]:
    return Overlay.cancelled_at.is_(None)


def _end() -> ColumnElement[date]:
    return func.coalesce(Overlay.ended_on, Overlay.ends_on)


def _ends_on(overlay: Overlay) -> date | None:
    return overlay.ended_on or overlay.ends_on


def _awaits_return() -> ColumnElement[bool]:
    return exists().where(Deadline.kind == RETURN, Deadline.source_type == SOURCE, Deadline.source_id == Overlay.id)


def _lines(rows: Iterable[Any], on: date) -> list[OverlayLine]:
    rows = list(rows)
    ids = [overlay.id for overlay, _ in rows if overlay.kind == "leave"]
    waiting = set(
        db.session.scalars(
            select(Deadline.source_id).where(
                Deadline.kind == RETURN, Deadline.source_type == SOURCE, Deadline.source_id.in_(ids)
            )
        )
    )
    labels = requirement_labels()
    return [_line(overlay, person, labels, overlay.id in waiting, on) for overlay, person in rows]


def _line(overlay: Overlay, person: Person, labels: dict[tuple[str, str], str], awaited: bool, on: date) -> OverlayLine:
    ends_on = _ends_on(overlay)
    return OverlayLine(
        overlay.id,
        person.counted,
        overlay.kind,
        what_in_words(overlay, labels),
        overlay.starts_on,
        last_good_day(ends_on) if ends_on else None,
        _state(overlay, ends_on, awaited, on),
    )


def _state(overlay: Overlay, ends_on: date | None, awaited: bool, on: date) -> str:
    if overlay.cancelled_at is not None:
        return "cancelled"
    if ends_on is not None and ends_on <= on:
        return "back" if awaited else "ended"
    return "coming" if overlay.starts_on > on else "now"


def state_of(overlay: Overlay, on: date) -> str:
    """ "now", "coming", "back" (leave has ended and nobody has recorded the return), "ended" or "cancelled"."""
    return _lines([(overlay, overlay.person)], on)[0].state


def names_behind(overlay: Overlay) -> dict[int, str]:
    """The names of those who recorded, ended or cancelled it, by id."""
    ids = [number for number in (overlay.recorded_by, overlay.ended_by, overlay.cancelled_by) if number]
    return {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def requirement_labels() -> dict[tuple[str, str], str]:
    """The label of each requirement by scheme and code."""
    return {
        (scheme.code, requirement.code): requirement.label or requirement.code
        for scheme in all_schemes()
        for requirement in scheme.requirements
    }


def what_in_words(overlay: Overlay, labels: dict[tuple[str, str], str]) -> str:
    """ "Extension: Refresher day", "Suspension"; with the scheme where it is meant for one alone."""
    words = KIND_WORDS[overlay.kind]
    if overlay.requirement:
        found = [
            text for (scheme, code), text in labels.items() if code == overlay.requirement and scheme == overlay.scheme
        ]
        found += [text for (_, code), text in labels.items() if code == overlay.requirement]
        words += f": {found[0] if found else overlay.requirement}"
    elif overlay.scheme:
        words += f", {overlay.scheme} only"
    return words
