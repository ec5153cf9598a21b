"""Somebody answers the equality questions as nobody else does. Nothing anywhere says so but their own page.

Every door is opened by somebody who holds every role at once, with that person's objects behind the addresses; then the
database, the letters and the log are searched, as no role could.
"""

import logging
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from accreditation.core.database import Base, db
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role
from cohorts.jobs import keep_equality
from cohorts.models import Application
from cohorts.services.equality.tokens import token_of
from scheduler.services.composing import compose
from tests import factories
from tests.cohorts.equality.people import NEXT_MONTH, STRAIGHT, answer, applicants
from tests.factories.cohorts import link_of
from tests.security.asked import opened
from tests.security.doors import broadest, doors
from tests.security.test_need_to_know import text_of
from tests.security.world import belongings, of_everybody

ROOT = Path(__file__).resolve().parents[2]
CANARY = {"religion": "sikh", "ethnicity": "W3", "sexual_orientation": "bisexual", "age": "65+"}
SIGNS = ("Sikh", "sikh", "Gypsy", "Bisexual", "bisexual", "65 or over")
NAME = "Quilla Nightingale"


@pytest.fixture
def intake(app, today):
    return factories.intake("Spring")


@pytest.fixture
def canary(intake) -> Application:
    made = factories.application(NAME, intake_id=intake.id)
    answer(made, CANARY)
    return made


@pytest.fixture
def everything(app, sign_in, intake, canary):
    """What every door says to somebody who holds every role: by path. Opened anew at each call."""
    ada = factories.mediator(name="Ada Okafor", unit="Croydon")
    owned = belongings(ada, factories.provider("CMP").id)
    objects = of_everybody() | owned | {"intake": intake.code, "key": intake.code, "code": intake.code}
    browser = sign_in(*[broadest(role, ada.id, objects["provider_id"], ada.unit_id) for role in Role])

    def look(names: str = "") -> dict[str, str]:
        found = {}
        for reference in (canary.reference, canary.person.reference, ada.reference):
            for door in doors(app):
                path = door.filled(objects | {"reference": reference})
                if door.method != "GET" or not path or names not in path or "sign" in door.endpoint or path in found:
                    continue
                for address, answered in opened(app, browser, path, {"q": "Nightingale"}):
                    found[address] = text_of(answered)
        return found

    return look


def said(pages: dict[str, str], *signs: str) -> list[tuple[str, str]]:
    return [(path, sign) for path, text in pages.items() for sign in signs if sign in text]


def test_no_door_says_what_somebody_answered(everything, canary, caplog):
    caplog.set_level(logging.DEBUG)
    pages = everything()
    assert said(pages, NAME), "the walk never came to the applicant"
    assert said(pages, *SIGNS, token_of(canary.reference)) == []
    assert not any(sign in caplog.text for sign in (*SIGNS, token_of(canary.reference)))


def test_the_applicants_own_page_does_say_it(client, canary):
    """So that the signs are known to be those that would show."""
    page = client.get(f"/apply/mine/{link_of(canary.id)}/equality").text
    assert page.count(" checked") == len(CANARY)
    assert all(sign in page for sign in SIGNS)


def test_published_figures_name_nobody(everything, intake, canary):
    applicants(intake, *[STRAIGHT] * 24, *[CANARY] * 11)
    keep_equality(NEXT_MONTH)
    pages = everything("/equality")
    assert said(pages, "Bisexual"), "nothing was published"
    whose = (NAME, "Nightingale", canary.reference, canary.person.reference, canary.email, token_of(canary.reference))
    assert said({path: text for path, text in pages.items() if "?" not in path}, *whose) == []


def test_no_row_of_any_table_ties_an_answer_to_a_person(intake, canary):
    applicants(intake, *[STRAIGHT] * 24, *[CANARY] * 11)
    keep_equality(NEXT_MONTH)
    token = token_of(canary.reference)
    db.session.rollback()
    with_answers, with_tokens = set(), set()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            text = repr(tuple(row))
            if "sikh" in text or "W3" in text:
                with_answers.add(table.name)
                assert not any(sign in text for sign in (canary.reference, "Nightingale", canary.email))
            if token in text:
                with_tokens.add(table.name)
    assert (with_answers, with_tokens) == ({"equality_form"}, {"equality_form"})


def test_no_letter_leads_to_the_questions_or_speaks_of_them(canary):
    letters = db.session.scalars(select(Letter).where(Letter.person_id == canary.person_id)).all()
    assert letters
    for letter in letters:
        words = compose(letter, takes_utf8=True).content.decode()
        assert "equality" not in words.casefold()
        assert not any(sign in words for sign in SIGNS)


def test_only_two_places_read_a_form_and_one_of_them_knows_stages():
    """Who wants to read a form imports its model: nobody but the services of equality monitoring does."""
    readers = {
        str(path.relative_to(ROOT)): path.read_text()
        for package in ("accreditation", "cohorts", "vetting", "scheduler")
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts and not path.match("cohorts/models/*")
    }
    readers = {path: text for path, text in readers.items() if re.search(r"\bEqualityForm\b", text)}
    assert set(readers) == {
        "cohorts/services/equality/counting.py",
        "cohorts/services/equality/cutting.py",
        "cohorts/services/equality/forms.py",
    }
    assert [path for path, text in readers.items() if "ApplicationStep" in text] == [
        "cohorts/services/equality/counting.py"
    ]
