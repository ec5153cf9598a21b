"""What was done to the results of a cohort in one go, so that it can be looked at again, and undone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core import clock
from accreditation.core.database import Record
from accreditation.people.models import Person, one_of
from cohorts.rules.acts import DOORS, KINDS


class ResultAct(Record):
    """Results recorded at one door, or released, by one person at one moment.

    `state_before`: the state of the cohort before it. An upload's act names it.
    """

    __tablename__ = "result_act"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(KINDS)), name="known_kind"),
        CheckConstraint(one_of("door", list(DOORS)), name="known_door"),
        Index("ix_result_act_cohort", "cohort_id", "id"),
    )
    __audited__ = False  # every result that it names is audited

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    kind: Mapped[str]
    door: Mapped[str]
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("result_upload.id"), index=True)
    state_before: Mapped[str]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime] = mapped_column(default=clock.now)

    doer: Mapped[Person | None] = relationship(foreign_keys=done_by)
    lines: Mapped[list["ActLine"]] = relationship(order_by="ActLine.id", back_populates="act")


class ActLine(Record):
    """What an act did to one result: as it was before and after, as JSON; None where there was none.

    `result_id` is no foreign key: a draft that was taken back is gone. `reversed_at`: when the line was undone.
    """

    __tablename__ = "result_act_line"
    __table_args__ = (Index("ix_result_act_line_result", "result_id"),)
    __audited__ = False  # every result that it names is audited

    act_id: Mapped[int] = mapped_column(ForeignKey("result_act.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    result_id: Mapped[int]
    before: Mapped[str | None] = mapped_column(info={"sensitive": True})
    after: Mapped[str | None] = mapped_column(info={"sensitive": True})
    reversed_at: Mapped[datetime | None]

    act: Mapped[ResultAct] = relationship(back_populates="lines")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
