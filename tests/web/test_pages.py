"""What every page has: headers, refusals in words, the pages about the product."""

import re
import shutil

import pytest

from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.web import stylesheet
from tests import factories


@pytest.mark.parametrize("path", ["/help", "/privacy", "/accessibility"])
def test_anyone_may_read_about_the_product(client, path):
    page = client.get(path)
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(client):
    policy = client.get("/help").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy


def test_no_page_holds_what_the_policy_forbids(today, sign_in):
    ada = factories.accredited_mediator()
    client = sign_in(
        Grant(Role.PRACTICE_MANAGER, Scope.SERVICE), Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada
    )
    for path in ("/", "/me", "/mediators", f"/mediators/{ada.reference}", "/help", "/search?q=a"):
        page = client.get(path).text
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert page.count("<script") == page.count('<script type="module" src="/static/'), path
        assert " onclick=" not in page, path


def test_pages_are_not_kept_and_files_are(client):
    assert client.get("/help").headers["Cache-Control"] == "no-store"
    with client.get("/static/site.css?v=1") as kept:
        assert "immutable" in kept.headers["Cache-Control"]


def test_the_stylesheet_is_one_file_of_all_its_parts_in_their_order(client):
    address = re.search(r'<link rel="stylesheet" href="([^"]+)"', client.get("/help").text)[1]
    sheet = client.get(address)
    parts = sorted(stylesheet.PARTS.iterdir())
    assert [part.name[:3] for part in parts] == [f"{number:02}-" for number in range(1, len(parts) + 1)]
    assert all(part.suffix == ".css" for part in parts)
    assert sheet.data == b"".join(part.read_bytes() for part in parts)
    assert sheet.mimetype == "text/css"
    assert sheet.headers["ETag"].strip('"') == address.partition("v=")[2]
    again = client.get(address, headers={"If-None-Match": sheet.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with client.get("/static/site.js") as script:
        assert script.status_code == 200
    assert client.get("/static/none.css").status_code == 404


def test_a_stylesheet_whose_part_changes_has_another_address(client, monkeypatch, tmp_path):
    before = stylesheet.mark_of_stylesheet()
    shutil.copytree(stylesheet.PARTS, tmp_path / "site")
    last = sorted((tmp_path / "site").iterdir())[-1]
    last.write_text(last.read_text(encoding="utf-8") + ".more { color: red; }\n", encoding="utf-8")
    monkeypatch.setattr(stylesheet, "PARTS", tmp_path / "site")
    for kept in (stylesheet.stylesheet, stylesheet.mark_of_stylesheet):
        kept.cache_clear()
    try:
        assert stylesheet.mark_of_stylesheet() != before
    finally:
        for kept in (stylesheet.stylesheet, stylesheet.mark_of_stylesheet):
            kept.cache_clear()


def test_a_page_that_is_not_there_has_a_way_back(client):
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert 'href="/"' in answer.text


def test_a_wrong_method_says_which_are_right(client):
    answer = client.post("/help")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "cannot be done here" in answer.text


def test_a_form_without_its_token_is_refused_in_words(today, sign_in):
    answer = sign_in(Grant(Role.AUDITOR, Scope.SERVICE)).post("/role", data={"role": ""}, csrf=False)
    assert answer.status_code == 400
    assert "That form is no longer valid" in answer.text


def test_a_bug_shows_a_page_and_no_traceback(app, client, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def break_down():
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr("accreditation.web.setup.get_setting", lambda name: break_down())
    answer = client.get("/help")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.text


def test_the_page_is_there_without_a_name_typed_into_the_address(today, sign_in):
    """What is reflected is escaped."""
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)).get("/search?q=<script>alert(1)</script>").text
    assert "<script>alert" not in page
