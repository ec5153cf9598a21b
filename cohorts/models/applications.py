from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, append_only
from accreditation.people.models import Person, Unit, one_of
from cohorts.models.intakes import Intake
from cohorts.rules.stages import STAGES

SUPPORT_STATES = ["asked", "confirmed", "declined"]


class Application(Record):
    """Somebody's wish to become a mediator. `pay_number` is as typed: nobody has checked yet whose it is.

    `form_key` is made with the empty form and given back with it: the same form sent twice is one application, and its
    receipt has an address that cannot be guessed. `identity_question`: the register, or the same intake, holds somebody
    who may be the same person, and a manager has not said yet. A draft has been begun and not submitted.

    `support` is the line manager's word, due before `support_due_on` (exclusive). `sift_total` and `interview_total`,
    in hundredths of a percent of the highest marks, are there as soon as everybody has marked. `late_until`: who was
    let in after the closing day may submit before that day.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(one_of("stage", list(STAGES)), name="known_stage"),
        CheckConstraint(one_of("channel", ["web", "office"]), name="known_channel"),
        CheckConstraint(one_of("support", SUPPORT_STATES), name="known_support"),
        CheckConstraint("stage IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name="submitted_has_when"),
        CheckConstraint("late_until IS NULL OR late_reason IS NOT NULL", name="late_has_reason"),
        Index("ix_application_stage_newest", "stage", "id"),
        Index("ix_application_begun", "begun_at"),
        Index("ix_application_intake_stage", "intake_id", "stage", "id"),
        Index("ix_application_sift_rank", "intake_id", "sift_total", "id"),
        Index("ix_application_interview_rank", "intake_id", "interview_total", "id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    form_key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str]
    intake_id: Mapped[int | None] = mapped_column(ForeignKey("intake.id"))
    stage: Mapped[str]
    channel: Mapped[str]
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str] = mapped_column(info={"sensitive": True})
    pay_number: Mapped[str | None] = mapped_column(index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    motivation: Mapped[str] = mapped_column(info={"sensitive": True})
    line_manager_name: Mapped[str] = mapped_column(info={"sensitive": True})
    line_manager_email: Mapped[str] = mapped_column(info={"sensitive": True})
    agreed_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    sent_from: Mapped[str | None] = mapped_column(index=True)  # a keyed hash of the network address, for the throttle
    identity_question: Mapped[bool] = mapped_column(default=False)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    late_until: Mapped[date | None]
    late_reason: Mapped[str | None] = mapped_column(info={"sensitive": True})
    support: Mapped[str | None]
    support_due_on: Mapped[date | None]
    support_at: Mapped[datetime | None]
    support_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who recorded it; None: by the link
    support_note: Mapped[str | None] = mapped_column(info={"sensitive": True})
    sift_total: Mapped[int | None]
    interview_total: Mapped[int | None]
    reserve_position: Mapped[int | None]
    feedback: Mapped[str | None] = mapped_column(info={"sensitive": True})
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    intake: Mapped[Intake | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@append_only
class ApplicationStep(Record):
    """One step of an application, and who took it. The first has no stage before it."""

    __tablename__ = "application_step"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    before: Mapped[str | None]
    after: Mapped[str]
    at: Mapped[datetime]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(info={"sensitive": True})

    taker: Mapped[Person | None] = relationship(foreign_keys=taken_by)
