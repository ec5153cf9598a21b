"""Reports of mail servers about letters that could not be delivered, from the mailbox they are sent to.

`ACCREDITATION_BOUNCES` names it: an mbox file, a Maildir, or a folder of files. What was read is moved aside, never
thrown away, so that a person can look at it.
"""

import mailbox
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from accreditation.core import audit, clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import OWN_ADDRESS, Letter
from scheduler.models import LetterAttempt
from scheduler.rules.bounces import LARGEST, Report, is_about_the_address, read_report
from scheduler.services.attempts import may_have_gone_out
from scheduler.services.composing import current_address

READ = "read"
"""The folder inside the mailbox folder that read messages are moved to."""
AT_ONCE = 500
"""Messages in one look: a flood of them holds nothing else up."""


def read_bounces(place: Path) -> Counter[str]:
    """Everything that has come since the last look: how many messages of which consequence. Raises OSError."""
    found: Counter[str] = Counter()
    for content in _messages(place):
        report = read_report(content)
        found[take_in(report) if report else "ignored"] += 1
    return found


def take_in(report: Report) -> str:
    """What a report changes: "came back", "delayed" or "ignored". Twice is once. Opens its own transaction."""
    with transaction():
        letter = db.session.scalar(select(Letter).where(Letter.message_id == report.message_id).with_for_update())
        if letter is None or not _may_have_arrived(letter):
            return "ignored"
        words = f"{report.status} {report.words}".strip()
        if report.kind == "delayed":
            _note(letter, f"The mail server has not delivered it yet: {words}", None)
            return "delayed"
        reason = f"It came back: {words or 'the mail server gave no reason'}"
        now = clock.now()
        letter.state, letter.reason, letter.ended_at = "undeliverable", reason, now
        letter.claim_token = letter.claimed_until = None
        _note(letter, reason, "undeliverable")
        address = None if letter.template in OWN_ADDRESS else current_address(letter.person_id)
        if address is not None and is_about_the_address(report.status) and _was_current(letter, address.since):
            address.undeliverable_since = address.undeliverable_since or now
            address.undeliverable_reason = address.undeliverable_reason or reason
        audit.note("a letter came back", subject=("letter", letter.id), about_id=letter.person_id, status=report.status)
        return "came back"


def _may_have_arrived(letter: Letter) -> bool:
    """Whether a mail server may have had it to report on, and nobody has decided otherwise since.

    A report may be quicker than we are: the server's answer is recorded with the next letter, and until then this one
    is still being handed over. And one that goes once more has been handed over before.
    """
    if letter.state in ("sent", "in_doubt"):
        return True
    if letter.state not in ("queued", "retry_wait", "claimed", "handing_over"):
        return False
    return letter.resends > 0 or may_have_gone_out(letter.id, letter.claim_token or "")


def _was_current(letter: Letter, since: object) -> bool:
    """Whether the address of today is the one that letter went to: who has moved since is not marked."""
    handed = db.session.scalar(
        select(LetterAttempt.at)
        .where(LetterAttempt.letter_id == letter.id, LetterAttempt.phase == "dot")
        .order_by(LetterAttempt.id.desc())
        .limit(1)
    )
    return handed is not None and since <= handed  # type: ignore[operator]


def _note(letter: Letter, words: str, outcome: str | None) -> None:
    step = {"letter_id": letter.id, "at": clock.now(), "token": "report", "phase": "replied", "code": None}
    db.session.add(LetterAttempt(**step, text=words, outcome=outcome))


# --- the mailbox -----------------------------------------------------------------------------------------------------


def _messages(place: Path) -> Iterator[bytes]:
    """The content of each new message. It is moved aside when the next one is asked for: read, or read again."""
    if place.is_dir():
        yield from _files(place)
    elif place.is_file():
        yield from _mbox(place)


def _files(place: Path) -> Iterator[bytes]:
    incoming = place / "new" if (place / "new").is_dir() else place
    aside = place / ("cur" if incoming != place else READ)
    aside.mkdir(exist_ok=True, mode=0o700)
    for path in sorted(path for path in incoming.iterdir() if path.is_file())[:AT_ONCE]:
        with path.open("rb") as file:
            yield file.read(LARGEST + 1)
        path.rename(aside / (path.name + (":2,S" if aside.name == "cur" else "")))


def _mbox(place: Path) -> Iterator[bytes]:
    """Under the locks that mail servers take; what was read goes to a file beside it, for nobody else to read.

    The library writes the file anew: the mail server, which may be another user, is to find it as its own again.
    """
    box, owner = mailbox.mbox(place, create=False), place.stat()
    aside = place.with_name(f"{place.name}.{READ}")
    aside.touch(mode=0o600)
    aside.chmod(0o600)
    kept = mailbox.mbox(aside)
    box.lock()
    try:
        for key in list(box.keys())[:AT_ONCE]:
            content = box.get_bytes(key)
            yield content
            kept.add(content)
            box.discard(key)
        kept.flush()
        box.flush()
        os.chown(place, owner.st_uid, owner.st_gid)
    finally:
        box.unlock()
        box.close()
        kept.close()
