"""People, units and training providers, as they are added and changed."""

from accreditation.people.views import names, persons
from accreditation.people.views.blueprint import bp

__all__ = ["bp", "names", "persons"]
