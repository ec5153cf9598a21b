"""Figures that stand on pages of their own: renewals, the forecast, equality, and what the helpline is asked.

Each is as long as its list, and what the page, the report and the command line say of the same thing is the same.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from random import Random

import pytest
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
from cohorts.jobs import keep_equality
from cohorts.queries.equality import questions
from cohorts.rules.equality.questions import Question
from tests import factories
from tests.cohorts.equality.people import NEXT_MONTH, applicants
from tests.desk.numbers import NEXT, figures_on, length_of, number_in, printed, table

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)


def fill(today, seed: int = 5) -> list[int]:
    """More people than fit on a page; the ids of all of them."""
    now = clock.now()
    with transaction():
        fill_demo(seed=seed, mediators=4, on=today, now=now, complete=False, intakes=False)
    add_in_bulk(seed=seed, mediators=PAGE + 20, on=today, now=now, progress=lambda _: None)
    with transaction():
        close_demo(on=today)
    return list(db.session.scalars(select(Person.id).order_by(Person.id)))


def command(app, *args: str) -> dict:
    """What the command prints as JSON."""
    said = app.test_cli_runner().invoke(args=list(args))
    assert said.exit_code == 0, said.output
    return json.loads(said.output)


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


def the_forecast_begins_with_the_register_and_each_week_leads_to_the_next(app, sign_in, most: int) -> None:
    who = factories.person(name="Mana Ger")
    manager = sign_in(MANAGER, person=who)
    page = manager.get("/forecast").text
    weeks = table(page, "Mediators who may work, by week")
    assert len(weeks) == 53
    numbers = [number_in(cells[1]) for _, cells in weeks]
    said = command(app, "forecast", "--json")
    assert [number_in(cells[-2]) for _, cells in weeks[:-1]] == [week["drop_out"] for week in said["weeks"][:-1]]
    assert [number_in(cells[-1]) for _, cells in weeks[:-1]] == [week["come_in"] for week in said["weeks"][:-1]]
    assert numbers == [week["may_work"] for week in said["weeks"]]
    assert said["finding"] in page
    units = {cells[0]: number_in(cells[1]) for _, cells in table(page, "Mediators who may work, by unit")}
    assert len(units) > 1
    assert {one["unit"] or "In no unit": one["may_work"][0] for one in said["units"]} == units
    assert sum(units.values()) == numbers[0]
    unit = next(one["unit"] for one in said["units"] if one["unit"])
    of_one = [week["may_work"] for week in command(app, "forecast", "--unit", unit, "--json")["weeks"]]
    assert of_one == next(one["may_work"] for one in said["units"] if one["unit"] == unit)
    assert numbers[0] == length_of(manager, "/mediators?verdict=deployable") > PAGE / 2
    dropped, came_in = ([number_in(cells[column]) for _, cells in weeks[:-1]] for column in (2, 3))
    assert numbers[1:] == [now - out + new for now, out, new in zip(numbers[:-1], dropped, came_in, strict=True)]
    busiest = sorted(range(52), key=lambda week: dropped[week] + came_in[week])[-most:]
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
    said = command(app, "reports", "steering", "--from", "2026-02-01", "--through", "2027-01-31", "--json")
    printed_too = {one["code"]: one["number"] for one in said["figures"]}
    assert {code: number for code, number in printed_too.items() if code in figures} == figures


def equality_says_the_same_on_page_and_command_line(app, sign_in, seed: int) -> None:
    """Its counts have no lists, for nobody's sake: what can agree is what is published of them, word for word."""
    key = forms_of_an_intake(seed)
    manager = sign_in(MANAGER)
    said = command(app, "equality", "figures", key, "--json")["figures"]
    assert sum(len(one["ratios"]) for one in said) > 1
    page = manager.get(f"/equality/{key}").text
    shown, of_stages = {}, {(one["title"], one["stage_title"]): one for one in said}
    for title in {one["title"] for one in said}:
        stages = [one["stage_title"] for one in said if one["title"] == title]
        for _, (label, *cells) in table(page, f"{title}: who reached which stage"):
            shown |= {(title, stage, label): cell for stage, cell in zip(stages, cells, strict=True)}
        compared = {
            (line["stage_title"], group): (one["ratio"], f"from {one['low']}, to {one['high']}", one["p"])
            for line in said
            if line["title"] == title
            for group, one in line["ratios"].items()
        }
        rows = [cells for _, cells in table(page, f"{title}: ratios")]
        assert len(rows) == len(compared)
        for stage, group, ratio, interval, p in rows:
            wanted = compared[stage, group.partition(" beside ")[0]]
            assert (ratio.removesuffix(" often chance").removesuffix(" look"), interval, p) == wanted
    for (title, stage), one in of_stages.items():
        for label, words in one["answers"].items():
            assert shown.pop((title, stage, label)) == words
        assert shown.pop((title, stage, "All")) == one["total"]
        assert shown.pop((title, stage, "Published on"))
    assert not shown, "the page shows more than the command says"
    listed = {one["collection"]: one for one in command(app, "equality", "figures", "--json")["collections"]}
    assert listed[key]["published_on"] == max(one["published_on"] for one in said)


def chosen(random: Random, question: Question) -> str:
    """Most give one of the first two answers, so that there are groups to compare and small ones beside them."""
    return random.choices(question.answers, [9, 7] + [1] * (len(question.answers) - 2))[0].code


def forms_of_an_intake(seed: int) -> str:
    """An intake whose applicants answered at random, with its figures published; its code."""
    random = Random(f"equality {seed}")
    intake = factories.intake("Agreeing")
    for stage, number in (("submitted", random.randint(20, 40)), ("shortlisted", random.randint(25, 40))):
        forms = [{one.code: chosen(random, one) for one in questions()} for _ in range(number)]
        applicants(intake, *forms, None, stage=stage)
    keep_equality(NEXT_MONTH)
    return intake.code


def test_each_figure_is_as_long_as_its_list_and_the_same_wherever_it_stands(app, sign_in, today):
    """One service for all three, because filling it takes longer than reading it."""
    people = fill(today)
    renewals_of_a_month_are_as_many_as_the_board_lists_and_the_command_says(app, sign_in)
    themes_of_the_helpline_are_one_number_on_page_report_and_command_line(app, sign_in, people)
    the_forecast_begins_with_the_register_and_each_week_leads_to_the_next(app, sign_in, most=4)
    equality_says_the_same_on_page_and_command_line(app, sign_in, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 8))
def test_the_same_of_every_week_and_of_other_intakes(app, sign_in, today, seed):
    fill(today, seed)
    equality_says_the_same_on_page_and_command_line(app, sign_in, seed)
    the_forecast_begins_with_the_register_and_each_week_leads_to_the_next(app, sign_in, most=52)


def test_the_commands_refuse_what_there_is_not(app, today):
    for args in (["equality", "figures", "none-such"], ["forecast", "--unit", "None Such"], ["forecast", "--on", "x"]):
        said = app.test_cli_runner().invoke(args=args)
        assert said.exit_code == 2, (args, said.output)
        assert "Traceback" not in said.output


def test_people_read_the_forecast_and_equality_figures_too(app, today):
    fill(today)
    key = forms_of_an_intake(1)
    weeks = app.test_cli_runner().invoke(args=["forecast"]).output
    assert weeks.startswith("Cover ")
    assert sum(line.startswith("  ") and line.split()[0].isdigit() for line in weeks.splitlines()) == 53
    figures = app.test_cli_runner().invoke(args=["equality", "figures", key]).output
    assert "Applied, published on 1 March 2027: " in figures
    assert "A prompt to look, not a finding." in figures
    listed = app.test_cli_runner().invoke(args=["equality", "figures"]).output
    assert f"{key}  Agreeing: published on 1 March 2027" in listed
