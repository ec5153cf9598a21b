"""The applicant's form by their link, and the published figures for those who look after the service."""

import zipfile
from datetime import date
from io import BytesIO
from xml.etree import ElementTree

import openpyxl
import pytest
import time_machine

from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.jobs import keep_equality
from cohorts.queries.equality import questions
from cohorts.rules.equality.report import NOTICE, RULES
from tests import factories
from tests.cohorts.equality.people import GAY, NEXT_MONTH, STRAIGHT, applicants
from tests.factories.cohorts import link_of

CODES = (
    "W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O2", "O9", "NS",
)  # fmt: skip


@pytest.fixture
def intake(app, today):
    return factories.intake("Spring")


@pytest.fixture
def path(intake):
    return f"/apply/mine/{link_of(factories.application(intake_id=intake.id).id)}"


def test_an_applicant_answers_comes_back_and_deletes(client, path):
    assert f"{path}/equality" in client.get(path).text
    page = client.get(f"{path}/equality").text
    assert page.count('role="radiogroup"') == len(questions()) == 9
    assert "checked" not in page
    saved = client.post(f"{path}/equality", data=GAY, follow_redirects=True)
    assert "Your answers are saved, apart from your application." in saved.text
    assert saved.text.count(" checked") == len(GAY)
    assert "no-store" in saved.headers["Cache-Control"]
    assert "Delete all nine answers?" in client.get(f"{path}/equality/delete").text
    assert client.get(f"{path}/equality").text.count(" checked") == len(GAY)
    gone = client.post(f"{path}/equality/delete", follow_redirects=True)
    assert "Your answers are deleted." in gone.text
    assert " checked" not in client.get(f"{path}/equality").text
    assert client.get(f"{path}/equality/delete").status_code == 302


def test_everybody_can_prefer_not_to_say_everything(client, path):
    page = client.get(f"{path}/equality").text
    assert page.count("Prefer not to say</label>") == 9
    assert "Which of the following options best describes how you think of yourself?" in page
    for code in CODES:
        assert f'value="{code}"' in page


def test_what_is_not_on_the_form_is_refused_and_nothing_lost(client, path):
    page = client.post(f"{path}/equality", data={"sex": "none-such", "age": "25-34"}).text
    assert "not among those to choose from" in page
    assert "<title>Error:" in page
    assert page.count(" checked") == 1


@pytest.mark.parametrize("link", ["1.none-such", "none-such"])
def test_no_other_link_leads_there(client, intake, link):
    for path in (f"/apply/mine/{link}/equality", f"/apply/mine/{link}/equality/delete"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=STRAIGHT).status_code == 404


def test_after_the_cut_the_page_says_that_nobody_can_find_them(client, intake, path):
    with time_machine.travel("2028-01-20T10:00:00+00:00", tick=False):
        keep_equality(date(2028, 2, 16))
        closed = client.get(f"{path}/equality")
    assert closed.status_code == 404
    assert "separated for good" in closed.text


@pytest.fixture
def manager(sign_in):
    return sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))


def sixty(intake):
    applicants(intake, *[STRAIGHT] * 50, *[None] * 15, *[{}] * 8)
    applicants(intake, *[STRAIGHT] * 30, *[GAY] * 12, {"sexual_orientation": "bisexual"}, stage="shortlisted")
    applicants(intake, *[GAY] * 14)
    keep_equality(NEXT_MONTH)


def test_figures_are_shown_as_pictures_tables_and_a_workbook_that_say_the_same(manager, intake):
    sixty(intake)
    assert "1 Mar 2027" in manager.get("/equality").text
    page = manager.get(f"/equality/{intake.code}").text
    assert "fewer than 5" in page
    assert NOTICE in page
    assert all(rule in page for rule in RULES)
    assert page.count("one of the six axes") == 6
    assert '<div class="eq-panels" role="img"' in page
    file = manager.get(f"/equality/{intake.code}/figures.xlsx")
    book = openpyxl.load_workbook(BytesIO(file.data))
    assert book.sheetnames == ["Counts", "Ratios"]
    for sheet in book:
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
        assert set(RULES) <= set(cells)
    counts = {tuple(row[:3]): row[3:] for row in book["Counts"].iter_rows(values_only=True)}
    assert counts["Sexual orientation", "sexual orientation", "Bisexual"][0] in ("fewer than 5", "not shown")
    for (_, _, label), row in ((key, row) for key, row in counts.items() if key[0] == "Sex"):
        assert label in page
        assert label == "Published on" or all(str(cell) in page for cell in row if cell != "not published")


def test_the_impact_assessment_is_filled_with_the_same_figures(manager, intake):
    sixty(intake)
    page = manager.get(f"/equality/{intake.code}/assessment").text
    assert page.count("To be written.") > 20
    file = manager.get(f"/equality/{intake.code}/assessment.docx")
    with zipfile.ZipFile(BytesIO(file.data)) as parts:
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
        words = "".join(ElementTree.fromstring(parts.read("word/document.xml")).itertext())
    for text in ("fewer than 5", "Sexual orientation", "Decision", *RULES):
        assert text in words
        assert text in page


def test_before_ten_forms_the_page_says_why_there_is_nothing(manager, intake):
    applicants(intake, *[STRAIGHT] * 9)
    keep_equality(NEXT_MONTH)
    page = manager.get(f"/equality/{intake.code}").text
    assert "once ten forms of one stage have been returned" in page
    assert "figures.xlsx" not in page
    assert "Nothing can be published yet." in manager.get(f"/equality/{intake.code}/assessment").text


@pytest.mark.parametrize("key", ["none-such", "year-", "year-99999", "year-20x7"])
def test_there_are_no_figures_of_what_is_not(manager, key):
    assert manager.get(f"/equality/{key}").status_code == 404
