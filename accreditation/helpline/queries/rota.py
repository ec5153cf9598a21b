"""The rota: who answers when, who is on duty now, and who asked whom to take a shift."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from accreditation.core.calendar import FOREVER, LONDON, Span, days_after, span_holding
from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Role
from accreditation.core.settings import get_setting
from accreditation.helpline.models import Shift, Swap
from accreditation.helpline.rules.rota import Hours, Stretch, gaps, hours_in_words, joined, open_on, read_hours
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of

AHEAD_DAYS = 28
"""So many days, from today on, are looked through for gaps."""


OFFERED_AT_MOST = 100
"""Shifts that a request to swap offers in return."""


@dataclass(frozen=True)
class OnDuty:
    """Somebody who answers now, and until when without a break."""

    person: Person
    until: datetime


@dataclass(frozen=True)
class HelplineNow:
    """What whoever needs the helpline reads: its number, its hours, and who answers.

    `on_duty` is empty where nobody is; `names` says whether whoever is shown this may read who it is. `next_at` is when
    somebody answers again, None while somebody does or where the rota has nothing to come.
    """

    phone: str
    hours: str
    on_duty: Sequence[OnDuty]
    next_at: datetime | None
    names: bool

    @property
    def is_known(self) -> bool:
        """Whether there is anything to say at all."""
        return bool(self.phone or self.hours or self.on_duty or self.next_at)

    @property
    def until(self) -> datetime | None:
        """Until when somebody answers, as far as the rota says; None while nobody does."""
        return max((one.until for one in self.on_duty), default=None)


def helpline_hours() -> Hours | None:
    """As the service has set them; None where it has not."""
    return read_hours(get_setting("helpline_opens"), get_setting("helpline_closes"), get_setting("helpline_open_days"))


def helpline_now(at: datetime, *, to_advisers: bool = False) -> HelplineNow:
    """Number, hours and duty at that moment. Names are for advisers and managers, for others where the service says."""
    there = on_duty(at)
    following = None
    if not there:
        following = db.session.scalar(_next(), {"at": at})
    return HelplineNow(
        phone=get_setting("helpline_phone"),
        hours=hours_in_words(helpline_hours(), get_setting("helpline_hours")),
        on_duty=there,
        next_at=following,
        names=to_advisers or get_setting("helpline_names") == "yes",
    )


@cache
def _near() -> Any:
    """Those that may be under way. Put together once, as the two below: every mediator's first page asks for them."""
    rows = select(Shift).options(joinedload(Shift.adviser))
    return rows.where(_stands(), Shift.ends_at > bindparam("at"), Shift.starts_at < bindparam("before"))


@cache
def _next() -> Any:
    return select(func.min(Shift.starts_at)).where(_stands(), Shift.starts_at > bindparam("at"))


@cache
def _as_advisers() -> Any:
    theirs = GrantRow.person_id.in_(bindparam("ids", expanding=True))
    role = GrantRow.role == Role.HELPLINE_ADVISER.value
    return select(GrantRow.person_id, GrantRow.starts_on, GrantRow.ends_on).where(role, theirs)


def on_duty(at: datetime) -> list[OnDuty]:
    """Who answers at that moment, by name; shifts of one adviser that touch count as one.

    Whoever no longer is an adviser on that day does not answer, whatever the rota still says.
    """
    following = days_after(at.astimezone(LONDON).date(), 2)
    shifts = db.session.scalars(_near(), {"at": at, "before": _midnight(following)})
    people: dict[int, Person] = {}
    answered: dict[int, list[Stretch]] = {}
    for shift in _answered(list(shifts)):
        people[shift.adviser_id] = shift.adviser
        answered.setdefault(shift.adviser_id, []).append(Stretch(shift.starts_at, shift.ends_at))
    first = {person_id: joined(stretches)[0] for person_id, stretches in answered.items()}
    found = [OnDuty(people[one], there.ends_at) for one, there in first.items() if there.starts_at <= at]
    return sorted(found, key=lambda one: (one.person.sort_name, one.person.id))


def _answered(shifts: Sequence[Shift]) -> list[Shift]:
    """Those whose adviser is one on the day on which they begin."""
    spans: dict[int, list[Span]] = {}
    ids = sorted({shift.adviser_id for shift in shifts})
    for person_id, starts_on, ends_on in db.session.execute(_as_advisers(), {"ids": ids}) if ids else ():
        spans.setdefault(person_id, []).append(Span(starts_on, ends_on or FOREVER))
    return [
        shift
        for shift in shifts
        if span_holding(spans.get(shift.adviser_id, ()), shift.starts_at.astimezone(LONDON).date())
    ]


def unanswered(shifts: Sequence[Shift]) -> set[int]:
    """The ids of shifts whose adviser is no longer one by then: the rota still has them, and nobody answers."""
    return {shift.id for shift in shifts} - {shift.id for shift in _answered(shifts)}


def shifts_between(viewer: Viewer, first: date, last: date) -> list[Shift]:
    """Shifts that begin from `first` through `last`, days in London, of advisers the viewer may know of; in order."""
    rows = (
        select(Shift)
        .join(Shift.adviser)
        .options(contains_eager(Shift.adviser))
        .where(_stands(), visible_to(viewer))
        .where(Shift.starts_at >= _midnight(first), Shift.starts_at < _midnight(days_after(last, 1)))
        .order_by(Shift.starts_at, Person.sort_name, Shift.id)
    )
    return list(db.session.scalars(rows))


def gaps_between(first: date, last: date, *, after: datetime | None = None) -> list[Stretch]:
    """When nobody answers though the helpline means to be open, from `first` through `last`; `after`: later than that.

    Empty where the service has set no hours.
    """
    hours = helpline_hours()
    if hours is None:
        return []
    days = [days_after(first, number) for number in range((last - first).days + 1)]
    wanted = [found for one in days if (found := open_on(one, hours))]
    rows = select(Shift).where(
        _stands(), Shift.ends_at > _midnight(first), Shift.starts_at < _midnight(days_after(last, 1))
    )
    there = _answered(list(db.session.scalars(rows)))
    holes = gaps(wanted, [Stretch(shift.starts_at, shift.ends_at) for shift in there])
    return [gap for gap in holes if after is None or gap.ends_at > after]


def gaps_ahead(on: date, at: datetime) -> list[Stretch]:
    """The gaps of the next four weeks."""
    return gaps_between(on, days_after(on, AHEAD_DAYS - 1), after=at)


def shifts_of_others(adviser_id: int, at: datetime) -> list[Shift]:
    """The next shifts of every other adviser that have not begun, in order."""
    rows = (
        select(Shift)
        .options(joinedload(Shift.adviser))
        .where(_stands(), ~of_one_person(Shift.adviser_id, adviser_id), Shift.starts_at > at)
        .order_by(Shift.starts_at, Shift.id)
        .limit(OFFERED_AT_MOST)
    )
    return list(db.session.scalars(rows))


def shifts_from(adviser_id: int, first: date) -> list[Shift]:
    """The shifts of this adviser that end on that day or later, in order."""
    rows = select(Shift).where(_stands(), of_one_person(Shift.adviser_id, adviser_id), Shift.ends_at > _midnight(first))
    return list(db.session.scalars(rows.order_by(Shift.starts_at, Shift.id)))


def count_later(shift: Shift) -> int:
    """How many shifts after this one were entered with it and are still the same adviser's."""
    rows = select(func.count(Shift.id)).where(
        Shift.form_key == shift.form_key,
        Shift.adviser_id == shift.adviser_id,
        Shift.starts_at > shift.starts_at,
        _stands(),
    )
    return db.session.scalar(rows) or 0


def get_shift(shift_id: int, viewer: Viewer) -> Shift:
    """Raises NotFound, in the same words whether there is none, it was taken off or it is not for this viewer."""
    rows = select(Shift).join(Shift.adviser).where(Shift.id == shift_id, _stands(), visible_to(viewer))
    shift = db.session.scalar(rows)
    if shift is None:
        raise NotFound("There is no such shift on the rota.")
    return shift


def swaps_open(viewer: Viewer, at: datetime) -> list[Swap]:
    """What this very person was asked to take or has asked of others, not answered and still to come."""
    scope_asked()
    mine = of_one_person(Swap.asked_of, viewer.person_id) | of_one_person(Swap.asked_by, viewer.person_id)
    rows = _swaps().where(mine, Swap.answered_at.is_(None), Shift.starts_at > at)
    return list(db.session.scalars(rows.order_by(Shift.starts_at, Swap.id)))


def get_swap(swap_id: int, viewer: Viewer) -> Swap:
    """One that this very person asked for or was asked for. Raises NotFound for any other, in the same words."""
    scope_asked()
    mine = of_one_person(Swap.asked_of, viewer.person_id) | of_one_person(Swap.asked_by, viewer.person_id)
    swap = db.session.scalar(_swaps().where(Swap.id == swap_id, mine))
    if swap is None:
        raise NotFound("There is no such request.")
    return swap


def swaps_page(viewer: Viewer, *, place: str | None, address: Callable[[str | None], str]) -> Page[Swap]:
    """Every request to take a shift and what became of it, the latest first."""
    asker = aliased(Person)
    visible = select(asker.id).where(asker.id == Swap.asked_by).correlate(Swap)
    rows = _swaps().join(Person, Person.id == Swap.asked_of).where(visible_to(viewer), visible.exists())
    page = page_of(
        rows, [By(Swap.id, int, descending=True)], place=place, key=lambda row: (row[0].id,), address=address
    )
    return Page([row for (row,) in page.rows], page.next_token, page.previous_token, page.address)


def swap_state(swap: Swap, at: datetime) -> tuple[str, str]:
    """In words, and the tone of the tag."""
    if swap.answer:
        return {
            "agreed": ("Agreed", "good"),
            "declined": ("Declined", "bad"),
            "taken_back": ("Taken back", "neutral"),
        }[swap.answer]
    if swap.shift.cancelled_at or swap.shift.starts_at <= at:
        return "Not answered", "neutral"
    return "Waiting", "soon"


def _swaps() -> Select[Swap]:
    return (
        select(Swap)
        .join(Shift, Shift.id == Swap.shift_id)
        .options(
            contains_eager(Swap.shift).joinedload(Shift.adviser),
            joinedload(Swap.in_return),
            joinedload(Swap.asker),
            joinedload(Swap.asked),
        )
    )


def _stands() -> ColumnElement[bool]:
    return Shift.cancelled_at.is_(None)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), LONDON)
