"""The steps of handing a letter over, each one transaction: claim, write, reach for the dot, record; and recover.

No step happens without the claim's token, and no network inside any of them.
"""

import logging
import secrets
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import OWN_ADDRESS, Letter, NoLongerTrue
from scheduler.models import LetterAttempt
from scheduler.rules.answers import Meaning, wait_after
from scheduler.services.composing import Composed, NotDeliverable, compose, current_address
from scheduler.services.journal import Sent, line_about, was_sent
from scheduler.services.marks import clear_mark, pause_mail_server
from scheduler.services.planning import letter_is_superseded
from scheduler.services.workers import is_gone

log = logging.getLogger(__name__)

READY = ("queued", "retry_wait")


@dataclass(frozen=True)
class Pace:
    """How long a claim holds without news from its worker, and how long the mail server may take."""

    lease: timedelta = timedelta(minutes=5)
    step_seconds: float = 60
    reply_seconds: float = 600  # RFC 5321, 4.5.3.2.6: ten minutes for the answer to a whole letter

    def lease_for_the_dot(self) -> timedelta:
        return self.lease + timedelta(seconds=self.reply_seconds)


@dataclass(frozen=True)
class Ready:
    """A letter that was looked at once more and written, and what the journal of sent letters will say of it."""

    composed: Composed
    line: Sent


def claim(letter_id: int, token: str, pace: Pace) -> bool:
    """Take the letter if nobody has it: compare and set."""
    with transaction():
        return _moved(
            letter_id,
            Letter.state.in_(READY),
            state="claimed",
            claim_token=token,
            claimed_until=clock.now() + pace.lease,
        )


def begin_hand_over(letter_id: int, token: str, pace: Pace, *, takes_utf8: bool) -> Ready | str | None:
    """Look once more whether it is true, and write it, under the claim, which is taken here if it was not before.

    A state in place of a letter: it ends here. None: somebody else has it.
    """
    with transaction():
        now = clock.now()
        if not _moved(
            letter_id,
            or_((Letter.claim_token == token) & (Letter.state == "claimed"), Letter.state.in_(READY)),
            state="handing_over",
            claim_token=token,
            claimed_until=now + pace.lease,
        ):
            return None
        letter = db.session.get_one(Letter, letter_id, populate_existing=True)
        try:
            with db.session.begin_nested():
                composed = compose(letter, takes_utf8=takes_utf8)
            letter.wording, letter.content_hash = composed.wording, composed.digest
            return Ready(composed, line_about(letter))
        except NoLongerTrue as news:
            letter_is_superseded(letter, str(news))
            return end(letter, "superseded", str(news), now)
        except NotDeliverable as problem:
            if problem.flag:
                _flag_address(letter, problem.reason, now)
            return end(letter, "undeliverable", problem.reason, now)
        except OperationalError:
            raise  # the database's fault, not the letter's: the claim runs out
        except Exception as fault:
            log.exception("letter %s could not be written", letter_id)
            reason = (
                f"The letter could not be written ({type(fault).__name__}). Its template or what fills it is at fault."
            )
            note_attempt(letter_id, token, "write", 0, type(fault).__name__, "held")
            return end(letter, "held", reason, now)


def reach_for_the_dot(letter_id: int, token: str, pace: Pace) -> bool:
    """Record that the end of the letter is about to go out. False: the claim was lost, and it must not."""
    with transaction():
        kept = _moved(
            letter_id,
            (Letter.claim_token == token) & (Letter.state == "handing_over"),
            claimed_until=clock.now() + pace.lease_for_the_dot(),
        )
        if kept:
            note_attempt(letter_id, token, "dot", None, "", None)
        return kept


def conclude(letter_id: int, token: str, meaning: Meaning, phase: str, code: int) -> str | None:
    """Record what became of the letter. None: somebody else has decided about it since."""
    with transaction():
        letter = db.session.get_one(Letter, letter_id, with_for_update=True)
        late = letter.state == "in_doubt" and meaning.state in ("sent", "failed", "retry_wait")
        if letter.claim_token != token or not (letter.state in ("claimed", "handing_over") or late):
            return None
        now = clock.now()
        state, words = str(meaning.state), meaning.words
        if meaning.pause:
            pause_mail_server(meaning.words, now)
        elif phase == "replied":
            clear_mark("mail_server")
        if state == "retry_wait":
            letter.tries += 1
            if (wait := wait_after(letter.tries)) is None:
                state, words = "failed", f"It was tried {letter.tries} times. Last: {words}"
            else:
                letter.not_before = now + wait * (0.8 + secrets.randbelow(401) / 1000)
        if meaning.flag:
            _flag_address(letter, words, now)
        note_attempt(letter_id, token, phase, code or None, words, state)
        return end(letter, state, None if state == "queued" and not meaning.pause else words, now)


def conclude_whatever_happens(letter_id: int, token: str, meaning: Meaning, phase: str, code: int) -> str | None:
    """The mail server has spoken.

    A database that is restarting is given a moment before this becomes a letter in doubt.
    """
    for seconds in (1, 3, 6):
        try:
            return conclude(letter_id, token, meaning, phase, code)
        except DBAPIError:
            log.warning("the database is out of reach, letter %s is %s", letter_id, meaning.state)
            time.sleep(seconds)
    return conclude(letter_id, token, meaning, phase, code)


def recover_letters() -> Counter[str]:
    """Take back what a worker left behind that died or lost its lease: the states the letters are in now, counted.

    Only a letter whose end may have gone out is in doubt.
    """
    in_hand = select(Letter.id, Letter.claim_token, Letter.claimed_until).where(
        Letter.state.in_(("claimed", "handing_over"))
    )
    now = clock.now()
    left = [
        row.id
        for row in db.session.execute(in_hand)
        if row.claim_token is None or row.claimed_until is None or row.claimed_until < now or is_gone(row.claim_token)
    ]
    found: Counter[str] = Counter()
    for letter_id in left:
        with transaction():
            letter = db.session.get_one(Letter, letter_id, with_for_update=True)
            token, until = letter.claim_token, letter.claimed_until
            if letter.state not in ("claimed", "handing_over"):
                continue
            if token and until and until >= now and not is_gone(token):
                continue
            if letter.state == "handing_over" and token and _may_have_gone_out(letter_id, token):
                if was_sent(data_folder(), letter.message_id):
                    words = "The mail server took it; the machine stopped before that was written down here."
                    note_attempt(letter_id, token, "replied", 250, words, "sent")
                    found[end(letter, "sent", words, now)] += 1
                    continue
                words = "The machine stopped after the whole letter had gone out, before the mail server's answer."
                note_attempt(letter_id, token, "dot", None, words, "in_doubt")
                found[end(letter, "in_doubt", words, now)] += 1
            else:
                letter.state, letter.claim_token, letter.claimed_until = "queued", None, None
    return found


# --- pieces ----------------------------------------------------------------------------------------------------------


def _moved(letter_id: int, condition: object, **values: object) -> bool:
    changed = db.session.execute(
        update(Letter)
        .where(Letter.id == letter_id, condition)  # type: ignore[arg-type]
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def end(letter: Letter, state: str, reason: str | None, now: datetime) -> str:
    """The letter leaves our hands in this state.

    The token stays with a letter in doubt, so that a late answer still counts.
    """
    letter.state, letter.reason, letter.claimed_until = state, reason, None
    if state != "in_doubt":
        letter.claim_token = None
    letter.ended_at = None if state in ("queued", "retry_wait", "held") else now
    db.session.flush()
    return state


def _may_have_gone_out(letter_id: int, token: str) -> bool:
    dot = select(LetterAttempt.id).where(
        LetterAttempt.letter_id == letter_id, LetterAttempt.token == token, LetterAttempt.phase == "dot"
    )
    return db.session.scalar(dot.limit(1)) is not None


def note_attempt(letter_id: int, token: str, phase: str, code: int | None, text: str, outcome: str | None) -> None:
    db.session.add(
        LetterAttempt(
            letter_id=letter_id, at=clock.now(), token=token, phase=phase, code=code, text=text, outcome=outcome
        )
    )


def _flag_address(letter: Letter, reason: str, now: datetime) -> None:
    """Mark the contact address that the letter went to. One that went elsewhere says nothing about it."""
    if letter.template in OWN_ADDRESS:
        return
    address = current_address(letter.person_id)
    if address is not None and address.undeliverable_since is None:
        address.undeliverable_since, address.undeliverable_reason = now, reason


def data_folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_dir)
