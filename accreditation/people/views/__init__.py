"""People, units and training providers, as they are added and changed; and their dates in their own calendars."""

from accreditation.people.views import calendars, names, persons
from accreditation.people.views.blueprint import bp

__all__ = ["bp", "calendars", "names", "persons"]
