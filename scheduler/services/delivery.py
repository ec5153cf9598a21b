"""Handing letters over: claim, write, hand over, record. Every step is recorded before the next one can have happened.

queued → claimed → handing_over → sent. A worker may die anywhere: what it had claimed goes back; what it was handing
over goes back too unless the journal says that the end of the letter may have gone out: then nobody knows, and the
letter is `in_doubt` until a person decides. No network inside a transaction, no transaction without the claim's
token.
"""

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, true, update
from sqlalchemy.exc import DBAPIError, OperationalError

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import OWN_ADDRESS, Letter, NoLongerTrue
from scheduler.models import LetterAttempt
from scheduler.queries.hours import sending_hours
from scheduler.rules.answers import Meaning, meaning_of_reply, meaning_of_silence, wait_after, without_address
from scheduler.services.composing import Composed, NotDeliverable, compose, current_address
from scheduler.services.folder import write_to_folder
from scheduler.services.marks import clear_mark, mail_server_paused_until, pause_mail_server, set_mark
from scheduler.services.owing import FOLDER
from scheduler.services.planning import letter_is_superseded
from scheduler.services.smtp import Conversation, Refused, Server, Silence
from scheduler.services.workers import is_gone, new_token

log = logging.getLogger(__name__)

READY = ("queued", "retry_wait")
AT_ONCE = 200  # ids read in one go


@dataclass(frozen=True)
class Pace:
    """How long a claim holds without news from its worker, and how long the mail server may take."""

    lease: timedelta = timedelta(minutes=5)
    step_seconds: float = 60
    reply_seconds: float = 600  # RFC 5321, 4.5.3.2.6: ten minutes for the answer to a whole letter

    def lease_for_the_dot(self) -> timedelta:
        return self.lease + timedelta(seconds=self.reply_seconds)


@dataclass
class Delivered:
    """What one run did: letters by the state they ended in, and why it stopped before the end, if it did."""

    states: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None


def deliver_letters(
    *, pace: Pace = Pace(), even_if_paused: bool = False, stop: Callable[[], bool] = lambda: False
) -> Delivered:
    """Hand over every letter that is due, one after the other. Safe in any number of processes at once.

    Opens its own transactions, one for each step of each letter. `stop` is asked between letters.
    """
    done = Delivered()
    done.states.update(recover_letters())
    url = current_app.config["SMTP_URL"]
    post = (
        Conversation(Server.from_url(url), step_seconds=pace.step_seconds, reply_seconds=pace.reply_seconds)
        if url
        else None
    )
    if post and not even_if_paused and (until := mail_server_paused_until(clock.now())):
        done.stopped = f"The mail server was out of reach. The next try is due at {until:%H:%M} UTC."
        return done
    try:
        while not done.stopped and (ids := _due_letters()):
            for letter_id in ids:
                if stop():
                    done.stopped = "stopped"
                    break
                state, trouble = _deliver(letter_id, post, pace)
                if state:
                    done.states[state] += 1
                if trouble:
                    done.stopped = trouble
                    break
    finally:
        if post:
            post.quit()
    with transaction():
        set_mark(
            "delivery",
            clock.now(),
            ", ".join(f"{count} {state}" for state, count in done.states.items()) or "nothing due",
        )
    return done


def _due_letters() -> list[int]:
    """The next that may go. Outside the hours for reminders, what somebody is waiting for goes all the same."""
    now = clock.now()
    may_go = true() if sending_hours().allow(now) else ~Letter.template.startswith(FOLDER)
    query = (
        select(Letter.id)
        .where(Letter.state.in_(READY), Letter.not_before <= now, may_go)
        .order_by(Letter.not_before, Letter.id)
        .limit(AT_ONCE)
    )
    ids = list(db.session.scalars(query))
    db.session.rollback()  # nothing stays open while the network is waited for
    return ids


def _deliver(letter_id: int, post: Conversation | None, pace: Pace) -> tuple[str | None, str | None]:
    """One letter: the state it ended in (None: somebody else has it), and why nothing further should be tried now."""
    token = new_token()
    if not claim(letter_id, token, pace):
        return None, None
    if post is None:
        return _write_down(letter_id, token)
    old, recipient, gone_out = post.carried > 0, "", False
    meaning: Meaning
    phase: str
    try:
        post.open()
        composed = begin_hand_over(letter_id, token, pace, takes_utf8=post.takes_utf8)
        if isinstance(composed, str):
            return composed, None
        recipient = composed.recipient
        post.address(composed.sender, composed.recipient, utf8=composed.utf8)
        post.content(composed.content)
        if not reach_for_the_dot(letter_id, token, pace):
            post.hang_up()  # somebody took it over while we slept: without the dot nothing was accepted
            return None, None
        gone_out = True
        meaning = meaning_of_reply("dot", 250, post.finish().removeprefix("250").strip())
        code, phase = 250, "replied"
    except Refused as refusal:
        text = without_address(refusal.text, recipient) if recipient else refusal.text
        meaning, code, phase = meaning_of_reply(refusal.phase, refusal.code, text), refusal.code, refusal.phase
    except Silence as silence:
        meaning = meaning_of_silence(silence.phase, silence.why, connection_was_old=old)
        code, phase = 0, silence.phase
    except DBAPIError:
        post.hang_up()
        raise  # the database's fault: nothing could be recorded
    except Exception as fault:
        log.exception("letter %s could not be handed over", letter_id)
        code, phase = 0, "dot" if gone_out else "data"
        meaning = meaning_of_silence("dot" if gone_out else "data", f"a fault on our side ({type(fault).__name__})")
    if meaning.hang_up:
        post.hang_up()
    elif meaning.state != "sent":
        post.ready_for_another()
    state = _conclude_whatever_happens(letter_id, token, meaning, phase, code)
    return state, meaning.words if meaning.pause else None


# --- the steps, each one transaction ---------------------------------------------------------------------------------


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


def begin_hand_over(letter_id: int, token: str, pace: Pace, *, takes_utf8: bool) -> Composed | str:
    """Look once more whether it is true, and write it, under the claim. A state in place of a letter: it ends here."""
    with transaction():
        now = clock.now()
        if not _moved(
            letter_id,
            (Letter.claim_token == token) & (Letter.state == "claimed"),
            state="handing_over",
            claimed_until=now + pace.lease,
        ):
            return "lost"
        letter = db.session.get_one(Letter, letter_id, populate_existing=True)
        try:
            with db.session.begin_nested():
                return compose(letter, takes_utf8=takes_utf8)
        except NoLongerTrue as news:
            letter_is_superseded(letter, str(news))
            return _end(letter, "superseded", str(news), now)
        except NotDeliverable as problem:
            if problem.flag:
                _flag_address(letter, problem.reason, now)
            return _end(letter, "undeliverable", problem.reason, now)
        except OperationalError:
            raise  # the database's fault, not the letter's: the claim runs out
        except Exception as fault:
            log.exception("letter %s could not be written", letter_id)
            reason = (
                f"The letter could not be written ({type(fault).__name__}). Its template or what fills it is at fault."
            )
            _note_attempt(letter_id, token, "write", 0, type(fault).__name__, "held")
            return _end(letter, "held", reason, now)


def reach_for_the_dot(letter_id: int, token: str, pace: Pace) -> bool:
    """Record that the end of the letter is about to go out. False: the claim was lost, and it must not."""
    with transaction():
        kept = _moved(
            letter_id,
            (Letter.claim_token == token) & (Letter.state == "handing_over"),
            claimed_until=clock.now() + pace.lease_for_the_dot(),
        )
        if kept:
            _note_attempt(letter_id, token, "dot", None, "", None)
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
        _note_attempt(letter_id, token, phase, code or None, words, state)
        return _end(letter, state, None if state == "queued" and not meaning.pause else words, now)


def _conclude_whatever_happens(letter_id: int, token: str, meaning: Meaning, phase: str, code: int) -> str | None:
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
                words = "The machine stopped after the whole letter had gone out, before the mail server's answer."
                _note_attempt(letter_id, token, "dot", None, words, "in_doubt")
                found[_end(letter, "in_doubt", words, now)] += 1
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


def _end(letter: Letter, state: str, reason: str | None, now: datetime) -> str:
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


def _note_attempt(letter_id: int, token: str, phase: str, code: int | None, text: str, outcome: str | None) -> None:
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


def _write_down(letter_id: int, token: str) -> tuple[str | None, str | None]:
    """Without a mail server: a file in the folder. Written under the letter's own name, so doing it twice makes one."""
    composed = begin_hand_over(letter_id, token, Pace(), takes_utf8=True)
    if isinstance(composed, str):
        return composed, None
    letter = db.session.get_one(Letter, letter_id)
    folder = current_app.config["SETTINGS"].mail_folder
    try:
        name = write_to_folder(folder, letter.message_id, letter.queued_at, composed.content)
    except OSError as error:
        meaning = Meaning("queued", f"The folder for letters cannot be written: {error.strerror}", pause=True)
        return conclude(letter_id, token, meaning, "folder", 0), meaning.words
    with transaction():
        letter = db.session.get_one(Letter, letter_id, with_for_update=True)
        if letter.claim_token != token or letter.state != "handing_over":
            return None, None
        _note_attempt(letter_id, token, "folder", None, name, "written_to_folder")
        words = "No mail server is set up: it was written to a folder instead."
        return _end(letter, "written_to_folder", words, clock.now()), None
