"""Contacts of mediators with the helpline."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.helpline.rules import CATEGORIES, CHANNELS, OUTCOMES, PURPOSES, SIGNPOSTED
from accreditation.people.models import Person, one_of


class Contact(Record):
    """One contact: a mediator's call to the practice support line, never a party's.

    `advice` is for helpline advisers alone; a case is named by its reference only. Something is owed while
    `follow_up_on` (its last good day) is there and `followed_up_on` is not, by `owner_id`, first the adviser who
    recorded it; by any adviser where nobody is named. `forgotten_on`: the day on which the text
    was removed by schedule; what it was about is counted for ever. From a past log: `adviser_noted` is who gave the
    advice as it stands there, `log_key` what tells its row from every other.
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
        CheckConstraint("forgotten_on IS NULL OR advice IS NULL", name="forgotten_has_no_text"),
        Index("ix_helpline_contact_text", "contacted_at", "id", **only_where("forgotten_on IS NULL")),
        Index("ix_helpline_contact_when", "contacted_at", "id"),
        Index("ix_helpline_contact_person", "person_id", "contacted_at"),
        Index("ix_helpline_contact_owed", "follow_up_on", "id", **only_where("followed_up_on IS NULL")),
        Index("ix_helpline_contact_owner", "owner_id", "follow_up_on", **only_where("followed_up_on IS NULL")),
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
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adviser_noted: Mapped[str | None] = mapped_column(info={"sensitive": True})
    log_key: Mapped[str | None] = mapped_column(unique=True)
    forgotten_on: Mapped[date | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    adviser: Mapped[Person | None] = relationship(foreign_keys=adviser_id)
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)


class Escalation(Record):
    """A risk or a complaint that an adviser passed on: the words they chose, and to whom. That alone is shown.

    `seen_at`: when whom it is for said that they have read it. A suggested correction is settled: `evidence_id` is the
    fact that was put right, None where nothing had to be.
    """

    __tablename__ = "helpline_escalation"
    __table_args__ = (
        CheckConstraint("text <> '' OR forgotten_on IS NOT NULL", name="has_its_text"),
        CheckConstraint(one_of("purpose", list(PURPOSES)), name="known_purpose"),
        CheckConstraint("settled_at IS NULL OR purpose = 'correction'", name="corrections_are_settled"),
        CheckConstraint("evidence_id IS NULL OR settled_at IS NOT NULL", name="settled_by_a_fact"),
        Index("ix_helpline_escalation_to", "to_id", "id"),
        Index("ix_helpline_escalation_contact", "contact_id"),
        Index("ix_helpline_escalation_fact", "evidence_id", **only_where("evidence_id IS NOT NULL")),
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("helpline_contact.id"))
    purpose: Mapped[str] = mapped_column(default="decision")
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(info={"sensitive": True})
    passed_on_at: Mapped[datetime]
    passed_on_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    form_key: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    forgotten_on: Mapped[date | None]

    contact: Mapped[Contact] = relationship()
    to: Mapped[Person] = relationship(foreign_keys=to_id)
    adviser: Mapped[Person] = relationship(foreign_keys=passed_on_by)


class HandOver(Record):
    """A follow-up went from one adviser to another, perhaps to another day, with a note for advisers alone."""

    __tablename__ = "helpline_hand_over"
    __table_args__ = (
        CheckConstraint("forgotten_on IS NULL OR note IS NULL", name="forgotten_has_no_note"),
        Index("ix_helpline_hand_over_contact", "contact_id", "id"),
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("helpline_contact.id"))
    from_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(info={"sensitive": True})
    handed_over_at: Mapped[datetime]
    handed_over_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    forgotten_on: Mapped[date | None]

    giver: Mapped[Person | None] = relationship(foreign_keys=from_id)
    to: Mapped[Person] = relationship(foreign_keys=to_id)
