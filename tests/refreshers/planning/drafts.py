"""What the tests of plans share: people due in March, and where a plan seats whom."""

from datetime import date

from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.refreshers.models import RefresherPlan
from accreditation.refreshers.queries.planned_seats import seats_in
from accreditation.refreshers.services import planning
from tests import factories

MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
TODAY = factories.TODAY
MARCH, APRIL = date(2027, 3, 2), date(2027, 4, 6)


def in_march(**details):
    """Refresher ends on 20 March 2027; the window of sixty days opens on 19 January."""
    return factories.accredited_mediator(trained_on=date(2026, 3, 20), **details)


def seats(plan_id: int) -> dict[int, int | None]:
    return {seat.person_id: seat.day_id for seat in seats_in(plan_id, MANAGER)}


def publish(plan_id: int, on: date = TODAY) -> None:
    with transaction():
        version = db.session.get_one(RefresherPlan, plan_id).version
        planning.start_publishing(plan_id, version=version, published_by=maker(), now=clock.now())
    for seat_id, day_id in planning.next_to_publish(plan_id):
        with transaction():
            planning.publish_seat(seat_id, day_id, on=on)
    with transaction():
        assert planning.finish_publishing(plan_id)


def maker() -> int:
    return db.session.scalar(select(RefresherPlan.made_by))


def outcomes(plan_id: int) -> dict[int, tuple[str | None, str | None]]:
    return {seat.person_id: (seat.outcome, seat.refusal) for seat in seats_in(plan_id, MANAGER)}
