"""What was laid over somebody's standing: by whose decision, for which days, why, and how it ended."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.calendar import FOREVER, Span
from accreditation.core.database import Record
from accreditation.people.models import Person, one_of
from accreditation.standing.rules.laying import LAID_KINDS

PRIVATE = {"sensitive": True}


class Overlay(Record):
    """A suspension, leave, waiver or extension for the days [starts_on, ends_on); `ends_on` None: without an end.

    `ended_on` is the first day without it where it was lifted or ended early. `returned_at`: the return from leave has
    been recorded, early or as planned. `cancelled_at`: it was recorded by mistake and counts for nothing. What the
    ledger says follows from this record. The reasons, the kind of leave and who decided are private: see
    queries/overlays.py. `form_key` is made with the empty form: the same form sent twice is one overlay.
    """

    __tablename__ = "overlay"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(LAID_KINDS)), name="known_kind"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("ends_on IS NOT NULL OR kind = 'suspension'", name="only_suspension_is_open"),
        CheckConstraint("ended_on > starts_on", name="ended_after_start"),
        CheckConstraint("ended_on IS NULL OR ends_on IS NULL OR ended_on <= ends_on", name="ended_within"),
        CheckConstraint("(requirement IS NOT NULL) = (kind IN ('waiver', 'extension'))", name="waives_a_requirement"),
        CheckConstraint("(leave_type IS NOT NULL) = (kind = 'leave')", name="leave_has_a_type"),
        CheckConstraint("reason <> '' AND authority <> ''", name="has_reason_and_authority"),
        Index("ix_overlay_end", "ends_on", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    scheme: Mapped[str | None]
    requirement: Mapped[str | None]
    leave_type: Mapped[str | None] = mapped_column(info=PRIVATE)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(info=PRIVATE)
    authority: Mapped[str] = mapped_column(info=PRIVATE)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str | None] = mapped_column(info=PRIVATE)
    ended_authority: Mapped[str | None] = mapped_column(info=PRIVATE)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_reason: Mapped[str | None] = mapped_column(info=PRIVATE)
    form_key: Mapped[str] = mapped_column(unique=True)

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @property
    def whose(self) -> Person:
        """Whom it is about: the record that counts for them."""
        return self.person.counted

    @property
    def span(self) -> Span:
        """The days on which it holds, or was to hold before it was cancelled."""
        return Span(self.starts_on, self.ended_on or self.ends_on or FOREVER)
