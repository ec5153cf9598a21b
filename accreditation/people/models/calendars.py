"""Addresses at which somebody's calendar reads their dates."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record, only_where
from accreditation.people.models.people import one_of


class Feed(StrEnum):
    """Whose dates a feed holds: one's own, or those of everything one runs."""

    OWN = "own"
    SERVICE = "service"


class CalendarFeed(Record):
    """One private address, in use while `ended_at` is null. The address itself is kept nowhere, only its hash.

    `person_id` is the record whose account it was made with: what it shows is asked with the grants of that account.
    `also`: the codes of what is shown only on request, with a blank between. `last_read_at`: when a calendar last
    asked.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint(one_of("feed", [feed.value for feed in Feed]), name="known_feed"),
        Index("uq_calendar_feed_in_use", "person_id", "feed", unique=True, **only_where("ended_at IS NULL")),
    )
    __audited__ = False  # calendars read it all day long; making and ending one are noted by hand

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    feed: Mapped[str]
    also: Mapped[str] = mapped_column(default="")
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]

    @property
    def asked_for(self) -> frozenset[str]:
        return frozenset(self.also.split())
