"""The journal of what was tried with each letter: one row for each phase that it reached, never changed afterwards."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, insert, select

from accreditation.core import clock
from accreditation.core.database import db
from scheduler.models import LetterAttempt

Attempt = dict[str, Any]
"""A row of the journal that is not written yet."""

ADD = insert(cast(Table, LetterAttempt.__table__))


def attempt(letter_id: int, token: str, phase: str, code: int | None, text: str, outcome: str | None) -> Attempt:
    """How far a letter came, now. `code`: the mail server's, None where it said none; `outcome`: its state after it."""
    row: Attempt = {"letter_id": letter_id, "at": clock.now(), "token": token, "phase": phase, "code": code}
    return row | {"text": text, "outcome": outcome}


def note(attempts: Sequence[Attempt]) -> None:
    """Write these in the caller's transaction, in one journey to the database."""
    if attempts:
        db.session.connection().execute(ADD, list(attempts))


def may_have_gone_out(letter_id: int, token: str) -> bool:
    """Whether the dot of this letter was allowed under this claim."""
    dot = select(LetterAttempt.id).where(
        LetterAttempt.letter_id == letter_id, LetterAttempt.token == token, LetterAttempt.phase == "dot"
    )
    return db.session.scalar(dot.limit(1)) is not None
