"""Who is asking, beyond the grants of one permission."""

from dataclasses import replace
from datetime import date

from flask import g

from accreditation.accounts.queries.accounts import find_account_by_email
from accreditation.accounts.rules.addresses import normal_email
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission, Role
from accreditation.people.queries import find_person_by_reference, viewer_of
from accreditation.people.rules import Viewer


def every_role(viewer: Viewer) -> list[Role]:
    """All roles of the person who asks, also while they work in one of them."""
    roles: list[Role] = g.get("every_role", viewer.roles)
    return roles


def who_opens_records(viewer: Viewer) -> Viewer:
    """With only the grants under which a record may be opened at all: the register's, and one's own."""
    grants = viewer.limited_to(Permission.VIEW_REGISTER).grants | viewer.limited_to(Permission.VIEW_OWN).grants
    return replace(viewer, grants=grants)


def viewer_called(words: str, on: date) -> Viewer:
    """Whoever has this reference, or signs in with this address, with the grants of the day. Raises NotFound."""
    if "@" in words:
        account = find_account_by_email(normal_email(words))
        person_id = account.person_id if account else None
    else:
        person = find_person_by_reference(words.strip().upper())
        person_id = person.id if person else None
    if person_id is None:
        raise NotFound(f"There is nobody called {words} here.")
    return viewer_of(person_id, on)
