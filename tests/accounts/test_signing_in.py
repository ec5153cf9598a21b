"""Signing in and out, as a browser does it."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.accounts.models import Account, UserSession
from accreditation.accounts.rules.limits import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS
from accreditation.core import clock
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from tests import factories

PASSWORD = "four blue kettles whistle"
ADA = {"email": "ada@example.police.uk", "password": PASSWORD}


@pytest.fixture
def ada(app, today):
    person = factories.person(name="Ada Okafor")
    factories.account_with_password(person.id, ADA["email"], PASSWORD)
    return person


def sessions() -> list[UserSession]:
    return list(db.session.scalars(select(UserSession).order_by(UserSession.id)))


def test_the_right_password_signs_in(ada, client):
    assert client.post("/sign-in", data=ADA).location == "/"
    page = client.get("/account")
    assert "You sign in as ada@example.police.uk" in page.text
    assert "signed in" in set(db.session.scalars(select(AuditEntry.action)))


@pytest.mark.parametrize("email", ["ADA@Example.Police.UK", "  ada@example.police.uk "])
def test_capitals_and_spaces_in_an_address_do_not_matter(ada, client, email):
    assert client.post("/sign-in", data=ADA | {"email": email}).status_code == 302


@pytest.mark.parametrize("state", ["unknown address", "wrong password", "disabled", "invited"])
def test_every_refusal_reads_alike(ada, client, state):
    answers = dict(ADA)
    if state == "unknown address":
        answers["email"] = "adb@example.police.uk"
    elif state == "wrong password":
        answers["password"] += "!"
    with transaction():
        account = db.session.scalars(select(Account)).one()
        if state == "disabled":
            account.disabled_at = clock.now()
        elif state == "invited":
            account.password_hash = None
    page = client.post("/sign-in", data=answers)
    assert page.status_code == 200
    assert "The e-mail address or the password is not right." in page.text
    assert answers["password"] not in page.text
    assert not sessions()
    ours = re.sub(r'value="[^"]*"', "", page.text)
    other = client.post("/sign-in", data={"email": "nobody@example.com", "password": "x"})
    assert re.sub(r'value="[^"]*"', "", other.text) == ours


def test_signing_in_leads_back_to_the_page_that_was_asked_for(ada, client):
    asked = client.get("/account/password?from=letter")
    assert asked.location == "/sign-in?next=/account/password?from%3Dletter"
    page = client.get(asked.location)
    assert 'name="next" value="/account/password?from=letter"' in page.text
    assert client.post("/sign-in", data=ADA | {"next": "/account/password?from=letter"}).location == (
        "/account/password?from=letter"
    )


def test_signing_out_ends_the_session_in_the_database(ada, client):
    client.post("/sign-in", data=ADA)
    stolen = client.get_cookie("session").value
    left = client.post("/sign-out")
    assert left.location == "/sign-in"
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "You have signed out." in client.get("/sign-in").text
    client.set_cookie("session", stolen)
    assert client.get("/account").location.startswith("/sign-in")


def test_a_session_is_a_new_one_at_every_sign_in(ada, client):
    client.get("/sign-in")
    with client.session_transaction() as before:
        before["csrf_token"] = "1" * 40
        before["_user_id"] = "planted"
    client.post("/sign-in", data=ADA)
    with client.session_transaction() as after:
        assert after["_user_id"] != "planted"
        assert after.get("csrf_token") != "1" * 40


def test_an_hour_without_a_request_ends_the_session(ada, client):
    client.post("/sign-in", data=ADA)
    start = clock.now()
    for minutes, opens in ((59, True), (118, True), (178, False)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert (client.get("/account").status_code == 200) is opens


def test_a_disabled_account_is_out_at_once(ada, client):
    client.post("/sign-in", data=ADA)
    with transaction():
        db.session.scalars(select(Account)).one().disabled_at = clock.now()
    assert client.get("/account").status_code == 302


def test_an_account_is_tried_ten_times_in_five_minutes_and_then_not(ada, client):
    wrong = ADA | {"password": "not the one, not at all"}
    pages = [client.post("/sign-in", data=wrong).status_code for _ in range(TRIES_PER_ACCOUNT + 2)]
    assert pages == [200] * TRIES_PER_ACCOUNT + [429, 429]
    assert client.post("/sign-in", data=ADA).status_code == 429
    with time_machine.travel(clock.now() + timedelta(minutes=4, seconds=59), tick=False):
        assert client.post("/sign-in", data=ADA).status_code == 429
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert client.post("/sign-in", data=ADA).status_code == 302


def test_an_address_without_an_account_is_throttled_alike(app, today, client):
    wrong = {"email": "nobody@example.com", "password": "x"}
    pages = [client.post("/sign-in", data=wrong).status_code for _ in range(TRIES_PER_ACCOUNT + 1)]
    assert pages[-2:] == [200, 429]


def test_who_is_being_attacked_can_still_sign_in_from_a_browser_they_know(app, ada, client):
    client.post("/sign-in", data=ADA)
    client.post("/sign-out")
    attacker = app.test_client()
    for _ in range(TRIES_PER_ACCOUNT + 1):
        page = attacker.post("/sign-in", data=ADA | {"password": "guess"})
    assert page.status_code == 429
    assert client.post("/sign-in", data=ADA).status_code == 302


def test_a_known_browser_is_known_for_its_own_account_alone(app, ada, client):
    eve = factories.person(name="Eve Black")
    factories.account_with_password(eve.id, "eve@example.com", PASSWORD)
    for _ in range(3):
        client.post("/sign-in", data={"email": "eve@example.com", "password": PASSWORD})
        client.post("/sign-out")
        for _ in range(4):
            page = client.post("/sign-in", data=ADA | {"password": "guess"})
    assert page.status_code == 429


def test_one_address_cannot_try_one_password_on_everybody(app, today, client):
    pages = [
        client.post("/sign-in", data={"email": f"p{number}@example.com", "password": "Spring2027!"}).status_code
        for number in range(TRIES_PER_ADDRESS + 1)
    ]
    assert pages == [200] * TRIES_PER_ADDRESS + [429]


def test_right_passwords_do_not_count_against_an_office_behind_one_address(app, ada, client):
    for _ in range(TRIES_PER_ADDRESS + 5):
        assert client.post("/sign-in", data=ADA).status_code == 302
        client.post("/sign-out")


def test_a_password_of_a_megabyte_costs_no_more_than_another(ada, client):
    assert client.post("/sign-in", data=ADA | {"password": "x" * 1_000_000}).status_code == 200


def test_nobody_is_asked_to_sign_in_twice(ada, client):
    client.post("/sign-in", data=ADA)
    assert client.get("/sign-in?next=/account").location == "/account"
