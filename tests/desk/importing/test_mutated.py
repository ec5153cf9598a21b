"""Two hundred ways to spoil the sample: each ends in a refusal in words or in a preview, never in a traceback."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from accreditation.core import clock, uploads
from accreditation.core.errors import DomainError
from accreditation.core.sheets import LIMITS, Workbook
from accreditation.core.sheets.child import answer
from accreditation.core.sheets.parsing import parse
from accreditation.desk.importing.queries.drafts import upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.plan import Plan, Status
from accreditation.desk.importing.services import drafts
from tests import factories

# openpyxl warns of odd cells and goes on; in the child process, where it runs in life, nobody reads that.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

SAMPLE = (Path(__file__).parents[2] / "data" / "existing-register.xlsx").read_bytes()
VALUES = [
    "31/06/2025",
    "03/04/25",
    "=1+1",
    "@x",
    "n/a",
    "-",
    "Passed?",
    45000,
    -1,
    1e300,
    True,
    date(1899, 12, 31),
    date(2150, 1, 1),
    "x" * 5000,
    "<b>",
    "\u202eabc",
    "M0001",
    "Total",
    "Łukasz Gill",
    "#REF!",
    "",
]


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def truncated(rng) -> bytes:
    return SAMPLE[: rng.randrange(len(SAMPLE))]


def flipped(rng) -> bytes:
    data = bytearray(SAMPLE)
    for _ in range(rng.randrange(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def bomb(rng) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("xl/media/picture.bin", b"\0" * rng.choice([2, 60]) * 1024 * 1024)
    return out.getvalue()


def cells_changed(rng) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SAMPLE))
    sheet = book["Mediators"]
    for _ in range(rng.randrange(1, 30)):
        sheet.cell(rng.randrange(2, 72), rng.randrange(1, 15)).value = rng.choice(VALUES)
    return saved(book)


def columns_swapped(rng) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SAMPLE))
    sheet = book["Mediators"]
    order = list(range(1, 14))
    rng.shuffle(order)
    for row in range(4, 70):
        values = [sheet.cell(row, column).value for column in order]
        for column, value in enumerate(values, 1):
            sheet.cell(row, column).value = value
    return saved(book)


def merged(rng) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SAMPLE))
    sheet = book["Mediators"]
    row, column = rng.randrange(5, 60), rng.randrange(1, 12)
    sheet.merge_cells(
        start_row=row, end_row=row + rng.randrange(3), start_column=column, end_column=column + rng.randrange(1, 3)
    )
    return saved(book)


def headings_spoilt(rng) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SAMPLE))
    sheet = book["Mediators"]
    for column in rng.sample(range(1, 14), rng.randrange(1, 13)):
        sheet.cell(4, column).value = rng.choice([None, "?", "Surname", 7, "=A1"])
    return saved(book)


def sheets_spoilt(rng) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SAMPLE))
    book["Mediators"].title = rng.choice(["Sheet1", "x" * 25, "Zażółć", "'quoted'"])
    if rng.random() < 0.5:
        book.move_sheet(book.worksheets[0], 1)
    if rng.random() < 0.3:
        book.copy_worksheet(book.worksheets[rng.randrange(2)])
    if rng.random() < 0.3:
        book.worksheets[0].sheet_state = "hidden"
    return saved(book)


def rows_repeated(rng) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SAMPLE))
    sheet = book["Mediators"]
    for _ in range(rng.randrange(1, 6)):
        source = rng.randrange(4, 70)
        sheet.append([sheet.cell(source, column).value for column in range(1, 14)])
    return saved(book)


def as_csv(rng) -> bytes:
    sheet = openpyxl.load_workbook(io.BytesIO(SAMPLE))["Mediators"]
    separator = rng.choice(",;\t")
    lines = [separator.join(str(value or "") for value in row) for row in sheet.iter_rows(values_only=True)]
    return "\n".join(lines).encode(rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), errors="replace")


WAYS = [
    truncated,
    flipped,
    bomb,
    cells_changed,
    columns_swapped,
    merged,
    headings_spoilt,
    sheets_spoilt,
    rows_repeated,
    as_csv,
]


@cache
def spoilt(way: Callable[[random.Random], bytes]) -> list[dict[str, object]]:
    """Twenty files spoilt in this way, as their reader answers: made and read once for both databases.

    What the child process answers is asked for in this one: two hundred starts would only take time.
    """
    rng = random.Random(way.__name__)
    return [answer(way(rng), LIMITS) for _ in range(20)]


def preview_of(answered: dict[str, object]) -> Plan | None:
    """The plan, or None for a refusal in words. Anything else is what this test looks for."""
    if "refused" in answered:
        assert all(reason.endswith(".") for reason in answered["refused"])
        return None
    workbook = Workbook.from_json(answered)
    try:
        draft = drafts.new_draft(
            workbook,
            file_name="x.xlsx",
            scheme="INHOUSE-WPM",
            tracked_from=factories.TODAY,
            owner_id=None,
            at=clock.now(),
        )
    except DomainError:
        return None
    upload = upload_of(draft)
    if upload.problems:
        return None
    return plan_of(upload, on=factories.TODAY)


def looks_right(plan: Plan) -> None:
    numbers = [row.number for row in plan.rows]
    assert numbers == sorted(set(numbers))
    for row in plan.rows:
        assert row.why
        assert (row.status is Status.REFUSED) == bool(row.problems)
        assert all(problem.message and problem.remedy for problem in row.problems)
        assert row.writes == bool(row.steps)
    written = [row.reference for row in plan.to_write if row.reference]
    assert len(written) == len(set(written))


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_a_spoilt_sample_is_refused_or_previewed(app, today, way):
    for answered in spoilt(way):
        plan = preview_of(answered)
        if plan is not None:
            looks_right(plan)


@pytest.mark.parametrize("seed", range(3))
def test_what_a_spoilt_preview_shows_is_what_is_imported(app, today, seed):
    from accreditation.core.database import db, transaction
    from accreditation.people.models import Person

    data = cells_changed(random.Random(seed))
    draft = drafts.new_draft(
        parse(data, LIMITS),
        file_name="x.xlsx",
        scheme="INHOUSE-WPM",
        tracked_from=factories.TODAY,
        owner_id=None,
        at=clock.now(),
    )
    plan = plan_of(upload_of(draft), on=factories.TODAY)
    with transaction():
        kept = uploads.keep(draft, at=clock.now())
        drafts.import_draft(kept.id, digest=plan.digest, on=factories.TODAY, at=clock.now(), imported_by=None)
    assert db.session.query(Person).count() == plan.counts[Status.NEW]
    again = preview_of(answer(data, LIMITS))
    assert not again.to_write
    assert again.counts[Status.UNCHANGED] + again.counts[Status.DECISION] >= plan.counts[Status.NEW]
