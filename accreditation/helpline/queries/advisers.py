"""Who advises on the helpline."""

from datetime import date

from accreditation.core.permissions import Role
from accreditation.people.models import Person
from accreditation.people.queries import everyone_with


def advisers_on(on: date) -> list[Person]:
    """Everybody with that role on the day, by name."""
    return everyone_with(Role.HELPLINE_ADVISER, on)


def adviser_ids(on: date) -> set[int]:
    return {person.id for person in advisers_on(on)}
