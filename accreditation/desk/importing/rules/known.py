"""What the register already knows of the people a file may be about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from accreditation.core.calendar import Span
from accreditation.desk.importing.rules.clearances import KnownClearance, Waiting
from accreditation.people.rules import plain


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the register with the facts that a file could repeat. Ends are exclusive (FOREVER where open).

    `also`: the records that were merged into theirs. An old file may still call the person as one of these does.
    """

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
    clearances: tuple[KnownClearance, ...] = ()
    refreshers: frozenset[date] = frozenset()
    waiting: tuple[Waiting, ...] = ()
    also: tuple["Former", ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        return f"{self.name} ({self.reference})"

    @property
    def references(self) -> frozenset[str]:
        """All of theirs, in capitals."""
        return frozenset({self.reference.upper(), *(former.reference.upper() for former in self.also)})

    @property
    def pay_numbers(self) -> frozenset[str]:
        return frozenset(number for number in (self.pay_number, *(f.pay_number for f in self.also)) if number)

    def was(self, detail: str, value: str) -> bool:
        """Whether a record merged into theirs says this, so that a file which repeats it brings nothing new."""
        return any((getattr(former, detail) or "").casefold() == value.casefold() for former in self.also)

    def was_called(self, given_name: str, family_name: str) -> bool:
        key = name_key(given_name, family_name)
        return any(name_key(former.given_name, former.family_name) == key for former in self.also)


@dataclass(frozen=True, slots=True)
class Former:
    """What a merged record is called."""

    reference: str
    given_name: str
    family_name: str
    pay_number: str | None = None
    email: str | None = None


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
            for reference in person.references:
                self.by_reference[reference] = person
            for pay_number in person.pay_numbers:
                self.by_pay_number[pay_number] = person
            called: list[Known | Former] = [person, *person.also]
            for key in dict.fromkeys(name_key(record.given_name, record.family_name) for record in called):
                self.by_name.setdefault(key, []).append(person)
            for address in dict.fromkeys(record.email.casefold() for record in called if record.email):
                self.by_address.setdefault(address, []).append(person)
