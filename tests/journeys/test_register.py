"""Journey 4: the register, found, filtered, sorted, paged and exported; and what stands behind one name."""

import io
import re
from datetime import date, datetime

import openpyxl
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, fact, look

DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")


def column(page: Page, label: str) -> list[str]:
    cells = page.locator(f'main tbody [data-label="{label}"]')
    return [" ".join(text.split()) for text in cells.all_inner_texts()]


def names(page: Page) -> list[str]:
    return page.locator("main tbody th a").all_inner_texts()


def days(page: Page) -> list[date]:
    """The last good days that the list shows, in its order."""
    return [
        datetime.strptime(found[0], "%d %b %Y").date()
        for text in column(page, "Last good day")
        if (found := DAY.fullmatch(text))
    ]


def choose(page: Page, **filters: str) -> None:
    for label, choice in filters.items():
        page.get_by_label(label.replace("_", " "), exact=True).select_option(label=choice)
    page.get_by_role("button", name="Show", exact=True).click()


def chips(page: Page) -> list[str]:
    texts = page.get_by_role("list", name="Filters in force").locator(".chip").all_inner_texts()
    return [" ".join(text.split()).removeprefix("Remove the filter ") for text in texts]


def test_everyone_is_there_in_pages(browse: Browse):
    page = browse("manager")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Mediators").click()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Mediators")).to_have_attribute(
        "aria-current", "page"
    )
    look(page)
    total = int(re.match(r"(\d+) \w+: ", page.locator(".fact").inner_text())[1])
    first = column(page, "Name")
    assert len(first) == 50
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url(re.compile("after|place"))
    second = column(page, "Name")
    seen = [*first, *second]
    while page.get_by_role("link", name="Next page").count():
        page.get_by_role("link", name="Next page").click()
        seen += column(page, "Name")
    assert len(seen) == len(set(seen)) == total
    page.get_by_role("link", name="First page").click()
    assert column(page, "Name") == first


def test_filters_are_chips_that_can_be_taken_away(browse: Browse):
    page = browse("manager")
    page.goto("/mediators")
    choose(page, Unit="Croydon", Standing="May co-mediate only")
    assert chips(page) == ["Unit: Croydon", "May co-mediate only"]
    both = names(page)
    assert both
    assert set(column(page, "Unit")) == {"Croydon"}
    assert all("co-mediate" in words for words in column(page, "Standing"))
    look(page, "filtered")
    page.get_by_role("link", name="Remove the filter Unit: Croydon").click()
    assert chips(page) == ["May co-mediate only"]
    more = names(page)
    assert set(both) < set(more)
    page.get_by_label("Ends within", exact=True).select_option(label="90 days")
    page.get_by_label("Standing", exact=True).select_option(label="May work")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.locator(".chips")).to_have_count(0)

    page.get_by_label("Name, reference or pay number", exact=True).fill("nobody is called so")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Nobody fits these filters")).to_be_visible()
    look(page, "nobody")


def test_the_list_sorts_and_its_export_is_the_same_list(browse: Browse):
    page = browse("manager")
    page.goto("/mediators")
    choose(page, Ends_within="180 days")
    header = page.get_by_role("columnheader", name="Last good day")
    header.get_by_role("link").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    rising = days(page)
    assert len(rising) > 3
    assert rising == sorted(rising)
    assert rising[0] >= date(2027, 2, 2)
    header.get_by_role("link").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    falling = days(page)
    assert falling == sorted(rising, reverse=True)

    with page.expect_download() as download:
        page.get_by_role("link", name=f"Export {len(falling)} rows").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    top = next(number for number, row in enumerate(rows) if "Last good day" in row)
    place = rows[top].index("Last good day")
    exported = [row[place] for row in rows[top + 1 :] if row[0]]
    assert [day.date() if isinstance(day, datetime) else day for day in exported] == falling
    name = rows[top].index("Name")
    assert [row[name] for row in rows[top + 1 :] if row[0]] == names(page)
    assert any("Ends within 180 days" in str(cell) for row in rows[:top] for cell in row)


def test_a_reference_or_a_pay_number_leads_to_the_page(browse: Browse):
    page = browse("manager")
    page.goto("/mediators?verdict=deployable&sort=ends")
    page.locator("main tbody th a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    reference = fact(page, "Reference").inner_text()
    page.get_by_role("search").get_by_role("searchbox").first.fill(reference.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert page.url.endswith(f"/mediators/{reference}")
    page.goto("/mediators")
    page.get_by_role("search").get_by_role("searchbox").first.fill(name.split()[-1])
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_role("link", name=name).or_(page.get_by_text(reference)).first).to_be_visible()
    look(page)


def test_a_mediators_page_says_until_when_and_why(browse: Browse):
    page = browse("manager")
    page.goto("/mediators?verdict=deployable&sort=ends")
    shown = days(page)[0]
    page.locator("main tbody th a").first.click()
    look(page)
    spelled = f"{shown.day} {shown:%B %Y}"
    expect(page.locator(".page-head")).to_contain_text(f"May work until {spelled}")
    limiting = page.locator(".answer-lead strong").inner_text()

    picture = page.get_by_role("img", name=re.compile(spelled))
    expect(picture).to_be_visible()
    page.get_by_text("The same dates as a table").click()
    behind = page.locator("figure.timeline tbody tr")
    lanes = set(page.locator("figure.timeline .tl-name").all_text_contents())
    assert lanes == set(behind.locator("th").all_inner_texts())
    expect(behind.filter(has_text=limiting).first).to_be_visible()

    requirements = page.get_by_role("region", name="Requirements").locator("tbody tr")
    expect(requirements).to_have_count(8)
    first = requirements.filter(has_text="Ends first")
    expect(first).to_have_count(1)
    expect(first).to_contain_text(limiting)
    expect(first).to_contain_text(f"{shown.day} {shown:%b %Y}")

    evidence = page.get_by_role("region", name="Evidence, newest first").locator("tbody tr")
    assert evidence.count() >= 4
    expect(evidence.filter(has_text="Award").first).to_contain_text(" by ")


def test_on_a_phone_the_filters_fold_and_the_rows_are_cards(browse: Browse):
    page = browse("manager", size=PHONE)
    page.goto("/mediators")
    unit = page.get_by_label("Unit", exact=True)
    expect(unit).to_be_hidden()
    page.get_by_text("Search and filter").click()
    expect(unit).to_be_visible()
    card = page.locator("main tbody tr").first
    assert card.bounding_box()["width"] <= PHONE["width"]
    label = card.locator('[data-label="Unit"]').evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "Unit" in label
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/mediators")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
