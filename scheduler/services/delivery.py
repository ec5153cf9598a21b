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
from scheduler.services.attempts import attempt, note
from scheduler.services.doubts import resend_doubtful
from scheduler.services.drafting import Ahead
from scheduler.services.folder import write_to_folder
from scheduler.services.journal import Sent, SentJournal
from scheduler.services.marks import mail_server_paused_until, set_mark
from scheduler.services.owing import FOLDER
from scheduler.services.recovering import recover_letters
from scheduler.services.smtp import Conversation, Refused, Server, Silence
from scheduler.services.steps import (
    READY,
    Fate,
    Pace,
    Ready,
    Step,
    begin_hand_over,
    claim,
    conclude,
    conclude_whatever_happens,
    data_folder,
    end,
    hold_unwritten,
    put_back,
    step_on,
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

    Opens its own transactions. `stop` is asked between letters.
    """
    done = Delivered()
    done.states.update(recover_letters())
    resend_doubtful()
    url = current_app.config["SMTP_URL"]
    if not url:
        _write_all_down(done, stop)
    elif not even_if_paused and (until := mail_server_paused_until(clock.now())):
        done.stopped = f"The mail server was out of reach. The next try is due at {until:%H:%M} UTC."
        return done
    else:
        server = Server.from_url(url)
        post = Conversation(server, step_seconds=pace.step_seconds, reply_seconds=pace.reply_seconds)
        _Run(done, post, pace, stop).go()
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


class _Run:
    """Letters over one connection, with one commit for each.

    That commit stands between the content of a letter, which the server has by then, and its dot. It records what
    became of the letter before, allows this dot, and looks at the next letter and writes it. So whenever this process
    dies, at most one letter has a dot and no answer, and the journal outside knows the answer that was not committed.
    While the server keeps the letter, the next one is put together.
    """

    def __init__(self, done: Delivered, post: Conversation, pace: Pace, stop: Callable[[], bool]) -> None:
        self.done, self.post, self.pace, self.stop = done, post, pace, stop
        self.journal = SentJournal(data_folder())
        self.waiting: list[int] = []
        self.limit = 0
        self.fate: Fate | None = None  # of a letter that the server took, not recorded yet
        self.ahead = Ahead()

    def go(self) -> None:
        ready: Ready | None = None
        try:
            while ready or self._more_may_go(in_hand=0):
                ready = self._hand_over(ready) if ready else self._take_up()
                if ready and (self._is_to_stop() or ready.was_written_too_long_ago()):
                    put_back(ready)
                    self.post.forget_the_next()
                    self.waiting.insert(0, ready.letter_id)
                    ready = None
        except BaseException:
            self.post.hang_up()  # whatever it has heard by then, without its dot it takes nothing
            raise
        finally:
            try:
                self._record()
            finally:
                self.post.quit()
                self.journal.close()

    def _more_may_go(self, *, in_hand: int) -> bool:
        """Whether there is a letter that may be taken up now. `in_hand`: dots that are about to be recorded."""
        if self._is_to_stop():
            return False
        if not self.waiting:
            self.waiting, self.limit = _due_letters(), limit_a_minute()
        if self.waiting:
            self.done.stopped = over_the_limit(self.limit, in_hand=in_hand)
        return not self.done.stopped and bool(self.waiting)

    def _is_to_stop(self) -> bool:
        if not self.done.stopped and self.stop():
            self.done.stopped = "stopped"
        return self.done.stopped is not None

    def _take_up(self) -> Ready | None:
        """The first letter of a run, or after a pause in it: claimed before the connection is opened for it."""
        self._record()
        letter_id, token = self.waiting.pop(0), new_token()
        if not self.post.is_open:
            if not claim(letter_id, token, self.pace):
                return None
            try:
                self.post.open()
            except Refused as refusal:
                meaning = meaning_of_reply(refusal.phase, refusal.code, refusal.text)
                self._record(Fate(letter_id, token, meaning, refusal.phase, refusal.code))
                return None
            except Silence as silence:
                self._record(Fate(letter_id, token, meaning_of_silence(silence.phase, silence.why), silence.phase, 0))
                return None
        found = begin_hand_over(letter_id, token, self.pace, takes_utf8=self.post.takes_utf8)
        if isinstance(found, Ready):
            return found
        self._count(found)
        return None

    def _hand_over(self, ready: Ready) -> Ready | None:
        """This letter, up to the server's answer, which the next step records. The letter that goes next, or None."""
        post, composed = self.post, ready.composed
        old, following, gone_out = post.carried > 0, None, False
        ready.put_together()
        if ready.fault:
            post.forget_the_next()
            self._record()
            self._count(hold_unwritten(ready))
            return None
        try:
            post.open()
            if composed.utf8 and not post.takes_utf8:
                put_back(ready)  # another server than the one it was written for
                return None
            post.address(composed.sender, composed.recipient, utf8=composed.utf8)
            post.content(composed.content)
            step = self._step(ready)
            following = step.following
            if not step.kept:
                post.hang_up()  # somebody took it over while we slept: without the dot nothing was accepted
                return following
            gone_out = True
            post.dot((following.composed.sender, following.composed.recipient) if following else None)
            self._look_ahead(following)
            meaning = meaning_of_reply("dot", 250, post.taken().removeprefix("250").strip())
        except (Refused, Silence) as trouble:
            self._leave(_fate_of_trouble(ready, trouble, connection_was_old=old))
        except DBAPIError:
            raise  # the database's fault: nothing could be recorded
        except Exception as fault:
            log.exception("letter %s could not be handed over", ready.letter_id)
            why = f"a fault on our side ({type(fault).__name__})"
            self._leave(_fate_of_trouble(ready, Silence("dot" if gone_out else "data", why)))
        else:
            self.fate = Fate(ready.letter_id, ready.token, meaning, "replied", 250, first=post.carried == 1)
            _keep_outside(self.journal, ready.line)
        return following

    def _step(self, ready: Ready) -> Step:
        """The commit before the dot. Where the database fails, there is no dot."""
        ahead = self.waiting if self._more_may_go(in_hand=1) else []
        drafts = self.ahead.drafts
        step = step_on(self.fate, ready, ahead, self.pace, takes_utf8=self.post.takes_utf8, drafts=drafts)
        self.fate = None
        self.ahead.learn(stale=step.stale)
        self.done.states.update(step.states)
        return step

    def _look_ahead(self, following: Ready | None) -> None:
        """While the server keeps a letter: put the next together, and write the one after it."""
        if following is None:
            return
        following.put_together()
        self.ahead.look(self.waiting, takes_utf8=self.post.takes_utf8)

    def _leave(self, fate: Fate) -> None:
        """A letter that was not taken: recorded at once, and the connection made fit for another."""
        if fate.meaning.hang_up:
            self.post.hang_up()
        else:
            self.post.ready_for_another()
        self._record(fate)

    def _record(self, fate: Fate | None = None) -> None:
        """What became of the letter before, and of this one."""
        before, self.fate = self.fate, None
        for one in (before, fate):
            if one is not None:
                self._count(conclude_whatever_happens(one))
                if one.meaning.pause:
                    self.done.stopped = one.meaning.words

    def _count(self, state: str | None) -> None:
        if state:
            self.done.states[state] += 1


def _fate_of_trouble(letter: Ready, trouble: Refused | Silence, *, connection_was_old: bool = False) -> Fate:
    """What a refusal or a silence means for this letter."""
    if isinstance(trouble, Silence):
        meaning = meaning_of_silence(trouble.phase, trouble.why, connection_was_old=connection_was_old)
        return Fate(letter.letter_id, letter.token, meaning, trouble.phase, 0)
    text = without_address(trouble.text, letter.composed.recipient)
    meaning = meaning_of_reply(trouble.phase, trouble.code, text)
    return Fate(letter.letter_id, letter.token, meaning, trouble.phase, trouble.code)


# --- around the letters ----------------------------------------------------------------------------------------------


def limit_a_minute() -> int:
    """So many letters may go in a minute; 0: as many as there are."""
    limit = int(get_setting("letters_per_minute"))
    db.session.rollback()
    return limit


def over_the_limit(limit: int, *, in_hand: int = 0) -> str | None:
    """Why nothing more may go in this minute, where a limit is set: all schedulers together are counted.

    `in_hand`: letters of ours that will go before it and are not counted yet.
    """
    if not limit:
        return None
    full = f"No more than {limit} letters a minute are handed over. The rest goes in the next."
    if in_hand >= limit:
        return full
    newest = (
        select(LetterAttempt.at).where(LetterAttempt.phase == "dot", LetterAttempt.outcome.is_(None))
        .order_by(LetterAttempt.id.desc()).offset(limit - 1 - in_hand).limit(1)
    )  # fmt: skip
    at = db.session.scalar(newest)
    db.session.rollback()
    return None if at is None or clock.now() - at >= timedelta(minutes=1) else full


def _keep_outside(journal: SentJournal, line: Sent) -> None:
    """Outside the database too. It has been sent: a journal that cannot be written changes nothing of that."""
    try:
        journal.add(line)
    except OSError:
        log.exception("the journal of sent letters cannot be written")


def _write_all_down(done: Delivered, stop: Callable[[], bool]) -> None:
    """Without a mail server."""
    limit = limit_a_minute()
    while not done.stopped and (ids := _due_letters()):
        for letter_id in ids:
            if stop():
                done.stopped = "stopped"
            elif full := over_the_limit(limit):
                done.stopped = full
            else:
                state, done.stopped = _write_down(letter_id, new_token())
                if state:
                    done.states[state] += 1
            if done.stopped:
                break


def _write_down(letter_id: int, token: str) -> tuple[str | None, str | None]:
    """Without a mail server: a file in the folder. Written under the letter's own name, so doing it twice makes one."""
    ready = begin_hand_over(letter_id, token, Pace(), takes_utf8=True)
    if not isinstance(ready, Ready):
        return ready, None
    letter = db.session.get_one(Letter, letter_id)
    folder = current_app.config["SETTINGS"].mail_folder
    try:
        ready.put_together()
        if ready.fault:
            return hold_unwritten(ready), None
        name = write_to_folder(folder, letter.message_id, letter.queued_at, ready.composed.content)
    except OSError as error:
        meaning = Meaning("queued", f"The folder for letters cannot be written: {error.strerror}", pause=True)
        return conclude(Fate(letter_id, token, meaning, "folder", 0)), meaning.words
    with transaction():
        letter = db.session.get_one(Letter, letter_id, with_for_update=True)
        if letter.claim_token != token or letter.state != "handing_over":
            return None, None
        letter.wording, letter.content_hash = ready.composed.wording, ready.composed.digest
        note([attempt(letter_id, token, "folder", None, name, "written_to_folder")])
        words = "No mail server is set up: it was written to a folder instead."
        return end(letter, "written_to_folder", words, clock.now()), None
