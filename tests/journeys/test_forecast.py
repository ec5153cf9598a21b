"""A journey: the practice manager sees how cover falls, opens a week, and sees who drops out, why, and what to do."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, look, row_of


def figures(page: Page) -> list[int]:
    """The four numbers at the head of a week: they work, drop out, come in, then work."""
    return [int(text.replace(",", "")) for text in page.locator(".numbers .figure-value").all_inner_texts()]


def test_a_manager_opens_the_forecast_clicks_a_week_and_sees_who_and_why(browse: Browse):
    page = browse("manager")
    expect(page.get_by_role("heading", name="Cover in the weeks to come")).to_be_visible()
    expect(page.locator(".chart figcaption")).to_contain_text(re.compile(r"^Cover falls from \d+ to \d+ by "))
    look(page, "with the forecast")
    page.get_by_role("link", name="Week by week, and who drops out").click()
    expect(page.get_by_role("heading", level=1, name="Cover forecast")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Cover falls from"))).to_be_visible()
    look(page)

    weeks = page.locator("table.ch-table tbody tr")
    expect(weeks).to_have_count(53)
    place = next(n for n, text in enumerate(weeks.all_inner_texts()) if "−" in text)
    told = weeks.nth(place).locator("td").nth(0).inner_text().split()[0]
    out = weeks.nth(place).locator("td").nth(-2).inner_text().lstrip("−")  # before it, where there is one, the plan
    weeks.nth(place).get_by_role("link").click()
    works, dropped, came, after = figures(page)
    assert (works, dropped) == (int(told), int(out))
    assert works - dropped + came == after
    rows = page.get_by_role("table", name="Mediators who drop out").locator("tbody tr")
    expect(rows).to_have_count(dropped)
    expect(rows.first.locator('td[data-label="Because of"]')).to_contain_text(re.compile("[a-z]"))
    look(page)
    name = rows.first.get_by_role("link").inner_text()
    rows.first.get_by_role("link").click()
    family, _, given = name.partition(", ")
    expect(page.get_by_role("heading", level=1, name=f"{given} {family}")).to_be_visible()


def test_a_click_on_the_picture_leads_to_the_week_under_it(browse: Browse):
    page = browse("manager")
    page.goto("/forecast")
    column = page.locator(".ch-links a").nth(8)
    address = column.get_attribute("href")
    column.locator("rect").click()
    expect(page).to_have_url(re.compile(re.escape(address or "?") + "$"))


def test_each_month_of_the_calendar_leads_to_its_list(browse: Browse):
    page = browse("manager", size=PHONE)
    page.goto("/forecast")
    page.get_by_role("link", name="What ends in which month").click()
    look(page)
    number = page.locator("a.ch-cell").first
    told = int(re.sub(r"\D.*", "", number.inner_text(), flags=re.S))
    number.click()
    expect(page.get_by_role("table", name="Requirements that end").locator("tbody tr")).to_have_count(told)
    look(page)


def test_an_auditor_sees_every_check(browse: Browse):
    page = browse("auditor")
    page.get_by_role("link", name="Every check").click()
    expect(page.get_by_role("heading", level=1, name="Checks")).to_be_visible()
    look(page)


def test_everything_is_there_without_javascript(browse: Browse):
    page = browse("manager", javascript=False)
    page.goto("/forecast")
    row_of(page, "Today").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Who drops out")).to_be_visible()
