"""A line manager answers from the letter, once, and the mediator reads it; with an account it goes page by page."""

import re

from playwright.sync_api import Locator, Page, expect

from accreditation.core.database import db
from accreditation.desk.demo.plan.service import UNITS
from accreditation.practice.queries import line_managers as queries
from scheduler.jobs import chores
from tests import factories
from tests.journeys.conftest import MEDIATOR, Browse
from tests.journeys.looking import PHONE, assert_told_at, look, row_of
from tests.journeys.running import Service

BELL = "robin.bell@example.police.uk"


def log_cpd(page: Page, day: str, hours: str, note: str) -> None:
    page.goto("/practice/mine/cpd")
    page.get_by_label("Course or workshop").check()
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("Hours", exact=True).fill(hours)
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("It counts once the line manager has confirmed it")).to_be_visible()


def asked_about(page: Page, note: str) -> Locator:
    return page.locator("fieldset.field-group").filter(has_text=note)


def reference_of(page: Page) -> str:
    page.goto("/me")
    found = re.search(r"Your reference is ([\w-]+)\.", page.locator("main").inner_text())
    assert found
    return found[1]


def test_a_line_manager_answers_from_the_letter_and_the_mediator_reads_it(browse: Browse, service: Service):
    phone = browse("mediator", size=PHONE)
    log_cpd(phone, "28 January 2027", "2", "A course on listening")
    log_cpd(phone, "29 January 2027", "6", "A day on agreements")
    reference = reference_of(phone)

    manager = browse("manager")
    manager.goto("/practice/line-managers")
    look(manager)
    manager.goto(f"/practice/line-managers/{reference}")
    manager.get_by_label("Name", exact=True).fill("Robin Bell")
    manager.get_by_label("E-mail address").fill(MEDIATOR[0])
    manager.get_by_role("button", name="Save").click()
    expect(manager.locator("[data-error-summary]")).to_contain_text("not one of the mediator’s own")
    look(manager, "with a mistake")
    manager.get_by_label("E-mail address").fill(BELL)
    manager.get_by_role("button", name="Save").click()
    expect(manager.get_by_text("goes out by letter within minutes")).to_be_visible()
    look(manager, "named")

    chores(service.app)
    service.beat()
    letter = service.post.newest_to(BELL)
    assert re.fullmatch(r"\d+ entries wait for your word", letter["Subject"])
    text = letter.get_body(("plain",)).get_content()
    found = re.search(r"http\S+/practice/confirm/\S+", text)
    assert found

    bell = browse(size=PHONE)
    bell.goto(found[0])
    look(bell)
    asked_about(bell, "A course on listening").get_by_label("Confirm: this is right").check()
    query = asked_about(bell, "A day on agreements")
    query.get_by_label("Query: this is not right").check()
    bell.get_by_role("button", name="Send my answers").click()
    assert_told_at(bell, query.get_by_label("What is not right"), "Say what is not right")
    look(bell, "with a mistake")
    query.get_by_label("What is not right").fill("It was the morning only")
    bell.get_by_role("button", name="Send my answers").click()
    expect(bell.get_by_text("1 entry is confirmed and counts from now on")).to_be_visible()
    expect(bell.get_by_text("1 entry is queried and back with the mediator")).to_be_visible()
    look(bell, "answered")
    bell.goto(found[0])
    expect(bell.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    look(bell, "used")

    service.beat()
    told = service.post.newest_to(MEDIATOR[0])
    assert told["Subject"] == "About your practice log"
    assert "morning" not in told.get_body(("plain",)).get_content()
    phone.goto("/practice/mine")
    expect(phone.get_by_text("Queried by Robin Bell: CPD: course or workshop, 29 January 2027")).to_be_visible()
    expect(phone.locator(".note", has_text="Queried by Robin Bell")).to_contain_text("It was the morning only")
    expect(row_of(phone, "A course on listening")).to_contain_text("by Robin Bell")
    expect(row_of(phone, "A course on listening")).to_contain_text("Confirmed")
    look(phone, "queried")
    phone.locator(".note", has_text="Queried by Robin Bell").get_by_role("link", name="Put it right").click()
    phone.get_by_label("Hours", exact=True).fill("3")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Changed. It waits to be confirmed")).to_be_visible()


def test_a_line_manager_with_an_account_answers_page_by_page_without_a_mouse(
    browse: Browse, service: Service, monkeypatch
):
    monkeypatch.setattr(queries, "ON_A_PAGE", 2)
    with service.app.app_context():
        bea = factories.accredited_mediator(name="Bea Lund", unit=UNITS[0])
        for number in range(4):
            factories.practice_entry(bea.id, kind="cpd", code="course", quantity=number + 1)
        db.session.remove()
    page = browse("line manager")
    page.goto("/practice/confirming")
    look(page)
    found = re.search(r"(\d+) entries wait for you", page.locator("main").inner_text())
    assert found
    waiting = int(found[1])
    follow = page.get_by_role("link", name="Next page")
    follow.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**place=**")
    first = page.locator("fieldset.field-group").first
    entry = first.get_attribute("id")
    first.get_by_label("Leave it for now").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(first.get_by_label("Confirm: this is right")).to_be_checked()
    page.get_by_role("button", name="Send my answers").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_contain_text("1 entry confirmed")
    expect(page.locator("main")).to_contain_text(f"{waiting - 1} ")
    expect(page.locator(f"[id='{entry}']")).to_have_count(0)
    look(page, "a later page")
