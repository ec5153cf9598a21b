"""Plans of who should sit on which day, and what planning has to know: dates people cannot make, ways to places.

A plan is a proposal. It repeats what it was made from (the windows and the seats of that day), so that it can say what
has changed since; what counts when it is published is what is true then.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.calendar import Span, last_good_day
from accreditation.core.database import Record
from accreditation.people.models import Person, Unit, one_of
from accreditation.refreshers.models.days import RefresherDay
from accreditation.refreshers.rules.planning.words import OUTCOMES, PLAN_STATES
from accreditation.standing.models.columns import Codes


class RefresherPlan(Record):
    """Who sits where until the horizon: for one requirement of a scheme, for one unit or everybody (None).

    People are planned whose requirement ends after `made_on` and by `ends_on`; days from `starts_on` on. `version`
    counts the changes of the plan itself. `at_least` is proved: no fewer extra days cure it.
    """

    __tablename__ = "refresher_plan"
    __table_args__ = (
        CheckConstraint(one_of("state", list(PLAN_STATES)), name="known_state"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("extra_seats > 0", name="some_seats"),
        CheckConstraint("(published_at IS NULL) = (state NOT IN ('publishing', 'published'))", name="published_when"),
        Index("ix_refresher_plan_state", "state", "id"),
    )

    scheme: Mapped[str]
    requirement: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    made_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    near: Mapped[bool]
    spread: Mapped[bool]
    extra_seats: Mapped[int]
    notice_days: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    weighed: Mapped[bool] = mapped_column(default=True)
    at_least: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    unit: Mapped[Unit | None] = relationship()
    maker: Mapped[Person] = relationship(foreign_keys=made_by)


class PlannedSeat(Record):
    """One person in a plan: the day they should sit on, None if there is no seat, and why then (`shortage`).

    `opens_on` and `lapses_on` are the window as it was when the plan was worked out.
    """

    __tablename__ = "refresher_plan_seat"
    __table_args__ = (
        UniqueConstraint("plan_id", "person_id", name="planned_once"),
        CheckConstraint("lapses_on > opens_on", name="lapses_after_open"),
        CheckConstraint("day_id IS NOT NULL OR NOT locked", name="locked_to_a_day"),
        CheckConstraint(f"outcome IS NULL OR {one_of('outcome', list(OUTCOMES))}", name="known_outcome"),
        Index("ix_refresher_plan_seat_day", "plan_id", "day_id"),
    )
    __audited__ = False  # a proposal: what is decided with it is noted by hand, and the bookings say what came of it

    plan_id: Mapped[int] = mapped_column(ForeignKey("refresher_plan.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    day_id: Mapped[int | None] = mapped_column(ForeignKey("refresher_day.id"))
    opens_on: Mapped[date]
    lapses_on: Mapped[date]
    locked: Mapped[bool] = mapped_column(default=False)
    shortage: Mapped[int | None]
    in_proof: Mapped[bool] = mapped_column(default=False)
    helpless: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None]
    refusal: Mapped[str | None]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("refresher_booking.id"), index=True)

    person: Mapped[Person] = relationship()
    plan: Mapped[RefresherPlan] = relationship()

    @property
    def last_day(self) -> date:
        """The last day on which coming is in time."""
        return last_good_day(self.lapses_on)


class PlannedDay(Record):
    """A day that a plan was worked out with: the seats that were left then, and the shortage it belongs to.

    `on_offer` of the seats that were taken were held for the waiting list; `holders` are the ids of the bookings that
    took a seat then or waited for one, so that it can be said who has taken one since (None: not kept at the time).
    """

    __tablename__ = "refresher_plan_day"
    __table_args__ = (UniqueConstraint("plan_id", "day_id", name="day_once"),)
    __audited__ = False  # it repeats what the day says

    plan_id: Mapped[int] = mapped_column(ForeignKey("refresher_plan.id"))
    day_id: Mapped[int] = mapped_column(ForeignKey("refresher_day.id"))
    held_on: Mapped[date]
    seats: Mapped[int]
    on_offer: Mapped[int] = mapped_column(default=0)
    holders: Mapped[tuple[str, ...] | None] = mapped_column(Codes)
    shortage: Mapped[int | None]
    in_proof: Mapped[bool] = mapped_column(default=False)

    day: Mapped[RefresherDay] = relationship()


class PlannedExtraDay(Record):
    """A day that would have to be added, so that everybody has a seat."""

    __tablename__ = "refresher_plan_extra"
    __table_args__ = (CheckConstraint("seats > 0", name="some_seats"),)
    __audited__ = False  # a proposal: a day that is made from it is audited

    plan_id: Mapped[int] = mapped_column(ForeignKey("refresher_plan.id"), index=True)
    held_on: Mapped[date]
    seats: Mapped[int]


class DatesAway(Record):
    """Days [starts_on, ends_on) on which somebody cannot come to a refresher day; why is nobody's business."""

    __tablename__ = "refresher_dates_away"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        Index("ix_refresher_dates_away_person", "person_id", "starts_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    entered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)

    @property
    def last_day(self) -> date:
        return last_good_day(self.ends_on)


class WayToPlace(Record):
    """How long the people of a unit need to a place where days are held, in minutes."""

    __tablename__ = "refresher_way"
    __table_args__ = (
        UniqueConstraint("unit_id", "place", name="one_way"),
        CheckConstraint("minutes >= 0", name="minutes_count"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    place: Mapped[str]
    minutes: Mapped[int]
