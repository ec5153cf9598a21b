"""The ledger: every fact that can make somebody deployable or not, once, dated, and never edited."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core import clock
from accreditation.core.database import Record, append_only, only_where
from accreditation.people.models import one_of
from accreditation.standing.models.columns import Amount
from accreditation.standing.rules.evidence import EVENT_KINDS, KINDS


@append_only
class Evidence(Record):
    """One dated fact about a person. An event has no `ends_on`; an interval [starts_on, ends_on) without one is open.

    `scheme` null: it holds for every scheme. `source` is the record of a room that it follows from.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint(one_of("kind", sorted(KINDS)), name="known_kind"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint(f"ends_on IS NULL OR NOT ({one_of('kind', sorted(EVENT_KINDS))})", name="event_has_no_end"),
        Index("ix_evidence_source", "source_type", "source_id"),
        # Who was trained on one day: for pairs of records that may be one person.
        Index("ix_evidence_training", "starts_on", "person_id", **only_where("kind = 'training'")),
        # What begins in a period: for reports.
        Index("ix_evidence_begins", "kind", "starts_on", "person_id", **only_where("kind IN ('award', 'clearance')")),
        # Somebody's awards, whose award ends in a period, and who has something waived: for who can be accredited.
        Index("ix_evidence_award", "person_id", "code", "starts_on", "ends_on", **only_where("kind = 'award'")),
        Index("ix_evidence_award_end", "code", "ends_on", "person_id", **only_where("kind = 'award'")),
        Index("ix_evidence_waived", "ends_on", "person_id", **only_where("kind = 'waiver' OR kind = 'extension'")),
    )
    __audited__ = False  # it is its own trail: rows are only added, each says when and by whom

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str | None]
    kind: Mapped[str]
    code: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    quantity: Mapped[Decimal | None] = mapped_column(Amount)
    source_type: Mapped[str]
    source_id: Mapped[int]
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


@append_only
class EvidenceVoid(Record):
    """A fact struck out: since when it is known to be wrong, why, and who said so. The fact itself stays."""

    __tablename__ = "evidence_void"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), unique=True)
    voided_at: Mapped[datetime] = mapped_column(default=clock.now)
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(info={"sensitive": True})
