"""Plans of the refresher days: one of a unit in which everybody fits, one of everybody that shows what is too few."""

from datetime import date, datetime, timedelta

from accreditation.core.database import db
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.plan.people import SCHEME
from accreditation.people.queries import units
from accreditation.refreshers.queries.away import units_and_places
from accreditation.refreshers.rules.planning.asked import Asked
from accreditation.refreshers.services import planning

AHEAD_DAYS = 182
AWAY_EACH = 9
"""One in so many mediators has said that they cannot come for a fortnight."""


def fill_plans(ground: Ground, *, now: datetime) -> None:
    """After everything else: a plan is made from what stands."""
    today = ground.plan.on
    db.session.flush()
    for number, mediator in enumerate(ground.plan.mediators):
        if number % AWAY_EACH == 0:
            first = today + timedelta(30 + number % 60)
            person_id = ground.id_of(mediator)
            planning.add_dates_away(
                person_id, first=first, last=first + timedelta(13), on=today, now=now, entered_by=person_id
            )
    there, places = units_and_places(today)
    planning.set_ways(
        {
            (unit.id, place): 15 + 7 * ((number + 3 * where) % 9)
            for number, unit in enumerate(there)
            for where, place in enumerate(places)
        }
    )
    for unit in units():
        asked = _asked(today, unit_id=unit.id, starts_on=today + timedelta(1))
        drawn = planning.draw_up(asked)
        if len(drawn.facts.needs) > 1 and not drawn.plan.left_out:
            planning.keep_plan(asked, drawn, made_by=ground.manager, now=now)
            break
    asked = _asked(today, unit_id=None, starts_on=today + timedelta(1))
    drawn = planning.draw_up(asked)
    if drawn.facts.needs:
        planning.keep_plan(asked, drawn, made_by=ground.manager, now=now)


def _asked(today: date, *, unit_id: int | None, starts_on: date) -> Asked:
    return Asked(
        SCHEME,
        "refresher",
        unit_id,
        made_on=today,
        starts_on=starts_on,
        ends_on=today + timedelta(AHEAD_DAYS),
        near=True,
        spread=True,
        extra_seats=12,
        notice_days=21,
    )
