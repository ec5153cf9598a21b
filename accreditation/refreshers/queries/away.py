"""Dates people cannot make, for themselves and whoever plans for them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person, Unit
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from accreditation.refreshers.models import DatesAway, RefresherDay


def dates_away_of(person_id: int, on: date) -> list[DatesAway]:
    """The dates that are not over, the next first."""
    query = select(DatesAway).where(of_one_person(DatesAway.person_id, person_id), DatesAway.ends_on > on)
    return list(db.session.scalars(query.order_by(DatesAway.starts_on, DatesAway.id)))


def own_reference(person_id: int) -> str | None:
    """Under which reference somebody finds their own dates."""
    return db.session.scalar(select(Person.reference).where(Person.id == person_id))


def get_dates_away(away_id: int, viewer: Viewer) -> DatesAway:
    """Raises NotFound, in the same words whether there are none or not for this viewer to know of."""
    query = select(DatesAway).join(Person, Person.id == DatesAway.person_id)
    away = db.session.scalar(query.where(DatesAway.id == away_id, visible_to(viewer)))
    if away is None:
        raise NotFound("There are no such dates.")
    return away


def units_and_places(on: date) -> tuple[Sequence[Unit], Sequence[str]]:
    """Every unit, and every place where a day is planned from that day on."""
    places = (
        select(RefresherDay.venue)
        .where(RefresherDay.held_on >= on, RefresherDay.state == "planned", RefresherDay.venue.is_not(None))
        .distinct()
        .order_by(RefresherDay.venue)
    )
    units = db.session.scalars(select(Unit).order_by(Unit.name)).all()
    return units, [place for place in db.session.scalars(places) if place]
