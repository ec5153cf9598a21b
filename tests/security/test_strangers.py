"""Nobody reaches what is somebody else's by any address: every door with an object in it is tried with a stranger's."""

import pytest
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from scheduler.services.composing import compose
from tests import factories
from tests.security.doors import FOR_A_WHILE, doors, oracle
from tests.security.world import PERSONAL, belongings, changed, digest, of_everybody

COHORT_PARTS = {"cohort_id", "enrolment_id", "result_id", "upload_id"}


@pytest.fixture
def world(app, today):
    """Ada Okafor of Croydon, trained by CMP; Bo Strangerson of Bromley, trained by Rivals."""
    people = {
        "ours": factories.person(name="Ada Okafor", unit="Croydon", email="ada@example.com"),
        "theirs": factories.person(name="Bo Strangerson", unit="Bromley", email="strangerson@example.com"),
    }
    owned = {
        whose: belongings(person, factories.provider(name).id)
        for (whose, person), name in zip(people.items(), ("CMP", "Rivals"), strict=True)
    }
    return people, owned, of_everybody()


def personal(app, names=PERSONAL):
    """The doors whose address names something of somebody's."""
    for door in doors(app):
        parts = {part.rpartition(":")[2] for part in door.arguments}
        if parts & names and "token" not in parts:
            yield door, parts


def reached(app, browser, objects, names=PERSONAL) -> dict[str, int]:
    """The doors that did not turn the browser away, with what they answered."""
    found = {}
    for door, _ in personal(app, names):
        path = door.filled(objects)
        assert path is not None, f"{door.name}: tests/security/world.py has no object for one of its arguments"
        response = browser.open(path, method=door.method)
        if response.status_code not in (403, 404):
            found[door.name] = response.status_code
        assert "Strangerson" not in response.text, door.name
    return found


STRANGERS = {
    "another mediator": lambda people, owned: Grant(Role.MEDIATOR, Scope.PERSON, people["ours"].id),
    "another sifter": lambda people, owned: Grant(Role.SIFTER, Scope.PERSON, people["ours"].id),
    "another interviewer": lambda people, owned: Grant(Role.INTERVIEWER, Scope.PERSON, people["ours"].id),
    "another assessor": lambda people, owned: Grant(Role.ASSESSOR, Scope.PERSON, people["ours"].id),
    "another moderator": lambda people, owned: Grant(Role.MODERATOR, Scope.PERSON, people["ours"].id),
    "another training provider": lambda people, owned: Grant(
        Role.TRAINING_PROVIDER, Scope.PROVIDER, owned["ours"]["provider_id"]
    ),
    "the line manager of another unit": lambda people, owned: Grant(
        Role.LINE_MANAGER, Scope.UNIT, people["ours"].unit_id
    ),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_reaches_nothing_of_somebody_elses_by_any_address(app, sign_in, world, stranger):
    people, owned, shared = world
    who = people["ours"] if stranger.startswith("another ") and stranger != "another training provider" else None
    browser = sign_in(STRANGERS[stranger](people, owned), person=who)
    before = digest()
    assert reached(app, browser, shared | owned["theirs"]) == {}
    assert changed(before) == []


def test_a_manager_of_one_unit_reaches_no_person_of_another(app, sign_in, world):
    people, owned, shared = world
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, people["ours"].unit_id))
    of_people = PERSONAL - COHORT_PARTS - {"application_id"}
    before = digest()
    assert reached(app, browser, shared | owned["theirs"], of_people) == {}
    assert changed(before) == []


def test_a_provider_reaches_no_part_of_a_foreign_cohort_through_their_own(app, sign_in, world):
    people, owned, shared = world
    browser = sign_in(STRANGERS["another training provider"](people, owned))
    mixed = shared | owned["theirs"] | {"cohort_id": owned["ours"]["cohort_id"]}
    before, found = digest(), {}
    for door, parts in personal(app, COHORT_PARTS):
        if len(parts & COHORT_PARTS) > 1:
            response = browser.open(door.filled(mixed), method=door.method)
            if response.status_code not in (403, 404):
                found[door.name] = response.status_code
    assert found == {}
    assert changed(before) == []


@pytest.mark.parametrize(
    ("role", "scope", "scope_key"),
    [
        (Role.MEDIATOR, Scope.PERSON, None),
        (Role.TRAINING_PROVIDER, Scope.PROVIDER, "provider_id"),
        (Role.PRACTICE_MANAGER, Scope.UNIT, "unit_id"),
        (Role.PRACTICE_MANAGER, Scope.SERVICE, ""),
        (Role.VETTING_OFFICER, Scope.SERVICE, ""),
        (Role.HELPLINE_ADVISER, Scope.SERVICE, ""),
    ],
)
def test_whose_it_is_reaches_it(app, sign_in, world, role, scope, scope_key):
    """The control: the same addresses open to the one they belong to. If not, the tests above prove nothing."""
    people, owned, shared = world
    scope_id = people["theirs"].id if scope_key is None else owned["theirs"].get(scope_key)
    own = people["theirs"] if role is Role.MEDIATOR else None
    browser = sign_in(Grant(role, scope, scope_id), person=own)
    expected, opened = oracle(), []
    for door, _ in personal(app):
        if door.method == "GET" and expected[door.name][role.value] == "yes":
            response = browser.open(door.filled(shared | owned["theirs"]), method="GET")
            opened.append(response.status_code in (200, 302))
    assert any(opened)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_looking_changes_nothing(app, sign_in, world, role):
    """No state change by GET: every page that a role can open, with real objects behind it."""
    people, owned, shared = world
    theirs = owned["theirs"]
    scopes = {
        Role.MEDIATOR: Grant(role, Scope.PERSON, people["theirs"].id),
        Role.TRAINING_PROVIDER: Grant(role, Scope.PROVIDER, theirs["provider_id"]),
        Role.LINE_MANAGER: Grant(role, Scope.UNIT, theirs["unit_id"]),
    } | {one: Grant(one, Scope.PERSON, people["theirs"].id) for one in FOR_A_WHILE}
    own = role in (Role.MEDIATOR, *FOR_A_WHILE)
    browser = sign_in(scopes.get(role, Grant(role, Scope.SERVICE)), person=people["theirs"] if own else None)
    before = digest()
    for door in doors(app):
        if door.method == "GET" and (path := door.filled(shared | theirs)):
            response = browser.get(path)
            assert response.status_code in (200, 302, 400, 403, 404, 409, 410, 422, 503), door.name
    assert changed(before) == []


def test_who_may_change_where_letters_go_does_not_receive_the_link_to_an_account(app, sign_in, client):
    """A practice manager edits the address of an administrator and asks for a new password: it goes to the old one."""
    admin = factories.person(name="Ada Okafor", email="ada@example.com")
    factories.account_with_password(admin.id, "ada@example.com", "four blue kettles whistle")
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    form = {"given_name": "Ada", "family_name": "Okafor", "unit": "", "holder_kind": "", "version": str(admin.version)}
    manager.post(f"/people/{admin.reference}/edit", data=form | {"email": "mallory@example.com"})
    assert admin.email == "mallory@example.com"
    client.post("/forgotten-password", data={"email": "ada@example.com"})
    letters = {letter.template: letter for letter in db.session.scalars(select(Letter))}
    assert letters.keys() == {"email/people/address_changed.txt", "email/accounts/password_reset.txt"}
    for letter in letters.values():
        assert compose(letter, takes_utf8=False).recipient == "ada@example.com"
