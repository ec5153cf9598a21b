"""Asking people to come."""

from collections.abc import Iterable
from datetime import date

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.refreshers.models import Invitation
from accreditation.refreshers.queries.days import lock_day
from accreditation.refreshers.queries.due import invited_people


def invite(day_id: int, person_ids: Iterable[int], *, on: date, invited_by: int | None) -> int:
    """Invite these people to the day, each once. How many letters are owed now.

    Raises DomainError for a day that is over or not planned, and when nobody was chosen.
    """
    chosen = sorted(set(person_ids))
    day = lock_day(day_id)
    if day.state != "planned" or day.held_on < on:
        raise DomainError("This day is over or cancelled, so that nobody can be invited.")
    if not chosen:
        raise DomainError("Choose whom to invite.")
    already = invited_people(day_id)
    letters = 0
    for person_id in chosen:
        if person_id in already:
            continue
        invitation = Invitation(person_id=person_id, day_id=day_id, invited_on=on, invited_by=invited_by)
        db.session.add(invitation)
        db.session.flush()
        outbox.queue(
            person_id,
            "email/refreshers/invitation.txt",
            about_id=invitation.id,
            key=f"refresher-invitation:{invitation.id}",
        )
        letters += 1
    return letters
