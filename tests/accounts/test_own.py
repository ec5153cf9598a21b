"""One's own account."""

import pytest
from sqlalchemy import select

from accreditation.accounts.models import Account, UserSession
from accreditation.accounts.rules.limits import TRIES_PER_ACCOUNT
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from tests import factories

PASSWORD = "four blue kettles whistle"
CHANGE = {"present": PASSWORD, "password": "seven green lanterns sway"}


@pytest.fixture
def ada(app, sign_in):
    """Signed in twice: `client` here, and somewhere else."""
    person = factories.person(name="Ada Okafor")
    factories.account_with_password(person.id, "ada@example.police.uk", PASSWORD)
    return sign_in(person=person), sign_in(person=person)


def open_sessions() -> int:
    return len([row for row in db.session.scalars(select(UserSession)) if row.ended_at is None])


def test_a_changed_password_signs_out_everywhere_else_and_is_told_by_letter(ada):
    here, elsewhere = ada
    assert here.post("/account/password", data=CHANGE).location == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert [row.template for row in db.session.scalars(select(Letter))] == ["email/accounts/password_changed.txt"]


def test_the_token_is_a_new_one_after_a_change_of_password(ada):
    here, _ = ada
    stolen = here.get_cookie("session").value
    here.post("/account/password", data=CHANGE)
    here.set_cookie("session", stolen)
    assert here.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"present": "not this"}, "That is not your present password."),
        ({"password": "short"}, "Use at least 12 characters"),
        ({"password": "ada okafor ada okafor"}, "would be guessed early"),
        ({"present": ""}, "Enter your present password"),
    ],
)
def test_a_refusal_says_what_to_do_and_changes_nothing(ada, change, words):
    here, elsewhere = ada
    before = db.session.scalars(select(Account.password_hash)).one()
    page = here.post("/account/password", data=CHANGE | change)
    assert words in page.text
    assert db.session.scalars(select(Account.password_hash)).one() == before
    assert elsewhere.get("/account").status_code == 200


def test_the_present_password_is_tried_ten_times_and_then_not(ada):
    here, _ = ada
    for _ in range(TRIES_PER_ACCOUNT):
        here.post("/account/password", data=CHANGE | {"present": "guess"})
    assert here.post("/account/password", data=CHANGE).status_code == 429


def test_another_browser_can_be_signed_out(ada):
    here, elsewhere = ada
    ids = [row.id for row in db.session.scalars(select(UserSession).order_by(UserSession.id))]
    assert "This browser" in here.get("/account").text
    here.post(f"/account/sessions/{ids[1]}/end")
    assert elsewhere.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_somebody_elses_session_cannot(ada, sign_in):
    here, _ = ada
    eve = sign_in()
    ids = [row.id for row in db.session.scalars(select(UserSession).order_by(UserSession.id))]
    assert eve.post(f"/account/sessions/{ids[0]}/end").status_code == 404
    assert here.get("/account").status_code == 200


def test_signing_out_everywhere(ada):
    here, elsewhere = ada
    assert here.post("/account/sign-out-everywhere").location == "/sign-in"
    assert [here.get("/account").status_code, elsewhere.get("/account").status_code] == [302, 302]
    assert open_sessions() == 0
