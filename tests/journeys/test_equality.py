"""An applicant answers on a phone, thinks again, and deletes; a manager reads what may be published of last year."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from accreditation.core.database import db
from cohorts.models import Application
from cohorts.services.links import open_link, token_of
from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, look
from tests.journeys.running import Service


def own_page(service: Service) -> str:
    """The address in the letter of somebody who waits for the sift."""
    with service.app.app_context():
        found = select(Application.id).where(Application.stage == "sift").order_by(Application.id)
        link = open_link(db.session.scalars(found).first(), "applicant")
        return f"/apply/mine/{token_of(link)}"


def group(page: Page, name: str):
    return page.get_by_role("radiogroup", name=re.compile(name))


def test_an_applicant_answers_and_deletes_on_a_phone(browse: Browse, service: Service):
    page = browse(size=PHONE, javascript=False)
    page.goto(own_page(service))
    page.get_by_role("link", name="Equality questions").click()
    expect(page.get_by_role("radiogroup")).to_have_count(9)
    group(page, "ethnic group").get_by_label("Black or Black British: Caribbean").check()
    group(page, "best describes how you think of yourself").get_by_label("Prefer not to say").check()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.locator(".flash")).to_contain_text("Your answers are saved")
    expect(group(page, "ethnic group").get_by_label("Black or Black British: Caribbean")).to_be_checked()
    page.get_by_role("link", name="delete all of them").click()
    page.get_by_role("button", name="Delete my answers").click()
    expect(page.locator(".flash")).to_contain_text("Your answers are deleted")


def test_the_pages_are_sound(browse: Browse, service: Service):
    page = browse()
    page.goto(f"{own_page(service)}/equality")
    look(page)


def test_a_manager_reads_the_figures_and_takes_the_assessment_along(browse: Browse):
    page = browse("manager")
    page.get_by_role("link", name="Equality figures").click()
    look(page)
    page.get_by_role("link", name="Applications of 2026 without an intake").click()
    look(page)
    expect(page.get_by_role("cell", name="fewer than 5").first).to_be_visible()
    race = page.get_by_role("region", name="Race: who reached which stage")
    expect(race.get_by_role("row")).to_have_count(10)
    with page.expect_download() as workbook:
        page.get_by_role("link", name="Export the figures").click()
    assert workbook.value.suggested_filename == "equality-figures-year-2026.xlsx"
    page.get_by_role("link", name="Impact assessment").click()
    look(page)
    with page.expect_download() as document:
        page.get_by_role("link", name="Download the document").click()
    assert document.value.suggested_filename == "equality-impact-assessment-year-2026.docx"
