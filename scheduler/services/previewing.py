"""How a letter would look: filled with somebody invented, or with somebody real and what comes next about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import current_app

from accreditation.core.database import db
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.settings import get_setting
from accreditation.people.models import Person
from accreditation.people.queries import get_person
from accreditation.people.rules import Viewer
from scheduler.queries.coming import reminders_to_come
from scheduler.rules.wordings import PLACES
from scheduler.services.wordings import sample_facts

TO_THEM = ("item_due", "own_day_comes", "seat_comes", "seat_asked", "weekly")
"""Letters to the mediator; those that name a reference are to staff about one."""


@dataclass(frozen=True)
class Preview:
    """What a letter is filled with; `said`: of whom, and how much of it is real, in a sentence."""

    facts: Mapping[str, object]
    said: str


def preview_of(letter: str, reference: str | None, viewer: Viewer, *, on: date) -> Preview:
    """Of the person with this reference, as far as this viewer may know of them on the day; nobody real without one.

    Raises DomainError where there is nobody to show.
    """
    base_url = str(current_app.config["BASE_URL"])
    facts: dict[str, object] = sample_facts(on, base_url=base_url) | {
        "service_name": get_setting("service_name"),
        "service_phone": get_setting("service_phone"),
    }
    asked = (reference or "").strip()
    if not asked:
        return Preview(facts, "Filled with somebody invented.")
    try:
        person = get_person(asked.upper(), viewer)
    except NotFound:
        raise DomainError(
            f"There is nobody with the reference “{asked}” whom you may see. Look it up under Mediators."
        ) from None
    is_to_them, names_them = letter in TO_THEM, "reference" in PLACES[letter]
    facts["name"] = person.name
    if not is_to_them and not names_them:
        return Preview(facts, f"To {person.name}; the rest is an example.")
    if names_them:
        facts |= {
            "name": db.session.get_one(Person, viewer.person_id).name,
            "reference": person.reference,
            "link": f"{base_url}/mediators/{person.reference}",
        }
    whom = f"{'To' if is_to_them else 'About'} {person.name}"
    lines = reminders_to_come(person, on).lines
    if not lines:
        return Preview(facts, f"{whom}. Nothing about them comes up, so the days are examples.")
    together = [line for line in lines if (line.on, line.audience) == (lines[0].on, lines[0].audience)]
    day = min(line.due_by for line in together)
    facts |= {"due_by": day, "on": day, "items": len(together), "is_past": day < on}
    return Preview(facts, f"{whom}, with what comes next about them.")
