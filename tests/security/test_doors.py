"""Who may come through which door: access.csv is the oracle, and every role walks up to every door."""

import pytest
from flask import Blueprint

from accreditation import app as roof
from accreditation.core.permissions import Permission, Role
from accreditation.web.guards import UndeclaredRoute, requires
from tests import factories
from tests.security.doors import ANONYMOUS, broadest, doors, oracle

SIGN_IN = "/sign-in"


def answer(browser, door, path: str | None = None) -> str:
    """ "yes" when the door opened, whatever was behind it; "no" when it did not."""
    response = browser.open(path or door.path, method=door.method)
    assert response.status_code != 500, f"{door.name} failed"
    to_sign_in = (response.status_code == 302 and response.location.startswith(f"{SIGN_IN}?")) or (
        response.status_code == 302 and response.location == SIGN_IN and door.endpoint != "accounts.sign_out"
    )
    return "no" if response.status_code == 403 or to_sign_in else "yes"


def test_the_oracle_names_every_door_and_no_other(app):
    assert set(oracle()) == {door.name for door in doors(app)}, "write the lines of new pages into access.csv by hand"


def test_nobody_comes_in_unsigned_but_where_all_may(app, client):
    expected = oracle()
    found = {door.name: answer(client, door) for door in doors(app)}
    assert {name: said for name, said in found.items() if said != expected[name][ANONYMOUS]} == {}


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_each_role_comes_in_where_the_oracle_says_and_nowhere_else(app, sign_in, role):
    person, provider, unit = factories.person(), factories.provider(), factories.unit()
    browser = sign_in(broadest(role, person.id, provider.id, unit.id), person=person)
    expected, wrong = oracle(), {}
    for door in doors(app):
        if door.endpoint in ("accounts.sign_out", "accounts.sign_out_everywhere"):
            continue  # they end the session with which the rest is asked; tests/accounts has them
        said = answer(browser, door)
        if said != expected[door.name][role.value]:
            wrong[door.name] = said
    assert wrong == {}


def test_somebody_without_any_role_reaches_their_own_account_alone(app, sign_in):
    browser = sign_in()
    expected = oracle()
    for door in doors(app):
        if door.endpoint not in ("accounts.sign_out", "accounts.sign_out_everywhere"):
            for_everybody = all(expected[door.name][role.value] == "yes" for role in Role)
            assert answer(browser, door) == ("yes" if for_everybody else "no"), door.name


def test_an_undeclared_route_stops_the_application(config, monkeypatch):
    open_room = roof.open_room

    def with_a_hole(app, room):
        open_room(app, room)
        if room == "accreditation.web":
            hole = Blueprint("hole", __name__)
            hole.add_url_rule("/hole", "all", lambda: "everything")
            app.register_blueprint(hole)

    monkeypatch.setattr(roof, "open_room", with_a_hole)
    with pytest.raises(UndeclaredRoute, match=r"hole\.all"):
        roof.create_app(config)


def test_an_undeclared_view_put_in_later_answers_nobody(app, sign_in):
    app.view_functions["pages.help"] = lambda: "everything"
    assert sign_in().get("/help").status_code == 403


def test_a_scoped_view_that_never_asked_whose_the_object_is_fails(app, sign_in):
    @requires(Permission.SIGNED_IN, scoped=True)
    def careless(viewer):
        return "everything"

    app.view_functions["pages.help"] = careless
    with pytest.raises(AssertionError, match="never asked whose the object is"):
        sign_in().get("/help")
    app.testing = False
    refused = sign_in().get("/help")
    assert (refused.status_code, "everything" in refused.text) == (403, False)
