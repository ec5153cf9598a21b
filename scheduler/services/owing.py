"""Writing down what is owed: hundreds at a time, and one by one where something about them is known already.

Callers hold the transaction. The keys make it harmless to do this twice, late, or in two processes at once.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from accreditation.core import clock, outbox
from accreditation.core.database import db, insert_if_absent, insert_many
from accreditation.core.outbox import Letter, ToQueue
from scheduler.models import DigestItem, Obligation
from scheduler.queries.hours import sending_hours, weekly_time
from scheduler.rules.ladders import Bundle, Reminder, deadline_kind, stage_words
from scheduler.rules.weekly import next_weekly
from scheduler.services.weekly import kept_for_digest, who_wants_weekly

log = logging.getLogger(__name__)

FOLDER = "email/scheduler/"
WEEKLY = f"{FOLDER}weekly.txt"
DIGEST_LETTER = f"{FOLDER}digest.txt"
TEMPLATES = {
    "mediator": f"{FOLDER}item_due.txt",
    "practice_manager": f"{FOLDER}item_overdue.txt",
    "provider": f"{FOLDER}results_due.txt",
    "helpline": f"{FOLDER}follow_up_due.txt",
    "line_manager": f"{FOLDER}item_overdue.txt",
    "vetting_officer": f"{FOLDER}item_overdue.txt",
}
TEMPLATES_OF_DEADLINES = {
    ("return_from_leave", "mediator"): f"{FOLDER}own_day_comes.txt",
    ("return_from_leave", "practice_manager"): f"{FOLDER}day_comes.txt",
    ("refresher_booking", "mediator"): f"{FOLDER}seat_comes.txt",
    ("refresher_confirmation", "mediator"): f"{FOLDER}seat_asked.txt",
}
"""By kind of deadline and audience, where the letter of the audience would not fit."""

KEY = ("person_id", "subject", "basis_date", "stage", "audience")
Key = tuple[int | None, str, date, int, str]


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter's worth of reminders with the people it goes to."""

    bundle: Bundle
    recipients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a letter's worth of reminders reaches people.

    `weekly`: with the weekly letter of the mediator it is to. `in_digest`: who is told in their digest. The others get
    a letter of its own.
    """

    weekly: bool
    in_digest: tuple[int, ...]


def ways_of(owed: Sequence[Owed], hold: str | None) -> list[Way]:
    """How each of these would go, as everybody has chosen. Only reads."""
    wanted = who_wants_weekly([one.recipients[0] for one in owed if _is_early(one)])
    kept = _kept(owed, hold)
    return [Way(_is_early(one) and one.recipients[0] in wanted, _in_digest(one, kept)) for one in owed]


def weekly_letter_after(moment: datetime) -> tuple[date, datetime]:
    """Of what falls due then and waits for a weekly letter: the day that letter is named for, and when it goes."""
    return next_weekly(moment, weekly_time(), sending_hours())


def owe_reminders(owed: Iterable[Owed], *, hold: str | None) -> int:
    """Write these down with their letters: the number of letters.

    One that cannot be written costs nobody else theirs.
    """
    owed = list(owed)
    try:
        with db.session.begin_nested():
            return _owe_together(owed, hold)
    except OperationalError:
        raise  # the database's fault: nothing further can be written either
    except Exception:
        log.warning("%d reminders could not be written together, each is tried by itself", len(owed), exc_info=True)
    letters = 0
    for one in owed:
        try:
            with db.session.begin_nested():
                letters += _owe(one, hold)
        except OperationalError:
            raise
        except Exception:
            log.exception("no reminder planned about person %s", one.bundle.lead.person_id)
    return letters


def settle(bundles: Iterable[Bundle], *, reason: str) -> int:
    """Record these as known without letters: how many reminders. Later stages are reminded of as usual."""
    now, rows, passed = clock.now(), [], []
    reminders: list[Reminder] = []
    for bundle in bundles:
        reminders += bundle.reminders
        rows += [_row(reminder, "settled", now, reason=reason) for reminder in bundle.reminders]
        passed += [_passed_row(reminder, bundle, now) for reminder in bundle.passed]
    written = _insert(rows)
    again = [one for one in reminders if _key(one) not in written]
    insert_many(Obligation, passed)
    return len(written) + sum(put_down(one, "settled", None, reason) is not None for one in again)


def template_for(subject: str, audience: str) -> str:
    """The letter that says it."""
    return f"{FOLDER}{letter_of_rule(deadline_kind(subject) or '', audience)}.txt"


def letter_of_rule(subject: str, audience: str) -> str:
    """The name of the letter that a rule about one of SUBJECTS leads to, by which its words are known."""
    template = TEMPLATES_OF_DEADLINES.get((subject, audience), TEMPLATES[audience])
    return template.removeprefix(FOLDER).removesuffix(".txt")


# --- together --------------------------------------------------------------------------------------------------------


def _owe_together(owed: Sequence[Owed], hold: str | None) -> int:
    now = clock.now()
    ways = ways_of(owed, hold)
    gathered = [one for one, way in zip(owed, ways, strict=True) if way.weekly]
    singly = [(one, way) for one, way in zip(owed, ways, strict=True) if not way.weekly]
    first = _insert([_row(one.bundle.lead, "owed", now) for one, _ in singly])
    others, passed, letters, items = [], [], [], []
    known: list[Owed] = []
    for one, way in singly:
        lead = one.bundle.lead
        lead_id = first.get(_key(lead))
        if lead_id is None:
            known.append(one)
            continue
        others += [(reminder, lead_id) for reminder in one.bundle.reminders[1:]]
        passed += [_passed_row(reminder, one.bundle, now) for reminder in one.bundle.passed]
        letters += _letters(lead, lead_id, 1, _by_letter(one, way.in_digest), hold)
        items += _items(lead_id, 1, way.in_digest)
    written = _insert([_row(reminder, "owed", now, lead_id=lead_id) for reminder, lead_id in others])
    for reminder, lead_id in others:
        if _key(reminder) not in written:
            put_down(reminder, "owed", lead_id)
    insert_many(Obligation, passed)
    insert_many(DigestItem, items)
    count = outbox.queue_many(letters, not_before=sending_hours().next_moment(now))
    return count + sum(_owe(one, hold) for one in known) + sum(_gather(one, hold) for one in gathered)


def _insert(rows: list[dict[str, Any]]) -> dict[Key, int]:
    """The ids of those that were not there, by their keys."""
    columns = [getattr(Obligation, name) for name in KEY]
    return {tuple(key): new_id for new_id, *key in insert_many(Obligation, rows, returning=[Obligation.id, *columns])}


def _key(reminder: Reminder) -> Key:
    return reminder.person_id, reminder.subject, reminder.basis_date, reminder.stage, reminder.audience


def _row(
    reminder: Reminder, state: str, now: datetime, *, lead_id: int | None = None, reason: str | None = None
) -> dict[str, Any]:
    key = dict(zip(KEY, _key(reminder), strict=True))
    return key | {"state": state, "reason": reason, "lead_id": lead_id, "planned_at": now, "turn": 1}


def _passed_row(reminder: Reminder, bundle: Bundle, now: datetime) -> dict[str, Any]:
    spoken_by = min(other.stage for other in bundle.reminders if other.subject == reminder.subject)
    reason = f"A more urgent reminder was due too: {stage_words(spoken_by)}."
    return _row(reminder, "collapsed", now, reason=reason)


def _letters(
    lead: Reminder | Obligation, lead_id: int, turn: int, recipients: Iterable[int], hold: str | None
) -> list[ToQueue]:
    template = template_for(lead.subject, lead.audience)
    return [ToQueue(who, template, lead_id, f"reminder:{lead_id}:{turn}:{who}", hold) for who in recipients]


# --- in the weekly letter --------------------------------------------------------------------------------------------


def _is_early(one: Owed) -> bool:
    lead = one.bundle.lead
    usual = lead.audience == "mediator" and template_for(lead.subject, lead.audience) == TEMPLATES["mediator"]
    return usual and len(one.recipients) == 1 and all(reminder.early for reminder in one.bundle.reminders)


def _gather(one: Owed, hold: str | None) -> int:
    """These reminders go with the weekly letter that waits already, or begin it: 1 if it is new.

    The letter's row is locked, so none is added to a letter that is being written. Where that week's letter has gone
    or been taken back, they get a letter of their own.
    """
    [who] = one.recipients
    day, moment = weekly_letter_after(clock.now())
    key = f"weekly:{who}:{day.isoformat()}"
    there = select(Letter).where(Letter.key == key, Letter.state.in_(outbox.WAITING)).with_for_update()
    letter = db.session.scalar(there.execution_options(populate_existing=True))
    lead_id = letter.about_id if letter is not None else None
    lead: Obligation | None = None
    for reminder in one.bundle.reminders:
        row = put_down(reminder, "owed", lead_id)
        lead = lead or row
        lead_id = lead_id or (row.id if row else None)
    put_down_passed(one.bundle)
    if lead is None or letter is not None:
        return 0
    if outbox.queue_many([ToQueue(who, WEEKLY, lead.id, key, hold)], not_before=moment):
        return 1
    letters = _letters(lead, lead.id, lead.turn, one.recipients, hold)
    return outbox.queue_many(letters, not_before=sending_hours().next_moment(clock.now()))


# --- in a manager's digest -------------------------------------------------------------------------------------------


def _kept(owed: Iterable[Owed], hold: str | None) -> dict[int, set[str]]:
    """What each manager has in the digest. Nothing while letters are held: a person is to look at each of those."""
    asked = {who for one in owed if one.bundle.lead.audience == "practice_manager" for who in one.recipients}
    return kept_for_digest(sorted(asked)) if asked and not hold else {}


def _in_digest(one: Owed, kept: Mapping[int, set[str]]) -> tuple[int, ...]:
    """Who is told of it in their digest: nobody of a last word, nor where one of several is a subject they have singly.

    A manager hears of it all the same: at the latest by the stage that follows.
    """
    if one.bundle.lead.audience != "practice_manager" or not all(each.followed for each in one.bundle.reminders):
        return ()
    about = {each.kind for each in one.bundle.reminders}
    return tuple(who for who in one.recipients if about <= kept.get(who, set()))


def _by_letter(one: Owed, in_digest: Sequence[int]) -> list[int]:
    return [who for who in one.recipients if who not in in_digest]


def _items(lead_id: int, turn: int, in_digest: Iterable[int]) -> list[dict[str, Any]]:
    return [{"obligation_id": lead_id, "turn": turn, "person_id": who, "digest_id": None} for who in in_digest]


# --- one by one ------------------------------------------------------------------------------------------------------


def _owe(one: Owed, hold: str | None) -> int:
    lead: Obligation | None = None
    for reminder in one.bundle.reminders:
        row = put_down(reminder, "owed", lead.id if lead else None)
        lead = lead or row
    put_down_passed(one.bundle)
    if lead is None:
        return 0  # another scheduler was quicker
    in_digest = _in_digest(one, _kept([one], hold))
    insert_many(DigestItem, _items(lead.id, lead.turn, in_digest))
    letters = _letters(lead, lead.id, lead.turn, _by_letter(one, in_digest), hold)
    return outbox.queue_many(letters, not_before=sending_hours().next_moment(clock.now()))


def put_down(reminder: Reminder, state: str, lead_id: int | None, reason: str | None = None) -> Obligation | None:
    """The row, new or taken up again; None when it is owed already."""
    now = clock.now()
    new_id = insert_if_absent(Obligation, **_row(reminder, state, now, lead_id=lead_id, reason=reason))
    if new_id is not None:
        return db.session.get_one(Obligation, new_id)
    key = dict(zip(KEY, _key(reminder), strict=True))
    row = db.session.scalars(select(Obligation).filter_by(**key).with_for_update()).one()
    if row.state in ("owed", "settled"):
        return None
    _take_back_waiting(row.id, now)
    row.state, row.reason, row.lead_id, row.planned_at, row.turn = state, reason, lead_id, now, row.turn + 1
    db.session.flush()
    return row


def put_down_key(key: dict[str, Any], state: str, reason: str) -> bool:
    """The same by its key alone, without a letter; whether anything was to be written."""
    return put_down(Reminder(**key), state, None, reason) is not None


def put_down_passed(bundle: Bundle) -> None:
    """The overtaken stages, where nothing is known of them yet."""
    now = clock.now()
    insert_many(Obligation, [_passed_row(reminder, bundle, now) for reminder in bundle.passed])


def _take_back_waiting(lead_id: int, now: datetime) -> None:
    db.session.execute(
        update(Letter)
        .where(
            Letter.about_id == lead_id,
            Letter.template.startswith(FOLDER),
            Letter.template != WEEKLY,  # it speaks of others too, and looks at each again before it goes
            Letter.state.in_(outbox.WAITING),
        )
        .values(state="superseded", reason="A new letter about the same took its place.", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(DigestItem)
        .where(DigestItem.obligation_id == lead_id, DigestItem.digest_id.is_(None))
        .execution_options(synchronize_session=False)
    )
