"""Who may not know why somebody may not work reads the same of everybody who may not, whatever is behind it.

People of one name, of whom one was refused, one is suspended, one was withdrawn, and so on: each door shows the same of
all of them to a line manager, a helpline adviser and a training provider, to the letter. And the coarse fields, who is
cleared and who may work, and the figures are told to exactly those whom data/field-access.csv names.
"""

import csv
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.security.test_need_to_know import COLUMNS, TABLE, grant_of
from vetting import services

SCHEME = "INHOUSE-WPM"
ENDED = date(2027, 1, 11)


def change(to: str) -> Callable[[int], None]:
    def made(person_id: int) -> None:
        held = factories.clearance(person_id, conditions=None)
        with transaction():
            services.change_clearance(held.id, to=to, on=ENDED, recorded_by=None)

    return made


def decided(to: str) -> Callable[[int], None]:
    def made(person_id: int) -> None:
        asked = factories.clearance_application(person_id, on=date(2026, 11, 2))
        with transaction():
            services.move_application(asked.id, to="submitted", on=date(2026, 11, 3), recorded_by=None)
            services.move_application(asked.id, to=to, on=ENDED, recorded_by=None)

    return made


def taken_over_from_elsewhere(person_id: int) -> None:
    asked = factories.clearance_transfer(person_id, on=date(2027, 1, 4))
    with transaction():
        services.refuse_transfer(asked.id, on=ENDED, recorded_by=None)


WAYS: dict[str, Callable[[int], object]] = {
    "never asked for": lambda _: None,
    "ended": lambda person_id: factories.clearance(person_id, ends_on=ENDED),
    "suspended": change("suspended"),
    "withdrawn": change("withdrawn"),
    "lapsed": change("lapsed"),
    "refused": decided("refused"),
    "discontinued": decided("discontinued"),
    "refused to take over": taken_over_from_elsewhere,
}


def accredited(unit_id: int) -> int:
    """Somebody called Ada Okafor who may work but for the clearance, which is for the caller to say."""
    ada = factories.person(name="Ada Okafor", unit_id=unit_id)
    factories.evidence(ada.id, "training", date(2026, 9, 1), code=SCHEME)
    factories.evidence(ada.id, "award", date(2026, 9, 1), code=SCHEME, ends_on=date(2029, 9, 1))
    for _ in range(2):
        factories.evidence(ada.id, "case", date(2026, 9, 1), code="co_mediation")
    return ada.id


@pytest.fixture
def people(app, today):
    """By what is behind it, the reference of each; and the cohort on which they all are."""
    unit = factories.unit("Croydon")
    cohort = factories.cohort(title="Spring", provider_id=factories.provider("CMP").id)
    found = {}
    for way, make in WAYS.items():
        person_id = accredited(unit.id)
        make(person_id)
        person = factories.db_person(person_id)
        factories.candidate(cohort.id, person)
        found[way] = person.reference
    return found, unit.id, cohort


def words(fragment: str, reference: str) -> str:
    """What a reader sees of somebody, without the reference that tells one from the other."""
    return " ".join(re.sub(r"<[^>]+>|\?[^\"]*", " ", fragment.replace(reference, "WHO")).split())


def row_of(page: str, reference: str) -> str:
    rows = [row for row in re.findall(r"<tr.*?</tr>|<li.*?</li>", page, re.DOTALL) if reference in row]
    assert len(rows) == 1, reference
    return words(rows[0], reference)


def main_of(page: str, reference: str) -> str:
    return words(page.split("<main", 1)[1].split("</main>", 1)[0], reference)


@pytest.mark.parametrize("role", [Role.LINE_MANAGER, Role.HELPLINE_ADVISER], ids=str)
def test_line_managers_and_advisers_read_the_same_of_all(sign_in, people, role):
    found, unit_id, _ = people
    browser = sign_in(Grant(role, Scope.UNIT, unit_id) if role is Role.LINE_MANAGER else Grant(role, Scope.SERVICE))
    register = browser.get("/mediators").text
    search = browser.get("/search?q=Okafor").text
    export = browser.get("/mediators/export.xlsx")
    said = {
        "page": {main_of(browser.get(f"/mediators/{reference}").text, reference) for reference in found.values()},
        "register": {row_of(register, reference) for reference in found.values()},
        "search": {row_of(search, reference) for reference in found.values()},
        "any day": {browser.get(f"/mediators/{one}?on=2026-12-01").status_code for one in found.values()},
        "pack": {browser.get(f"/mediators/{one}/pack.xlsx").status_code for one in found.values()},
        "clearance": {browser.get(f"/vetting/{one}").status_code for one in found.values()},
    }
    assert {door: len(each) for door, each in said.items()} == dict.fromkeys(said, 1), said
    assert "May not work" in said["page"].pop()
    if export.status_code == 200:
        rows = list(openpyxl.load_workbook(BytesIO(export.data)).active.iter_rows(values_only=True))
        told = {tuple(cell for cell in row if cell != row[0]) for row in rows if row[0] in found.values()}
        assert len(told) == 1, told


def test_a_provider_reads_no_of_all_and_pending_of_who_is_asked_for(sign_in, people):
    found, _, cohort = people
    browser = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))
    page = browser.get(f"/cohorts/{cohort.id}").text
    told = {row_of(page, reference) for reference in found.values()}
    assert len(told) == 1, told
    assert " No " in told.pop()
    waiting = factories.person(name="Ada Okafor")
    factories.clearance_application(waiting.id)
    factories.candidate(cohort.id, waiting)
    held = factories.person(name="Ada Okafor")
    factories.clearance(held.id)
    factories.candidate(cohort.id, held)
    page = browser.get(f"/cohorts/{cohort.id}").text
    assert " Pending " in row_of(page, waiting.reference)
    assert " Yes " in row_of(page, held.reference)


# --- the coarse fields -----------------------------------------------------------------------------------------------


def said_of(field: str, role: Role) -> str:
    with TABLE.open(encoding="utf-8") as file:
        table = {row.pop("field"): row for row in csv.DictReader(file)}
    return table[field].get(COLUMNS.get(role, ""), "no")


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_cleared_may_work_and_figures_are_told_to_those_in_the_table(app, sign_in, today, role):
    ada = factories.db_person(accredited(factories.unit("Croydon").id))
    cohort = factories.cohort(title="Spring", provider_id=factories.provider("CMP").id)
    factories.candidate(cohort.id, ada)
    factories.clearance(ada.id)
    who = ada if role is Role.MEDIATOR else factories.person()
    browser = sign_in(grant_of(role, who, ada, {"provider_id": cohort.provider_id}), person=who)
    doors = ["/me", f"/mediators/{ada.reference}", "/mediators", "/vetting/cleared", f"/cohorts/{cohort.id}"]
    texts = {
        door: words(answer.text, ada.reference) for door in doors if (answer := browser.get(door)).status_code == 200
    }
    shown = " ".join(texts.values())

    may_work = "May work" in shown or "You may" in shown
    assert may_work == (said_of("may work today (yes / no)", role) in ("yes",)) or role is Role.TRAINING_PROVIDER
    cleared = bool(re.search(r"Ada Okafor\W+WHO Yes|Ada Okafor WHO Yes|CTC clearance", shown))
    assert cleared == (said_of("cleared (yes / pending / no)", role) == "yes")
    figures = browser.get("/vetting/figures")
    assert (figures.status_code == 200) == (said_of("lead times and forecasts (aggregated)", role) == "yes")
    assert "Nine in ten" not in shown


def test_masked_and_counted_for_the_auditor(sign_in, today):
    ada = factories.person(name="Ada Okafor", unit="Croydon")
    held = factories.clearance(ada.id, level="NPPV2F")
    with transaction():
        services.change_clearance(held.id, to="suspended", on=ENDED, recorded_by=None)
    auditor = sign_in(Grant(Role.AUDITOR, Scope.SERVICE))
    assert row_of(auditor.get("/vetting/cleared").text, ada.reference).endswith("No Masked Masked")
    figures = words(auditor.get("/vetting/figures").text, ada.reference)
    assert "1 suspended" in figures
    assert "Okafor" not in figures
