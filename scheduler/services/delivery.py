"""Handing letters over: claim, write, hand over, record. Every step is recorded before the next one can have happened.

queued → claimed → handing_over → sent. A worker may die anywhere: what it had claimed goes back; what it was handing
over goes back too unless the journal says that the end of the letter may have gone out: then nobody knows, and the
letter is `in_doubt` until a person decides. No network inside a transaction, no transaction without the claim's
token.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import func, select, true
from sqlalchemy.exc import DBAPIError

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.settings import get_setting
from scheduler.models import LetterAttempt, Obligation
from scheduler.queries.hours import sending_hours
from scheduler.rules.answers import Meaning, meaning_of_reply, meaning_of_silence, without_address
from scheduler.services.doubts import resend_doubtful
from scheduler.services.folder import write_to_folder
from scheduler.services.journal import Sent, SentJournal
from scheduler.services.marks import mail_server_paused_until, set_mark
from scheduler.services.owing import FOLDER
from scheduler.services.smtp import Conversation, Refused, Server, Silence
from scheduler.services.steps import (
    READY,
    Pace,
    Ready,
    begin_hand_over,
    claim,
    conclude,
    conclude_whatever_happens,
    data_folder,
    end,
    note_attempt,
    reach_for_the_dot,
    recover_letters,
)
from scheduler.services.workers import new_token

log = logging.getLogger(__name__)

AT_ONCE = 200  # ids read in one go


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
    resend_doubtful()
    journal = SentJournal(data_folder())
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
                if full := over_the_limit():
                    done.stopped = full
                    break
                state, trouble = _deliver(letter_id, post, pace, journal)
                if state:
                    done.states[state] += 1
                if trouble:
                    done.stopped = trouble
                    break
    finally:
        if post:
            post.quit()
        journal.close()
    with transaction():
        set_mark(
            "delivery",
            clock.now(),
            ", ".join(f"{count} {state}" for state, count in done.states.items()) or "nothing due",
        )
    return done


def _due_letters() -> list[int]:
    """The next that may go: first what somebody is waiting for, then reminders, those of the nearest end first.

    Outside the hours for reminders, what somebody is waiting for goes all the same.
    """
    now = clock.now()
    is_reminder = Letter.template.startswith(FOLDER)
    may_go = true() if sending_hours().allow(now) else ~is_reminder
    ends_on = (
        select(Obligation.basis_date).where(Obligation.id == Letter.about_id, is_reminder).scalar_subquery()
    )  # fmt: skip
    query = (
        select(Letter.id)
        .where(Letter.state.in_(READY), Letter.not_before <= now, may_go)
        .order_by(func.coalesce(ends_on, date.min), Letter.not_before, Letter.id)
        .limit(AT_ONCE)
    )
    ids = list(db.session.scalars(query))
    db.session.rollback()  # nothing stays open while the network is waited for
    return ids


def _deliver(
    letter_id: int, post: Conversation | None, pace: Pace, journal: SentJournal
) -> tuple[str | None, str | None]:
    """One letter: the state it ended in (None: somebody else has it), and why nothing further should be tried now."""
    token = new_token()
    if (post is None or not post.is_open) and not claim(letter_id, token, pace):
        return None, None
    if post is None:
        return _write_down(letter_id, token)
    old, recipient, gone_out = post.carried > 0, "", False
    meaning: Meaning
    phase: str
    try:
        post.open()
        ready = begin_hand_over(letter_id, token, pace, takes_utf8=post.takes_utf8)
        if not isinstance(ready, Ready):
            return ready, None
        composed = ready.composed
        recipient = composed.recipient
        post.address(composed.sender, composed.recipient, utf8=composed.utf8)
        post.content(composed.content)
        if not reach_for_the_dot(letter_id, token, pace):
            post.hang_up()  # somebody took it over while we slept: without the dot nothing was accepted
            return None, None
        gone_out = True
        meaning = meaning_of_reply("dot", 250, post.finish().removeprefix("250").strip())
        code, phase = 250, "replied"
        _keep_outside(journal, ready.line)
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
    state = conclude_whatever_happens(letter_id, token, meaning, phase, code)
    return state, meaning.words if meaning.pause else None


# --- around the letters ----------------------------------------------------------------------------------------------


def over_the_limit() -> str | None:
    """Why nothing more may go in this minute, where a limit is set: all schedulers together are counted."""
    limit = int(get_setting("letters_per_minute"))
    if not limit:
        return None
    newest = (
        select(LetterAttempt.at).where(LetterAttempt.phase == "dot", LetterAttempt.outcome.is_(None))
        .order_by(LetterAttempt.id.desc()).offset(limit - 1).limit(1)
    )  # fmt: skip
    at = db.session.scalar(newest)
    db.session.rollback()
    if at is None or clock.now() - at >= timedelta(minutes=1):
        return None
    return f"No more than {limit} letters a minute are handed over. The rest goes in the next."


def _keep_outside(journal: SentJournal, line: Sent) -> None:
    """Outside the database too. It has been sent: a journal that cannot be written changes nothing of that."""
    try:
        journal.add(line)
    except OSError:
        log.exception("the journal of sent letters cannot be written")


def _write_down(letter_id: int, token: str) -> tuple[str | None, str | None]:
    """Without a mail server: a file in the folder. Written under the letter's own name, so doing it twice makes one."""
    ready = begin_hand_over(letter_id, token, Pace(), takes_utf8=True)
    if not isinstance(ready, Ready):
        return ready, None
    letter = db.session.get_one(Letter, letter_id)
    folder = current_app.config["SETTINGS"].mail_folder
    try:
        name = write_to_folder(folder, letter.message_id, letter.queued_at, ready.composed.content)
    except OSError as error:
        meaning = Meaning("queued", f"The folder for letters cannot be written: {error.strerror}", pause=True)
        return conclude(letter_id, token, meaning, "folder", 0), meaning.words
    with transaction():
        letter = db.session.get_one(Letter, letter_id, with_for_update=True)
        if letter.claim_token != token or letter.state != "handing_over":
            return None, None
        note_attempt(letter_id, token, "folder", None, name, "written_to_folder")
        words = "No mail server is set up: it was written to a folder instead."
        return end(letter, "written_to_folder", words, clock.now()), None
