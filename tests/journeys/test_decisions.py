"""Journey: an upload undone, a result moderated, released and appealed against, and an award taken away by two."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.core.database import db
from accreditation.people.models import Person
from tests.journeys.conftest import Browse
from tests.journeys.looking import assert_told_at, look, row_of
from tests.journeys.running import Service
from tests.journeys.test_results import fill_in, open_cohort

LATE = "Winter 2027 D"
"""A cohort of the provider that signs in, some of whose results are still to come."""


def without_result(page: Page) -> Locator:
    return page.locator("main tbody tr").filter(has_text="Not yet")


def upload_pass(page: Page, name: str, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the workbook").click()
    workbook = folder / "results.xlsx"
    download.value.save_as(workbook)
    fill_in(workbook, {name: ("Pass", None)})
    page.get_by_label("Filled-in workbook").set_input_files(workbook)
    page.get_by_role("button", name="Upload and preview").click()
    page.get_by_role("button", name="Record 1 result").click()


def test_an_upload_is_undone_after_its_preview(browse: Browse, tmp_path: Path):
    page = browse("courses")
    open_cohort(page, LATE)
    name = without_result(page).first.get_by_role("rowheader").inner_text().strip()
    upload_pass(page, name, tmp_path)
    expect(row_of(page, name)).to_contain_text("Draft")
    page.get_by_role("link", name="What was done to these results").click()
    look(page)
    line = page.locator("main tbody tr").first
    expect(line).to_contain_text("Results workbook")
    line.get_by_role("link", name=re.compile("^Undo")).click()
    expect(page.get_by_text("Preview. Nothing has been undone yet.")).to_be_visible()
    expect(row_of(page, name)).to_contain_text("The draft “Pass” is taken back.")
    look(page, "preview")
    page.get_by_role("button", name="Undo 1 result").click()
    assert_told_at(page, page.get_by_label("Why", exact=False).first, "Say why")
    look(page, "with a mistake")
    page.locator("main textarea").fill("The file of another cohort was uploaded.")
    page.get_by_role("button", name="Undo 1 result").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Upload undone on")
    look(page)
    page.get_by_role("link", name="To the cohort").click()
    expect(row_of(page, name)).to_contain_text("Not yet")


def test_a_course_is_assessed_in_parts_and_moderated(browse: Browse):
    page = browse("manager")
    page.goto("/assessments")
    look(page)
    page.get_by_role("link", name="Plan an assessment").first.click()
    page.get_by_role("button", name="Plan the assessment").click()
    assert_told_at(page, page.get_by_label("Course", exact=True), "Enter the name of the course")
    page.get_by_label("Course", exact=True).fill("Foundation course")
    look(page, "with a mistake")
    page.get_by_role("button", name="Plan the assessment").click()
    open_cohort(page, "Spring 2027")
    page.get_by_role("link", name=re.compile("Change.*[Aa]ssess|Assessed by")).first.click()
    look(page)
    page.get_by_label("Assessment", exact=True).select_option(label="Foundation course")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Foundation course")


def test_a_result_is_recorded_by_its_parts_and_submitted(browse: Browse, service: Service):
    service.later(days=49)
    page = browse("courses")
    open_cohort(page, "Spring 2027")
    without_result(page).first.get_by_role("link").first.click()
    look(page, "with parts")
    parts = page.get_by_label("Outcome of this part")
    expect(parts).to_have_count(3)
    for place in range(3):
        parts.nth(place).select_option(label="Fail" if place == 1 else "Pass")
    page.get_by_role("button", name="Save as a draft").click()
    note = page.locator("main textarea").last
    assert_told_at(page, note, "A fail needs a note")
    note.fill("The portfolio lacks two of its five reflections.")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("main tbody tr").filter(has_text="Draft")).to_contain_text("Fail")
    page.get_by_role("button", name="Submit 1 result").click()
    expect(page.locator("main tbody tr").filter(has_text="to be moderated")).to_have_count(1)


def test_it_is_moderated_and_a_second_person_releases_it(browse: Browse):
    page = browse("manager")
    open_cohort(page, "Spring 2027")
    page.get_by_role("link", name="Moderate 1 result").click()
    look(page)
    page.get_by_role("button", name="Agree with the chosen results").click()
    expect(page.locator(".flash")).to_contain_text("1 result waits for release now")
    page = browse("second manager")
    open_cohort(page, "Spring 2027")
    page.get_by_role("link", name="Release 1 result").click()
    page.get_by_role("button", name=re.compile("^Release")).click()
    expect(page.locator("main tbody tr").filter(has_text="Released")).to_contain_text("Fail")


def test_who_had_a_part_in_a_result_does_not_decide_its_appeal(browse: Browse):
    page = browse("manager")
    open_cohort(page, "Spring 2027")
    page.get_by_role("link", name=re.compile("^Appeal")).first.click()
    look(page)
    page.get_by_role("button", name="Record the appeal").click()
    grounds = page.get_by_label("What does the appeal rest on?")
    assert_told_at(page, grounds, "Write down what the appeal rests on")
    grounds.fill("Both reflections were handed in on the day; the receipt is attached to the file.")
    page.get_by_role("button", name="Record the appeal").click()
    page.goto("/appeals")
    look(page)
    page.locator("main tbody tr").first.get_by_role("link").first.click()
    expect(page.get_by_text("You had a part in this result")).to_be_visible()  # as the moderator of it
    expect(page.get_by_role("button", name="Decide")).to_have_count(0)
    look(page)


def test_an_appeal_is_upheld_and_the_result_in_its_place_released_by_another(browse: Browse, tmp_path: Path):
    """Of a cohort that is not moderated: the manager had no part in its results, and so decides."""
    page = browse("courses")
    open_cohort(page, LATE)
    without_result(page).first.get_by_role("link").first.click()
    page.get_by_label("Overall outcome").select_option(label="Fail")
    page.locator("main textarea").last.fill("Took sides in the second role-play.")
    page.get_by_role("button", name="Save as a draft").click()
    name = page.locator("main tbody tr").filter(has_text="Draft").first.get_by_role("rowheader").inner_text().strip()
    page.get_by_role("button", name=re.compile("^Submit")).click()

    page = browse("second manager")
    open_cohort(page, LATE)
    page.get_by_role("link", name=re.compile("^Release")).click()
    page.get_by_role("button", name=re.compile("^Release")).click()
    expect(row_of(page, name)).to_contain_text("Released")

    page = browse("manager")
    open_cohort(page, LATE)
    row_of(page, name).get_by_role("link", name=re.compile("^Appeal")).click()
    page.get_by_label("What does the appeal rest on?").fill("The other party had been told to play somebody else.")
    late = page.get_by_label("Why it is taken although the time is over")
    if late.count():
        late.fill("The letter went astray.")
    page.get_by_role("button", name="Record the appeal").click()
    page.goto("/appeals")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    look(page, "to decide, with a mistake")
    page.get_by_label("Uphold it: another result").check()
    page.get_by_label("The outcome instead").select_option(label="Pass")
    page.get_by_label("Reasons").fill("The role-play was not the one that the criteria describe.")
    page.get_by_role("button", name="Decide").click()
    open_cohort(page, LATE)
    expect(row_of(page, name)).to_contain_text("Correction to release")

    page = browse("second manager")
    open_cohort(page, LATE)
    page.get_by_role("link", name=re.compile("^Release")).click()
    page.get_by_role("button", name=re.compile("^Release")).click()
    expect(row_of(page, name)).to_contain_text("Pass")
    expect(row_of(page, name)).to_contain_text("Released")


def test_several_are_accredited_at_once_after_their_dates(browse: Browse):
    page = browse("manager")
    page.goto("/awards")
    boxes = page.locator("main tbody input[type=checkbox]")
    several = min(boxes.count(), 2)
    assert several, "nobody in this demo is ready"
    for place in range(boxes.count()):
        boxes.nth(place).set_checked(place < several)
    page.get_by_role("button", name="Show the dates of those chosen").click()
    expect(page.get_by_text("Nothing has been awarded yet.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Award ")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("awarded on")
    expect(page.locator("main tbody tr")).to_have_count(several)
    look(page)


def test_an_accreditation_is_taken_away_by_two(browse: Browse):
    page = browse("manager")
    page.goto("/awards/history")
    page.locator("main tbody tr").first.get_by_role("link").first.click()
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("Accreditation ")
    page.get_by_role("link", name=re.compile("[Ww]ithdraw")).first.click()
    look(page)
    page.get_by_role("button", name="Show what it does").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    look(page, "with a mistake")
    page.locator("main input[type=radio]").first.check()
    page.get_by_label("Reason", exact=True).fill("A complaint was upheld after a hearing.")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text("Preview. Nothing has been proposed yet.")).to_be_visible()
    look(page, "preview")
    page.locator("main button[value=save]").click()
    expect(page.get_by_text("You proposed this")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Confirm"))).to_have_count(0)
    look(page)

    page = browse("second manager")
    page.goto("/awards/decisions")
    look(page)
    row_of(page, number).get_by_role("link").first.click()
    look(page, "of the second person")
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    page.goto(f"/awards/{number}")
    expect(page.locator("main")).to_contain_text("ithdrawn")


def test_an_assessor_sees_and_records_those_given_to_them_alone(browse: Browse, service: Service):
    email = service.sign_ins["helpline"][0]
    with service.app.app_context():
        reference = db.session.scalars(
            select(Person.reference).join(Account, Account.person_id == Person.id).where(Account.email == email)
        ).one()
    page = browse("manager")
    open_cohort(page, "Spring 2027")
    names = [one.inner_text().strip() for one in without_result(page).get_by_role("rowheader").all()]
    page.get_by_role("link", name="Trainers and assessors").click()
    page.get_by_label("Assessor", exact=True).check()
    page.get_by_label("Reference of somebody in the register").fill(reference)
    page.get_by_role("button", name="Add them").click()
    look(page)
    row_of(page, reference).get_by_role("link", name=re.compile("^Change")).click()
    page.get_by_label(re.compile(f"^{re.escape(names[0])}")).check()
    page.get_by_role("button", name="Give them these candidates").click()
    assert_told_at(page, page.get_by_label("Last day on which they may open them"), "Enter the last day")
    look(page, "with a mistake")
    page.get_by_label("Last day on which they may open them").fill("31 May 2027")
    page.get_by_role("button", name="Give them these candidates").click()
    expect(row_of(page, reference)).to_contain_text(f"1 of {len(names) + 1} until 31 May 2027")

    page = browse("helpline")
    page.goto("/assessing")
    expect(page.locator("main tbody tr")).to_have_count(1)
    look(page)
    page.get_by_role("link", name=names[0]).click()
    look(page)
    parts = page.get_by_label("Outcome of this part")
    for place in range(parts.count()):
        parts.nth(place).select_option(label="Pass")
    page.get_by_role("button", name="Save as a draft").click()
    expect(row_of(page, names[0])).to_contain_text("Pass")
    assert page.goto("/cohorts").status == 403
