"""What the scheduler keeps: which reminders there are, which are owed, and what happened to each letter."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Base, Record, append_only, only_where
from accreditation.people.models import one_of

SUBJECTS = [
    "award",
    "clearance",
    "refresher",
    "accumulated",
    "other",
    "results_outstanding",
    "helpline_followup",
    "return_from_leave",
    "clearance_review",
    "clearance_aftercare",
    "offer_answer",
    "line_manager_support",
    "refresher_booking",
    "refresher_confirmation",
]
"""What a rule reminds of. The first five are kinds of requirement that end; the rest are kinds of deadline."""

AUDIENCES = ["mediator", "practice_manager", "provider", "helpline", "line_manager", "vetting_officer"]

OBLIGATION_STATES = ["owed", "collapsed", "settled", "superseded"]
"""owed: letters were queued. collapsed: a more urgent stage was due too and spoke for it. settled: recorded as known
without a letter (a register was imported). superseded: it was no longer true before any letter went."""

PHASES = ["connect", "mail", "rcpt", "data", "dot", "replied", "folder", "write"]


class ReminderRule(Record):
    """One rung of a ladder: so many days before an end (negative: after it) this audience is told."""

    __tablename__ = "reminder_rule"
    __table_args__ = (
        UniqueConstraint("subject", "stage", "audience", name="uq_reminder_rule_rung"),
        CheckConstraint(one_of("subject", SUBJECTS), name="known_subject"),
        CheckConstraint(one_of("audience", AUDIENCES), name="known_audience"),
    )

    subject: Mapped[str]
    stage: Mapped[int]
    audience: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Obligation(Record):
    """A reminder that is owed: about whom and what, before which day. The key is what makes owing it twice harmless.

    `person_id` is whom it is about, None for a duty of a provider or of nobody in particular; `basis_date` the
    exclusive end it refers to. Reminders of one person that fall due for the same day share the letter of the one
    they follow (`lead_id`).
    """

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("person_id", "subject", "basis_date", "stage", "audience", name="uq_obligation_owed_once"),
        Index(
            "uq_obligation_owed_once_to_nobody",
            "subject",
            "basis_date",
            "stage",
            "audience",
            unique=True,
            **only_where("person_id IS NULL"),
        ),
        Index("ix_obligation_lead", "lead_id"),
        Index("ix_obligation_person_order", "person_id", "id"),
        CheckConstraint(one_of("state", OBLIGATION_STATES), name="known_state"),
        CheckConstraint(one_of("audience", AUDIENCES), name="known_audience"),
    )
    __audited__ = False  # rows are never removed and say themselves when and why

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str]
    basis_date: Mapped[date]
    stage: Mapped[int]
    audience: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("obligation.id"))
    planned_at: Mapped[datetime]
    turn: Mapped[int] = mapped_column(default=1)  # counts up when it becomes true again after it was superseded


@append_only
class LetterAttempt(Record):
    """The journal of handing letters over, where the fate of a letter can be read whose worker died.

    A `dot` row is written before the end of a letter goes out: without it the server cannot have accepted anything.
    """

    __tablename__ = "letter_attempt"
    __table_args__ = (
        Index("ix_letter_attempt_letter", "letter_id", "id"),
        CheckConstraint(one_of("phase", PHASES), name="known_phase"),
    )
    __audited__ = False  # a journal itself

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    at: Mapped[datetime]
    token: Mapped[str]
    phase: Mapped[str]
    code: Mapped[int | None]
    text: Mapped[str]
    outcome: Mapped[str | None]


class SchedulerLease(Base):
    """Who plans at the moment. It saves work; the keys of obligations and letters keep it right."""

    __tablename__ = "scheduler_lease"
    __audited__ = False  # renewed every minute

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    epoch: Mapped[int]
    expires_at: Mapped[datetime]


class SchedulerMark(Base):
    """The last time something happened, and how it went.

    `tick`, `delivery`, and `mail_server` while it is out of reach.
    """

    __tablename__ = "scheduler_mark"
    __audited__ = False  # overwritten every minute

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    words: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime | None]


@append_only
class LetterWording(Record):
    """The words of a letter as this service has written them, in versions; without words: as the product has them.

    `number` counts from 1 for each template, the greatest holds. A letter keeps the number that it was written with.
    """

    __tablename__ = "letter_wording"
    __table_args__ = (
        UniqueConstraint("template", "number", name="uq_letter_wording_number"),
        CheckConstraint("(subject IS NULL) = (body IS NULL)", name="both_or_neither"),
    )

    template: Mapped[str]
    number: Mapped[int]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


DIGESTS = ["never", "needed", "always"]
"""When a manager gets the weekly digest: never, when something needs attention, or every week."""


class ReminderPreference(Record):
    """How letters reach somebody.

    Early reminders of their own: one by one, or (`weekly`) together in one letter a week. As a manager: when the
    `digest` comes.
    """

    __tablename__ = "reminder_preference"
    __table_args__ = (CheckConstraint(one_of("digest", DIGESTS), name="known_digest"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    weekly: Mapped[bool]
    digest: Mapped[str] = mapped_column(default="needed", server_default="needed")


class DigestChoice(Record):
    """A manager has reminders of this subject in the digest in place of singly, as long as a later stage follows."""

    __tablename__ = "digest_choice"
    __table_args__ = (
        UniqueConstraint("person_id", "subject", name="uq_digest_choice_subject"),
        CheckConstraint(one_of("subject", SUBJECTS), name="known_subject"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str]


class DigestItem(Record):
    """A reminder that somebody is told of in their digest: in the one that is owed as `digest_id`; None: it waits."""

    __tablename__ = "digest_item"
    __table_args__ = (
        UniqueConstraint("obligation_id", "turn", "person_id", name="uq_digest_item_once"),
        Index("ix_digest_item_digest", "digest_id"),
        Index("ix_digest_item_waiting", "person_id", **only_where("digest_id IS NULL")),
    )
    __audited__ = False  # says itself what became of it, with the obligation

    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    turn: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("obligation.id"))
