"""Contacts of mediators with the helpline."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.helpline.rules import CATEGORIES, CHANNELS, OUTCOMES, SIGNPOSTED
from accreditation.people.models import Person, one_of


class Contact(Record):
    """One contact: a mediator's call to the practice support line, never a party's.

    `advice` is for helpline advisers alone; a case is named by its reference only. Something is owed while
    `follow_up_on` (its last good day) is there and `followed_up_on` is not.
    """

    __tablename__ = "helpline_contact"
    __table_args__ = (
        CheckConstraint(one_of("channel", list(CHANNELS)), name="known_channel"),
        CheckConstraint(one_of("category", list(CATEGORIES)), name="known_category"),
        CheckConstraint(one_of("outcome", list(OUTCOMES)), name="known_outcome"),
        CheckConstraint("minutes > 0", name="some_minutes"),
        CheckConstraint(
            f"advice IS NULL OR NOT ({one_of('category', sorted(SIGNPOSTED))})", name="signposted_not_noted"
        ),
        CheckConstraint("(followed_up_on IS NULL) = (followed_up_by IS NULL)", name="followed_up_by_somebody"),
        Index("ix_helpline_contact_when", "contacted_at", "id"),
        Index("ix_helpline_contact_person", "person_id", "contacted_at"),
        Index("ix_helpline_contact_owed", "follow_up_on", "id", **only_where("followed_up_on IS NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    adviser_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    contacted_at: Mapped[datetime]
    channel: Mapped[str]
    category: Mapped[str]
    outcome: Mapped[str]
    minutes: Mapped[int]
    advice: Mapped[str | None] = mapped_column(info={"sensitive": True})
    case_reference: Mapped[str | None]
    follow_up_on: Mapped[date | None]
    followed_up_on: Mapped[date | None]
    followed_up_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    adviser: Mapped[Person | None] = relationship(foreign_keys=adviser_id)
