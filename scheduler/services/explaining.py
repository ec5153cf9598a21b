"""Why somebody of the staff was told something, or nothing: for each audience that they are or were, in words.

Only reads. Counted are reminders about people whom the reader may know of, and duties of nobody in particular.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Scope
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.web.words import day as day_words
from accreditation.web.words import plural
from scheduler.models import DigestItem, Obligation
from scheduler.queries.ends import ladders, missing_reminders
from scheduler.queries.recipients import ROLES, Recipients
from scheduler.services.marks import find_mark, mail_server_paused_until
from scheduler.services.owing import DIGEST_LETTER, FOLDER
from scheduler.services.planning import HELD_AFTER_RESTORE, RESTORED
from scheduler.services.weekly import digests_of

DIGESTS_WORDS = {
    "never": "They have chosen to have no weekly digest.",
    "needed": "They have the weekly digest only in a week in which something needs their attention.",
    "always": "They have the weekly digest every week.",
}
BECAME = {
    "held": ("letter is held", "letters are held"),
    "queued": ("letter waits to go", "letters wait to go"),
    "claimed": ("letter is being handed over", "letters are being handed over"),
    "handing_over": ("letter is being handed over", "letters are being handed over"),
    "retry_wait": ("letter waits to be tried again", "letters wait to be tried again"),
    "in_doubt": ("letter may not have arrived", "letters may not have arrived"),
    "undeliverable": ("letter could not be delivered", "letters could not be delivered"),
    "failed": ("letter failed", "letters failed"),
    "superseded": ("letter was no longer needed", "letters were no longer needed"),
    "cancelled": ("letter was closed", "letters were closed"),
    "sent": ("letter was sent", "letters were sent"),
    "written_to_folder": ("letter was written to the folder", "letters were written to the folder"),
}
"""state of a letter -> what is said of one, and of several; in the order in which it is said."""
SAYS_WHY = ("held", "retry_wait", "in_doubt", "undeliverable", "failed", "superseded", "cancelled")


@dataclass(frozen=True)
class AsStaff:
    """What somebody is told as one audience: every reason as a sentence."""

    audience: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Asked:
    """One audience that somebody is, was or will be, by these grants, as `viewer` may hear of it now."""

    person: Person
    audience: str
    grants: list[GrantRow]
    recipients: Recipients
    viewer: Viewer
    on: date
    now: datetime

    def sentences(self) -> Iterator[str]:
        past = list(_what_became(self.person.id, self.audience, self.viewer))
        if self.person.left_on is not None and self.person.left_on <= self.on:
            yield "They have left the service: nobody writes to them as staff."
        elif self.person.id not in self.recipients.holders(self.audience):
            yield _not_now(self.grants, self.on)
        else:
            yield from self._of_now(told_before=bool(past))
        yield from past

    def _of_now(self, *, told_before: bool) -> Iterator[str]:
        rungs = [ladder for ladder in ladders() if ladder.audience == self.audience]
        due = [one for one in missing_reminders(self.on, rungs) if self.person.id in self.recipients.of(one)]
        known = _known(self.viewer, {one.person_id for one in due if one.person_id})
        number = sum(one.person_id is None or one.person_id in known for one in due)
        is_manager = self.audience == "practice_manager"
        waits = _waiting_for_digest(self.person.id, self.viewer) if is_manager else 0
        if not rungs:
            yield "No rule that is in force has this audience: there is nothing that they would be told of."
        elif not _has_anybody(self.grants, self.on):
            yield "Nobody is theirs: their role covers no mediator who is here today."
        elif number:
            due_now = plural(number, "reminder is", "reminders are")
            yield f"{due_now} due and not owed yet: the scheduler's next beat sees to it."
        elif not waits:
            yield "Nothing " + ("more " if told_before else "") + "is due of which a rule would tell them today."
        if find_mark(RESTORED):
            yield HELD_AFTER_RESTORE
        if until := mail_server_paused_until(self.now):
            yield f"The mail server was out of reach. The next try is at {until.astimezone(LONDON):%H:%M}."
        if waits:
            waiting = plural(waits, "reminder waits", "reminders wait")
            yield f"{waiting} for their next digest in place of a letter, as they chose."
        if is_manager:
            yield DIGESTS_WORDS[digests_of([self.person.id])[self.person.id]]


def told_as_staff(person: Person, viewer: Viewer, on: date, now: datetime) -> list[AsStaff]:
    """For each audience that they are, were or will be; empty for who is none of the staff that letters go to."""
    grants = list(db.session.scalars(select(GrantRow).where(GrantRow.person_id == person.id).order_by(GrantRow.id)))
    held = {audience: [grant for grant in grants if grant.role == role.value] for audience, role in ROLES.items()}
    recipients = Recipients(on)
    asked = [_Asked(person, who, theirs, recipients, viewer, on, now) for who, theirs in held.items() if theirs]
    return [AsStaff(one.audience, tuple(one.sentences())) for one in asked]


def _not_now(grants: list[GrantRow], on: date) -> str:
    coming = [grant.starts_on for grant in grants if grant.starts_on > on]
    if coming:
        return f"They hold this role from {day_words(min(coming))}: until then nothing is said to them."
    ended = max(grant.ends_on for grant in grants if grant.ends_on is not None)
    return f"They have not held this role since {day_words(ended)}."


def _has_anybody(grants: list[GrantRow], on: date) -> bool:
    """Whether a role that covers certain units or people covers anybody. A provider's or the whole service's does."""
    now = [grant for grant in grants if grant.starts_on <= on and (grant.ends_on is None or grant.ends_on > on)]
    scopes = {Scope.UNIT.value: Person.unit_id, Scope.PERSON.value: Person.id}
    if any(grant.scope not in scopes for grant in now):
        return True
    theirs = or_(*(scopes[grant.scope] == grant.scope_id for grant in now))
    here = or_(Person.left_on.is_(None), Person.left_on > on)
    others = Person.id.not_in([grant.person_id for grant in now])
    return db.session.scalar(select(Person.id).where(theirs, here, others).limit(1)) is not None


def _what_became(person_id: int, audience: str, viewer: Viewer) -> Iterator[str]:
    """What became of letters to them as this audience, with the reason of the newest of each state."""
    rows = db.session.execute(
        select(Letter.state, func.count().label("number"), func.max(Letter.id).label("newest"))
        .join(Obligation, Obligation.id == Letter.about_id)
        .where(
            Letter.person_id == person_id,
            Letter.template.startswith(FOLDER),
            Letter.template != DIGEST_LETTER,
            Obligation.audience == audience,
            _may_know(viewer),
        )
        .group_by(Letter.state)
    )
    found = {row.state: row for row in rows}
    newest = {
        letter.id: letter
        for letter in db.session.scalars(select(Letter).where(Letter.id.in_([row.newest for row in found.values()])))
    }
    for state, words in BECAME.items():
        if state not in found:
            continue
        letter = newest[found[state].newest]
        said = plural(found[state].number, *words)
        if state in SAYS_WHY and letter.reason:
            yield f"{said}{'' if found[state].number == 1 else ', the newest'}: {letter.reason}"
        else:
            at = day_words((letter.ended_at or letter.queued_at).astimezone(LONDON).date())
            yield f"{said}, {'on' if found[state].number == 1 else 'the newest on'} {at}."


def _waiting_for_digest(person_id: int, viewer: Viewer) -> int:
    waits = (
        select(func.count())
        .select_from(DigestItem)
        .join(Obligation, Obligation.id == DigestItem.obligation_id)
        .where(DigestItem.person_id == person_id, DigestItem.digest_id.is_(None), _may_know(viewer))
    )
    return db.session.scalar(waits) or 0


def _may_know(viewer: Viewer) -> ColumnElement[bool]:
    return or_(Obligation.person_id.is_(None), Obligation.person_id.in_(select(Person.id).where(visible_to(viewer))))


def _known(viewer: Viewer, person_ids: set[int]) -> set[int]:
    return set(db.session.scalars(select(Person.id).where(Person.id.in_(person_ids), visible_to(viewer))))
