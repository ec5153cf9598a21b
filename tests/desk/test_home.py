"""The first page of each role: every number is the length of the list behind it."""

import re
from datetime import date, timedelta

import pytest

from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.desk.people import AUDITOR, MANAGER, own, working_mediator

TODAY = factories.TODAY


@pytest.fixture
def service(app, today):
    """Somebody at each boundary."""
    for days in (0, 1, 30, 31, 60, 61, 90, 91):
        working_mediator(cleared_until=TODAY + timedelta(days))
    factories.accredited_mediator(trained_on=date(2026, 2, 20))
    factories.lapsed_mediator()
    working_mediator(supervised=0)
    working_mediator(awarded_on=date(2027, 3, 1))


def numbers_with_links(page):
    """(number, address) of every number on the page that is a link into the register."""
    figures = re.findall(r'<a href="(/mediators\?[^"]+)">\s*<span class="figure-value">.*?([\d,]+)</span>', page, re.S)
    cells = re.findall(r'<a href="(/mediators\?[^"]+)">([\d,]+)<span class="visually-hidden">', page)
    return [(int(number), link.replace("&amp;", "&")) for link, number in figures + cells]


def test_every_number_equals_the_length_of_the_list_behind_it(service, sign_in):
    manager = sign_in(MANAGER)
    found = numbers_with_links(manager.get("/").text)
    assert len(found) > 8
    for number, link in found:
        page = manager.get(link).text
        assert page.count('<th scope="row"') == number, link


def test_lapsing_soon_counts_to_the_day(service, sign_in):
    page = sign_in(MANAGER).get("/").text
    assert "2 have lapsed, 3 more lapse within 30 days." in page
    row = page[page.index("CTC clearance in force") :]
    assert re.findall(r">(\d+)<span class=\"visually-hidden\">", row)[:3] == ["2", "4", "6"]


def test_the_numbers_are_those_of_the_managers_unit(service, sign_in):
    unit = factories.unit("Croydon")
    factories.lapsed_mediator(unit_id=unit.id)
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id)).get("/").text
    assert "1 has lapsed, nobody else lapses within 30 days." in page


def test_an_empty_service_says_how_to_begin(today, sign_in):
    assert "Import a register" in sign_in(MANAGER).get("/").text


@pytest.mark.parametrize(
    ("role", "scope", "leads_to"),
    [
        (Role.TRAINING_PROVIDER, Scope.PROVIDER, "/cohorts"),
        (Role.VETTING_OFFICER, Scope.SERVICE, "/vetting"),
        (Role.HELPLINE_ADVISER, Scope.SERVICE, "/helpline"),
        (Role.AUDITOR, Scope.SERVICE, "/audit"),
        (Role.ADMINISTRATOR, Scope.SERVICE, "/status"),
        (Role.LINE_MANAGER, Scope.UNIT, "/mediators"),
        (Role.MEDIATOR, Scope.PERSON, "/me"),
    ],
)
def test_each_role_begins_on_its_page(today, sign_in, role, scope, leads_to):
    scope_id = None if scope is Scope.SERVICE else 1
    answer = sign_in(Grant(role, scope, scope_id)).get("/")
    assert (answer.status_code, answer.location) == (302, leads_to)


def test_without_a_role_there_is_a_page_that_says_so(today, sign_in):
    assert "your account has no role today" in sign_in().get("/").text


def test_a_role_can_be_chosen_and_left_again(today, sign_in):
    ada = working_mediator()
    client = sign_in(MANAGER, own(ada), person=ada)
    assert client.get("/mediators").status_code == 200
    assert client.post("/role", data={"role": "mediator"}).location == "/"
    assert client.get("/mediators").status_code == 403
    assert client.get("/").location == "/me"
    assert "Practice manager" in client.get("/me").text, "the way back is on every page"
    client.post("/role", data={"role": "practice_manager"})
    assert client.get("/me").status_code == 403
    client.post("/role", data={"role": ""})
    assert client.get("/me").status_code == client.get("/mediators").status_code == 200


def test_a_role_one_does_not_hold_cannot_be_chosen(today, sign_in):
    client = sign_in(AUDITOR)
    client.post("/role", data={"role": "practice_manager"})
    assert client.get("/mediators/export.xlsx").status_code == 403


def test_what_the_navigation_has_no_room_for_stands_at_the_foot(today, sign_in):
    page = (
        sign_in(*(Grant(role, Scope.SERVICE) for role in (Role.PRACTICE_MANAGER, Role.VETTING_OFFICER))).get("/").text
    )
    top = re.findall(r'href="([^"]+)"', page[page.index('<nav class="places"') : page.index("</nav>")])
    foot = re.findall(r'href="([^"]+)"', page[page.index('aria-label="More places"') :])
    assert len(top) == 7
    assert not set(top) & set(foot)
    for path in ("/mediators", "/reminders", "/vetting", "/schemes", "/practice", "/people", "/units", "/providers"):
        assert path in top + foot, path
    manager = sign_in(MANAGER)
    assert {manager.get(path).status_code for path in foot if path != "/vetting"} == {200}


def test_the_navigation_has_at_most_seven_places_and_marks_the_one_in_use(today, sign_in):
    page = (
        sign_in(*(Grant(role, Scope.SERVICE) for role in (Role.PRACTICE_MANAGER, Role.AUDITOR))).get("/mediators").text
    )
    places = page[page.index('<nav class="places"') : page.index("</nav>")]
    assert 3 <= places.count("<li>") <= 7
    assert places.count('aria-current="page"') == 1
    assert re.search(r'href="/mediators" aria-current="page"', places)


@pytest.mark.parametrize("words", ["okafor ada", "ADA", "żak zoe"])
def test_the_search_finds_people_in_any_order(today, sign_in, words):
    working_mediator(name="Ada Okafor")
    working_mediator(name="Zoë Żak")
    page = sign_in(MANAGER).get("/search", query_string={"q": words}).text
    assert page.count('<th scope="row"') == 1


def test_a_whole_reference_leads_to_its_page(today, sign_in):
    ada = working_mediator()
    assert sign_in(MANAGER).get(f"/search?q={ada.reference.lower()}").location == f"/mediators/{ada.reference}"


def test_a_search_for_nothing_finds_nobody(today, sign_in):
    working_mediator()
    assert '<th scope="row"' not in sign_in(MANAGER).get("/search?q=").text


def test_the_way_to_accreditation_counts_what_its_lists_hold(service, sign_in):
    for stage in ("submitted", "interview", "interview"):
        factories.application(stage=stage)
    factories.cohort(title="Spring")
    manager = sign_in(MANAGER)
    page = manager.get("/").text
    part = page[page.index('id="pipeline"') :]
    found = re.findall(r'<a href="(/(?:applications|cohorts)\?[^"]+)">\s*<span class="figure-value">([\d,]+)', part)
    assert ("/applications?stage=interview", "2") in found
    assert any(link.startswith("/cohorts?state=") for link, _ in found)
    for link, number in found:
        assert manager.get(link).text.count('<th scope="row"') == int(number), link


def test_letters_owed_and_sent_count_what_their_lists_hold(service, sign_in):
    person = factories.mediator()
    factories.letter_to(person.id)
    manager = sign_in(MANAGER)
    page = manager.get("/").text
    part = page[page.index('id="letters"') :]
    found = re.findall(
        r'<a href="(/reminders\?state=[^"]+)">\s*<span class="figure-value">.*?([\d,]+)</span>', part, re.S
    )
    assert found
    for link, number in found:
        assert manager.get(link).text.count('<th scope="row"') == int(number), link


def test_a_search_finds_applications_cohorts_and_days_for_who_may_open_their_lists(service, sign_in):
    provider = factories.provider("CMP")
    factories.application(name="Ada Quillfeather")
    factories.cohort(title="Quill cohort 2027", provider_id=provider.id)
    factories.refresher_day(title="Quill and ink")
    manager = sign_in(MANAGER).get("/search?q=quill").text
    assert [word in manager for word in ("Ada Quillfeather", "Quill cohort 2027", "Quill and ink")] == [True] * 3
    theirs = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id)).get("/search?q=quill").text
    assert "Quill cohort 2027" in theirs
    assert "Quillfeather" not in theirs
    others = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, factories.provider("Rivals").id))
    assert "Nothing found" in others.get("/search?q=quill").text
