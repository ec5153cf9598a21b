"""Every role, every field of somebody's vetting, every door: exactly data/field-access.csv.

One mediator has a clearance of which every field is a word or a date that occurs nowhere else. Each role opens every
page and file that it can, with this mediator's objects behind the addresses, and errors too. What its column says “no”
to must be on none of them; what it says “yes” to must be on at least one.
"""

import csv
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import SCOPES, Role, Scope
from accreditation.people.rules import Grant
from accreditation.reports.exports import pdf
from accreditation.reports.rules.periods import Period
from accreditation.reports.services.steering import prepare_report
from scheduler.services.composing import compose
from tests import factories
from tests.security.asked import opened
from tests.security.doors import doors
from tests.security.world import belongings, of_everybody
from vetting import services

TABLE = Path(__file__).parent.parent / "data" / "field-access.csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# How each field would show itself, on a page, in a file or in the trail: its text, and its date in every form in use.
SIGNS: dict[str, tuple[str, ...]] = {
    "level": ("NPPV2F",),
    "granted and review-due dates": (
        "19 September 2023", "19 Sep 2023", "2023-09-19", "19/09/2023",
        "17 November 2031", "17 Nov 2031", "2031-11-17", "17/11/2031", "18 November 2031", "2031-11-18", "18/11/2031",
    ),
    "stage of an application for clearance": ("On hold", "on_hold", "6 January 2027", "6 Jan 2027", "2027-01-06"),
    "adverse decision as such (refused, suspended, withdrawn, discontinued)": (
        "Clearance refused", "Refused</span>", "27 October 2026", "27 Oct 2026", "2026-10-27",
    ),
    "conditions of a grant": ("escorted at Lambeth", "Granted with conditions", "granted_with_conditions"),
    "sponsor": ("Wapping Sponsors",),
    "reference number": ("VET-90210",),
    "officer's notes": ("asked twice by Elspeth",),
    "change of circumstances: reported on DATE": ("14 January 2027", "14 Jan 2027", "2027-01-14"),
}  # fmt: skip

COLUMNS = {
    Role.VETTING_OFFICER: "vetting_officer",
    Role.PRACTICE_MANAGER: "practice_manager",
    Role.TRAINING_PROVIDER: "training_provider",
    Role.LINE_MANAGER: "line_manager",
    Role.MEDIATOR: "mediator_self",
    Role.HELPLINE_ADVISER: "helpline_adviser",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
}

NOBODYS = ("/equality/<key>", "/reminders/wordings/<letter>", "/schemes/<code>/")
"""Figures in sums apart from the register, rules, and letters to somebody invented: nothing of anybody's is there."""

SETTINGS_PAGES = ("/vetting/rules", "/vetting/figures", "/schemes")
"""They name every level there is, and nobody's."""


QUESTIONS = {"q": "Okafor", "list": "progress", "evidence": "all"}
"""What is asked of each page that looks for it in its address."""


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return {row.pop("field"): row for row in csv.DictReader(file)}


@pytest.fixture
def ada(app, today):
    return factories.mediator(name="Ada Okafor", unit="Croydon", email="ada@example.com", holder_kind="contractor")


@pytest.fixture
def objects(app, ada):
    """Everything of hers that an address can lead to, her vetting with a sign in each field."""
    owned = belongings(ada, factories.provider("CMP").id)
    secret = factories.clearance(
        ada.id,
        level="NPPV2F",
        granted_on=date(2023, 9, 19),
        ends_on=date(2031, 11, 18),
        sponsor="Wapping Sponsors",
        reference="VET-90210",
        notes="asked twice by Elspeth",
        state="granted_with_conditions",
        conditions="escorted at Lambeth",
    )
    waiting = factories.clearance_application(ada.id, level="MV", on=date(2027, 1, 5))
    refused = factories.clearance_application(ada.id, level="RV", on=date(2026, 10, 1))
    with transaction():
        services.move_application(waiting.id, to="on_hold", on=date(2027, 1, 6), recorded_by=None)
        services.move_application(refused.id, to="submitted", on=date(2026, 10, 2), recorded_by=None)
        services.move_application(refused.id, to="refused", on=date(2026, 10, 27), recorded_by=None)
    report = factories.clearance_report(ada.id, reported_on=date(2027, 1, 14))
    with transaction():
        prepared = prepare_report(
            title="Winter",
            period=Period(date(2026, 10, 1), date(2027, 1, 31)),
            classification="OFFICIAL",
            today=factories.TODAY,
            prepared_by=ada.id,
            now=clock.now(),
        ).id
    return of_everybody() | owned | {
        "prepared_id": prepared,
        "clearance_id": secret.id,
        "application_id": waiting.id,
        "report_id": report.id,
    }  # fmt: skip


def grant_of(role: Role, who, ada, objects) -> Grant:
    return {
        Role.MEDIATOR: Grant(role, Scope.PERSON, ada.id),
        Role.TRAINING_PROVIDER: Grant(role, Scope.PROVIDER, objects["provider_id"]),
        Role.LINE_MANAGER: Grant(role, Scope.UNIT, ada.unit_id),
    }.get(role, Grant(role, Scope.SERVICE) if Scope.SERVICE in SCOPES[role] else Grant(role, Scope.PERSON, who.id))


def shown_at_every_door(app, browser, objects) -> dict[str, str]:
    """What each door says, by its path: pages, lists, files and refusals."""
    found = {}
    for door in doors(app):
        path = door.filled(objects)
        if door.method != "GET" or path is None or door.endpoint.startswith("accounts.sign_out"):
            continue
        for address, response in opened(app, browser, path, QUESTIONS):
            assert response.status_code < 500, address
            found[address] = text_of(response)
    found["no such page"] = browser.get("/vetting/none-such").text
    return found


@pytest.fixture
def in_clear(monkeypatch):
    """What is typeset into a PDF, in place of the PDF: its text is packed, and would hide what is looked for."""
    monkeypatch.setattr(pdf.typst, "compile", lambda _, sys_inputs, **__: sys_inputs["report"].encode())


def test_every_door_is_walked(app, objects):
    """A new kind of object that no door was opened for would be told nowhere, and prove nothing."""
    closed = {door.address for door in doors(app) if door.method == "GET" and door.filled(objects) is None}
    assert all(address.startswith(NOBODYS) for address in closed), closed


def text_of(response) -> str:
    if response.mimetype == XLSX:
        book = openpyxl.load_workbook(BytesIO(response.data))
        return "\n".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
        )
    return response.data.decode("utf-8", "replace")


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_every_field_on_every_door_is_told_exactly_as_the_table_says(app, sign_in, in_clear, ada, objects, role):
    who = ada if role is Role.MEDIATOR else factories.person()
    browser = sign_in(grant_of(role, who, ada, objects), person=who)
    pages = shown_at_every_door(app, browser, objects)
    if role is Role.PRACTICE_MANAGER:
        assert {path.rpartition("?")[2].partition("=")[0] for path in pages if "?" in path} == set(QUESTIONS)
    wrong = []
    for field, signs in SIGNS.items():
        said = table()[field].get(COLUMNS.get(role, ""), "no")  # who is not in the table is told nothing
        at = [
            (path, sign)
            for path, text in pages.items()
            for sign in signs
            if sign in text and not (field == "level" and path.startswith(SETTINGS_PAGES))
        ]
        if said == "yes" and not at:
            wrong.append(f"{field}: shown nowhere")
        elif said != "yes" and at:
            wrong.append(f"{field}: told at {at[:4]}")
    assert wrong == []


def test_no_letter_names_level_status_or_what_ends(app, today):
    """Her clearance ends in a month, so there is a letter: it says by when and where to sign in, and no more."""
    ada = factories.ready_mediator(email="ada@example.com", cleared_until=date(2027, 3, 4))
    factories.award(ada.id, on=date(2026, 6, 1))
    assert factories.plan(factories.TODAY) > 0
    letters = db.session.scalars(select(Letter).where(Letter.person_id == ada.id)).all()
    assert letters
    for letter in letters:
        words = compose(letter, takes_utf8=True).content.decode().casefold()
        assert "sign in" in words
        for word in ("ctc", "clearance", "vetting", "lapse", "refused", "suspended", "granted", "expire"):
            assert word not in words, word
