"""After a backup was restored: what had been sent since is not sent again, and nothing goes before somebody looked."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from accreditation.core import audit, clock
from accreditation.core.backup import RESTORED
from accreditation.core.database import db, transaction
from accreditation.core.outbox import WAITING, Letter
from accreditation.people.models import Person
from scheduler.services.journal import read_journal
from scheduler.services.marks import clear_mark, find_mark, set_mark
from scheduler.services.owing import FOLDER, put_down_key
from scheduler.services.planning import HELD_AFTER_RESTORE
from scheduler.services.planning import RESTORED as MARK

SENT = "It was sent before the backup was restored, as the journal of sent letters says."
AT_ONCE = 500


@dataclass
class Replayed:
    """What the journal has told: letters marked as sent, and reminders taken as told."""

    letters: int = 0
    reminders: int = 0


def look_after_restore(folder: Path) -> Replayed | None:
    """If a backup has been restored since the last look: hold reminders, and replay the journal of what was sent.

    None: nothing was restored. Opens its own transactions; killed between two, the next beat begins again.
    """
    flag = folder / RESTORED
    if not flag.exists():
        return None
    with transaction():
        set_mark(MARK, clock.now(), "A backup was restored.")
    done = Replayed()
    lines = list(read_journal(folder))
    for first in range(0, len(lines), AT_ONCE):
        with transaction():
            for sent in lines[first : first + AT_ONCE]:
                done.letters += _mark_sent(sent.message_id)
                if _is_there(sent.person_id):
                    for key in sent.about:
                        done.reminders += put_down_key(key, "settled", SENT)
    with transaction():
        _hold_waiting()
        audit.note("restored a backup", letters_sent_already=done.letters, reminders_told_already=done.reminders)
    flag.unlink()
    return done


def is_held_after_restore() -> bool:
    return find_mark(MARK) is not None


def end_hold(*, ended_by: int) -> None:
    """Reminders are planned and sent as usual again. What is held stays held until it is released."""
    if is_held_after_restore():
        clear_mark(MARK)
        audit.note("let reminders go out again after a restore", by=ended_by)


def _is_there(person_id: int) -> bool:
    return db.session.get(Person, person_id) is not None


def _mark_sent(message_id: str) -> int:
    letter = db.session.scalar(select(Letter).where(Letter.message_id == message_id).with_for_update())
    if letter is None or letter.state in ("sent", "undeliverable"):
        return 0
    letter.state, letter.reason, letter.ended_at = "sent", SENT, clock.now()
    letter.claim_token = letter.claimed_until = None
    return 1


def _hold_waiting() -> None:
    """Also what the restore command has not held, because PostgreSQL was restored by its own tools."""
    waiting = select(Letter).where(Letter.state.in_(WAITING), Letter.template.startswith(FOLDER))
    for letter in db.session.scalars(waiting):
        letter.state, letter.reason = "held", HELD_AFTER_RESTORE
