"""What was undone, line by line, so that the page about it says the same for ever."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, append_only
from accreditation.desk.undoing.rules.told import LETTERS, Undone
from accreditation.people.models import Person, one_of


@append_only
class Undoing(Record):
    """Somebody undid an act, or the part of it that could be undone, and said why."""

    __tablename__ = "undoing"

    act_id: Mapped[int] = mapped_column(ForeignKey("result_act.id"), index=True)
    undone_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(info={"sensitive": True})
    cohort_reopened: Mapped[bool]

    undoer: Mapped[Person] = relationship(foreign_keys=undone_by)
    lines: Mapped[list["UndoingLine"]] = relationship(order_by="UndoingLine.id", back_populates="undoing")


@append_only
class UndoingLine(Record):
    """What became of one person's result. `awards`: the numbers of accreditations withdrawn with it, by commas."""

    __tablename__ = "undoing_line"
    __table_args__ = (CheckConstraint(one_of("letter", list(LETTERS)), name="known_letter"),)

    undoing_id: Mapped[int] = mapped_column(ForeignKey("undoing.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    result_id: Mapped[int]
    kept_because: Mapped[str | None]
    result: Mapped[str]
    facts: Mapped[int]
    awards: Mapped[str]
    letter: Mapped[str]

    undoing: Mapped[Undoing] = relationship(back_populates="lines")
    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @property
    def told(self) -> Undone:
        return Undone(
            self.kept_because, self.result, self.facts, tuple(filter(None, self.awards.split(","))), self.letter
        )
