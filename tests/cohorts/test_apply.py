"""The public form, as somebody without an account meets it."""

import re

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from cohorts.models import Application
from tests import factories

ANSWERS = {
    "form_key": "k" * 32,
    "given_name": "Ada",
    "family_name": "Okafor",
    "email": "Ada.Okafor@example.police.uk",
    "pay_number": "208566",
    "unit": "",
    "motivation": "I listen well.",
    "line_manager_name": "Morgan Reyes",
    "line_manager_email": "morgan.reyes@example.police.uk",
    "agreed": "y",
}


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count(model.id)))


def test_somebody_applies_and_gets_a_receipt(client, today):
    form = client.get("/apply")
    assert form.status_code == 200
    key = re.search(r'name="form_key"[^>]*value="([^"]+)"', form.text)[1]
    answers = ANSWERS | {"form_key": key}
    check = client.post("/apply", data=answers)
    assert "Check your answers" in check.text
    assert "Ada.Okafor@example.police.uk" in check.text
    assert count(Application) == 0
    receipt = client.post("/apply", data=answers | {"step": "send"}, follow_redirects=True)
    assert "APP-2027-0001" in receipt.text
    assert "Okafor" not in receipt.text  # the address of the receipt may be seen over a shoulder
    assert count(Application) == 1
    assert count(Letter) == 1


def test_a_double_click_sends_once(client, today):
    answers = ANSWERS | {"step": "send"}
    first, second = (client.post("/apply", data=answers).headers["Location"] for _ in range(2))
    assert first == second
    assert count(Application) == 1


def test_an_answer_can_be_changed_before_sending(client, today):
    page = client.post("/apply", data=ANSWERS | {"step": "change"})
    assert 'value="Ada"' in page.text
    assert "There is a problem" not in page.text
    assert count(Application) == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"given_name": " "}, "Enter your first name"),
        ({"email": "ada at home"}, "correct format"),
        ({"line_manager_email": ""}, "line manager’s e-mail"),
        ({"motivation": ""}, "Say why"),
        ({"motivation": "x" * 4001}, "4000"),
        ({"agreed": ""}, "Confirm that your line manager agrees"),
        ({"unit": "999"}, "Not a valid choice"),
        ({"form_key": "short"}, ""),
    ],
)
@pytest.mark.parametrize("step", ["check", "send"])
def test_what_is_wrong_is_said_and_nothing_is_lost(client, today, wrong, message, step):
    answers = {key: value for key, value in (ANSWERS | wrong | {"step": step}).items() if value}
    page = client.post("/apply", data=answers)
    assert message in page.text
    assert "Morgan Reyes" in page.text
    assert count(Application) == 0


def test_the_answer_is_the_same_whether_somebody_is_known_or_not(client, today):
    factories.person(name="Ada Okafor", pay_number="208566", email="ada.okafor@example.police.uk")
    known = client.post("/apply", data=ANSWERS | {"step": "send"}, follow_redirects=True)
    other = ANSWERS | {"form_key": "o" * 32, "given_name": "Ben", "email": "ben@example.police.uk", "pay_number": "1"}
    unknown = client.post("/apply", data=other | {"step": "send"}, follow_redirects=True)

    def plain(page):
        return re.sub(r"APP-2027-\d+|nonce\S+", "", page.text)

    assert plain(known) == plain(unknown)


def test_receipts_cannot_be_guessed(client, today):
    client.post("/apply", data=ANSWERS | {"step": "send"})
    for key in ("APP-2027-0001", "1", "k" * 31, "x" * 32, "%00"):
        assert client.get(f"/apply/received/{key}").status_code == 404


def test_one_address_is_not_flooded_with_receipts(client, today):
    for number in range(4):
        page = client.post("/apply", data=ANSWERS | {"form_key": f"{number:032}", "step": "send"})
    assert page.status_code == 429
    assert "wait an hour" in page.text
    assert count(Application) == 3


def test_one_network_cannot_flood_the_service(client, today, monkeypatch):
    monkeypatch.setattr("cohorts.views.apply.EACH_NETWORK", 2)
    for number in range(3):
        answers = ANSWERS | {"form_key": f"{number:032}", "email": f"a{number}@example.police.uk", "step": "send"}
        page = client.post("/apply", data=answers)
    assert page.status_code == 429
    assert count(Application) == 2
