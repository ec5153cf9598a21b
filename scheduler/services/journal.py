"""A record of what was sent that lies outside the database, so that a restored backup does not send it again.

A line of JSON for each letter that a mail server took. It holds ids and days, never an address or a name. It is
written before the database is told; the disk is asked to keep it when a run of deliveries ends, and within a second.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from scheduler.models import DigestItem, Obligation
from scheduler.queries.owed import reminders_of_letter
from scheduler.services.owing import DIGEST_LETTER, FOLDER, KEY

NAME = "sent-letters.jsonl"
KEPT_WITHIN = 1.0  # seconds
LOOKED_BACK = 2_000_000  # bytes, some ten thousand letters


@dataclass(frozen=True)
class Sent:
    """One line: the letter's own number, to whom, and the reminders that it spoke of, each by its key."""

    message_id: str
    person_id: int
    about: tuple[dict[str, Any], ...] = ()


@dataclass
class SentJournal:
    """Open for one run of deliveries."""

    folder: Path
    _file: int | None = field(default=None, repr=False)
    _kept: float = field(default=0.0, repr=False)

    def add(self, sent: Sent) -> None:
        """Raises OSError when it cannot be written."""
        if self._file is None:
            self._file = os.open(self.folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        line = {"at": clock.now().isoformat(), "id": sent.message_id, "to": sent.person_id, "about": sent.about}
        os.write(self._file, (json.dumps(line, separators=(",", ":")) + "\n").encode())
        if time.monotonic() - self._kept > KEPT_WITHIN:
            self._keep()

    def close(self) -> None:
        if self._file is not None:
            self._keep()
            os.close(self._file)
            self._file = None

    def _keep(self) -> None:
        assert self._file is not None
        os.fsync(self._file)
        self._kept = time.monotonic()


def line_about(letter: Letter) -> Sent:
    """What the journal says of this letter."""
    if not letter.template.startswith(FOLDER):
        return Sent(letter.message_id, letter.person_id)
    spoken_of = reminders_of_letter(letter.about_id)
    if letter.template == DIGEST_LETTER:
        spoken_of = _of_digest(letter.about_id)
    keys = [{name: getattr(row, name) for name in KEY} for row in spoken_of]
    about = tuple(key | {"basis_date": key["basis_date"].isoformat()} for key in keys)
    return Sent(letter.message_id, letter.person_id, about)


def _of_digest(digest_id: int) -> Sequence[Obligation]:
    told = select(DigestItem.obligation_id).where(DigestItem.digest_id == digest_id)
    ids = [Obligation.id, Obligation.lead_id]
    together = or_(*(one == digest_id for one in ids), *(one.in_(told) for one in ids))
    return db.session.scalars(
        select(Obligation).where(together, Obligation.state == "owed").order_by(Obligation.id)
    ).all()


def was_sent(folder: Path, message_id: str) -> bool:
    """Whether the end of the journal knows this letter: its worker may have died before the database was told."""
    path = folder / NAME
    if not path.exists():
        return False
    with path.open("rb") as lines:
        lines.seek(max(0, path.stat().st_size - LOOKED_BACK))
        return f'"id":"{message_id}"'.encode() in lines.read()


def read_journal(folder: Path) -> Iterator[Sent]:
    """Every whole line, oldest first. A last line that was cut off by a power cut is left out."""
    path = folder / NAME
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            about = tuple(one | {"basis_date": date.fromisoformat(one["basis_date"])} for one in found["about"])
            yield Sent(found["id"], found["to"], about)
