"""Who is asking, beyond the grants of one permission."""

from dataclasses import replace

from flask import g

from accreditation.core.permissions import Permission, Role
from accreditation.people.rules import Viewer


def every_role(viewer: Viewer) -> list[Role]:
    """All roles of the person who asks, also while they work in one of them."""
    roles: list[Role] = g.get("every_role", viewer.roles)
    return roles


def who_opens_records(viewer: Viewer) -> Viewer:
    """With only the grants under which a record may be opened at all: the register's, and one's own."""
    grants = viewer.limited_to(Permission.VIEW_REGISTER).grants | viewer.limited_to(Permission.VIEW_OWN).grants
    return replace(viewer, grants=grants)
