"""Service figures: the page, the workbook, the command and the steering report say the same, and the lists hold it."""

import json
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice.rules.cases import usual_period
from accreditation.practice.services.cases import state_outcome
from tests import factories
from tests.desk.numbers import disagreeing, figures_on

FIRST, LAST = date(2026, 6, 1), date(2026, 11, 30)
PERIOD = "first=2026-06-01&last=2026-11-30"
DAYS = (date(2026, 5, 31), FIRST, LAST, date(2026, 12, 1))
OUTCOMES = ("resolved", "resolved", "partly", "not", "concluded", "withdrawn", None)


@pytest.fixture
def cases(app, today):
    """Seven cases on each of four days: the first and the last of the period, and the days beside them."""
    croydon = factories.unit("Croydon")
    for number, (on, outcome) in enumerate((on, outcome) for on in DAYS for outcome in OUTCOMES):
        case = factories.mediation_case(f"MC-{number}", referred_on=on, unit_id=croydon.id if number % 2 else None)
        if outcome:
            with transaction():
                state_outcome(case.id, outcome=outcome, ended_on=on, on=factories.TODAY, stated_by=None)
    ada = factories.accredited_mediator()
    factories.confirmed_entry(ada.id, case_reference="FROM-THE-LOG", outcome="resolved", done_on=FIRST)


def test_every_door_says_the_same_and_each_list_is_as_long(app, sign_in, cases):
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    page = manager.get(f"/practice/figures?{PERIOD}").text
    figures = figures_on(page)
    assert len(figures) == 25  # two units and all: eight each, and the cases without a referral
    assert disagreeing(manager, figures) == {}
    whole = {one.code.removeprefix("all-"): one.number for one in figures if one.code.startswith("all-")}
    # Of both days inclusive: fourteen cases and the one from the log, three of each seven resolved, and so on.
    assert whole == {
        "referred": 15,
        "open": 2,
        "withdrawn": 2,
        "concluded": 11,
        "not-stated": 2,
        "resolved": 5,
        "partly": 2,
        "not-resolved": 2,
        "from-log": 1,
    }
    assert ("11 concluded of 15 referred" in page, "5 resolved of 11 concluded" in page) == (True, True)

    args = ["practice", "figures", "--from", "2026-06-01", "--through", "2026-11-30"]
    said = app.test_cli_runner().invoke(args=[*args, "--json"])
    units = {unit.pop("unit"): unit for unit in json.loads(said.output)["units"]}
    assert {code: number for code, number in units["All"].items() if not code.endswith("-rate")} == whole
    assert units["All"]["conclusion-rate"] == {"rate": "73%", "of": [11, 15]}
    assert units["All"]["resolution-rate"] == {"rate": "45%", "of": [5, 11]}
    words = app.test_cli_runner().invoke(args=args).output
    assert "Cases referred from 1 June 2026 to 30 November 2026, both days included" in words
    assert "Conclusion rate: 73% (11 of 15 referred)" in words
    assert "Resolution rate: 45% (5 of 11 concluded)" in words

    book = load_workbook(BytesIO(manager.get(f"/practice/figures.xlsx?{PERIOD}").data))
    (row,) = [[cell.value for cell in row] for row in book.active.iter_rows() if row[0].value == "All"]
    assert row[1:] == [15, 2, 2, 11, 5, 2, 2, 2, "73% (11 of 15)", "45% (5 of 11)"]
    assert any("1 June 2026 to 30 November 2026" in str(row[0].value) for row in book.active.iter_rows())

    args = ["reports", "steering", "--from", "2026-06-01", "--through", "2026-11-30", "--json"]
    steering = {one["code"]: one for one in json.loads(app.test_cli_runner().invoke(args=args).output)["figures"]}
    assert [steering[code]["number"] for code in ("referred", "conclusion-rate", "resolution-rate")] == [15, 11, 5]
    assert [steering[code]["of"] for code in ("conclusion-rate", "resolution-rate")] == [15, 11]


def test_who_has_no_list_is_shown_no_link(sign_in, cases):
    page = sign_in(Grant(Role.AUDITOR, Scope.SERVICE)).get(f"/practice/figures?{PERIOD}").text
    assert {one.url for one in figures_on(page)} == {None}
    assert "/practice/cases" not in page


def test_a_period_that_ends_before_it_begins_is_refused_at_the_keyboard(app):
    said = app.test_cli_runner().invoke(args=["practice", "figures", "--from", "2026-12-01", "--through", "2026-11-30"])
    assert (said.exit_code, "must not lie before the first" in said.output) == (2, True)


@pytest.mark.parametrize(
    ("on", "period"),
    [
        (date(2027, 1, 31), (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2027, 2, 1), (date(2026, 2, 1), date(2027, 1, 31))),
        (date(2028, 2, 29), (date(2027, 2, 1), date(2028, 1, 31))),
        (date(2028, 3, 1), (date(2027, 3, 1), date(2028, 2, 29))),
    ],
)
def test_the_usual_period_is_twelve_whole_months(on, period):
    assert usual_period(on) == period
