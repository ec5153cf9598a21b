"""Single cells of somebody’s sheet: names, results, addresses, dates. Each gives a value or refuses in words."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from email_validator import EmailNotValidError, validate_email

from accreditation.core.dates import NotADay, is_blank, read_day
from accreditation.core.sheets.values import Cell

LONGEST = 200  # characters; anything longer is a remark in the wrong column
RESULTS = {
    "pass": ("pass", "p", "passed"),
    "refer": ("refer", "r", "referred", "referral"),
    "fail": ("fail", "f", "failed"),
}
HOLDERS = {
    "employee": ("employee", "emp", "e", "employed", "staff", "police staff", "officer", "police officer"),
    "contractor": ("contractor", "con", "cont", "c", "contract", "contracted", "external", "agency"),
}
REFERENCE = re.compile(r"\w[\w .\-]*")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class BadCell(Exception):
    """What is wrong with a cell, and what to do about it: two sentences for the person who keeps the sheet."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def text_of(cell: Cell | None) -> str:
    """The text of a cell: composed (NFC), without stray and invisible characters; "" where nothing is known."""
    if cell is None:
        return ""
    if cell.kind == "error":
        raise BadCell(f"{cell.text} is an error that Excel shows, not a value.", "Type the value itself.")
    if cell.kind == "formula":
        if not isinstance(cell.value, str):
            raise BadCell(f"{shorten(cell.text)} is a formula.", "Type the value itself.")
        text = cell.value
    else:
        text = cell.text
    text = unicodedata.normalize("NFC", text).translate(INVISIBLE)
    text = " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())
    if is_blank(text):
        return ""
    if len(text) > LONGEST:
        raise BadCell(f"“{shorten(text)}” is longer than {LONGEST} characters.", "Shorten it, or clear the cell.")
    return text


def shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def reference_of(cell: Cell | None) -> str:
    """A reference in capitals: it is in web addresses, so letters, digits, full stops, hyphens and spaces only."""
    text = text_of(cell).upper()
    if text and not REFERENCE.fullmatch(text):
        raise BadCell(f"“{shorten(text)}” is not a reference.", "Use letters, digits and hyphens, as in M0001.")
    return text


def surname_of(cell: Cell | None) -> str:
    """A surname typed all in capitals as people write it; any other as it was typed."""
    text = text_of(cell)
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 2 or not all(c.isupper() for c in letters):
        return text
    return re.sub(r"\bMc(\w)", lambda found: f"Mc{found[1].upper()}", _capitalised(text))


def _capitalised(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: word[0][:1] + word[0][1:].lower(), text)


def whole_name_of(cell: Cell | None) -> tuple[str, str]:
    """Given and family name from “Surname, Forename”. Without the comma nobody can say which is which."""
    text = text_of(cell)
    family, comma, given = text.partition(",")
    if not text:
        return "", ""
    if not comma or not family.strip() or not given.strip():
        raise BadCell(f"“{shorten(text)}” does not say which part is the surname.", "Write it as “Surname, Forename”.")
    return given.strip(), surname_of(Cell(0, "text", family))


def email_of(cell: Cell | None) -> str:
    """An address as it can be written to; letters beyond ASCII are welcome in it (RFC 6531)."""
    text = text_of(cell)
    if not text:
        return ""
    try:
        return validate_email(text.removeprefix("mailto:"), check_deliverability=False).normalized
    except EmailNotValidError as wrong:
        raise BadCell(
            f"“{shorten(text)}” is not an e-mail address.",
            "Write it as name@organisation.uk, or clear the cell if it is not known.",
        ) from wrong


def result_of(cell: Cell | None) -> str:
    """pass, refer, fail or "" (not known)."""
    return _one_of(RESULTS, cell, "a result", "Write Pass, Refer or Fail, or clear the cell if it is not known.")


def holder_of(cell: Cell | None) -> str:
    """employee, contractor or "" (not known)."""
    return _one_of(
        HOLDERS, cell, "Employee or Contractor", "Write Employee or Contractor, or clear the cell if it is not known."
    )


def _one_of(words: Mapping[str, tuple[str, ...]], cell: Cell | None, what: str, remedy: str) -> str:
    text = text_of(cell)
    if not text:
        return ""
    for value, spellings in words.items():
        if text.casefold().rstrip(".") in spellings:
            return value
    raise BadCell(f"“{shorten(text)}” is not {what}.", remedy)


def day_of(cell: Cell | None) -> date | None:
    """The day, or None where nothing is known. A formula counts as the date it last came to, and as nothing else."""
    if cell is None:
        return None
    if cell.kind == "error":
        raise BadCell(f"{cell.text} is an error that Excel shows, not a date.", "Type the date itself.")
    if cell.kind == "formula" and not isinstance(cell.value, date):
        raise BadCell(f"{shorten(cell.text)} is a formula that does not come to a date.", "Type the date itself.")
    value = text_of(cell) if cell.kind == "text" else cell.value
    if is_blank(value):
        return None
    try:
        return read_day(value)
    except NotADay as refusal:
        raise BadCell(*_split(refusal.reasons[0])) from refusal


def _split(reason: str) -> tuple[str, str]:
    """A reason whose last sentence tells what to do, in its two parts; the date is to be corrected where none does."""
    told = re.search(r"(?<=\.) ((?:Write|Check) .*)$", reason)
    if told:
        return reason[: told.start()], told[1]
    return reason, "Correct the date, or clear the cell if it is not known."
