"""The results workbook: its headings, its stamp, and what its rows say. Plain values in, entries and faults out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.dates import NotADay, is_blank, read_day
from accreditation.core.errors import DomainError
from accreditation.core.sheets import Cell, Row, Sheet, Workbook
from accreditation.people.rules import plain
from cohorts.rules.assessment import MET, NOT_MET, ComponentRule, PartEntry, read_mark
from cohorts.rules.results import OUTCOME_LABELS, OUTCOMES, Entry, Fault, read_outcome

HEADINGS = {
    "reference": "Reference",
    "name": "Name",
    "attempt": "Attempt",
    "outcome": "Outcome",
    "event_on": "Date of assessment",
    "note": "Note",
}
READ = ("reference", "name", "outcome", "event_on", "note")
"""The columns that must be there, in any order. Others, our own column of faults among them, are passed over."""

MEND = "What to mend"
STAMP = re.compile(r"\bcohort (\d{1,15}), version (\d{1,15})\b", re.IGNORECASE)
HEADING_ROWS = 30
"""The headings are looked for in so many rows from the top."""


def stamp(cohort_id: int, version: int) -> str:
    """What ties a workbook to the cohort as it was: a line that people can read and `read_results` finds again."""
    return f"Workbook of cohort {cohort_id}, version {version}. Keep this line."


@dataclass(frozen=True)
class SheetRow:
    """One row of a workbook: Excel's row number, what stood in its cells, the entry, and what could not be read."""

    number: int
    cells: dict[str, str]
    entry: Entry
    faults: tuple[Fault, ...] = ()

    def as_json(self) -> list[object]:
        entry = self.entry
        on = entry.event_on.isoformat() if entry.event_on else None
        faults = [[fault.field, fault.text] for fault in self.faults]
        parts = None
        if entry.parts is not None:
            parts = [[part.component_id, part.outcome, part.marks] for part in entry.parts]
        said = [entry.reference, entry.outcome, on, entry.note, entry.name, parts]
        return [self.number, self.cells, said, faults]

    @classmethod
    def from_json(cls, parts: list) -> "SheetRow":  # type: ignore[type-arg]
        number, cells, (reference, outcome, on, note, name, *further), faults = parts
        event_on = date.fromisoformat(on) if on else None
        said = None
        if further and further[0] is not None:
            said = tuple(
                PartEntry(component_id, out, None if marks is None else tuple((one, met) for one, met in marks))
                for component_id, out, marks in further[0]
            )
        return cls(
            number,
            cells,
            Entry(reference, outcome, event_on, note, name, said),
            tuple(Fault(*fault) for fault in faults),
        )


@dataclass(frozen=True)
class ResultsSheet:
    """What a workbook says: the rows below the headings, which column holds what, and the version it was made from."""

    version: int
    rows: tuple[SheetRow, ...]
    letters: dict[str, str]


class WorkbookRefused(DomainError):
    """The workbook as a whole cannot be used. Each reason says what to do."""


def headings_of(components: Sequence[ComponentRule]) -> dict[str, str]:
    """The heading of each field, those of the parts and their criteria among them."""
    titles = dict(HEADINGS)
    for part in components:
        titles[part.field] = part.title
        titles |= {one.field: f"{part.title}: {one.text}" for one in part.criteria}
    return titles


def read_results(book: Workbook, *, cohort_id: int, components: Sequence[ComponentRule] = ()) -> ResultsSheet:
    """The results in a workbook handed out for this cohort, whatever its sheets are called now.

    Raises WorkbookRefused when the stamp or a heading is missing, twice there, or belongs to another cohort.
    """
    sheet, head, columns = _table_of(book, components)
    version = stamped_version(book, cohort_id, "your results", WorkbookRefused)
    letters = {field: cell.letter for field, cell in columns.items()}
    rows = tuple(
        read_row(row, {field: cell.column for field, cell in columns.items()}, components)
        for row in sheet
        if row.number > head and any(_text(row.get(cell.column)) for cell in columns.values())
    )
    if not rows:
        raise WorkbookRefused("There are no candidates below the headings. Download the workbook again.")
    return ResultsSheet(version, rows, letters)


def stamped_version(book: Workbook, cohort_id: int, what: str, refused: type[DomainError]) -> int:
    """The version of the cohort that a workbook of ours was made from, by the line that says so.

    Raises `refused`, in words about `what` was filled in, where the line is missing or names another cohort.
    """
    stamps = {
        (int(found[1]), int(found[2]))
        for sheet in book.sheets
        for row in sheet.rows[:HEADING_ROWS]
        for cell in row.cells
        if isinstance(cell.value, str) and (found := STAMP.search(cell.value))
    }
    if not stamps:
        raise refused(
            "The line that says which cohort the workbook was made for is missing. "
            f"Download the workbook again and copy {what} into it."
        )
    if len(stamps) > 1 or next(iter(stamps))[0] != cohort_id:
        raise refused("This workbook was made for another cohort. Upload the one that was downloaded from this page.")
    return next(iter(stamps))[1]


def _table_of(book: Workbook, components: Sequence[ComponentRule]) -> tuple[Sheet, int, dict[str, Cell]]:
    """The sheet with the headings, the row they stand in, and the heading cell of each column that is read."""
    titles = headings_of(components)
    needed = (*READ, *(part.field for part in components))
    known = {plain(title): field for field, title in titles.items() if field != "attempt"}
    found = []
    for sheet in book.sheets:
        best: tuple[int, list[tuple[str, Cell]]] = (0, [])
        for row in sheet.rows[:HEADING_ROWS]:
            headings = [(known[word], cell) for cell in row.cells if (word := plain(cell.text)) in known]
            if len(headings) > len(best[1]):
                best = (row.number, headings)
        if len({field for field, _ in best[1]}) > 1:
            found.append((sheet, *best))
    if not found:
        raise WorkbookRefused(
            f"No sheet has the headings {', '.join(HEADINGS[field] for field in READ)}. "
            "Download the workbook again and copy your results into it."
        )
    if len(found) > 1:
        named = " and ".join(f"“{sheet.title}”" for sheet, _, _ in found)
        raise WorkbookRefused(f"The sheets {named} both hold results. Keep one of them.")
    sheet, number, headings = found[0]
    columns = dict(headings)
    if missing := [titles[field] for field in needed if field not in columns]:
        raise WorkbookRefused(f"Row {number} has no heading {', '.join(missing)}. Put it back.")
    if len(headings) > len(columns):
        raise WorkbookRefused(f"Row {number} has the same heading twice. Keep one column of each.")
    return sheet, number, columns


def _text(cell: Cell | None) -> str:
    return "" if cell is None else cell.text.strip()


def read_row(row: Row, columns: dict[str, int], components: Sequence[ComponentRule] = ()) -> SheetRow:
    """One row as an entry, with a fault for every cell that cannot be read. What is unreadable is left blank in it."""
    cells = {field: row.get(column) for field, column in columns.items()}
    texts = {field: _text(cell) for field, cell in cells.items()}
    faults = [Fault(field, text) for field, cell in cells.items() if cell and (text := _unreadable(cell))]
    broken = {fault.field for fault in faults}
    event_on = None
    outcome, wrong = read_outcome_in(texts, "outcome") if "outcome" not in broken else (None, [])
    parts, wrong_parts = read_parts({field: text for field, text in texts.items() if field not in broken}, components)
    faults += wrong + wrong_parts
    if (day := cells["event_on"]) and "event_on" not in broken and not is_blank(texts["event_on"]):
        try:
            event_on = read_day(day.value)
        except NotADay as refusal:
            faults.append(Fault("event_on", refusal.reasons[0]))
    entry = Entry(
        texts["reference"] if "reference" not in broken else "",
        outcome,
        event_on,
        texts["note"] or None,
        texts["name"],
        parts,
    )
    return SheetRow(row.number, texts, entry, tuple(faults))


def read_outcome_in(texts: Mapping[str, str], field: str) -> tuple[str | None, list[Fault]]:
    """The outcome in that field, and what is wrong with it; none where it is blank."""
    text = texts.get(field, "")
    if is_blank(text):
        return None, []
    outcome = read_outcome(text)
    if outcome is None:
        allowed = ", ".join(OUTCOME_LABELS[one] for one in OUTCOMES)
        return None, [Fault(field, f"“{_short(text)}” is not an outcome. Choose one of: {allowed}.")]
    return outcome, []


def read_parts(
    texts: Mapping[str, str], components: Sequence[ComponentRule]
) -> tuple[tuple[PartEntry, ...] | None, list[Fault]]:
    """What the fields say of the parts, whatever the door, and what is wrong with them; None without any parts.

    Of a part none of whose criteria is among the fields nothing is said about those.
    """
    if not components:
        return None, []
    said: list[PartEntry] = []
    faults: list[Fault] = []
    for part in components:
        outcome, wrong = read_outcome_in(texts, part.field)
        faults += wrong
        marks = None
        if any(one.field in texts for one in part.criteria):
            typed = {one: text for one in part.criteria if not is_blank(text := texts.get(one.field, ""))}
            read = {one: read_mark(text) for one, text in typed.items()}
            marks = tuple((one.id, met) for one, met in read.items() if met is not None)
            faults += [
                Fault(one.field, f"“{_short(typed[one])}” says neither “{MET}” nor “{NOT_MET}”. Write one of them.")
                for one, met in read.items()
                if met is None
            ]
        said.append(PartEntry(part.id, outcome, marks))
    return tuple(said), faults


def _unreadable(cell: Cell) -> str | None:
    if cell.kind == "formula":
        return f"{_short(cell.text)} is a formula. Type what it should say."
    if cell.kind == "error":
        return f"{_short(cell.text)} is an error of the spreadsheet. Type what it should say."
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
