"""The pages of the desk."""

from accreditation.desk.views import audit, deadlines, exceptions, home, me, pack, person, register, roles, searching
from accreditation.desk.views.blueprint import bp

__all__ = ["audit", "bp", "deadlines", "exceptions", "home", "me", "pack", "person", "register", "roles", "searching"]
