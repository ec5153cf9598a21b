"""Taking a list out of the register: noted in the audit trail before it is handed out, and said on the file itself."""

from datetime import datetime
from typing import Any

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.sheets import Notice
from accreditation.people.models import Person
from accreditation.people.rules import Viewer
from accreditation.web.words import moment, plural

OFFICIAL = "OFFICIAL"
SENSITIVE = "OFFICIAL-SENSITIVE"


def note_export(
    what: str,
    viewer: Viewer,
    *,
    rows: int,
    people: int,
    at: datetime,
    classification: str = OFFICIAL,
    about_id: int | None = None,
    **details: Any,
) -> Notice:
    """Add "exported {what}" to the trail, in the caller's transaction, and give the notice that the file carries.

    `rows`: lines of the file; `people`: how many different people they are about, 0 where it holds sums or cases alone.
    """
    audit.note(f"exported {what}", about_id=about_id, rows=rows, people=people, marked=classification, **details)
    person = db.session.get(Person, viewer.person_id)
    who = person.name if person else "the operator of the register"
    about = f"{plural(rows, 'row')} about {plural(people, 'person', 'people')}"
    if not people:
        about = f"{plural(rows, 'row')}, about nobody by name" if rows else "no rows"
    return Notice(classification, f"Exported by {who} on {moment(at)}: {about}.")
