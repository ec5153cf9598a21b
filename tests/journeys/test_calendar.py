"""Journey: somebody makes the address of their calendar, sees it once, makes a new one, and stops it."""

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import DESKTOP, PHONE, look
from tests.journeys.running import Service


def status_of(address: str) -> tuple[int, str]:
    """What a calendar gets that reads this address: nobody is signed in."""
    try:
        with urllib.request.urlopen(address, timeout=15) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, ""


def shown(page: Page) -> str:
    """The address that the page shows, which it does only now."""
    [field] = page.get_by_label("Copy this address into your calendar").all()
    expect(field).to_have_attribute("readonly", "")
    return field.input_value()


@pytest.mark.parametrize(("who", "size", "javascript"), [("mediator", PHONE, False), ("manager", DESKTOP, True)])
def test_a_feed_is_made_shown_once_replaced_and_stopped(browse: Browse, service: Service, who, size, javascript):
    page = browse(who, size=size, javascript=javascript)
    page.goto("/calendar")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your calendar")
    if javascript:
        look(page)
    page.get_by_role("button", name="Make an address").first.click()
    if javascript:
        look(page, "with the address")
    first = shown(page)
    assert first.startswith(service.url)
    status, calendar = status_of(first)
    assert status == 200
    assert calendar.startswith("BEGIN:VCALENDAR")

    page.goto("/calendar")
    assert first.rpartition("/")[2] not in page.content()
    expect(page.locator("main")).to_contain_text(re.compile("A calendar last read it on"))
    if javascript:
        look(page, "in use")

    page.get_by_role("button", name=re.compile("^Make a new address")).first.click()
    second = shown(page)
    assert second != first
    assert status_of(first)[0] == 410
    assert status_of(second)[0] == 200

    page.get_by_role("button", name=re.compile("^Stop the feed")).first.click()
    expect(page.locator(".flash").first).to_contain_text("Stopped.")
    assert status_of(second)[0] == 410
    expect(page.get_by_role("button", name="Make an address").first).to_be_visible()
