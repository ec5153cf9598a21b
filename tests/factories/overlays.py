"""What is laid over a standing, decided as in life."""

from datetime import date, datetime, time
from itertools import count

from accreditation.core.calendar import LONDON
from accreditation.core.database import transaction
from accreditation.standing.models import Overlay
from accreditation.standing.rules.laying import Laid
from accreditation.standing.services.overlays import record_overlay

_serial = count(1)


def laid(kind: str, starts_on: date, ends_on: date | None = None, **details) -> Laid:
    """A decision with everything that it needs, of the kind."""
    usual = {"reason": "The private reason", "authority": "Head of Service"}
    if kind == "leave":
        usual["leave_type"] = "other"
    return Laid(kind, starts_on, ends_on, **{**usual, **details})


def overlay(
    person_id: int, kind: str, starts_on: date, ends_on: date | None = None, *, on: date | None = None, **details
) -> Overlay:
    """Recorded on `on`, by default its first day, at ten in the morning."""
    recorded_on = on or starts_on
    with transaction():
        return record_overlay(
            person_id,
            laid(kind, starts_on, ends_on, **details),
            form_key=f"factory-form-key-{next(_serial)}",
            on=recorded_on,
            at=datetime.combine(recorded_on, time(10), LONDON),
            recorded_by=None,
        )
