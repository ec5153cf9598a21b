"""What the rows of one file say about each other: repeated, contradicting, or only looking alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from accreditation.core.sheets.rows import Problem
from accreditation.desk.importing.rules.columns import LABELS
from accreditation.desk.importing.rules.known import name_key
from accreditation.desk.importing.rules.rows import Entry

COMPARED = [f.name for f in fields(Entry) if f.name not in ("number", "problems")]
CALLED = {**LABELS, "outcome": "Result", "clearances": "Clearance"}


@dataclass(slots=True)
class Siblings:
    """By row number: the row that it repeats, or why it contradicts another."""

    repeats: dict[int, Entry] = field(default_factory=dict)
    contradicts: dict[int, Problem] = field(default_factory=dict)


def siblings(entries: Iterable[Entry]) -> Siblings:
    """Rows that share a reference or a pay number are about one person: say it twice alike, or not at all."""
    found = Siblings()
    for group in _groups(list(entries)):
        first = group[0]
        different = [entry for entry in group[1:] if _differences(first, entry)]
        for entry in group[1:] if not different else []:
            found.repeats[entry.number] = first
        for entry in different and group:
            other = different[0] if entry is first or not _differences(first, entry) else first
            found.contradicts[entry.number] = _contradiction(entry, other)
    return found


def _groups(entries: list[Entry]) -> list[list[Entry]]:
    """The rows of each person that has more than one, in the order of the file."""
    group_of: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        keys = [(kind, value) for kind in ("reference", "pay_number") if (value := getattr(entry, kind))]
        joined = [entry]
        for key in keys:
            if key in group_of and group_of[key] is not joined and group_of[key][0] is not joined[0]:
                joined = sorted({e.number: e for e in [*group_of[key], *joined]}.values(), key=lambda e: e.number)
        for member in joined:
            for kind in ("reference", "pay_number"):
                if value := getattr(member, kind):
                    group_of[kind, value] = joined
    unique = {id(group): group for group in group_of.values() if len(group) > 1}
    return sorted(unique.values(), key=lambda group: group[0].number)


def _differences(one: Entry, other: Entry) -> list[str]:
    return [name for name in COMPARED if getattr(one, name) != getattr(other, name)]


def _contradiction(entry: Entry, other: Entry) -> Problem:
    shared = "reference" if entry.reference and entry.reference == other.reference else "pay_number"
    value = getattr(entry, shared)
    differing = ", ".join(CALLED[name].lower() for name in _differences(entry, other))
    return Problem(
        "",
        "",
        f"Row {other.number} has the same {LABELS[shared].lower()} {value} and says something else ({differing}).",
        "Make the two rows agree, or delete the wrong one.",
    )


@dataclass(slots=True)
class Alike:
    """Rows by what only suggests a person: the name and the address."""

    by_name: dict[str, list[Entry]] = field(default_factory=dict)
    by_address: dict[str, list[Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Alike":
        alike = cls()
        for entry in entries:
            alike.by_name.setdefault(name_key(entry.given_name, entry.family_name), []).append(entry)
            if entry.email:
                alike.by_address.setdefault(entry.email.casefold(), []).append(entry)
        return alike

    def others(self, entry: Entry) -> list[tuple[str, Entry]]:
        """Other rows with what they share with this one, in the order of the file."""
        named = {e.number: e for e in self.by_name.get(name_key(entry.given_name, entry.family_name), ())}
        addressed = {e.number: e for e in self.by_address.get(entry.email.casefold(), ())} if entry.email else {}
        both = {**named, **addressed}
        return [
            (shared(number in named, number in addressed), both[number])
            for number in sorted(both)
            if number != entry.number
        ]


def shared(name: bool, address: bool) -> str:
    if name and address:
        return "name and address"
    return "name" if name else "address"
