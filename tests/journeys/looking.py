"""What every page of a journey must be, and how a form must say what is wrong."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from tests.sharing import comes_first

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

JUDGE = """async rules => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.map(one => `${one.id}: ${one.help}\\n` +
    one.nodes.map(node => `    ${node.html.slice(0, 300)}\\n    ${node.failureSummary}`).join("\\n"));
}"""
WIDTH = """() => {
  const root = document.documentElement;
  const hidden = [root, document.body].some(one => /hidden|clip/.test(getComputedStyle(one).overflowX));
  return [root.scrollWidth - root.clientWidth, hidden];
}"""

SEEN: list[Path] = []
"""The folder in which the processes of a run note what they have looked at: the fixture of the browser names it."""


def look(page: Page, state: str = "") -> None:
    """axe finds nothing (WCAG 2.0 to 2.2, A and AA) at both widths, one h1, a title, no sideways scrolling.

    A page is looked at once in a run, by whichever process comes to it first; `state` tells apart what one address can
    show. After a click it waits for the page to which the click leads: the old one would be looked at, or torn down on
    the way.
    """
    page.wait_for_load_state()  # wait_for_function asks by eval, which the pages' policy refuses
    path = re.sub(r"(?<=/)(DEMO-)?[A-Z]*\d[\w-]*|(?<=/)[\w-]{30,}", "*", urlsplit(page.url).path)
    if not comes_first(SEEN[0], path, state):
        return
    size = page.viewport_size
    for width in (DESKTOP, PHONE):
        page.set_viewport_size(width)
        assert_accessible(page)
    page.set_viewport_size(size)


def assert_accessible(page: Page) -> None:
    """The page as it stands, at the width it has."""
    where = f"{page.url} at {page.viewport_size['width']} px"
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(JUDGE, RULES)
    assert not found, where + "\n" + "\n".join(found)
    expect(page.locator("h1")).to_have_count(1, timeout=2_000)
    assert re.fullmatch(r"(Error: )?\S.* – \S.*", page.title()), f"{where}: {page.title()}"
    beyond, hidden = page.evaluate(WIDTH)
    assert beyond <= 0, f"{where} scrolls sideways by {beyond} px"
    assert not hidden, f"{where} hides what is too wide"


def assert_told_at(page: Page, field: Locator, words: str) -> None:
    """The mistake is in the title, in the summary that has the focus, and at the field, bound to it by structure."""
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    assert described, "nothing describes the field"
    told = [page.locator(f"[id='{name}']") for name in described]
    for one in told:
        expect(one).to_have_count(1)
    assert any(words in one.inner_text() for one in told), [one.inner_text() for one in told]
    summary.get_by_role("link", name=words).first.click()
    expect(field).to_be_focused()


def rows(page: Page) -> Locator:
    """The rows of the first table of the page."""
    return page.locator("main table").first.locator("tbody tr")


def row_of(page: Page, words: str) -> Locator:
    """The only row, in any table, that has these words."""
    return page.locator("main tbody tr").filter(has_text=words)


def fact(page: Page, term: str) -> Locator:
    """What a summary list says of a term."""
    return page.locator("dl.summary-list > div").filter(has=page.get_by_text(term, exact=True)).locator("dd").first
