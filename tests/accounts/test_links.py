"""Invitations and forgotten passwords: links that work once, for one purpose, and tell nobody who has an account."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.accounts.models import INVITATION, PASSWORD_RESET, Account, AccountLink, UserSession
from accreditation.accounts.rules.limits import LETTERS_PER_ACCOUNT, LETTERS_PER_ADDRESS
from accreditation.accounts.services import accounts, links
from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from tests import factories

PASSWORD = "four blue kettles whistle"
NEW = {"password": "seven green lanterns sway"}


@pytest.fixture
def ada(app, today):
    person = factories.person(name="Ada Okafor")
    return factories.account_with_password(person.id, "ada@example.police.uk", PASSWORD)


def letters() -> list[str]:
    return [row.template.rpartition("/")[2] for row in db.session.scalars(select(Letter).order_by(Letter.id))]


def invited(email: str = "bo@example.police.uk") -> str:
    person = factories.person(name="Bo Chan")
    with transaction():
        link = accounts.invite(person.id, email, now=clock.now())
        return links.PATHS[link.purpose] + links.token_of(link)


def test_an_invitation_is_accepted_by_choosing_a_password(app, today, client):
    path = invited()
    page = client.get(path)
    assert "Welcome, Bo Chan" in page.text
    assert "bo@example.police.uk" in page.text
    assert client.post(path, data=NEW).location == "/sign-in"
    signed_in = client.post("/sign-in", data={"email": "bo@example.police.uk", **NEW})
    assert signed_in.status_code == 302


def test_opening_a_link_does_not_use_it_up(app, today, client):
    path = invited()
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert db.session.scalars(select(AccountLink)).one().used_at is None


def test_a_link_works_once(app, today, client):
    path = invited()
    client.post(path, data=NEW)
    for again in (client.get(path), client.post(path, data={"password": "an attacker would like this"})):
        assert again.status_code == 410
        assert "This link no longer works" in again.text
    assert client.post("/sign-in", data={"email": "bo@example.police.uk", **NEW}).status_code == 302


@pytest.mark.parametrize(("purpose", "lasts"), [(INVITATION, timedelta(days=7)), (PASSWORD_RESET, timedelta(hours=1))])
def test_a_link_works_until_its_last_second_and_not_beyond(ada, client, purpose, lasts):
    path = factories.link_path(ada.id, purpose)
    start = clock.now()
    for moment, status in ((lasts - timedelta(seconds=1), 200), (lasts, 410), (lasts + timedelta(seconds=1), 410)):
        with time_machine.travel(start + moment, tick=False):
            assert client.get(path).status_code == status


def test_a_newer_link_ends_the_older_of_either_purpose(ada, client):
    first = factories.link_path(ada.id, PASSWORD_RESET)
    second = factories.link_path(ada.id, INVITATION)
    third = factories.link_path(ada.id, PASSWORD_RESET)
    assert [client.get(path).status_code for path in (first, second, third)] == [410, 410, 200]


def test_a_link_for_one_purpose_is_refused_for_the_other(ada, client):
    path = factories.link_path(ada.id, PASSWORD_RESET)
    assert client.get(path.replace("/new-password/", "/invitation/")).status_code == 410


def test_a_link_changed_in_any_letter_opens_nothing(ada, client):
    path = factories.link_path(ada.id, PASSWORD_RESET)
    start = path.rindex("/") + 1
    # The last letter of the proof carries two bits that are not part of it: it is changed to one that differs.
    for place in range(start, len(path)):
        other = "A" if path[place] not in "ABCD" else "g"
        assert client.get(path[:place] + other + path[place + 1 :]).status_code == 410, place
    for broken in ("x", "1", "1.", ".1", "1.é", "9" * 40 + ".x", "²." + "x" * 43):
        assert client.get(f"/new-password/{broken}").status_code == 410


def test_no_token_is_stored(ada):
    token = factories.link_path(ada.id, PASSWORD_RESET).rpartition(".")[2]
    for row in db.session.execute(select(AccountLink.__table__)).all():
        assert token not in str(row)
    assert token not in str(db.session.execute(select(Letter.__table__)).all())


def test_a_refused_password_leaves_the_link_good(app, today, client):
    path = invited()
    page = client.post(path, data={"password": "Mediator2027!"})
    assert "would be guessed early" in page.text
    assert 'aria-describedby="password-hint password-error"' in page.text
    assert client.post(path, data=NEW).status_code == 302


def test_a_new_password_ends_every_session_and_is_told_by_letter(ada, client):
    token = factories.open_session(ada.person_id)
    assert token
    path = factories.link_path(ada.id, PASSWORD_RESET)
    client.post(path, data=NEW)
    assert all(row.ended_at for row in db.session.scalars(select(UserSession)))
    assert letters() == ["password_changed.txt"]
    assert client.post("/sign-in", data={"email": ada.email, "password": PASSWORD}).status_code == 200
    assert client.post("/sign-in", data={"email": ada.email, **NEW}).status_code == 302


def test_a_disabled_account_has_no_working_link(ada, client):
    path = factories.link_path(ada.id, PASSWORD_RESET)
    with transaction():
        db.session.get_one(Account, ada.id).disabled_at = clock.now()
    assert client.get(path).status_code == 410


# --- asking for one ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["active", "unknown", "disabled", "invited"])
def test_asking_for_a_link_answers_everybody_alike(ada, client, state):
    email = "nobody@example.com" if state == "unknown" else " ADA@example.police.uk "
    with transaction():
        account = db.session.get_one(Account, ada.id)
        account.disabled_at = clock.now() if state == "disabled" else None
        if state == "invited":
            account.password_hash = None
    answer = client.post("/forgotten-password", data={"email": email})
    assert (answer.status_code, answer.location) == (302, "/forgotten-password/sent")
    expected = {"active": ["password_reset.txt"], "invited": ["invitation.txt"]}
    assert letters() == expected.get(state, [])


def test_asking_again_and_again_sends_three_letters(ada, client):
    for _ in range(LETTERS_PER_ACCOUNT + 2):
        assert client.post("/forgotten-password", data={"email": ada.email}).status_code == 302
    assert letters() == ["password_reset.txt"] * LETTERS_PER_ACCOUNT


def test_one_address_cannot_ask_for_everybody(app, today, client):
    pages = [
        client.post("/forgotten-password", data={"email": f"p{number}@example.com"}).status_code
        for number in range(LETTERS_PER_ADDRESS + 1)
    ]
    assert pages == [302] * LETTERS_PER_ADDRESS + [429]


# --- the letter ----------------------------------------------------------------------------------------------------


def test_the_letter_goes_to_the_account_and_carries_the_link(app, ada, client):
    client.post("/forgotten-password", data={"email": ada.email}, headers={"Host": "localhost"})
    letter = db.session.scalars(select(Letter)).one()
    facts = FACTS[letter.template](letter.about_id)
    assert facts["to"] == "ada@example.police.uk"
    assert str(facts["account_link"]).startswith("http://localhost/new-password/")
    path = str(facts["account_link"]).removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    template = app.jinja_env.get_template(letter.template)
    context = template.new_context(
        {"name": "Ada", "service_name": "Register", "link": "http://localhost/sign-in", **facts}
    )
    assert "".join(template.blocks["subject"](context)) == "Choose a new password for Register"
    assert str(facts["account_link"]) in "".join(template.blocks["body"](context))


def test_a_letter_about_a_used_link_is_not_sent(ada, client):
    client.post("/forgotten-password", data={"email": ada.email})
    letter = db.session.scalars(select(Letter)).one()
    path = factories.link_path(ada.id, PASSWORD_RESET)
    assert path
    with pytest.raises(NoLongerTrue):
        FACTS[letter.template](letter.about_id)


# --- inviting ------------------------------------------------------------------------------------------------------


def test_an_address_has_one_account_and_a_person_too(ada):
    bo = factories.person(name="Bo Chan")
    with pytest.raises(DomainError, match="already an account with the address"), transaction():
        accounts.invite(bo.id, "ADA@example.police.uk", now=clock.now())
    with pytest.raises(DomainError, match="has an account already"), transaction():
        accounts.invite(ada.person_id, "other@example.police.uk", now=clock.now())


def test_inviting_somebody_without_an_address_gives_them_one(app, today):
    bo = factories.person(name="Bo Chan")
    cy = factories.person(name="Cy Diaz", email="letters@example.com")
    with transaction():
        accounts.invite(bo.id, "bo@example.com", now=clock.now())
        accounts.invite(cy.id, "cy@example.com", now=clock.now())
    assert (bo.email, cy.email) == ("bo@example.com", "letters@example.com")
    assert letters() == ["invitation.txt", "invitation.txt"]
