"""The days by which something of one's own has to be seen to, for one's own calendar.

A calendar is looked at by others, so that the line says when and nothing else: what it is, the register tells.
"""

from collections.abc import Iterable
from datetime import date

from flask import current_app
from sqlalchemy import select

from accreditation.core.calendar import FOREVER, last_good_day
from accreditation.core.database import db
from accreditation.core.ics import AllDay
from accreditation.core.permissions import Permission
from accreditation.core.tokens import calendar_uid
from accreditation.people.models import Feed, Person
from accreditation.people.queries import calendar_source, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.queries.requirements import requirements_on
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.queries.standing import standing_on

TITLE = "Your mediator record: last day of something"


@calendar_source(
    "ends",
    "The last day of each requirement you meet now, as all-day entries that do not say which it is",
    feed=Feed.OWN,
    permission=Permission.VIEW_OWN,
    on_request=True,
)
def own_ends(viewer: Viewer, on: date) -> Iterable[AllDay]:
    person = db.session.scalar(select(Person).where(Person.id == viewer.person_id, visible_to(viewer)))
    if person is None:
        return
    standing = standing_on(person.id, main_scheme(on), on)
    ends = {
        last_good_day(status.run.ends_on)
        for status in requirements_on(standing, viewer)
        if status.shown and status.met and status.run and status.run.ends_on < FOREVER
    }
    page = f"{current_app.config['BASE_URL']}/me"
    for last in sorted(ends):
        yield AllDay(
            uid=calendar_uid(str(current_app.config["SECRET_KEY"]), f"ends {last}", person.id),
            sequence=0,
            first=last,
            last=last,
            title=TITLE,
            words=f"Sign in to see what it is, and what can still be done: {page}",
            link=page,
        )
