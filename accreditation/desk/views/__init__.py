"""The pages of the desk."""

from accreditation.desk.views import audit, home, me, person, register, roles, searching
from accreditation.desk.views.blueprint import bp

__all__ = ["audit", "bp", "home", "me", "person", "register", "roles", "searching"]
