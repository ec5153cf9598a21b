from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person, one_of
from cohorts.models.results import Result
from cohorts.rules.appeals import APPEAL_STATES


class ResultAppeal(Record):
    """A candidate's appeal against a released result, which stands meanwhile.

    It is to be decided by `decide_by` (the last good day). `new_result_id`: the result that an upheld appeal brought,
    dated as the original. `late_because`: why it was taken although the time to appeal was over.
    """

    __tablename__ = "result_appeal"
    __table_args__ = (
        CheckConstraint(one_of("state", list(APPEAL_STATES)), name="known_state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="closed_has_when"),
        CheckConstraint("(state = 'upheld') = (new_result_id IS NOT NULL)", name="upheld_has_result"),
        Index("uq_result_appeal_open", "result_id", unique=True, **only_where("state = 'open'")),
        Index("ix_result_appeal_state", "state", "decide_by", "id"),
    )

    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grounds: Mapped[str] = mapped_column(info={"sensitive": True})
    late_because: Mapped[str | None] = mapped_column(info={"sensitive": True})
    decide_by: Mapped[date]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str | None] = mapped_column(info={"sensitive": True})
    new_result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))

    result: Mapped[Result] = relationship(foreign_keys=result_id)
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    decider: Mapped[Person | None] = relationship(foreign_keys=decided_by)
