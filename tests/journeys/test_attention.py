"""Journey 2: the practice manager signs in and sees what needs attention now."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import assert_told_at, look


def number_in(text: str) -> int:
    return int("".join(c for c in text.split("\n")[0].split(" ")[0] if c.isdigit()))


def count_rows(page: Page) -> int:
    """The rows of a list, on all its pages."""
    count = page.locator("main tbody tr").count()
    while (following := page.get_by_role("link", name="Next page")).count():
        following.click()
        count += page.locator("main tbody tr").count()
    return count


def test_a_wrong_password_is_told_at_the_form(browse: Browse):
    page = browse()
    page.goto("/sign-in")
    look(page)
    page.get_by_label("E-mail address").fill("manager@example.police.uk")
    page.get_by_role("button", name="Sign in").click()
    assert_told_at(page, page.get_by_label("Password", exact=True), "Enter your password")
    look(page, "with a mistake")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.get_by_label("E-mail address").input_value() == "manager@example.police.uk"


def test_every_number_leads_to_as_many_rows(browse: Browse):
    page = browse("manager")
    assert page.get_by_role("heading", level=1).inner_text() == "What needs attention now"
    look(page)
    links = page.locator("main .figure a, main table td a").evaluate_all(
        "links => links.map(link => [link.innerText, link.getAttribute('href')])"
    )
    told = {address: number_in(text) for text, address in links}
    addresses = " ".join(told)
    for kind in ("verdict=lapsed", "ends=30&by=", "ends=60", "ends=90&sort", "results=outstanding", "state=trouble"):
        assert kind in addresses, f"nothing on the page leads to {kind}"
    assert all(told.values()), "a zero needs no list"
    found = {}
    for address in told:
        page.goto(address)
        look(page)
        found[address] = count_rows(page)
    assert found == told


def test_what_lapses_within_ninety_days_holds_what_lapses_sooner(browse: Browse):
    page = browse("manager")
    table = page.locator("main table").first
    lines = [
        [number_in(cell) for cell in cells]
        for cells in table.locator("tbody tr").evaluate_all(
            "lines => lines.map(line => [...line.cells].slice(1).map(cell => cell.innerText))"
        )
    ]
    assert all(line == sorted(line) for line in lines)
    assert [sum(column) for column in zip(*lines[:-1], strict=True)] == lines[-1]
