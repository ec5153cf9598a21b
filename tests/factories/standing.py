"""Evidence, and the states of a standing that tests keep needing, named as the office would name them."""

from datetime import date

from accreditation.core.calendar import anniversary
from accreditation.core.database import transaction
from accreditation.people.models import Person
from accreditation.standing.models import Evidence
from accreditation.standing.services import declare, declaring_many
from tests.factories.people import person

SCHEME = "INHOUSE-WPM"


def evidence(person_id: int, kind: str, starts_on: date, *, code: str | None = None, **details) -> Evidence:
    """One fact, declared as in life."""
    details = {"source": ("test", 1), "recorded_by": None, **details}
    with transaction():
        return declare(person_id, kind=kind, code=code, starts_on=starts_on, **details)


def ready_mediator(*, trained_on: date = date(2026, 2, 2), cleared_until: date = date(2030, 1, 1), **details) -> Person:
    """A mediator with nothing left to do before being accredited."""
    who = person(**details)
    with transaction(), declaring_many():
        _trained_and_cleared(who.id, trained_on, cleared_until)
    return who


def accredited_mediator(
    *,
    trained_on: date = date(2026, 2, 2),
    awarded_on: date | None = None,
    cleared_until: date = date(2030, 1, 1),
    supervised: int = 2,
    **details,
) -> Person:
    """A mediator accredited for three years, by default from the day of the training; `supervised` co-mediations."""
    who = person(**details)
    awarded_on = awarded_on or trained_on
    with transaction(), declaring_many():
        _trained_and_cleared(who.id, trained_on, cleared_until)
        _declare(who.id, "award", SCHEME, awarded_on, anniversary(awarded_on, 36))
        for _ in range(supervised):
            _declare(who.id, "case", "co_mediation", awarded_on)
    return who


def lapsed_mediator(**details) -> Person:
    """A mediator whose last refresher day was too long ago."""
    return accredited_mediator(**{"trained_on": date(2025, 6, 1), "awarded_on": date(2026, 3, 1), **details})


def _trained_and_cleared(person_id: int, trained_on: date, cleared_until: date) -> None:
    _declare(person_id, "training", SCHEME, trained_on)
    _declare(person_id, "clearance", "CTC", trained_on, cleared_until)


def _declare(person_id: int, kind: str, code: str, starts_on: date, ends_on: date | None = None) -> None:
    declare(
        person_id,
        kind=kind,
        code=code,
        starts_on=starts_on,
        ends_on=ends_on,
        source=("test", 1),
        recorded_by=None,
    )
