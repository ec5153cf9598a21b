"""Letters owed to somebody. Queued in the transaction that owes them; written and handed over by the scheduler.

A letter holds ids alone: never an address, a name, a date or a text. What it says is asked of the room it came
from (`facts_for`) at the moment it is handed over.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core import clock
from accreditation.core.database import Record, db, insert_if_absent, insert_many

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

WAITING = ("queued", "retry_wait", "held")
"""Not handed to anybody yet, and in nobody's hands: what may still be taken back."""

TROUBLED = ("failed", "undeliverable", "in_doubt", "held")
"""Nothing more happens by itself: a person has to look."""


class Letter(Record):
    """One letter to one person. Its `key` makes queueing it twice harmless, its `message_id` never changes."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in STATES) + ")", name="known_state"),
        Index("ix_letter_due", "state", "not_before"),
        Index("ix_letter_state_order", "state", "id"),
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
    released_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resends: Mapped[int] = mapped_column(default=0)
    wording: Mapped[int | None]  # the version of its words that it was last written with; 0: the product's own
    content_hash: Mapped[str | None]  # SHA-256 of subject and text as they were handed over

    @property
    def called(self) -> str:
        """What kind of letter it is, as its room calls it: "Invitation to a refresher day"."""
        return called(self.template)


@dataclass(frozen=True, slots=True)
class ToQueue:
    """One letter to be queued: to whom, which, about what, its key, and a reason for which it waits for a person."""

    person_id: int
    template: str
    about_id: int
    key: str
    hold: str | None = None


def queue(person_id: int, template: str, *, about_id: int, key: str, hold: str | None = None) -> int | None:
    """Owe this letter, in the caller's transaction. The letter's id, or None when that key is queued already.

    `hold` is a reason for which it waits until a person releases it.
    """
    now = clock.now()
    return insert_if_absent(Letter, **_row(ToQueue(person_id, template, about_id, key, hold), now, now, mail_domain()))


def queue_many(letters: Iterable[ToQueue], *, not_before: datetime | None = None) -> int:
    """Owe these, in the caller's transaction: how many of them were not queued already.

    `not_before`: the moment from which they may go; None: at once.
    """
    now, domain = clock.now(), mail_domain()
    rows = [_row(letter, now, not_before or now, domain) for letter in letters]
    return len(insert_many(Letter, rows, returning=[Letter.id]))


def waits(person_id: int, template: str, *, about_id: int) -> bool:
    """Whether such a letter about this is in nobody's hands yet: it will say what is true by then.

    It stays in nobody's until the caller's transaction ends, so that it cannot be written from what was true before.
    """
    found = select(Letter.id).where(*_waiting(person_id, template, about_id)).limit(1)
    return db.session.scalar(found.with_for_update()) is not None


def call_back(person_id: int, template: str, *, about_id: int, reason: str) -> None:
    """What such letters are about is gone, in the caller's transaction: those in nobody's hands yet are not sent."""
    gone = update(Letter).where(*_waiting(person_id, template, about_id))
    db.session.execute(gone.values(state="superseded", reason=reason, ended_at=clock.now()))


def _waiting(person_id: int, template: str, about_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Letter.person_id == person_id,
        Letter.template == template,
        Letter.about_id == about_id,
        Letter.state.in_(WAITING),
    )


def _row(letter: ToQueue, now: datetime, not_before: datetime, domain: str) -> dict[str, Any]:
    return {
        "person_id": letter.person_id,
        "template": letter.template,
        "about_id": letter.about_id,
        "key": letter.key,
        "message_id": f"<{secrets.token_hex(16)}@{domain}>",
        "state": "held" if letter.hold else "queued",
        "reason": letter.hold,
        "queued_at": now,
        "not_before": not_before,
        "tries": 0,
        "resends": 0,
    }


def mail_domain() -> str:
    """The part after the @ of the sender, so that a Message-ID names this installation."""
    return str(current_app.config["MAIL_FROM"]).rpartition("@")[2].strip("> ") or "localhost"


class NoLongerTrue(Exception):
    """There is nothing left to say: the letter becomes `superseded`, with this reason."""


Facts = Callable[[int], dict[str, object]]
FACTS: dict[str, Facts] = {}

CALLED: dict[str, str] = {}
"""By template, what people call this kind of letter: a name of its own, that stands on every page that lists letters.
"""


OWN_ADDRESS: set[str] = set()
"""Letters that go to the address which their facts give as `to`, not to the person's contact address: a link to an
account must never go where somebody who may edit the person, but not the account, has sent letters.
"""


RESENT_WHEN_IN_DOUBT: set[str] = set()
"""Letters of which a second copy is harmless and a missing one is not: in doubt, they go once more by themselves."""


def called(template: str) -> str:
    """What people call this kind of letter. One that no room writes any more, in an old register, says just that."""
    return CALLED.get(template, "Letter of a kind that is no longer written")


def facts_for(
    template: str, *, called: str, own_address: bool = False, in_doubt: str = "hold"
) -> Callable[[Facts], Facts]:
    """Register what fills this letter: called with `about_id` at hand-over. It may raise NoLongerTrue.

    `called`: what people call this kind of letter, unlike any other. `own_address`: the facts say under `to` where the
    letter goes. `in_doubt`: when nobody can know whether the mail server took it, "hold" leaves it to a person,
    "resend" sends it once more.
    """

    def register(facts: Facts) -> Facts:
        if template in FACTS:
            raise RuntimeError(f"two functions fill {template}")
        if called in CALLED.values():
            raise RuntimeError(f"two kinds of letter are called {called}")
        FACTS[template], CALLED[template] = facts, called
        if own_address:
            OWN_ADDRESS.add(template)
        if in_doubt == "resend":
            RESENT_WHEN_IN_DOUBT.add(template)
        return facts

    return register
