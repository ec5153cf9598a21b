"""The versions of the schemes, what is drafted, and which editions of the projections there are."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core import clock
from accreditation.core.database import Record, append_only, only_where
from accreditation.people.models import one_of

APPLIES_TO = ["everyone", "new_awards"]
DRAFT_STATES = ["open", "activated", "discarded"]
EDITION_STATES = ["building", "current", "old"]
CHANGES = ["loses", "gains", "earlier", "later", "other"]


@append_only
class SchemeVersion(Record):
    """One version of a scheme, for good: the definition is the JSON that `standing evaluate` reads.

    `effective_from` is the first day it is meant for, `applies_to` whom it judges from then on: see rules.history.
    Changing a rule is a new version.
    """

    __tablename__ = "scheme_version"
    __table_args__ = (
        UniqueConstraint("scheme", "number", name="one_of_each_number"),
        CheckConstraint("number > 0", name="number_counts"),
        CheckConstraint(one_of("applies_to", APPLIES_TO), name="known_rule"),
    )

    scheme: Mapped[str]
    number: Mapped[int]
    effective_from: Mapped[date]
    activated_at: Mapped[datetime] = mapped_column(default=clock.now)
    activated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    definition: Mapped[str]
    applies_to: Mapped[str] = mapped_column(default="everyone", server_default="everyone")
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="", server_default="")


@append_only
class SchemeRetirement(Record):
    """From that day on the version judges nobody any more: the one before it does again."""

    __tablename__ = "scheme_retirement"

    version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"), unique=True)
    retired_from: Mapped[date]
    retired_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")


class SchemeDraft(Record):
    """A change to a scheme that is being prepared: a new version, or (`retires`) the end of one.

    Of each scheme one at a time. `edited_by` is whoever changed it last: another person activates it.
    """

    __tablename__ = "scheme_draft"
    __table_args__ = (
        CheckConstraint(one_of("state", DRAFT_STATES), name="known_state"),
        CheckConstraint(one_of("applies_to", APPLIES_TO), name="known_rule"),
        Index("uq_scheme_draft_open", "scheme", unique=True, **only_where("state = 'open'")),
    )

    scheme: Mapped[str]
    base_number: Mapped[int]  # the version it was made from
    retires: Mapped[int | None]  # the number of the version it ends
    definition: Mapped[str]
    effective_from: Mapped[date]
    applies_to: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime] = mapped_column(default=clock.now)
    activated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Edition(Record):
    """The projections of one scheme by one set of its versions, under `key`.

    One is current and is what every page reads. Another is built beside it when a draft is rehearsed, kept up with the
    ledger, and becomes the current one when the draft is activated: no page ever sees half of a change. A scheme
    without a row has one edition, the current one, whose key is the scheme's code.
    """

    __tablename__ = "scheme_edition"
    __table_args__ = (
        CheckConstraint(one_of("state", EDITION_STATES), name="known_state"),
        Index("uq_scheme_edition_current", "scheme", unique=True, **only_where("state = 'current'")),
        Index("uq_scheme_edition_building", "scheme", unique=True, **only_where("state = 'building'")),
    )
    __audited__ = False  # it follows from a draft, and its rows from the ledger

    scheme: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("scheme_draft.id"))


class EditionProgress(Record):
    """How far the building of an edition has come, in people; `built_at` when it was complete.

    For one that nobody reads any more: how far taking it away has come.

    Not in the edition's own row: whoever records a fact holds that one in share while a batch moves this one on.
    """

    __tablename__ = "scheme_edition_progress"
    __audited__ = False

    edition_id: Mapped[int] = mapped_column(ForeignKey("scheme_edition.id"), unique=True)
    done: Mapped[int] = mapped_column(default=0)
    to_do: Mapped[int] = mapped_column(default=0)
    last_person_id: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    built_at: Mapped[datetime | None]


class RehearsedChange(Record):
    """What a draft would change for one person: the standing on its first day and the end of the run that day.

    Both ends are exclusive. `change`: loses or gains (may work that day or not), earlier or later (the last day moves),
    other (something changes only later on, or among those who may not work).
    """

    __tablename__ = "rehearsed_change"
    __table_args__ = (
        CheckConstraint(one_of("change", CHANGES), name="known_change"),
        UniqueConstraint("edition_id", "person_id", name="one_for_each_person"),
        Index("ix_rehearsed_change_kind", "edition_id", "change", "person_id"),
    )
    __audited__ = False  # worked out anew with every fact

    edition_id: Mapped[int] = mapped_column(ForeignKey("scheme_edition.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    change: Mapped[str]
    differs_from: Mapped[date]  # the first day on which the two say something else
    verdict_before: Mapped[str]
    verdict_after: Mapped[str]
    end_before: Mapped[date | None]
    end_after: Mapped[date | None]
    limiting_before: Mapped[str | None]
    limiting_after: Mapped[str | None]


@append_only
class FigureConfirmation(Record):
    """Somebody looked a figure up: as long as the scheme says exactly this, it needs no checking any more."""

    __tablename__ = "figure_confirmation"
    __table_args__ = (Index("ix_figure_confirmation_scheme", "scheme"),)

    scheme: Mapped[str]
    figure: Mapped[str]  # the code of a requirement, the name of a setting, the key of a recorded figure
    says: Mapped[str]  # what was confirmed, as canonical text
    source: Mapped[str]  # where it was looked up
    confirmed_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
