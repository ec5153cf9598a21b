"""One row of the list, with everything that is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accreditation.core.sheets import Cell, Row, cells
from accreditation.core.sheets.rows import Problem, Reader
from accreditation.people.rules import plain
from vetting.rules.levels import levels
from vetting.rules.listing.columns import LABELS
from vetting.rules.steps import GRANTING, OPEN, STATES

WORDS = {
    "granted": "granted, cleared, current, active, valid, in force, pass, passed, approved, complete, completed, yes",
    "granted_with_conditions": "granted with conditions, conditional, cleared with conditions",
    "initiated": "initiated, requested, sponsored, started",
    "questionnaire_issued": "questionnaire issued, form issued, form sent",
    "submitted": "submitted, received, form received, applied",
    "in_progress": "in progress, ongoing, pending, under way, with unit, processing, awaiting decision",
    "on_hold": "on hold, held, paused",
    "refused": "refused, rejected, declined, fail, failed, not granted, no",
    "suspended": "suspended",
    "withdrawn": "withdrawn, revoked, removed",
    "lapsed": "lapsed, leaver, left, cancelled",
    "discontinued": "discontinued, abandoned, closed",
    "transferred_out": "transferred out, transferred",
}
STATE_OF = {word.strip(): state for state, listed in WORDS.items() for word in listed.split(",")}
# Words for what follows from the dates, which the dates say themselves.
STATE_OF |= dict.fromkeys(("expired", "overdue", "review due", "renewal due", "due", "review overdue"), "granted")

LEVEL_OF = {plain(level.code): level.code for level in levels().values()}
LEVEL_OF |= {plain(level.name): level.code for level in levels().values()}
LEVEL_OF |= {
    "counter terrorism check": "CTC",
    "level 1b": "L1B",
    "nppv 1": "NPPV1",
    "nppv2": "NPPV2F",
    "nppv 2": "NPPV2F",
    "nppv 2 full": "NPPV2F",
    "nppv2 full": "NPPV2F",
    "nppv 2 abbreviated": "NPPV2A",
    "nppv2 abbreviated": "NPPV2A",
    "nppv 3": "NPPV3",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row read: "" and None mean that the list does not say. `valid_through` is the last good day."""

    number: int
    reference: str = ""
    pay_number: str = ""
    born_on: date | None = None
    given_name: str = ""
    family_name: str = ""
    level: str = ""
    state: str = ""
    status_on: date | None = None
    submitted_on: date | None = None
    granted_on: date | None = None
    valid_through: date | None = None
    case_number: str = ""
    sponsor: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        """The person in a sentence, as far as the row says."""
        who = " ".join(filter(None, (self.name, self.reference or self.pay_number)))
        return who or f"the person of row {self.number}"


def read_row(row: Row, columns: Mapping[int, str], headings: Mapping[int, str], *, on: date, level: str) -> Entry:
    """The row as an Entry with every problem found. `level` where the row says none; nothing lies after `on`."""
    reader = Reader(row, columns, headings, LABELS)
    given_name, family_name = _names(reader)
    entry = Entry(
        number=row.number,
        reference=reader.read("reference", cells.reference_of, ""),
        pay_number=reader.read("pay_number", cells.text_of, ""),
        born_on=_past(reader, "born_on", on),
        given_name=given_name,
        family_name=family_name,
        level=reader.read("level", _level_of, "") or level,
        state=reader.read("status", _state_of, ""),
        status_on=_past(reader, "status_on", on),
        submitted_on=_past(reader, "submitted_on", on),
        granted_on=_past(reader, "granted_on", on),
        valid_through=reader.read("valid_through", cells.day_of, None),
        case_number=reader.read("number", cells.text_of, ""),
        sponsor=reader.read("sponsor", cells.text_of, ""),
    )
    _check(entry, reader)
    state = entry.state or ("granted" if entry.granted_on or entry.valid_through else "")
    return Entry(
        **{name: getattr(entry, name) for name in Entry.__slots__ if name not in ("state", "problems")},
        state=state,
        problems=tuple(reader.problems),
    )


def _check(entry: Entry, reader: Reader) -> None:
    if entry.granted_on and entry.valid_through and entry.valid_through < entry.granted_on:
        reader.add(
            "valid_through",
            f"It ends ({entry.valid_through:%d/%m/%Y}) before it was granted ({entry.granted_on:%d/%m/%Y}).",
            "Correct one of the two dates.",
        )
    if not entry.state and not entry.granted_on and not entry.valid_through and not reader.problems:
        reader.add("status", "The row says neither a status nor a date.", "Fill one in, or delete the row.")
    if entry.state in GRANTING and not (entry.granted_on or entry.valid_through) and not reader.problems:
        reader.add("granted_on", "It is granted, and no date is given.", "Fill in the day of the grant.")
    if entry.state in OPEN and not (entry.submitted_on or entry.status_on) and not reader.problems:
        reader.add("status_on", f"“{STATES[entry.state]}” has no date.", "Fill in the date, or leave the row out.")


def _past(reader: Reader, field: str, on: date) -> date | None:
    day = reader.read(field, cells.day_of, None)
    if day and day > on:
        reader.add(field, f"{day:%d/%m/%Y} is in the future.", "Correct the date: the list holds what has happened.")
    return day


def _names(reader: Reader) -> tuple[str, str]:
    given_name, family_name = "", ""
    if "name" in reader.column_of and "family_name" not in reader.column_of:
        given_name, family_name = reader.read("name", cells.whole_name_of, ("", ""))
    return (
        reader.read("given_name", cells.text_of, given_name),
        reader.read("family_name", cells.surname_of, family_name),
    )


def _level_of(cell: Cell | None) -> str:
    text = cells.text_of(cell)
    if not text:
        return ""
    found = LEVEL_OF.get(re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()) or LEVEL_OF.get(plain(text).replace(" ", ""))
    if found is None:
        raise cells.BadCell(
            f"“{cells.shorten(text)}” is not a level that is known here.", f"Write one of: {', '.join(levels())}."
        )
    return found


def _state_of(cell: Cell | None) -> str:
    text = cells.text_of(cell)
    if not text:
        return ""
    words = re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()
    if words not in STATE_OF:
        raise cells.BadCell(
            f"“{cells.shorten(text)}” is not a status that is known here.",
            "Write Granted, Submitted, In progress, Refused, Suspended, Withdrawn, Lapsed or Discontinued.",
        )
    return STATE_OF[words]
