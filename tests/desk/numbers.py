"""Reading the figures off a page, and counting the list behind each: by machine, so that no figure is overlooked."""

import json
import re
from dataclasses import dataclass
from html import unescape

MARKED = re.compile(r"<\w+[^>]*\bdata-figure=[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
BODY = re.compile(r"<tbody data-listed>(.*?)</tbody>", re.S)
RATE = re.compile(r"\d+%|no rate")
NEXT = re.compile(r'<a rel="next" href="([^"]+)"')
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.S)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
LINK = re.compile(r'href="([^"]+)"')
MOST_PAGES = 200


@dataclass(frozen=True)
class Shown:
    """A figure as it stands on a page; `url` is None where it leads to no list."""

    code: str
    number: int
    url: str | None


def figures_on(page: str) -> list[Shown]:
    """Every figure but rates, which are no lengths. Fails for one in a row of numbers that is not marked as one."""
    found = []
    for tag in MARKED.findall(page):
        said = {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}
        if RATE.fullmatch(said["data-figure"]):
            continue
        found.append(Shown(said.get("data-code", ""), int(said["data-figure"]), said.get("data-list")))
    assert page.count('class="figure-value"') == len(re.findall(r'<li class="figure[^>]*data-figure=', page))
    return found


def table(page: str, caption: str) -> list[tuple[str, list[str]]]:
    """The rows of the table with that caption: each with its first link, and its cells as text."""
    found = re.search(rf"<caption[^>]*>{re.escape(caption)}.*?<tbody[^>]*>(.*?)</tbody>", page, re.S)
    if found is None:
        return []
    return [
        (unescape(link[1]) if (link := LINK.search(row)) else "", [text_of(cell) for cell in CELL.findall(row)])
        for row in ROW.findall(found[1])
    ]


def text_of(cell: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())


def number_in(cell: str) -> int:
    return int(re.sub(r"[^0-9]", "", cell.split("(")[0].split(" ")[0]) or 0)


def length_of(browser, url: str) -> int:
    """How many rows a list has, over all its pages. Fails for a page that marks none and is not empty."""
    total, place = 0, url
    for _ in range(MOST_PAGES):
        answer = browser.get(place)
        assert answer.status_code == 200, (place, answer.status_code)
        bodies = BODY.findall(answer.text)
        assert bodies or 'class="empty"' in answer.text, f"{place} marks no list (data-listed)"
        assert len(bodies) <= 1, f"{place} marks two lists"
        total += sum(body.count("<tr") for body in bodies)
        following = NEXT.search(answer.text)
        if following is None:
            return total
        place = unescape(following[1])
    raise AssertionError(f"{url} has no end")


def disagreeing(browser, figures: list[Shown]) -> dict[str, tuple[int, int]]:
    """The figures that are not as long as their lists: (what the page says, what its list holds) by address."""
    wrong = {}
    for figure in figures:
        assert figure.url, f"{figure.code or figure.number}: a figure without its list"
        if (length := length_of(browser, figure.url)) != figure.number:
            wrong[f"{figure.code} {figure.url}"] = (figure.number, length)
    return wrong


def printed(app, who: str, role: str) -> dict[str, tuple[int, str]]:
    """What the command line says of somebody's first page: (number, address of the list) by code."""
    said = app.test_cli_runner().invoke(args=["figures", "--as", who, "--role", role, "--json"])
    assert said.exit_code == 0, said.output
    return {one["code"]: (one["number"], one["url"]) for one in json.loads(said.output)["figures"]}
