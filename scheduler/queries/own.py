"""What is one's own here."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer


def own_record_id(viewer: Viewer) -> int:
    """The viewer's own record as a mediator. Raises NotFound for an account that has none they may see."""
    found = db.session.scalar(select(Person.id).where(Person.id == viewer.person_id, visible_to(viewer)))
    if found is None:
        raise NotFound("There is no record of a mediator for your account.")
    return found
