"""The practice log, who is asked to confirm it, the cases of the service, and leave that mediators ask for."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, Unit, one_of
from accreditation.practice.rules.cases import OUTCOMES
from accreditation.practice.rules.entries import KINDS, STATES
from accreditation.practice.rules.leave import STATES as LEAVE_STATES
from accreditation.standing.models import Amount

PRIVATE = {"sensitive": True}


class PracticeEntry(Record):
    """A case, some CPD, a supervision session or a declaration, logged by the mediator or the office.

    Only confirmed ones count. `case_key` is what all ways of writing one case reference have in common; `on_word_of`
    is who said that it is right, or queried it, where the scheme has somebody else than the office confirm it: told to
    the office, or through the link `by_link_id`. `hours` and `outcome` are a case's, `ends_on` a declaration's.
    `replaces_id`: the entry that this one puts right.
    """

    __tablename__ = "practice_entry"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(KINDS)), name="known_kind"),
        CheckConstraint(one_of("state", list(STATES)), name="known_state"),
        CheckConstraint("(state = 'logged') = (decided_on IS NULL)", name="decided_unless_logged"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> person_id", name="not_confirmed_by_oneself"),
        CheckConstraint(f"outcome IS NULL OR {one_of('outcome', list(OUTCOMES))}", name="known_outcome"),
        CheckConstraint("outcome IS NULL OR case_key IS NOT NULL", name="outcome_of_a_case"),
        CheckConstraint("case_key IS NULL OR kind = 'case'", name="only_cases_have_a_key"),
        CheckConstraint("ends_on IS NULL OR kind = 'declaration'", name="only_declarations_end"),
        CheckConstraint("ends_on > done_on", name="ends_after_start"),
        CheckConstraint("by_link_id IS NULL OR on_word_of IS NOT NULL", name="link_has_its_word"),
        Index("ix_practice_entry_person", "person_id", "done_on"),
        Index("ix_practice_entry_state", "state", "id"),
        Index("ix_practice_entry_case", "case_key", **only_where("case_key IS NOT NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    code: Mapped[str | None]
    done_on: Mapped[date]
    ends_on: Mapped[date | None]
    quantity: Mapped[Decimal] = mapped_column(Amount)
    hours: Mapped[Decimal | None] = mapped_column(Amount)
    case_reference: Mapped[str | None]
    case_key: Mapped[str | None]
    outcome: Mapped[str | None]
    note: Mapped[str | None]
    state: Mapped[str]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_on: Mapped[date]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    on_word_of: Mapped[str | None]
    by_link_id: Mapped[int | None] = mapped_column(ForeignKey("confirmation_link.id"))
    decided_on: Mapped[date | None]
    reason: Mapped[str | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("practice_entry.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class ArrangedSupervision(Record):
    """A supervision session that was arranged for a mediator, for the day `held_on`, and the entry that came of it.

    `source` is the record of a room that it follows from: never what stands in that record. It is open until it is
    logged or called off.
    """

    __tablename__ = "arranged_supervision"
    __table_args__ = (
        CheckConstraint("entry_id IS NULL OR called_off_at IS NULL", name="logged_or_called_off"),
        CheckConstraint("(called_off_at IS NULL) = (called_off_by IS NULL)", name="called_off_by_somebody"),
        Index("ix_arranged_supervision_person", "person_id", "held_on"),
        Index("ix_arranged_supervision_source", "source_type", "source_id"),
        Index(
            "ix_arranged_supervision_open",
            "held_on",
            "id",
            **only_where("entry_id IS NULL AND called_off_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    held_on: Mapped[date]
    arranged_at: Mapped[datetime]
    arranged_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    source_type: Mapped[str]
    source_id: Mapped[int]
    form_key: Mapped[str] = mapped_column(unique=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("practice_entry.id"), unique=True)
    called_off_at: Mapped[datetime | None]
    called_off_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    entry: Mapped[PracticeEntry | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.entry_id is None and self.called_off_at is None


class LineManager(Record):
    """Who is asked by letter to confirm what a mediator logged, as the office names them, current until `ended_at`.

    A line manager needs no account and stands in no register: a name and an address, kept for the letter alone.
    `not_theirs_at`: whoever got the letter said that they are not the line manager, which ended it.
    """

    __tablename__ = "practice_line_manager"
    __table_args__ = (
        CheckConstraint("not_theirs_at IS NULL OR ended_at IS NOT NULL", name="not_theirs_is_over"),
        Index("uq_practice_line_manager_current", "person_id", unique=True, **only_where("ended_at IS NULL")),
        Index("ix_practice_line_manager_not_theirs", "person_id", **only_where("not_theirs_at IS NOT NULL")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(info=PRIVATE)
    named_at: Mapped[datetime]
    named_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    not_theirs_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class ConfirmationLink(Record):
    """A link that a line manager gets by letter: it shows what waits for them, and works for one answer to each page.

    `asked_on` is the day of the newest letter that carries it. Its token is worked out from this row; none is stored.
    """

    __tablename__ = "confirmation_link"
    __table_args__ = (
        Index("uq_confirmation_link_open", "line_manager_id", unique=True, **only_where("revoked_at IS NULL")),
    )

    line_manager_id: Mapped[int] = mapped_column(ForeignKey("practice_line_manager.id"), index=True)
    nonce: Mapped[str] = mapped_column(info=PRIVATE)
    made_at: Mapped[datetime]
    asked_on: Mapped[date]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    line_manager: Mapped[LineManager] = relationship()


class MediationCase(Record):
    """A case by its reference alone. What the office states: `referred_on`, `unit_id`, and how and when it ended.

    `counted_on`, `from_log`, `outcome`, `ended_on` and `disputed` follow from that and from the confirmed entries of
    the log (rules.cases) and are written with them, so that figures read one table.
    """

    __tablename__ = "mediation_case"
    __table_args__ = (
        CheckConstraint(f"outcome IS NULL OR {one_of('outcome', list(OUTCOMES))}", name="known_outcome"),
        CheckConstraint(f"stated_outcome IS NULL OR {one_of('stated_outcome', list(OUTCOMES))}", name="known_stated"),
        CheckConstraint("(stated_outcome IS NULL) = (stated_ended_on IS NULL)", name="stated_with_its_day"),
        CheckConstraint("(outcome IS NULL) = (ended_on IS NULL)", name="ended_with_its_day"),
        Index("ix_mediation_case_counted", "counted_on", "id"),
        Index("ix_mediation_case_unit", "unit_id", "counted_on"),
        Index("ix_mediation_case_disputed", "id", **only_where("disputed")),
    )

    key: Mapped[str] = mapped_column(unique=True)
    reference: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    referred_on: Mapped[date | None]
    stated_outcome: Mapped[str | None]
    stated_ended_on: Mapped[date | None]
    stated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    counted_on: Mapped[date | None]
    from_log: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None]
    ended_on: Mapped[date | None]
    disputed: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit | None] = relationship()


class LeaveRequest(Record):
    """Leave for the days [starts_on, ends_on) that a mediator asks for, and the answer.

    `leave_type` and `reason` are private to the mediator and to who decides. `answer` is what the mediator reads.
    Approved, it has its overlay: leave itself is standing's.
    """

    __tablename__ = "leave_request"
    __table_args__ = (
        CheckConstraint(one_of("state", list(LEAVE_STATES)), name="known_state"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered_unless_asked"),
        CheckConstraint("(state = 'approved') = (overlay_id IS NOT NULL)", name="approved_has_its_leave"),
        CheckConstraint("state <> 'declined' OR answer IS NOT NULL", name="declined_with_a_reason"),
        Index("ix_leave_request_state", "state", "starts_on", "id"),
        Index("ix_leave_request_person", "person_id", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    leave_type: Mapped[str] = mapped_column(info=PRIVATE)
    reason: Mapped[str] = mapped_column(info=PRIVATE)
    asked_at: Mapped[datetime]
    form_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="asked")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None] = mapped_column(info=PRIVATE)
    overlay_id: Mapped[int | None] = mapped_column(ForeignKey("overlay.id"), unique=True)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
