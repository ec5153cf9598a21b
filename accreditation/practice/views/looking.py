"""What somebody is asked to look at before an entry is logged: words like a name, and the same thing logged before."""

from collections.abc import Iterable
from dataclasses import dataclass

from accreditation.people.queries import units
from accreditation.practice.forms.entries import EntryForm
from accreditation.practice.forms.looking import WarnsOfNames
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries.entries import like_this
from accreditation.practice.rules.entries import Details, Known, case_key


@dataclass(frozen=True)
class Look:
    """What was found; `again` is what the form carries so that the same warning is not given twice."""

    names: list[str]
    twins: list[PracticeEntry]

    @property
    def again(self) -> str:
        return "|".join([*self.names, *(f"entry {twin.id}" for twin in self.twins)])


def names_in_words(form: WarnsOfNames, about: Iterable[str]) -> list[str]:
    """What looks like a party's name in words that others read and was not warned of yet. `about`: whose page it is."""
    return form.names_to_look_at([*(unit.name for unit in units()), *about])


def look_at(form: EntryForm, details: Details, person_id: int, *, but: int | None = None) -> Look | None:
    """What this page has not warned of yet; None where there is nothing. `but`: the entry that is being changed."""
    known = Known(
        but,
        person_id,
        details.kind,
        details.code,
        details.done_on,
        details.quantity,
        case_key(details.case_reference) if details.kind == "case" else None,
    )
    found = Look(form.names_to_look_at([unit.name for unit in units()]), like_this(known))
    if not set(found.again.split("|")) - {""} - form.was_shown:
        return None
    form.looked_at.data = found.again
    return found
