"""Shifts on the helpline as calendars show them: in the feed of the adviser whose they are."""

from collections.abc import Iterable
from datetime import date

from flask import current_app

from accreditation.core.ics import Event
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.core.tokens import calendar_uid
from accreditation.helpline.queries.rota import shifts_from
from accreditation.people.models import Feed
from accreditation.people.queries import calendar_source, kept_from
from accreditation.people.rules import Viewer


@calendar_source("helpline", "Your shifts on the helpline", feed=Feed.OWN, permission=Permission.USE_HELPLINE)
def own_shifts(viewer: Viewer, on: date) -> Iterable[Event]:
    """One event for each shift that is theirs; one that was swapped away is gone, and stands in the other's feed."""
    page = f"{current_app.config['BASE_URL']}/helpline/rota"
    phone = get_setting("helpline_phone")
    for shift in shifts_from(viewer.person_id, kept_from(on)):
        yield Event(
            uid=calendar_uid(str(current_app.config["SECRET_KEY"]), "helpline shift", shift.id),
            sequence=shift.version,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            title="On duty on the helpline",
            words=f"The helpline is {phone}.\n\n{page}" if phone else page,
            link=page,
        )
