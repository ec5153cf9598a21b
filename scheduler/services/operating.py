"""What a person decides about a letter that nothing more happens to by itself. Every decision is in the audit trail."""

import json
from collections.abc import Iterable

from sqlalchemy import select

from accreditation.core import audit, clock
from accreditation.core.audit import AuditDetail, AuditEntry
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import Letter
from scheduler.queries.history import (
    CLOSED,
    HELD,
    OPENED,
    REACHED,
    RELEASED,
    RESENT,
    TRIED,
    closing_of,
    decisions_about,
)
from scheduler.services.composing import current_address

ACTIONS: dict[str, tuple[str, ...]] = {
    "queued": ("hold", "reached"),
    "retry_wait": ("hold", "reached"),
    "held": ("release", "reached", "close"),
    "failed": ("try_again", "reached", "close"),
    "undeliverable": ("try_again", "reached", "close"),
    "in_doubt": ("resend", "reached", "close"),
    "cancelled": ("reopen",),
}
"""What can be done with a letter in each state."""

OPENED_AS = {"failed": "failed", "undeliverable": "undeliverable", "in_doubt": "in_doubt"}
"""The state to which a letter comes back that was closed by mistake; one that had not gone waits for a word: held."""


def actions_for(letter: Letter) -> tuple[str, ...]:
    """What can be done with this letter now. Only what a person closed can be opened again."""
    if letter.state == "cancelled" and closing_of(decisions_about(letter.id)) is None:
        return ()
    return ACTIONS.get(letter.state, ())


def release_letters(letter_ids: Iterable[int], *, released_by: int) -> int:
    """Let held letters go: how many.

    Each is looked at once more before it goes, and is not sent if it is no longer true.
    """
    released = 0
    for letter_id in sorted(letter_ids):
        letter = _lock(letter_id)
        if letter.state == "held":
            _queue(letter, released_by)
            _note(RELEASED, letter)
            released += 1
    return released


def release_letter(letter_id: int, *, released_by: int) -> None:
    """Raises Conflict when it is not held any more."""
    letter = _in_state(letter_id, "release")
    _queue(letter, released_by)
    _note(RELEASED, letter)


def try_letter_again(letter_id: int, *, tried_by: int) -> None:
    """A letter that failed goes once more, to the address that is current now, and a mark against that is taken away.

    Raises Conflict when something else has happened to it, DomainError when there is no address.
    """
    letter = _in_state(letter_id, "try_again")
    address = current_address(letter.person_id)
    if address is None:
        raise DomainError("There is no address to write to. Record one first, then try again.")
    if address.undeliverable_since is not None:
        address.undeliverable_since = address.undeliverable_reason = None
    letter.tries = 0
    _queue(letter, tried_by)
    _note(TRIED, letter)


def resend_letter(letter_id: int, *, resent_by: int) -> None:
    """A letter in doubt goes once more under the same Message-ID: it may arrive twice, and can do so only once.

    Raises Conflict when something else has happened to it, DomainError when it was resent before.
    """
    letter = _in_state(letter_id, "resend")
    if letter.resends:
        raise DomainError("It was sent again once already. Reach the person in another way, then close it.")
    letter.resends += 1
    letter.tries = 0
    _queue(letter, resent_by)
    _note(RESENT, letter)


def hold_letter(letter_id: int, *, held_by: int) -> None:
    """A letter that waits to go waits for a person instead. Raises Conflict when somebody has it in hand already."""
    letter = _in_state(letter_id, "hold")
    letter.state, letter.reason = "held", "A person holds it back."
    _note(HELD, letter, by=held_by)


def mark_as_reached(letter_id: int, *, reached_by: int) -> None:
    """The person was told by telephone: no letter is needed, and none comes of it. Raises Conflict."""
    letter = _in_state(letter_id, "reached")
    was = letter.state
    letter.state, letter.reason, letter.ended_at = "cancelled", "They were reached by telephone.", clock.now()
    letter.claim_token = None
    _note(REACHED, letter, was=was, by=reached_by)


def close_letter(letter_id: int, *, closed_by: int) -> None:
    """Nothing more is to happen: the person was reached in another way, or need not be. Raises Conflict."""
    letter = _in_state(letter_id, "close")
    was = letter.state
    letter.state, letter.reason, letter.ended_at = (
        "cancelled",
        f"Closed by a person; it was {was.replace('_', ' ')}.",
        clock.now(),
    )
    letter.claim_token = None
    _note(CLOSED, letter, was=was)


def reopen_letter(letter_id: int, *, opened_by: int) -> None:
    """A person closed it, or said that they had reached somebody, by mistake: it waits for a decision as before.

    Nothing goes by that. Raises Conflict when it is not closed any more, DomainError when no person closed it, when it
    is not known any more in which state it was, or when a newer letter has been owed in its place.
    """
    letter = _in_state(letter_id, "reopen")
    closing = closing_of(decisions_about(letter_id))
    if closing is None:
        raise DomainError("No person closed this letter, so nobody can open it again.")
    was = _state_before(closing)
    if was is None:
        raise DomainError("What is known of its closing was erased. Reach the person in another way.")
    newer = select(Letter.id).where(
        Letter.person_id == letter.person_id,
        Letter.template == letter.template,
        Letter.about_id == letter.about_id,
        Letter.id > letter.id,
    )
    if db.session.scalar(newer.limit(1)) is not None:
        raise DomainError("A newer letter about the same has been owed since. Look at that one.")
    letter.state, letter.reason, letter.ended_at = OPENED_AS.get(was, "held"), "A person opened it again.", None
    _note(OPENED, letter, by=opened_by)


def _state_before(closing: AuditEntry) -> str | None:
    detail = db.session.get(AuditDetail, closing.seq)
    return json.loads(detail.text).get("was") if detail else None


def _lock(letter_id: int) -> Letter:
    return db.session.get_one(Letter, letter_id, with_for_update=True, populate_existing=True)


def _in_state(letter_id: int, action: str) -> Letter:
    letter = _lock(letter_id)
    if action not in ACTIONS.get(letter.state, ()):
        raise Conflict("Something else has happened to this letter in the meantime. Look at it again.")
    return letter


def _queue(letter: Letter, by: int) -> None:
    letter.state, letter.reason, letter.ended_at = "queued", None, None
    letter.claim_token, letter.claimed_until = None, None
    letter.not_before, letter.released_by = clock.now(), by
    db.session.flush()


def _note(action: str, letter: Letter, **details: object) -> None:
    audit.note(action, subject=("letter", letter.id), about_id=letter.person_id, letter=letter.called, **details)
