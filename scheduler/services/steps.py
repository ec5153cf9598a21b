"""The steps of handing a letter over: claim, write, reach for the dot, record.

No step happens without the claim's token, and no network inside any of them. Each can be a transaction of its own;
`step_on` is three of them in one, for three letters: one commit for each letter of a run.
"""

import logging
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from accreditation.core import clock
from accreditation.core.database import database_stamp, db, stamp_after_own_writes, transaction
from accreditation.core.outbox import OWN_ADDRESS, Letter, NoLongerTrue
from scheduler.rules.answers import Meaning, wait_after
from scheduler.services.attempts import Attempt, attempt, note
from scheduler.services.composing import Composed, NotDeliverable, compose, current_address
from scheduler.services.journal import Sent, line_about
from scheduler.services.marks import clear_mark, pause_mail_server
from scheduler.services.planning import letter_is_superseded
from scheduler.services.workers import new_token

log = logging.getLogger(__name__)

READY = ("queued", "retry_wait")

FRESH_SECONDS = 2.0
"""For so long what was true when a letter was written is taken as true; before a later dot it is looked at anew."""


def seconds() -> float:
    """A clock that only goes on, and goes on while the machine sleeps, where there is such a one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Pace:
    """How long a claim holds without news from its worker, and how long the mail server may take."""

    lease: timedelta = timedelta(minutes=5)
    step_seconds: float = 60
    reply_seconds: float = 600  # RFC 5321, 4.5.3.2.6: ten minutes for the answer to a whole letter

    def lease_for_the_dot(self) -> timedelta:
        return self.lease + timedelta(seconds=self.reply_seconds)


@dataclass
class Ready:
    """A letter that was looked at once more and written, and what the journal of sent letters will say of it."""

    letter_id: int
    token: str
    composed: Composed
    line: Sent
    written_at: float = field(default_factory=seconds)
    fault: Exception | None = None

    def was_written_too_long_ago(self) -> bool:
        """Whether what it says must be looked at anew: it waited while the mail server kept the letter before."""
        return seconds() - self.written_at > FRESH_SECONDS

    def put_together(self) -> None:
        """Its bytes, ahead of their turn. What is wrong with them is kept for that turn: it concerns no other."""
        try:
            _ = self.composed.content
        except Exception as fault:
            log.exception("letter %s could not be put together", self.letter_id)
            self.fault = fault


@dataclass(frozen=True)
class Fate:
    """What became of a letter that was handed over, or was not: `code` 0 when the server said nothing."""

    letter_id: int
    token: str
    meaning: Meaning
    phase: str
    code: int
    first: bool = True  # on its connection


@dataclass
class Step:
    """What one commit recorded: states that letters ended in; whether the dot may go out; the letter after it."""

    states: Counter[str] = field(default_factory=Counter)
    kept: bool = False
    following: Ready | None = None
    stale: bool = False  # what was drafted could not be used


@dataclass
class Drafts:
    """Letters written ahead, outside the transactions that take them.

    They count while nobody has written anything since they were looked at, but for the steps that hand letters over;
    and only for a moment, because the clock can make something untrue as well.
    """

    stamp: tuple[object, ...] | None
    day: date
    letters: dict[int, Ready]
    looked_at: float = field(default_factory=seconds)

    def still_count(self, stamp: tuple[object, ...]) -> bool:
        young = seconds() - self.looked_at < FRESH_SECONDS
        return stamp == self.stamp and young and clock.today() == self.day


def step_on(
    fate: Fate | None,
    reaching: Ready,
    waiting: list[int],
    pace: Pace,
    *,
    takes_utf8: bool,
    drafts: Drafts | None = None,
) -> Step:
    """One commit: record the letter before, allow the dot of this one, write the first of those waiting that may go.

    Ids are taken off `waiting`. Nothing of it holds without all of it. Drafts are taken only if the database is as it
    was when they were made, but for steps such as this: else the letter is looked at and written here.
    """
    with transaction():
        step = Step()
        before = database_stamp()
        if drafts is not None and not drafts.still_count(before):
            drafts.letters, step.stale = {}, bool(drafts.letters)
        plain = fate is None or fate.meaning.state == "sent"  # whether nothing is written that a letter speaks of
        attempts: list[Attempt] = []
        if fate is not None and (state := _conclude(fate, attempts)):
            step.states[state] += 1
        step.kept = _reach(reaching, pace, attempts)
        note(attempts)
        while waiting and step.following is None:
            letter_id = waiting.pop(0)
            if drafts is not None and (drafted := drafts.letters.pop(letter_id, None)):
                if _take(drafted, pace):
                    drafted.written_at = seconds()  # it is true as it stands at this moment
                    step.following = drafted
                continue
            plain = False
            found = _begin(letter_id, new_token(), pace, takes_utf8=takes_utf8, ahead=True)
            if isinstance(found, Ready):
                step.following = found
            elif found:
                step.states[found] += 1
        if drafts is not None:
            drafts.stamp = stamp_after_own_writes(before) if plain and step.kept else None
        return step


# Put together once: each letter of a run asks these.
_table = cast(Table, Letter.__table__)
_letter = _table.c
_mine = update(_table).where(_letter.id == bindparam("which"))
TAKE = _mine.where(_letter.state.in_(READY)).values(
    state="handing_over", claim_token=bindparam("whose"), claimed_until=bindparam("until")
)
REACH = _mine.where(_letter.claim_token == bindparam("whose"), _letter.state == "handing_over").values(
    claimed_until=bindparam("until"), wording=bindparam("words"), content_hash=bindparam("digest")
)
SENT = _mine.where(
    _letter.claim_token == bindparam("whose"), _letter.state.in_(("claimed", "handing_over", "in_doubt"))
).values(state="sent", reason=bindparam("said"), claim_token=None, claimed_until=None, ended_at=bindparam("moment"))


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
        return _begin(letter_id, token, pace, takes_utf8=takes_utf8)


def _begin(letter_id: int, token: str, pace: Pace, *, takes_utf8: bool, ahead: bool = False) -> Ready | str | None:
    """`ahead`: while the mail server still has the letter before, which it may keep for as long as it is given."""
    now, lease = clock.now(), pace.lease_for_the_dot() if ahead else pace.lease
    free = or_((Letter.claim_token == token) & (Letter.state == "claimed"), Letter.state.in_(READY))
    mine = select(Letter).where(Letter.id == letter_id, free).with_for_update(skip_locked=True)
    letter = db.session.scalar(mine.execution_options(populate_existing=True))
    if letter is None:
        return None
    letter.state, letter.claim_token, letter.claimed_until = "handing_over", token, now + lease
    db.session.flush()
    try:
        with db.session.begin_nested():
            composed = compose(letter, takes_utf8=takes_utf8)
        return Ready(letter_id, token, composed, line_about(letter))
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
        return _hold_unwritten(letter, token, fault, now)


def _take(ready: Ready, pace: Pace) -> bool:
    """Begin to hand over what is written already."""
    until = clock.now() + pace.lease_for_the_dot()
    asked = {"which": ready.letter_id, "whose": ready.token, "until": until}
    return _one(db.session.connection().execute(TAKE, asked))


def hold_unwritten(ready: Ready) -> str | None:
    """The letter waits for a person: its bytes could not be put together. None: somebody else has it."""
    with transaction():
        letter = db.session.get_one(Letter, ready.letter_id, with_for_update=True)
        if letter.claim_token != ready.token or letter.state != "handing_over" or ready.fault is None:
            return None
        return _hold_unwritten(letter, ready.token, ready.fault, clock.now())


def _hold_unwritten(letter: Letter, token: str, fault: Exception, now: datetime) -> str:
    reason = f"The letter could not be written ({type(fault).__name__}). Its template or what fills it is at fault."
    note([attempt(letter.id, token, "write", 0, type(fault).__name__, "held")])
    return end(letter, "held", reason, now)


def put_back(ready: Ready) -> None:
    """Written and not to go now after all: to the queue, unless somebody has taken it over."""
    with transaction():
        mine = (Letter.claim_token == ready.token) & (Letter.state == "handing_over")
        _moved(ready.letter_id, mine, state="queued", claim_token=None, claimed_until=None)


def reach_for_the_dot(ready: Ready, pace: Pace) -> bool:
    """Record that the end of the letter is about to go out. False: the claim was lost, and it must not."""
    with transaction():
        attempts: list[Attempt] = []
        kept = _reach(ready, pace, attempts)
        note(attempts)
        return kept


def _reach(ready: Ready, pace: Pace, attempts: list[Attempt]) -> bool:
    asked = {
        "which": ready.letter_id,
        "whose": ready.token,
        "until": clock.now() + pace.lease_for_the_dot(),
        "words": ready.composed.wording,
        "digest": ready.composed.digest,
    }
    kept = _one(db.session.connection().execute(REACH, asked))
    if kept:
        attempts.append(attempt(ready.letter_id, ready.token, "dot", None, "", None))
    return kept


def conclude(fate: Fate) -> str | None:
    """Record what became of the letter. None: somebody else has decided about it since."""
    with transaction():
        attempts: list[Attempt] = []
        state = _conclude(fate, attempts)
        note(attempts)
        return state


def _conclude(fate: Fate, attempts: list[Attempt]) -> str | None:
    if fate.meaning.state == "sent":
        return _conclude_sent(fate, attempts)
    letter = db.session.get_one(Letter, fate.letter_id, with_for_update=True, populate_existing=True)
    meaning, now = fate.meaning, clock.now()
    late = letter.state == "in_doubt" and meaning.state in ("failed", "retry_wait")
    if letter.claim_token != fate.token or not (letter.state in ("claimed", "handing_over") or late):
        return None
    state, words = str(meaning.state), meaning.words
    if meaning.pause:
        pause_mail_server(meaning.words, now)
    if state == "retry_wait":
        letter.tries += 1
        if (wait := wait_after(letter.tries)) is None:
            state, words = "failed", f"It was tried {letter.tries} times. Last: {words}"
        else:
            letter.not_before = now + wait * (0.8 + secrets.randbelow(401) / 1000)
    if meaning.flag:
        _flag_address(letter, words, now)
    attempts.append(attempt(fate.letter_id, fate.token, fate.phase, fate.code or None, words, state))
    return end(letter, state, None if state == "queued" and not meaning.pause else words, now)


def _conclude_sent(fate: Fate, attempts: list[Attempt]) -> str | None:
    """The same in one statement, because it is what nearly always becomes of a letter. A late answer counts too."""
    asked = {"which": fate.letter_id, "whose": fate.token, "said": fate.meaning.words, "moment": clock.now()}
    if not _one(db.session.connection().execute(SENT, asked)):
        return None
    if fate.first:
        clear_mark("mail_server")
    words = fate.meaning.words
    attempts.append(attempt(fate.letter_id, fate.token, fate.phase, fate.code or None, words, "sent"))
    return "sent"


def conclude_whatever_happens(fate: Fate) -> str | None:
    """The mail server has spoken.

    A database that is restarting is given a moment before this becomes a letter in doubt.
    """
    for seconds in (1, 3, 6):
        try:
            return conclude(fate)
        except DBAPIError:
            log.warning("the database is out of reach, letter %s is %s", fate.letter_id, fate.meaning.state)
            time.sleep(seconds)
    return conclude(fate)


# --- pieces ----------------------------------------------------------------------------------------------------------


def _moved(letter_id: int, condition: object, **values: object) -> bool:
    changed = db.session.execute(
        update(Letter)
        .where(Letter.id == letter_id, condition)  # type: ignore[arg-type]
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return _one(changed)


def _one(changed: Any) -> bool:
    return bool(changed.rowcount == 1)


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


def _flag_address(letter: Letter, reason: str, now: datetime) -> None:
    """Mark the contact address that the letter went to. One that went elsewhere says nothing about it."""
    if letter.template in OWN_ADDRESS:
        return
    address = current_address(letter.person_id)
    if address is not None and address.undeliverable_since is None:
        address.undeliverable_since, address.undeliverable_reason = now, reason


def data_folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_dir)
