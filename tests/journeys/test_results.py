"""Journey 5: from the public form to an accreditation, through a provider's workbook and four pairs of hands."""

import io
import re
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, look, row_of
from tests.journeys.running import Service

APPLICANT = "ines.carvalho@example.police.uk"
COHORT = "Spring 2027"
PROVIDERS_OWN = {"Winter 2027", "Winter 2027 D", "Spring 2027"}


def open_cohort(page: Page, title: str) -> None:
    page.goto("/cohorts")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def cells(page: Page, label: str) -> list[str]:
    return [text.strip() for text in page.locator(f'main tbody [data-label="{label}"]').all_inner_texts()]


def test_somebody_applies_on_a_phone(browse: Browse, service: Service):
    page = browse(size=PHONE)
    page.goto("/apply")
    look(page)
    for label, answer in {
        "First name": "Inês",
        "Last name": "Carvalho",
        "E-mail address": "ines.carvalho",
        "Why do you want to become a mediator?": "I have calmed many a quarrel at the counter.",
        "Your line manager’s name": "Sgt Bell",
        "Your line manager’s e-mail address": "bell@example.police.uk",
    }.items():
        page.get_by_label(label, exact=True).fill(answer)
    page.get_by_role("button", name="Check your answers").click()
    assert_told_at(
        page, page.get_by_label("E-mail address", exact=True), "Enter an e-mail address in the correct format"
    )
    expect(page.get_by_label("Why do you want to become a mediator?")).to_have_value(re.compile("quarrel"))
    look(page, "with a mistake")
    page.get_by_label("E-mail address", exact=True).fill(APPLICANT)
    page.get_by_label("My line manager agrees").check()
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    look(page, "to check")
    page.get_by_role("button", name="Send your application").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your application")
    look(page)
    reference = page.locator("main strong").inner_text()
    service.beat()
    assert reference in service.post.newest_to(APPLICANT)["Subject"]


def test_the_manager_gives_the_applicant_a_place(browse: Browse, service: Service):
    page = browse("manager")
    open_cohort(page, COHORT)
    cohort = page.url.rpartition("/")[2]
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Applications").click()
    look(page)
    page.get_by_label("Name, reference or pay number", exact=True).fill("Carvalho")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Inês Carvalho").click()
    look(page)
    page.get_by_label("Next step").select_option(label="Conditional offer")
    page.get_by_role("button", name="Take this step").click()
    expect(page.locator(".page-head")).to_contain_text("Conditional offer")
    page.get_by_role("link", name="Applications", exact=True).first.click()
    page.get_by_label("Name, reference or pay number", exact=True).fill("Carvalho")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Choose Inês Carvalho").check()
    page.get_by_label("With those you have chosen").select_option(f"cohort:{cohort}")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Place 1 applicant").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COHORT)
    expect(row_of(page, "Inês Carvalho").first).to_be_visible()
    look(page)
    service.beat()
    assert "You have a place" in service.post.newest_to(APPLICANT)["Subject"]


def reference_of_the_applicant(page: Page) -> str:
    open_cohort(page, COHORT)
    return row_of(page, "Inês Carvalho").locator('[data-label="Reference"]').first.inner_text().strip()


def test_the_vetting_officer_records_a_clearance(browse: Browse):
    reference = reference_of_the_applicant(browse("manager"))
    page = browse("vetting")
    look(page)
    page.goto(f"/vetting/{reference}")
    look(page)
    page.get_by_role("link", name="Record a clearance").click()
    page.get_by_label("Level", exact=True).select_option("CTC")
    page.get_by_role("button", name="Record the clearance").click()
    assert_told_at(page, page.get_by_label("Granted on", exact=True), "Enter the day on which it was granted")
    look(page)
    page.get_by_label("Granted on", exact=True).fill("12 Jan 2027")
    page.get_by_label("Valid through").fill("11/1/2032")
    page.get_by_role("button", name="Record the clearance").click()
    expect(page.locator("main")).to_contain_text("11 January 2032")


def test_the_training_takes_place(browse: Browse, service: Service):
    service.later(days=49)
    page = browse("manager")
    open_cohort(page, COHORT)
    for state in ("In training", "Assessment"):
        page.get_by_text("Places and state").click()
        page.get_by_role("button", name=state, exact=True).click()
        expect(page.locator(".page-head")).to_contain_text(state)


def fill_in(workbook: Path, results: dict[str, tuple[str, str | None]]) -> None:
    """As Excel or LibreOffice would save it: the outcome chosen from the list, the note typed."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["Results"]
    top = next(row for row in sheet.iter_rows() if any(cell.value == "Reference" for cell in row))
    place = {cell.value: cell.column for cell in top}
    for row in sheet.iter_rows(min_row=top[0].row + 1):
        name = sheet.cell(row[0].row, place["Name"]).value
        if name in results:
            outcome, note = results.pop(name)
            (heading,) = (heading for heading in place if heading.startswith(("Outcome", "Result")))
            sheet.cell(row[0].row, place[heading]).value = outcome
            (heading,) = (heading for heading in place if heading.startswith("Note"))
            sheet.cell(row[0].row, place[heading]).value = note
    assert not results, "not in the workbook"
    book.save(workbook)


def test_the_provider_sees_its_own_cohorts_alone(browse: Browse):
    manager = browse("manager")
    open_cohort(manager, "Winter 2027 B")
    elsewhere = manager.url
    page = browse("courses")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cohorts")
    look(page, "of a provider")
    titles = {title.split("\n")[0] for title in cells(page, "Cohort")}
    assert titles >= PROVIDERS_OWN
    assert "Winter 2027 B" not in titles
    for path in ("", "/results", "/workbook"):
        assert page.goto(elsewhere + path).status == 404
    look(page, "not there")


def test_the_provider_fills_the_workbook_in_and_submits(browse: Browse, tmp_path: Path):
    page = browse("courses")
    open_cohort(page, COHORT)
    look(page, "of a provider")
    other = next(name for name in cells(page, "Name") if name != "Inês Carvalho")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the workbook").click()
    workbook = tmp_path / "results.xlsx"
    download.value.save_as(workbook)

    fill_in(workbook, {"Inês Carvalho": ("Pass", None), other: ("Refer", None)})
    page.get_by_label("Filled-in workbook").set_input_files(workbook)
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_text("Nothing can be recorded yet")).to_be_visible()
    expect(row_of(page, other)).to_contain_text("Note")
    expect(page.get_by_role("button", name=re.compile("^Record"))).to_have_count(0)
    look(page, "to mend")

    with page.expect_download() as download:
        page.get_by_role("link", name="download it with a column that says what to mend").click()
    download.value.save_as(workbook)
    fill_in(workbook, {other: ("Refer", "The second role play is to be repeated")})
    page.get_by_role("link", name=COHORT).first.click()
    page.get_by_label("Filled-in workbook").set_input_files(workbook)
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_text("Nothing has been recorded yet.")).to_be_visible()
    expect(row_of(page, "Inês Carvalho")).to_contain_text("Pass")
    look(page, "preview")
    page.get_by_role("button", name="Record 2 results").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COHORT)
    look(page, "with drafts")
    page.get_by_role("button", name="Submit 2 results").click()
    expect(row_of(page, "Inês Carvalho").first).to_contain_text("Pass")
    expect(page.get_by_role("button", name=re.compile("^Submit"))).to_have_count(0)


def test_the_grid_does_the_same_without_a_workbook(browse: Browse):
    page = browse("courses")
    open_cohort(page, "Winter 2027 D")
    page.get_by_role("link", name="Type them on a page").click()
    look(page)
    line = page.locator("main tbody tr", has=page.locator("select, input")).last
    line.locator('[name^="outcome"]').last.select_option(label="Refer")
    page.get_by_role("button", name=re.compile("^Save")).click()
    note = line.locator('[name^="note"]')
    assert_told_at(page, note, "note")
    look(page, "with a mistake")
    note.fill("The written assignment is outstanding")
    page.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.locator(".flash")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Submit")


def test_a_second_person_releases_and_the_manager_awards(browse: Browse, service: Service):
    page = browse("second manager")
    expect(page.locator("main .figure").filter(has_text="to release")).not_to_contain_text("0")
    open_cohort(page, COHORT)
    page.get_by_role("link", name="Release 2 results").click()
    look(page)
    page.get_by_role("button", name=re.compile("Release")).click()
    expect(row_of(page, "Inês Carvalho").first).to_contain_text("Released")
    service.beat()
    assert "A result is ready for you" in service.post.newest_to(APPLICANT)["Subject"]

    page = browse("manager")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Awards").click()
    look(page)
    while (ticked := page.locator("main tbody input[type=checkbox]:checked")).count():
        ticked.first.uncheck()
    page.get_by_label("Choose Inês Carvalho").check()
    page.get_by_role("button", name="Show the dates of those chosen").click()
    expect(page.get_by_text("Nothing has been awarded yet.")).to_be_visible()
    look(page)
    expect(row_of(page, "Inês Carvalho")).to_contain_text(re.compile(r"23\sMar(ch)?\s2027"))
    page.get_by_role("button", name="Award 1 accreditation").click()
    page.goto("/awards/history")
    look(page)
    awarded = row_of(page, "Inês Carvalho")
    expect(awarded).to_have_count(1)
    number = awarded.get_by_role("link").first.inner_text()
    assert re.search(r"\d", number)
    awarded.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Accreditation {number}")
    look(page)
    page.get_by_role("link", name="The record of Inês Carvalho").click()
    expect(page.locator(".page-head")).to_contain_text("May co-mediate only")
    service.beat()
    assert number in service.post.newest_to(APPLICANT).get_body(("plain",)).get_content()


def test_the_workbook_is_made_for_excel(browse: Browse):
    """The outcome is chosen from a list, and what ties a result to its candidate is locked."""
    page = browse("courses")
    open_cohort(page, "Winter 2027 D")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the workbook").click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))["Results"]
    assert sheet.protection.sheet
    assert any("Pass" in (rule.formula1 or "") for rule in sheet.data_validations.dataValidation)
