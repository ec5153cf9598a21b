"""Setting up and inviting from the command line."""

import re

import pytest
from sqlalchemy import select

from accreditation.accounts import cli
from accreditation.accounts.models import Account
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.queries import viewer_of
from accreditation.people.rules import Grant
from tests import factories


@pytest.fixture
def run(app, today, monkeypatch):
    """The command's output. The tests' databases have their schema already."""
    monkeypatch.setattr(cli, "migrate", lambda url: ("0001", "0001"))
    monkeypatch.setattr(db.engine, "dispose", lambda: None)

    def run(*words: str) -> str:
        result = app.test_cli_runner().invoke(args=list(words))
        if result.exception:
            raise result.exception
        db.session.rollback()
        return result.output

    return run


def path_in(output: str) -> str:
    return re.search(r"http://localhost(/invitation/\S+)", output).group(1)


def test_init_prints_a_link_with_which_the_first_administrator_says_who_they_are(run, client):
    path = path_in(run("init"))
    assert "You are the first administrator" in client.get(path).text
    form = {
        "given_name": "Ada",
        "family_name": "Okafor",
        "email": "Ada@example.police.uk",
        "password": "four blue kettles whistle",
    }
    assert "This is not an e-mail address" in client.post(path, data=form | {"email": "ada"}).text
    assert client.post(path, data=form).location == "/sign-in"
    assert client.post(path, data=form).status_code == 410
    assert client.post("/sign-in", data=form).status_code == 302
    assert client.get("/accounts").status_code == 200
    person = db.session.scalars(select(Person)).one()
    assert (person.name, person.email) == ("Ada Okafor", "ada@example.police.uk")


def test_init_again_replaces_the_link_until_there_is_an_administrator(run, client):
    first, second = path_in(run("init")), path_in(run("init"))
    assert [client.get(first).status_code, client.get(second).status_code] == [410, 200]
    assert len(db.session.scalars(select(Account)).all()) == 1
    person = factories.person(name="Ada Okafor")
    factories.grant(person.id, Role.ADMINISTRATOR)
    factories.account_with_password(person.id, "ada@example.com", "four blue kettles whistle")
    assert "There is an administrator already" in run("init")


def test_a_fresh_installation_has_no_account_that_anyone_can_use(run):
    run("init")
    assert [account.password_hash for account in db.session.scalars(select(Account))] == [None]


def test_invite_makes_an_account_and_prints_the_link(run, client):
    output = run("invite", "Bo@Example.com", "--role", "practice_manager", "--name", "Bo van Chan")
    assert client.get(path_in(output)).status_code == 200
    bo = db.session.scalars(select(Person)).one()
    assert (bo.given_name, bo.family_name) == ("Bo van", "Chan")
    assert viewer_of(bo.id, factories.TODAY).grants == {Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}
    assert [row.template for row in db.session.scalars(select(Letter))] == ["email/accounts/invitation.txt"]


def test_invite_gives_a_further_role_to_an_account_that_is_there(run):
    unit = factories.unit("Croydon")
    run("invite", "bo@example.com", "--role", "auditor")
    output = run("invite", "BO@example.com", "--role", "line_manager", "--scope", "unit:croydon")
    assert "has an account already" in output
    bo = db.session.scalars(select(Person)).one()
    assert viewer_of(bo.id, factories.TODAY).grants == {
        Grant(Role.AUDITOR, Scope.SERVICE),
        Grant(Role.LINE_MANAGER, Scope.UNIT, unit.id),
    }


def test_invite_makes_a_mediator_of_somebody_in_the_register(run):
    ada = factories.mediator(name="Ada Okafor")
    run("invite", "ada@example.com", "--role", "mediator", "--reference", ada.reference)
    assert viewer_of(ada.id, factories.TODAY).grants == {Grant(Role.MEDIATOR, Scope.PERSON, ada.id)}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nobody", "--role", "auditor"], "This is not an e-mail address"),
        (["a@example.com", "--role", "training_provider"], "Say what training provider is for"),
        (["a@example.com", "--role", "line_manager", "--scope", "unit:Nowhere"], "no unit called “Nowhere”"),
        (["a@example.com", "--role", "training_provider", "--scope", "provider:X"], "no training provider called “X”"),
        (["a@example.com", "--role", "auditor", "--scope", "everything"], "is not a scope"),
        (["a@example.com", "--role", "auditor", "--scope", "own"], "Auditor cannot be granted for person."),
        (["a@example.com", "--role", "mediator", "--reference", "M9"], "Nobody in the register has the reference M9."),
    ],
)
def test_a_refusal_says_what_can_be_said_instead(run, words, reason):
    with pytest.raises(DomainError, match=re.escape(reason)):
        run("invite", *words)
    db.session.rollback()
    assert not db.session.scalars(select(Account)).all()
