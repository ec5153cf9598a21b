"""People who leave the service."""

from datetime import date, datetime, time
from itertools import count

from accreditation.core.calendar import LONDON
from accreditation.core.database import transaction
from accreditation.desk.leaving.models import Departure
from accreditation.desk.leaving.services import record_departure

_serial = count(1)


def departure(person_id: int, last_on: date, *, on: date, by: int | None = None) -> Departure:
    """Recorded on the day `on`, at ten in the morning."""
    with transaction():
        return record_departure(
            person_id,
            last_on=last_on,
            form_key=f"factory-leaving-{next(_serial):05}",
            on=on,
            at=datetime.combine(on, time(10), LONDON),
            recorded_by=by,
        )
