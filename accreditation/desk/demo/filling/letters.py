"""The letters that the services owed while the demo was filled. Nobody in it is real, so nobody gets one.

Two are shown as come back, for there is always one that could not be delivered.
"""

from datetime import datetime

from sqlalchemy import select, update

from accreditation.core.database import db
from accreditation.core.outbox import OWN_ADDRESS, WAITING, Letter
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.plan.people import Mediator
from accreditation.people.models import ContactAddress

PAST = "It belongs to the past of the demo and was never sent."
NO_MAILBOX = "The mail server refused the address: 550 5.1.1 no such mailbox."
GAVE_UP = "The mail server could not be reached for two days: 451 4.3.0 temporary failure."


def settle_letters(ground: Ground, *, now: datetime) -> None:
    """Everything that was queued is over; the newest one to a mediator came back, and another was given up."""
    waiting = Letter.state.in_(WAITING)
    mediators = [ground.id_of(mediator) for mediator in _working(ground)]
    theirs = Letter.person_id.in_(mediators) & Letter.template.not_in(OWN_ADDRESS)
    newest = select(Letter).where(waiting, theirs).order_by(Letter.id.desc()).limit(2)
    for letter, (state, reason) in zip(
        db.session.scalars(newest).all(), (("undeliverable", NO_MAILBOX), ("failed", GAVE_UP)), strict=False
    ):
        letter.state, letter.reason, letter.ended_at, letter.tries = state, reason, now, 1
        if state == "undeliverable":
            _mark_address(letter.person_id, reason, now)
    db.session.flush()
    db.session.execute(update(Letter).where(waiting).values(state="cancelled", reason=PAST, ended_at=now))


def _working(ground: Ground) -> list[Mediator]:
    return [mediator for mediator in ground.plan.mediators if mediator.awards][:400]


def _mark_address(person_id: int, reason: str, now: datetime) -> None:
    current = select(ContactAddress).where(ContactAddress.person_id == person_id, ContactAddress.ended_at.is_(None))
    address = db.session.scalar(current)
    if address is not None:
        address.undeliverable_since, address.undeliverable_reason = now, reason
