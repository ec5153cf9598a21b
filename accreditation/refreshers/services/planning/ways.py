"""How far it is from each unit to each place."""

from collections.abc import Mapping

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.refreshers.models import WayToPlace


def set_ways(minutes: Mapping[tuple[int, str], int | None]) -> int:
    """Enter the minutes from units to places; None forgets one. How many have changed."""
    there = {(way.unit_id, way.place): way for way in db.session.scalars(select(WayToPlace).with_for_update())}
    changed = 0
    for (unit_id, place), number in minutes.items():
        way = there.get((unit_id, place))
        if way is None and number is not None:
            db.session.add(WayToPlace(unit_id=unit_id, place=place, minutes=number))
        elif way is not None and number is None:
            db.session.delete(way)
        elif way is not None and number is not None and way.minutes != number:
            way.minutes = number
        else:
            continue
        changed += 1
    db.session.flush()
    return changed
