"""What the pages read: the engine's answers, renewed in the transaction that changed the evidence.

Nothing but services/projecting.py writes them, and `accreditation check` proves them equal to the engine. They can be
made again at any time, so the audit trail leaves them out. FOREVER (date.max) is an end that is open. `edition` names
the scheme and the set of its versions: readers ask for the current one, `Scheme.edition`.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.core.database import Base
from accreditation.people.models import one_of
from accreditation.standing.models.columns import Codes
from accreditation.standing.rules.verdict import Verdict


class StandingPeriod(Base):
    """The verdict on a person in a scheme for the days [starts_on, ends_on). See rules.verdict.Period.

    The key answers "this person on that day" and, after a walk by name, a page of the register; the indexes answer
    "who has this verdict on that day" and "whose run ends between these days". Neither index begins with the edition:
    a planner that knows no figures would take it for a page of the register, and sort everybody.
    """

    __tablename__ = "standing_period"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint(one_of("verdict", [verdict.value for verdict in Verdict]), name="known_verdict"),
        Index("ix_standing_period_verdict", "verdict", "edition", "starts_on", "ends_on", "person_id"),
        Index("ix_standing_period_limit", "limiting_end", "edition", "starts_on", "limiting_requirement", "person_id"),
    )
    __audited__ = False

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    since: Mapped[date]  # the first day of the unbroken run of this verdict, whatever fails in it
    until: Mapped[date]  # the first day after that run
    verdict: Mapped[str]
    limiting_requirement: Mapped[str | None]
    limiting_end: Mapped[date | None]
    failing: Mapped[tuple[str, ...]] = mapped_column(Codes)

    @property
    def valid_through(self) -> date | None:
        """The last deployable day; None when not deployable or without end."""
        return last_good_day(self.limiting_end) if self.limiting_end else None


class RequirementPeriod(Base):
    """The days [starts_on, ends_on) on which a person meets (or, `met` false, fails) one requirement of a scheme."""

    __tablename__ = "requirement_period"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        Index("ix_requirement_period_end", "edition", "requirement", "met", "ends_on", "starts_on", "person_id"),
    )
    __audited__ = False

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    requirement: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    met: Mapped[bool]

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)

    @property
    def valid_through(self) -> date | None:
        """The last day of the period; None without end."""
        return None if self.ends_on == FOREVER else last_good_day(self.ends_on)
