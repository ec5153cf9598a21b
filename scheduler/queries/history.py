"""What happened to a letter, in order: what the register did, step by step, and what people decided about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from accreditation.core.audit import AuditEntry, moment_of
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from scheduler.models import LetterAttempt

HELD, RELEASED, TRIED, RESENT = (
    "held a letter", "released a letter", "tried a letter again", "sent a letter in doubt again",
)  # fmt: skip
REACHED, CLOSED, OPENED = (
    "reached by telephone in place of a letter", "closed a letter", "opened a closed letter again",
)  # fmt: skip
TESTED = "sent a test of a letter"

DECIDED = {
    HELD: ("Held back", "It waits for a person"),
    RELEASED: ("Released", "It may go"),
    TRIED: ("Tried again by hand", "It may go, to the address that is current"),
    RESENT: ("Sent once more by hand", "It may go a second time, under the same Message-ID"),
    REACHED: ("Reached by telephone", "No letter is needed"),
    CLOSED: ("Closed", "It does not go"),
    OPENED: ("Opened again", "It waits for a decision as before"),
    TESTED: ("Asked for as a test", "To whoever asked"),
}
"""By what the audit trail calls a decision about a letter: (what was done, what follows)."""

PHASE_WORDS = {
    "connect": "Connecting",
    "mail": "Naming the sender",
    "rcpt": "Naming the addressee",
    "data": "Sending the text",
    "dot": "The end of the letter",
    "replied": "The server's answer",
    "folder": "Writing a file",
    "write": "Writing the letter",
}

BY_ITSELF = "The register"
CHANNELS = {"command": "At the command line", "scheduler": BY_ITSELF}


@dataclass(frozen=True)
class Happening:
    """One thing that happened: `who` did it, in words, and `person` where this viewer may open their page."""

    at: datetime
    what: str
    came_of_it: str
    who: str = BY_ITSELF
    person: Person | None = None


def history_of(letter: Letter, viewer: Viewer) -> list[Happening]:
    """Everything that is known to have happened to it, the oldest first."""
    found = [Happening(letter.queued_at, "Owed", "It was written down that this letter is to go")]
    decisions = decisions_about(letter.id)
    found += _decided(decisions, viewer)
    found += [
        Happening(step.at, PHASE_WORDS[step.phase], step.text or "About to go out") for step in attempts_of(letter.id)
    ]
    if letter.ended_at and letter.state == "superseded":
        found.append(Happening(letter.ended_at, "Not sent", letter.reason or "No longer needed"))
    elif letter.ended_at and letter.state == "cancelled" and closing_of(decisions) is None:
        found.append(Happening(letter.ended_at, "Closed", letter.reason or "It does not go"))
    return sorted(found, key=lambda one: one.at)  # at one moment: decided, then done


def decisions_about(letter_id: int) -> list[AuditEntry]:
    """What people decided about it, from the audit trail, the oldest first."""
    about = (AuditEntry.subject_type == "letter", AuditEntry.subject_id == letter_id, AuditEntry.action.in_(DECIDED))
    return list(db.session.scalars(select(AuditEntry).where(*about).order_by(AuditEntry.seq)))


def closing_of(decisions: Collection[AuditEntry]) -> AuditEntry | None:
    """The decision by which a person closed it, if that is the last of them and was not taken back."""
    last = max(decisions, key=lambda one: one.seq, default=None)
    return last if last is not None and last.action in (REACHED, CLOSED) else None


def attempts_of(letter_id: int) -> list[LetterAttempt]:
    steps = select(LetterAttempt).where(LetterAttempt.letter_id == letter_id).order_by(LetterAttempt.id)
    return list(db.session.scalars(steps))


def _decided(decisions: list[AuditEntry], viewer: Viewer) -> list[Happening]:
    ids = {entry.actor_id for entry in decisions if entry.actor_id}
    people = {one.id: one for one in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    may_open = select(Person.id).where(Person.id.in_(ids), visible_to(viewer))
    known = set(db.session.scalars(may_open)) if ids else set()
    happened = []
    for entry in decisions:
        actor = people.get(entry.actor_id or 0)
        who = actor.name if actor else CHANNELS.get(entry.channel, "Somebody whose record is gone")
        shown = actor if actor and actor.id in known else None
        happened.append(Happening(moment_of(entry), *DECIDED[entry.action], who=who, person=shown))
    return happened
