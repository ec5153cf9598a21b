"""Figures that stand on pages of their own: renewals, the forecast, and what the helpline is asked.

Each is as long as its list, and what the page, the report and the command line say of the same thing is the same.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from random import Random

from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.desk.demo.filling.service import close_demo, fill_demo
from accreditation.helpline.rules import CATEGORIES, SIGNPOSTED
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from accreditation.web.paging import PAGE
from tests import factories
from tests.desk.numbers import NEXT, figures_on, length_of, printed

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.S)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
LINK = re.compile(r'href="([^"]+)"')


def fill(today) -> list[int]:
    """More people than fit on a page; the ids of all of them."""
    now = clock.now()
    with transaction():
        fill_demo(seed=5, mediators=4, on=today, now=now, complete=False, intakes=False)
    add_in_bulk(seed=5, mediators=PAGE + 20, on=today, now=now, progress=lambda _: None)
    with transaction():
        close_demo(on=today)
    return list(db.session.scalars(select(Person.id).order_by(Person.id)))


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


def rows_over_all_pages(browser, url: str, caption: str) -> int:
    """How many rows the table has. The week after is a next page too, but not of this list."""
    page, total = browser.get(url).text, 0
    for _ in range(20):
        total += len(table(page, caption))
        following = [unescape(one) for one in NEXT.findall(page) if unescape(one).partition("?")[0] == url]
        if not following:
            return total
        page = browser.get(following[0]).text
    raise AssertionError(f"{url} has no end")


def renewals_of_a_month_are_as_many_as_the_board_lists_and_the_command_says(app, sign_in) -> None:
    who = factories.person(name="Vet Officer")
    officer = sign_in(OFFICER, person=who)
    months = table(officer.get("/vetting/figures").text, "Renewals by month, the next 24")
    assert len(months) == 24
    said = printed(app, who.reference, "vetting_officer")["this-month"]
    assert said == (number_in(months[0][1][1]), "/vetting?month=2027-02")
    ending = [(url, number_in(cells[1])) for url, cells in months]
    assert sum(number for _, number in ending) > 0
    for url, number in ending:
        assert bool(url) == bool(number)
        assert number == (length_of(officer, url) if url else 0), url
    due, suggested = (sum(number_in(cells[column]) for _, cells in months) for column in (2, 3))
    assert due == suggested  # levelling moves renewals and loses none


def the_forecast_begins_with_the_register_and_each_week_leads_to_the_next(app, sign_in) -> None:
    who = factories.person(name="Mana Ger")
    manager = sign_in(MANAGER, person=who)
    weeks = table(manager.get("/forecast").text, "Mediators who may work, by week")
    assert len(weeks) == 53
    numbers = [number_in(cells[1]) for _, cells in weeks]
    assert numbers[0] == length_of(manager, "/mediators?verdict=deployable") > PAGE / 2
    dropped, came_in = ([number_in(cells[column]) for _, cells in weeks[:-1]] for column in (2, 3))
    assert numbers[1:] == [now - out + new for now, out, new in zip(numbers[:-1], dropped, came_in, strict=True)]
    busiest = sorted(range(52), key=lambda week: dropped[week] + came_in[week])[-4:]
    assert dropped[busiest[-1]] > 0
    for week in busiest:
        url = weeks[week][0]
        assert rows_over_all_pages(manager, url, "Mediators who drop out") == dropped[week], url
        assert rows_over_all_pages(manager, url, "Mediators who come in") == came_in[week], url
        shown = [one.number for one in figures_on(manager.get(url).text)]
        assert shown == [numbers[week], dropped[week], came_in[week], numbers[week + 1]]


def themes_of_the_helpline_are_one_number_on_page_report_and_command_line(app, sign_in, people) -> None:
    random = Random(11)
    asked = sorted(set(CATEGORIES) - SIGNPOSTED)  # what is signposted has no advice, as the factory's contacts do
    rare = set(random.sample(asked, 4))
    for _ in range(110):
        category = random.choice(asked)
        if category not in rare or random.random() < 0.1:
            at = datetime(2027, 2, 1, 12, tzinfo=UTC) - timedelta(
                random.randint(0, 420), minutes=random.randint(0, 900)
            )
            factories.contact(random.choice(people), category=category, contacted_at=at)
    manager = sign_in(MANAGER)
    page = manager.get("/helpline/themes").text
    assert "Contacts from 1 February 2026 to 31 January 2027" in page
    whole = {cells[0]: number_in(cells[1]) for _, cells in table(page, "All twelve months together")}
    total = number_in(re.search(r"All twelve months together: ([\d,]+) contacts", page)[1])
    assert sum(whole.values()) == total == sum(number_in(row[2]) for _, row in table(page, "Themes by month"))
    assert min(whole.values()) >= 5
    period = "from=2026-02-01&through=2027-01-31"
    figures = {one.code: one.number for one in figures_on(manager.get(f"/reports/steering?{period}").text)}
    assert figures["contacts"] == total
    themes = [number for code, number in figures.items() if code.startswith("theme-")]
    assert sorted(themes) == sorted(whole.values())
    said = app.test_cli_runner().invoke(
        args=["reports", "steering", "--from", "2026-02-01", "--through", "2027-01-31", "--json"]
    )
    printed_too = {one["code"]: one["number"] for one in json.loads(said.output)["figures"]}
    assert {code: number for code, number in printed_too.items() if code in figures} == figures


def test_each_figure_is_as_long_as_its_list_and_the_same_wherever_it_stands(app, sign_in, today):
    """One service for all three, because filling it takes longer than reading it."""
    people = fill(today)
    renewals_of_a_month_are_as_many_as_the_board_lists_and_the_command_says(app, sign_in)
    themes_of_the_helpline_are_one_number_on_page_report_and_command_line(app, sign_in, people)
    the_forecast_begins_with_the_register_and_each_week_leads_to_the_next(app, sign_in)
