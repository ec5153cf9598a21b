"""Journey 7: what is due is found by the scheduler, and arrives over SMTP, once, whenever the process was running."""

import re
from collections import Counter

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browse
from tests.journeys.looking import DESKTOP, PHONE, fact, look, row_of
from tests.journeys.running import Service


def reminders(service: Service) -> list[str]:
    """The addresses of the reminders that have arrived, in their order."""
    return [
        address
        for address, letter in service.post.letters
        if "on your mediator record" in letter["Subject"] and "due by" in letter["Subject"]
    ]


def figure(page: Page, label: str) -> int:
    return int(page.locator("main .figure").filter(has_text=label).locator(".figure-value").inner_text())


def look_at_lines(page: Page) -> None:
    """The held letters are short lines that open by keyboard, and every target is large enough for a finger."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    lines = page.locator("main .fold > summary")
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height < 2_500 + lines.count() * 90, f"{height} px for {lines.count()} people"
    lines.first.focus()
    page.keyboard.press("Enter")
    link = page.locator("main .fold-links a").first
    expect(link).to_be_visible()
    for target in (lines.first, lines.last, link):
        assert target.bounding_box()["height"] >= 44
    page.keyboard.press("Enter")
    expect(link).to_be_hidden()
    page.set_viewport_size(size)


def too_small(page: Page, least: int) -> list[str]:
    """Links in cells of tables that are lower than so many px, by their words. Those inside a sentence may be."""
    return page.evaluate(
        """least => [...document.querySelectorAll("main .table tbody :is(th, td) a")]
            .filter(one => one.offsetParent !== null)
            .filter(one => one.getBoundingClientRect().height < least - 0.5)
            .map(one => `${one.innerText}: ${one.getBoundingClientRect().height}`)""",
        least,
    )


def test_every_link_in_a_table_is_large_enough_to_be_hit(browse: Browse, service: Service):
    page = browse("manager")
    for path in ("/reminders", "/mediators", "/cohorts", "/refreshers", "/awards"):
        for size, least in ((DESKTOP, 24), (PHONE, 44)):
            page.set_viewport_size(size)
            page.goto(path)
            assert page.locator("main .table a").count(), path
            assert too_small(page, least) == [], f"{path} at {size['width']} px"
    page.evaluate(
        """() => document.querySelectorAll("main .table a").forEach(one => {
            one.style.padding = "0";
            one.style.display = "inline";
        })"""
    )
    assert too_small(page, 24), "the negative control: without the padding links are too low"


def test_a_flood_is_held_until_somebody_has_looked(browse: Browse, service: Service):
    service.beat()
    assert not service.post.letters, "more letters than usual went out without a person’s word"
    page = browse("manager")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reminders").click()
    look(page, "held")
    page.get_by_role("link", name="then release").click()
    look(page)
    waiting = int(page.locator(".fact").inner_text().split()[0])
    assert waiting == page.locator("main .fold-links > li").count() > 25
    look_at_lines(page)
    page.get_by_role("button", name=f"Release {waiting} letters").click()
    expect(page.locator(".flash")).to_contain_text(f"{waiting} letters are on the way")
    page.goto("/reminders")
    undelivered = figure(page, "could not be delivered")
    service.beat()
    page.goto("/reminders")
    assert figure(page, "sent") == len(service.post.letters) > 0
    # Whoever's address is known to be wrong gets no letter, and is listed.
    assert len(service.post.letters) + figure(page, "could not be delivered") - undelivered == waiting
    assert figure(page, "waiting to go") == figure(page, "held") == 0
    look(page)


def test_a_letter_says_where_to_look_and_nothing_that_is_nobody_elses_business(service: Service):
    assert reminders(service)
    for address, letter in service.post.letters:
        assert letter["To"].addresses[0].addr_spec == address
        text = letter.get_body(("plain",)).get_content()
        assert service.url in text
        for word in ("CTC", "clearance", "vetting", "lapsed", "suspended", "Fail"):
            assert word not in f"{letter['Subject']} {text}", f"{word} in a letter to {address}"


def test_nothing_comes_twice_and_nothing_is_missed_while_the_process_was_down(service: Service):
    before = len(service.post.letters)
    for _ in range(3):
        service.beat()
    assert len(service.post.letters) == before
    service.later(days=10)  # nobody ran it for ten days
    service.beat()
    later = service.post.letters[before:]
    assert later, "ten days bring new reminders"
    identities = Counter(letter["Message-ID"] for _, letter in service.post.letters)
    assert set(identities.values()) == {1}
    service.beat()
    assert len(service.post.letters) == before + len(later)


def test_a_letter_that_comes_back_is_on_the_attention_page(browse: Browse, service: Service):
    page = browse("manager")
    trouble = page.locator("main .figure").filter(has_text=re.compile("letters? waiting")).locator(".figure-value")
    before = int(trouble.inner_text())
    page.goto("/people")
    page.goto("/mediators?verdict=deployable&ends=90&sort=ends")
    page.locator("main tbody th a").first.click()
    reference = fact(page, "Reference").inner_text()
    address = fact(page, "E-mail").inner_text()
    service.post.refused.add(address)
    page.goto(f"/reminders/person/{reference}")
    look(page)
    page.goto("/refreshers")
    page.locator("main tbody th a").first.click()
    page.get_by_label("Mediator's reference").fill(reference)
    page.get_by_role("button", name="Book a seat").click()
    service.beat()
    assert not [letter for letter in service.post.to(address) if "Your seat" in letter["Subject"]]
    page.goto("/")
    expect(trouble).to_have_text(str(before + 1))
    trouble.click()
    bounced = row_of(page, "no such mailbox here")
    expect(bounced).to_have_count(1)
    bounced.get_by_role("link").first.click()
    look(page)
    page.goto("/reminders/rules")
    look(page)
