"""Every figure of every first page and report is as long as its list, and as the command line says: in any service."""

import json
from random import Random

import pytest
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person, Provider, Unit
from accreditation.people.rules import Grant
from tests import factories
from tests.desk import random_service
from tests.desk.numbers import Shown, disagreeing, figures_on, length_of, printed
from tests.reports.reading import files_agree

WHERE = {
    Role.PRACTICE_MANAGER: "/",
    Role.VETTING_OFFICER: "/vetting",
    Role.HELPLINE_ADVISER: "/helpline",
    Role.TRAINING_PROVIDER: "/cohorts",
    Role.AUDITOR: "/",
    Role.ADMINISTRATOR: "/",
}
FEWEST = {
    Role.PRACTICE_MANAGER: 20,
    Role.VETTING_OFFICER: 6,
    Role.HELPLINE_ADVISER: 5,
    Role.TRAINING_PROVIDER: 3,
    Role.AUDITOR: 8,
    Role.ADMINISTRATOR: 5,
}
"""Fewer figures on a page than these, and the test has lost sight of some."""
NO_LIST = ("contacts", "minutes", "theme-")
"""Who rang the helpline is listed for nobody: docs/decisions/0024."""
DAYS = "from=2026-02-01&through=2027-02-02"


def look(app, sign_in, seed: int) -> None:
    random_service.fill(seed)
    random = Random(f"who looks {seed}")
    people = list(db.session.scalars(select(Person.id).order_by(Person.id)))
    unit, provider = db.session.scalars(select(Unit.id)).first(), db.session.scalars(select(Provider.id)).first()
    manager, adviser = factories.person(name="Mana Ger"), factories.person(name="Ad Viser")
    random_service.call(random, people, adviser.id)
    random_service.pass_on(random, people, manager.id)
    whole = Scope.SERVICE
    for grant, who in (
        (Grant(Role.PRACTICE_MANAGER, whole), manager),
        (Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit), factories.person(name="Unit Manager")),
        (Grant(Role.VETTING_OFFICER, whole), factories.person(name="Vet Officer")),
        (Grant(Role.HELPLINE_ADVISER, whole), adviser),
        (Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider), factories.person(name="Pro Vider")),
        (Grant(Role.AUDITOR, whole), factories.person(name="Au Ditor")),
        (Grant(Role.ADMINISTRATOR, whole), factories.person(name="Ad Ministrator")),
    ):
        reference = who.reference
        browser = sign_in(grant, person=who)
        page = browser.get("/", follow_redirects=True)
        assert page.request.path == WHERE[grant.role]
        figures = figures_on(page.text)
        assert len(figures) >= FEWEST[grant.role], (grant, figures)
        said = printed(app, reference, grant.role.value)
        assert {one.code: (one.number, one.url) for one in figures} == said, grant
        assert disagreeing(browser, figures) == {}, grant
        if grant == Grant(Role.PRACTICE_MANAGER, whole):
            assert sum(bool(one.number) for one in figures) > 12, figures
            reports(app, browser)


def reports(app, browser) -> None:
    figures = figures_on(browser.get(f"/reports/steering?{DAYS}").text)
    assert len(figures) > 20
    listed = [one for one in figures if not one.code.startswith(NO_LIST)]
    assert disagreeing(browser, listed) == {}
    said = app.test_cli_runner().invoke(
        args=["reports", "steering", "--from", "2026-02-01", "--through", "2027-02-02", "--json"]
    )
    numbers = {one["code"]: one["number"] for one in json.loads(said.output)["figures"]}
    assert {one.code: one.number for one in figures} == numbers
    files_of_a_report(browser)
    # The units of the same page, and its other doors: tests/practice/test_figures.py.
    service = figures_on(browser.get("/practice/figures?first=2026-02-01&last=2027-02-02").text)
    whole = {one.code.removeprefix("all-"): one for one in service if one.code.startswith("all-")}
    assert disagreeing(browser, list(whole.values())) == {}
    for ours, theirs in (("referred", "referred"), ("concluded", "conclusion-rate"), ("resolved", "resolution-rate")):
        assert whole[ours].number == numbers[theirs]
    standards = figures_on(browser.get("/reports/standards").text)
    assert disagreeing(browser, [one for one in standards if not one.code.startswith(NO_LIST)]) == {}


def files_of_a_report(browser) -> None:
    """The same figures as the steering group gets them: as a workbook and as a PDF."""
    days = {"starts_on": "1 February 2026", "through": "2 February 2027"}
    made = browser.post("/reports/prepare", data={"title": "A year", "classification": "OFFICIAL", **days})
    assert made.status_code == 302, made.text
    workbook, pdf = (browser.get(f"{made.location}.{ending}").data for ending in ("xlsx", "pdf"))
    files_agree(browser.get(made.location).text, workbook, pdf)


def test_every_figure_is_as_long_as_its_list_and_what_the_command_says(app, sign_in):
    look(app, sign_in, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 14))
def test_the_same_in_many_services(app, sign_in, seed):
    look(app, sign_in, seed)


def test_a_figure_without_a_list_and_a_wrong_one_are_noticed(today, sign_in):
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    with pytest.raises(AssertionError, match="without its list"):
        disagreeing(browser, [Shown("new", 3, None)])
    factories.lapsed_mediator()
    assert disagreeing(browser, [Shown("lapsed", 2, "/mediators?verdict=lapsed")]) == {
        "lapsed /mediators?verdict=lapsed": (2, 1)
    }
    with pytest.raises(AssertionError, match="marks no list"):
        length_of(browser, "/help")
    with pytest.raises(AssertionError):
        figures_on('<li class="figure"><span class="figure-value">3</span></li>')
