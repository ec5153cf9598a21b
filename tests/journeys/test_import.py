"""Journey 3: a service brings in the spreadsheet it already keeps."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from accreditation.accounts.services.accounts import create_account
from accreditation.config import Config
from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.services import add_person, grant_role
from tests.journeys.conftest import Browse
from tests.journeys.looking import assert_told_at, look, row_of
from tests.journeys.running import Service, running

SAMPLE = Path(__file__).parents[1] / "data" / "existing-register.xlsx"
MANAGER = ("manager@example.police.uk", "linen-beacon-otter-411")


@pytest.fixture(scope="module")
def service(empty_sqlite: Path, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An installation with a practice manager and nobody else."""
    database = tmp_path_factory.mktemp("import") / "register.sqlite3"
    shutil.copy(empty_sqlite, database)
    with running(config, database) as service:
        with service.app.app_context():
            with transaction():
                person = add_person(given_name="Petra", family_name="Osei", reference="S0001")
                grant_role(person.id, Role.PRACTICE_MANAGER, Scope.SERVICE, None, on=clock.today(), granted_by=None)
                create_account(person.id, *MANAGER)
            db.session.remove()
        service.sign_ins["manager"] = MANAGER
        yield service


def upload(page: Page, file: Path) -> None:
    page.get_by_label("Your register").set_input_files(file)
    page.get_by_role("button", name="Upload and look at the preview").click()
    expect(page.get_by_text("Nothing has been written to the register.")).to_be_visible()


def figure(page: Page, label: str) -> int:
    """A number of the preview by its words."""
    found = page.locator("main .figure").filter(has_text=label).locator(".figure-value")
    return int(found.inner_text().replace(",", "")) if found.count() else 0


def test_a_spreadsheet_becomes_a_register(browse: Browse, tmp_path: Path):
    page = browse("manager")
    look(page, "empty")
    page.get_by_role("link", name="Mediators", exact=True).click()
    expect(page.get_by_role("heading", name="No mediators yet")).to_be_visible()
    look(page, "empty")
    page.get_by_role("link", name="Import a register").first.click()
    look(page)

    page.get_by_role("button", name="Upload and look at the preview").click()
    assert_told_at(page, page.get_by_label("Your register"), "Choose the spreadsheet")
    look(page, "with a mistake")

    upload(page, SAMPLE)
    look(page)
    assert figure(page, "new") == 60
    assert figure(page, "letters would go out") == 0
    wrong = row_of(page, "M9999")
    expect(wrong.locator("td").first).to_have_text(str(row_in_the_sample("M9999")))
    expect(wrong).to_contain_text("31/06/2025 is not a date. June has 30 days.")
    expect(wrong).to_contain_text("not-an-address")
    twice = row_of(page, "M0021")
    expect(twice).to_have_count(2)
    preview = page.url

    register = page.context.new_page()
    register.goto("/mediators")
    expect(register.get_by_role("heading", name="No mediators yet")).to_be_visible()
    register.close()

    page.get_by_role("button", name="Import 60 rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("existing-register.xlsx is imported")
    expect(page.locator(".fact")).to_contain_text("60 rows written")
    look(page)
    assert page.url != preview

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows to correct (.xlsx)").click()
    mended = tmp_path / "mended.xlsx"
    download.value.save_as(mended)
    correct(mended)
    page.get_by_role("link", name="Upload the corrected file").click()
    upload(page, mended)
    expect(row_of(page, "M9999")).to_contain_text("New")
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.locator(".fact")).to_contain_text("1 row written")
    page.get_by_role("link", name="M9999").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Date Impossible")
    expect(page.locator("#evidence ~ div").first).to_contain_text("30 Jun 2025")


def row_in_the_sample(reference: str) -> int:
    sheet = openpyxl.load_workbook(SAMPLE).active
    return next(cell.row for cell in sheet["A"] if cell.value == reference)


def correct(file: Path) -> None:
    """What the manager does in Excel: the row that was wrong is put right, the others are left as they are."""
    workbook = openpyxl.load_workbook(file)
    sheet = workbook.active
    headings = next(row for row in sheet.iter_rows() if any(cell.value == "Ref" for cell in row))
    column = {cell.value: cell.column for cell in headings}
    assert "What is wrong" in column
    (number,) = (row[0].row for row in sheet.iter_rows() if "M9999" in (cell.value for cell in row))
    assert "June has 30 days" in sheet.cell(number, column["What is wrong"]).value
    for heading, value in {
        "E-mail": "date.impossible@example.police.uk",
        "Result": "Pass",
        "Date passed": "30/06/2025",
        "CTC granted": "03/04/2025",
        "CTC expiry": "02/04/2030",
    }.items():
        sheet.cell(number, column[heading]).value = value
    workbook.save(file)


def test_what_the_sheet_said_is_on_the_page_of_each(browse: Browse):
    page = browse("manager")
    page.goto("/mediators/M0002")
    look(page)
    expect(page.locator("main")).to_contain_text("24 Jan 2026")
    requirements = page.get_by_role("region", name="Requirements").locator("tbody tr")
    expect(requirements.filter(has_text="28 Oct 2030")).to_have_count(1)  # the expiry in the sheet is the last good day
    page.goto("/mediators/M0001")
    expect(page.locator(".page-head")).to_contain_text("Not yet accredited")


def test_the_same_file_again_changes_nothing(browse: Browse):
    page = browse("manager")
    page.goto("/mediators")
    before = page.locator(".fact").inner_text()
    page.goto("/mediators/import")
    upload(page, SAMPLE)
    expect(page.get_by_text("No row would change the register")).to_be_visible()
    expect(page.get_by_role("button", name="Import")).to_have_count(0)
    look(page, "nothing to do")
    page.goto("/mediators")
    assert page.locator(".fact").inner_text() == before
