"""Journey: somebody in a plan is dragged onto another day with the mouse, it is undone; and the same by the list."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accreditation.core.database import transaction
from accreditation.refreshers.services import add_day
from tests import factories
from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, look
from tests.journeys.running import Service


@pytest.fixture(scope="module", autouse=True)
def small_days(service: Service) -> None:
    """A day a week with two seats, so that everybody has days to choose from and some of them are full."""
    with service.app.app_context():
        for week in range(16):
            with transaction():
                held_on = date(2027, 2, 9) + timedelta(7 * week)
                add_day(factories.day_details(title="Small day", held_on=held_on, capacity=2))


def drafted(page: Page) -> None:
    page.goto("/refreshers/plans/new")
    page.get_by_label("Spread people evenly over the days").check()
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan of")


def somebody(page: Page) -> Locator:
    """The first row of somebody with a seat and another day to choose from, in sight."""
    row = page.locator('section.plan-day tr[data-drag]:has(option:not([selected]):not([value=""]))').first
    row.evaluate("row => row.closest('details').open = true")
    return row


def lift(page: Page, row: Locator) -> None:
    row.locator("th").scroll_into_view_if_needed()
    box = row.locator("th").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 40, box["y"] + box["height"] / 2 + 8, steps=4)
    expect(page.locator(".drag-strip")).to_be_visible()
    expect(page.locator(".drag-day[data-may=asked]")).to_have_count(0)


def hover(page: Page, target: Locator) -> None:
    box = target.bounding_box()
    for step in (-1, 0):
        page.mouse.move(box["x"] + box["width"] / 2 + step, box["y"] + box["height"] / 2, steps=3)


def day_of(page: Page, person: str) -> str:
    return page.locator(f"#person-{person}").evaluate("row => row.closest('[data-day]').dataset.day")


def test_somebody_is_dragged_refused_dropped_and_put_back(browse: Browse):
    page = browse("manager")
    drafted(page)
    look(page, "to drag on")
    row = somebody(page)
    person, was, address = (
        row.get_attribute("data-drag"),
        row.evaluate("r => r.closest('[data-day]').dataset.day"),
        page.url,
    )

    lift(page, row)
    said = page.locator(".drag-said")
    refused = page.locator(".drag-day[data-may=no]").first
    hover(page, refused)
    expect(said).to_contain_text(re.compile("cannot sit on|no seat left on"))
    page.mouse.up()
    expect(page.locator(".drag-strip")).to_be_hidden()
    assert page.url == address
    assert day_of(page, person) == was

    row = somebody(page)
    lift(page, row)
    free = page.locator('.drag-day[data-may=yes]:not([data-day=""])').first
    to = free.get_attribute("data-day")
    hover(page, free)
    expect(said).to_contain_text("can be moved here")
    page.mouse.up()
    expect(page.locator(".flash").first).to_contain_text("is moved, and stays there when you plan again.")
    assert day_of(page, person) == to
    look(page, "moved")

    page.get_by_role("button", name="Undo this move").click()
    expect(page.locator(".flash").first).to_contain_text("sits where they sat before.")
    assert day_of(page, person) == was


def test_the_list_does_the_same_on_a_phone(browse: Browse):
    page = browse("manager", size=PHONE, javascript=False)
    drafted(page)
    page.locator("section.plan-day details.more > summary").first.click()
    row = page.locator('section.plan-day tr[id^=person-]:has(option:not([selected]):not([value=""]))').first
    if not row.is_visible():
        page.locator("section.plan-day details.more > summary").first.click()
    person = row.get_attribute("id").removeprefix("person-")
    was = day_of_without_script(row)
    choices = row.locator("select option:not([value=''])").all()
    to = next(
        one.get_attribute("value")
        for one in choices
        if "no left" not in one.inner_text() and one.get_attribute("value") != was
    )
    row.get_by_role("combobox").select_option(to)
    row.get_by_role("button", name=re.compile("^Move ")).click()
    expect(page.locator(".flash").first).to_contain_text("is moved")
    moved = page.locator(f"#person-{person}")
    assert day_of_without_script(moved) == to
    page.get_by_role("button", name="Undo this move").click()
    assert day_of_without_script(page.locator(f"#person-{person}")) == was


def day_of_without_script(row: Locator) -> str:
    return row.locator("xpath=ancestor::*[@data-day][1]").get_attribute("data-day")
