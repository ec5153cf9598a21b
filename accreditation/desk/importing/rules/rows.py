"""One row of the sheet as a person, with everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accreditation.core.sheets import Row, cells
from accreditation.core.sheets.rows import Problem, Reader
from accreditation.desk.importing.rules.columns import LABELS, LEVELS


@dataclass(frozen=True, slots=True)
class Held:
    """A clearance as the sheet has it: `valid_through` is its last good day. Either may be unknown, not both."""

    level: str
    granted_on: date | None
    valid_through: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row read: "" and None mean that the sheet does not say."""

    number: int
    reference: str = ""
    given_name: str = ""
    family_name: str = ""
    pay_number: str = ""
    email: str = ""
    unit: str = ""
    holder_kind: str = ""
    course: str = ""
    outcome: str = ""
    result_on: date | None = None
    clearances: tuple[Held, ...] = ()
    refresher_on: date | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        """The person in a sentence: name and reference, as far as they are known."""
        return " ".join(filter(None, (self.name, self.reference))) or f"the person of row {self.number}"


def read_row(
    row: Row,
    columns: Mapping[int, str],
    headings: Mapping[int, str],
    *,
    on: date,
    outcomes: tuple[str, ...] = (),
) -> Entry:
    """The row as an Entry with every problem found. `on`: no fact of a register lies after this day.

    `outcomes` are those the scheme knows; empty means all three.
    """
    reader = Reader(row, columns, headings, LABELS)
    given_name, family_name = _names(reader)
    outcome, result_on = _result(reader, on, outcomes)
    refresher_on = _past_day(reader, "refresher_on", on)
    if outcome == "pass" and refresher_on and result_on and refresher_on < result_on:
        reader.add(
            "refresher_on",
            f"The last refresher day ({refresher_on:%d/%m/%Y}) is before the date passed ({result_on:%d/%m/%Y}).",
            "Correct one of the two dates.",
        )
    return Entry(
        number=row.number,
        reference=reader.read("reference", cells.reference_of, ""),
        given_name=given_name,
        family_name=family_name,
        pay_number=reader.read("pay_number", cells.text_of, ""),
        email=reader.read("email", cells.email_of, ""),
        unit=reader.read("unit", cells.text_of, ""),
        holder_kind=reader.read("holder_kind", cells.holder_of, ""),
        course=reader.read("course", cells.text_of, ""),
        outcome=outcome,
        result_on=result_on,
        clearances=tuple(filter(None, (_clearance(reader, level, on) for level in LEVELS))),
        refresher_on=refresher_on,
        problems=tuple(reader.problems),
    )


def _names(reader: Reader) -> tuple[str, str]:
    if "name" in reader.column_of:
        given_name, family_name = reader.read("name", cells.whole_name_of, ("", ""))
        missing = [] if given_name or reader.failed("name") else ["name"]
    else:
        given_name, family_name = "", ""
        missing = []
    if "family_name" in reader.column_of:
        family_name = reader.read("family_name", cells.surname_of, "")
        given_name = reader.read("given_name", cells.text_of, "")
        named = {"family_name": family_name, "given_name": given_name}
        missing = [field for field, value in named.items() if not value and not reader.failed(field)]
    for field in missing:
        reader.add(field, "The cell is blank.", "Fill it in: everybody in the register has a name.")
    return given_name, family_name


def _past_day(reader: Reader, field: str, on: date) -> date | None:
    day = reader.read(field, cells.day_of, None)
    if day and day > on:
        reader.add(field, f"{day:%d/%m/%Y} is in the future.", "Correct the date: a register holds what has happened.")
    return day


def _result(reader: Reader, on: date, outcomes: tuple[str, ...]) -> tuple[str, date | None]:
    outcome = reader.read("result", cells.result_of, "")
    result_on = _past_day(reader, "result_on", on)
    if outcome and outcomes and outcome not in outcomes:
        known = ", ".join(word.capitalize() for word in outcomes)
        reader.add("result", f"{outcome.capitalize()} is not a result of this scheme.", f"Write one of: {known}.")
    if outcome and not result_on and not reader.failed("result_on"):
        reader.add("result_on", f"There is a result ({outcome.capitalize()}) without its date.", "Fill in the date.")
    if result_on and not outcome and not reader.failed("result"):
        reader.add(
            "result",
            f"There is a date ({result_on:%d/%m/%Y}) without a result.",
            "Write Pass, Refer or Fail, or clear the date.",
        )
    return outcome, result_on


def _clearance(reader: Reader, level: str, on: date) -> Held | None:
    granted_on = _past_day(reader, f"granted:{level}", on)
    valid_through = reader.read(f"expires:{level}", cells.day_of, None)
    if granted_on and valid_through and valid_through < granted_on:
        reader.add(
            f"expires:{level}",
            f"{level} expires ({valid_through:%d/%m/%Y}) before it was granted ({granted_on:%d/%m/%Y}).",
            "Correct one of the two dates.",
        )
    if granted_on is None and valid_through is None:
        return None
    return Held(level, granted_on, valid_through)
