"""Letters that are owed to somebody. Queued in the transaction that owes them; written and handed over by the scheduler.

A letter holds ids alone: never an address, a name, a date or a text. What it says is asked of the room it came
from (`facts_for`) at the moment it is handed over.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core import clock
from accreditation.core.database import Record, insert_if_absent

STATES = (
    "queued",
    "claimed",
    "handing_over",
    "retry_wait",
    "sent",
    "written_to_folder",
    "in_doubt",
    "failed",
    "undeliverable",
    "superseded",
    "cancelled",
    "held",
)


class Letter(Record):
    """One letter to one person. Its `key` makes queueing it twice harmless, its `message_id` never changes."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in STATES) + ")", name="known_state"),
        Index("ix_letter_due", "state", "not_before"),
    )
    __audited__ = False  # its own journal of attempts says more

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    template: Mapped[str]
    about_id: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="queued")
    reason: Mapped[str | None]
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


def queue(person_id: int, template: str, *, about_id: int, key: str) -> int | None:
    """Owe this letter, in the caller's transaction. The letter's id, or None when that key is queued already."""
    now = clock.now()
    return insert_if_absent(
        Letter,
        person_id=person_id,
        template=template,
        about_id=about_id,
        key=key,
        message_id=f"<{secrets.token_hex(16)}@{mail_domain()}>",
        state="queued",
        queued_at=now,
        not_before=now,
        tries=0,
    )


def mail_domain() -> str:
    """The part after the @ of the sender, so that a Message-ID names this installation."""
    return str(current_app.config["MAIL_FROM"]).rpartition("@")[2].strip("> ") or "localhost"


class NoLongerTrue(Exception):
    """There is nothing left to say: the letter becomes `superseded`, with this reason."""


Facts = Callable[[int], dict[str, object]]
FACTS: dict[str, Facts] = {}


def facts_for(template: str) -> Callable[[Facts], Facts]:
    """Register what fills this letter: called with `about_id` at hand-over. It may raise NoLongerTrue."""

    def register(facts: Facts) -> Facts:
        if template in FACTS:
            raise RuntimeError(f"two functions fill {template}")
        FACTS[template] = facts
        return facts

    return register
