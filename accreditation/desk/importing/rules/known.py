"""What the register already knows of the people a file may be about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from accreditation.core.calendar import Span
from accreditation.people.rules import plain


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the register with the facts that a file could repeat. Ends are exclusive (FOREVER where open)."""

    person_id: int
    reference: str
    given_name: str
    family_name: str
    pay_number: str | None = None
    email: str | None = None
    unit: str | None = None
    holder_kind: str | None = None
    results: frozenset[tuple[str, date]] = frozenset()
    awards: tuple[Span, ...] = ()
    clearances: tuple[tuple[str, Span], ...] = ()
    refreshers: frozenset[date] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        return f"{self.name} ({self.reference})"


def name_key(given_name: str, family_name: str) -> str:
    """Two names that a reader would take for one: accents and capitals make no difference."""
    return plain(f"{given_name} {family_name}")


@dataclass(slots=True)
class Register:
    """Some people of the register, found by what identifies them and by what only suggests them."""

    people: Iterable[Known] = ()
    by_reference: dict[str, Known] = field(default_factory=dict)
    by_pay_number: dict[str, Known] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=dict)
    by_address: dict[str, list[Known]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in self.people:
            self.by_reference[person.reference.upper()] = person
            if person.pay_number:
                self.by_pay_number[person.pay_number] = person
            self.by_name.setdefault(name_key(person.given_name, person.family_name), []).append(person)
            if person.email:
                self.by_address.setdefault(person.email.casefold(), []).append(person)
