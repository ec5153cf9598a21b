"""What every request and every answer must bear: forms from our pages alone, known methods, headers, our own host."""

from dataclasses import replace

import pytest

from accreditation.accounts.rules.addresses import safe_next
from accreditation.app import create_app
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.conftest import Client
from tests.security.doors import FOR_A_WHILE, doors
from tests.security.world import changed, digest

OF_SOMEBODY = (Role.MEDIATOR, Role.TRAINING_PROVIDER, *FOR_A_WHILE)
EVERYTHING = [Grant(role, Scope.SERVICE) for role in Role if role not in OF_SOMEBODY]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def browser(sign_in):
    """Somebody with every role there is for the whole service."""
    roles = [grant for grant in EVERYTHING if grant.role is not Role.LINE_MANAGER]
    return sign_in(*roles)


# --- forms ---------------------------------------------------------------------------------------------------------


def test_a_form_without_its_token_is_refused_and_changes_nothing(app, browser, client):
    before = digest()
    for door in doors(app):
        if door.method == "POST":
            assert browser.post(door.path, csrf=False).status_code == 400, door.name
            assert client.post(door.path, csrf=False).status_code == 400, door.name
    assert changed(before) == []


def test_the_token_of_another_session_is_refused(app, browser, sign_in):
    other = sign_in()
    other.get("/account")
    with other.session_transaction() as session:
        session["csrf_token"] = "1" * 40
    from itsdangerous import URLSafeTimedSerializer

    token = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("1" * 40)
    before = digest()
    answer = browser.post("/units", data={"name": "Planted", "csrf_token": token}, csrf=False)
    assert answer.status_code == 400
    assert changed(before) == []


# --- methods -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_methods_that_no_page_knows_are_refused(app, browser, method):
    before = digest()
    known = {(door.path, door.method) for door in doors(app)}
    for path in {door.path for door in doors(app)}:
        answer = browser.open(path, method=method)
        assert answer.status_code == 405, path
        allowed = {name.strip() for name in answer.headers["Allow"].split(",")}
        assert {name for where, name in known if where == path} <= allowed
    assert changed(before) == []


def test_a_page_that_only_takes_a_form_is_not_opened(app, browser):
    only_forms = {door.path for door in doors(app)} - {door.path for door in doors(app) if door.method == "GET"}
    for path in only_forms:
        assert browser.get(path).status_code in (404, 405), path


# --- headers -------------------------------------------------------------------------------------------------------


def test_every_answer_bears_the_headers(app, browser, client):
    paths = [door.path for door in doors(app) if door.method == "GET"]
    answers = [visitor.get(path) for path in [*paths, "/nowhere", "/static/none.css"] for visitor in (browser, client)]
    answers += [browser.post("/units", csrf=False), browser.put("/units"), client.get("/accounts")]
    assert {answer.status_code for answer in answers} >= {200, 302, 400, 403, 404, 405}
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name].startswith(value), answer.request.path
        assert answer.headers["Cache-Control"] == "no-store", answer.request.path
        assert "Access-Control-Allow-Origin" not in answer.headers
        if answer.mimetype.startswith("text/"):
            assert answer.content_type.endswith("charset=utf-8"), answer.request.path


def test_a_failure_says_nothing_and_bears_the_headers(app, browser):
    def fail(**arguments):
        raise RuntimeError("secret detail of the inside")

    fail.policy = app.view_functions["pages.help"].policy
    app.view_functions["pages.help"] = fail
    app.testing = False
    answer = browser.get("/help")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    for name, value in HEADERS.items():
        assert answer.headers[name].startswith(value)


def test_over_https_cookies_are_for_this_host_alone_and_the_browser_stays_there(app, config, today):
    secure = create_app(replace(config, database_url=app.url, base_url="https://register.example.police.uk"))
    secure.test_client_class = Client
    person = factories.person(name="Ada Okafor")
    factories.account_with_password(person.id, "ada@example.com", "four blue kettles whistle")
    browser = secure.test_client()
    where = {"base_url": "https://register.example.police.uk"}
    page = browser.get("/sign-in", **where)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    form = {"email": "ada@example.com", "password": "four blue kettles whistle", "csrf_token": token}
    answer = browser.post("/sign-in", data=form, headers={"Referer": where["base_url"]}, csrf=False, **where)
    assert answer.status_code == 302
    cookies = [cookie for page in (page, answer) for cookie in page.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-device"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not any(part.startswith("Domain") for part in parts)


# --- hosts and redirects -------------------------------------------------------------------------------------------


def test_a_foreign_host_is_refused_where_the_own_one_is_known(config, app):
    secure = create_app(replace(config, database_url=app.url, base_url="https://register.example.police.uk"))
    browser = secure.test_client()
    assert browser.get("/help", headers={"Host": "register.example.police.uk"}).status_code == 200
    for host in ("evil.example", "register.example.police.uk.evil.example", "register.example.police.uk@evil.example"):
        assert browser.get("/help", headers={"Host": host}).status_code == 400, host
    spoofed = {"Host": "register.example.police.uk", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    assert "evil" not in browser.get("/accounts", headers=spoofed).location


ELSEWHERE = r"""
//evil.example ///evil.example ////evil.example /\evil.example /\/evil.example \\evil.example \/evil.example
http://evil.example https://evil.example HTTPS://evil.example http:evil.example https:/evil.example http:///evil.example
javascript:alert(1) JaVaScRiPt:alert(1) data:text/html,x vbscript:x file:///etc/passwd mailto:x@evil.example
evil.example evil.example/path @evil.example /@evil.example\@ ?next=//evil.example #//evil.example .evil.example
//evil.example/%2e%2e //evil.example:80 //user@evil.example //[::1] ftp://evil.example //google.com/%2f.. /%5cevil\x
"""
SPACED = [
    "/\tevil",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\x00x",
    "/\x85/e",
    "",
]


@pytest.mark.parametrize("asked", [*ELSEWHERE.split(), *SPACED, "/" + "a" * 2001])
def test_a_way_on_that_leads_elsewhere_is_forgotten(asked):
    assert safe_next(asked) is None


@pytest.mark.parametrize("asked", ["/", "/mediators?unit=3&q=a%20b", "/me#today", "/a//b", "/%2f/evil.example"])
def test_a_way_on_within_the_house_is_kept(asked):
    assert safe_next(asked) == asked


def test_signing_in_never_leads_elsewhere(app, today, client):
    person = factories.person(name="Ada Okafor")
    factories.account_with_password(person.id, "ada@example.com", "four blue kettles whistle")
    form = {"email": "ada@example.com", "password": "four blue kettles whistle"}
    for asked in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        assert client.post("/sign-in", data=form | {"next": asked}).location == "/"
        client.post("/sign-out")
        assert client.post("/sign-in", query_string={"next": asked}, data=form).location == "/"
        client.post("/sign-out")
