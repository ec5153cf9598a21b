"""Accreditations as awarded, what was decided about them since, and what became of awarding several at once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.awards.rules.dates import KINDS
from accreditation.awards.rules.ending import ACTS, STATES, Held, known_reasons
from accreditation.core import clock
from accreditation.core.calendar import FOREVER, Span
from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of

PRIVATE = {"sensitive": True}


class Award(Record):
    """An accreditation as awarded: to whom, in which scheme, for which days [starts_on, ends_on).

    `ends_on` null: for ever, where the scheme sets no term. `kind` says what it was when it was decided (rules.dates),
    null where that was before the register began. `withdrawn_on` is the first day without it, `reinstated_on` the first
    day with it again: those of the last withdrawal, the others stand in the decisions. `voided`: it never held, and
    then `withdrawn_on` is its first day.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("withdrawn_on >= starts_on", name="withdrawn_after_start"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawal_reason IS NULL)", name="withdrawn_with_reason"),
        CheckConstraint("reinstated_on >= withdrawn_on", name="reinstated_after_withdrawal"),
        CheckConstraint("reinstated_on IS NULL OR withdrawn_on IS NOT NULL", name="reinstated_once_withdrawn"),
        CheckConstraint("NOT voided OR withdrawn_on = starts_on", name="voided_from_the_start"),
        CheckConstraint(one_of("kind", list(KINDS)), name="known_kind"),
        Index("uq_award_start", "person_id", "scheme", "starts_on", unique=True, **only_where("NOT voided")),
        Index("uq_award_renews", "renews_id", unique=True, **only_where("NOT voided")),
    )

    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    kind: Mapped[str | None]
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    awarded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    awarded_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(info=PRIVATE)
    reinstated_on: Mapped[date | None]
    voided: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    awarder: Mapped[Person | None] = relationship(foreign_keys=awarded_by)
    withdrawer: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by)

    @property
    def term(self) -> Span:
        """The days for which it was awarded."""
        return Span(self.starts_on, self.ends_on or FOREVER)

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is taken away, from whatever day, and was not given back."""
        return self.held().is_withdrawn

    def held(self, renewed_by: str | None = None) -> Held:
        """As the rules look at it. `renewed_by`: the number of the award that renews it and stands."""
        return Held(self.number, self.term, self.voided, self.withdrawn_on, self.reinstated_on, renewed_by)


class AwardDecision(Record):
    """Something decided about an accreditation after it was awarded: proposed by one person, confirmed by a second one.

    `effective_on`: the first day without it, or with it again. `proposed_by` null: nobody proposed it, it follows from
    undoing what the award rests on, and who awarded it did not confirm it. `alone`: an administrator confirmed it,
    because the service had no second practice manager. `ends_id`: the withdrawal that a reinstatement ends. `form_key`
    is made with the empty form: the same form sent twice is one proposal.
    """

    __tablename__ = "award_decision"
    __table_args__ = (
        CheckConstraint(one_of("act", list(ACTS)), name="known_act"),
        CheckConstraint(one_of("state", list(STATES)), name="known_state"),
        CheckConstraint(one_of("reason_class", known_reasons()), name="known_reason_class"),
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_with_moment"),
        CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="second_person"),
        CheckConstraint("ends_id IS NULL OR act = 'reinstate'", name="only_reinstating_ends"),
        # One at a time: what is confirmed next was proposed knowing what was confirmed before.
        Index("uq_award_decision_open", "person_id", "scheme", unique=True, **only_where("state = 'proposed'")),
        Index("ix_award_decision_state", "state", "id"),
        Index("ix_award_decision_alone", "id", **only_where("alone")),
    )

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str]
    act: Mapped[str]
    effective_on: Mapped[date]
    reason_class: Mapped[str]
    reason: Mapped[str] = mapped_column(info=PRIVATE)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="proposed")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_note: Mapped[str | None] = mapped_column(info=PRIVATE)
    alone: Mapped[bool] = mapped_column(default=False)
    ends_id: Mapped[int | None] = mapped_column(ForeignKey("award_decision.id"))
    form_key: Mapped[str] = mapped_column(unique=True)

    award: Mapped[Award] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    proposer: Mapped[Person | None] = relationship(foreign_keys=proposed_by)
    decider: Mapped[Person | None] = relationship(foreign_keys=decided_by)


class AwardBatch(Record):
    """One decision about several people, with what became of each.

    `outcomes`: a list of [person's id, award's id or null, reasons]. `form_key`: the same form sent twice is one batch.
    """

    __tablename__ = "award_batch"

    scheme: Mapped[str]
    awarded_on: Mapped[date]
    awarded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    awarded_at: Mapped[datetime]
    outcomes: Mapped[list[list[Any]]] = mapped_column(JSON)
    form_key: Mapped[str] = mapped_column(unique=True)
