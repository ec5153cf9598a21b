"""The first page of each role: every number is the length of the list behind it."""

import json
import re
from datetime import date, timedelta

import pytest

from accreditation.core import audit
from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.desk.numbers import figures_on
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
        (Role.LINE_MANAGER, Scope.UNIT, "/mediators"),
        (Role.MEDIATOR, Scope.PERSON, "/me"),
    ],
)
def test_each_role_begins_on_its_page(today, sign_in, role, scope, leads_to):
    scope_id = None if scope is Scope.SERVICE else 1
    answer = sign_in(Grant(role, scope, scope_id)).get("/")
    assert (answer.status_code, answer.location) == (302, leads_to)


@pytest.mark.parametrize(
    ("role", "title"), [(Role.AUDITOR, "What was done lately"), (Role.ADMINISTRATOR, "Looking after the register")]
)
def test_auditors_and_administrators_have_a_first_page_of_their_own(today, sign_in, role, title):
    page = sign_in(Grant(role, Scope.SERVICE)).get("/")
    assert f"<h1>{title}</h1>" in page.text
    assert re.search(r'href="/" aria-current="page"', page.text)


def test_an_administrator_sees_who_waits_and_what_deserves_a_look(today, sign_in):
    browser = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    factories.account(factories.person(name="Waits For A Letter").id)
    page = browser.get("/").text
    assert re.search(r'href="/accounts\?state=invited">\s*<span class="figure-value">.*?2</span>', page, re.S)
    assert "It works, and" in page
    assert "Scheduler" in page
    odd = browser.get("/status?show=odd").text
    assert "Scheduler" in odd
    assert "Database schema" not in odd
    assert "Database schema" in browser.get("/status").text


def test_an_auditor_sees_who_took_files_away_and_who_looked(today, sign_in):
    auditor = sign_in(AUDITOR)
    ada = factories.person(name="Ada Okafor")
    audit.sensitive_read("the record with its clearance", about_id=ada.id)
    sign_in(MANAGER).get("/mediators/export.xlsx")
    page = auditor.get("/").text
    for kind in ("exported", "read"):
        link = f'href="/audit?action={kind}&amp;since=2027-01-04">'
        assert re.search(re.escape(link) + r'\s*<span class="figure-value">.*?1</span>', page, re.S), kind
    assert "Ada Okafor" in page[page.index("Looks at something sensitive, the latest first") :]
    exported = page[page.index("Files taken away, the latest first") :]
    assert "exported the register" in exported[: exported.index("Looks at something sensitive, the latest first")]


def test_an_exception_to_the_second_person_is_told_without_whom_it_is_about(today, sign_in):
    ada = factories.person(name="Ada Okafor")
    administrator = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    with audit.acting_as(administrator.person_id, "web"), transaction():
        audit.note_exception(("award_decision", 7), about_id=ada.id)
    page = administrator.get("/exceptions").text
    assert "A decision about an accreditation" in page
    assert "Okafor" not in page
    assert 'href="/exceptions"' in administrator.get("/").text
    assert sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, 1)).get("/exceptions").status_code == 403


def test_a_provider_sees_what_is_due_and_what_is_late(today, sign_in):
    provider = factories.provider("CMP")
    browser = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id))
    late = factories.cohort(title="Late", provider_id=provider.id, results_due_on=TODAY - timedelta(1))
    due = factories.cohort(title="Due", provider_id=provider.id)
    factories.candidate(late.id)
    factories.candidate(due.id)
    for results, titles in (("late", ["Late"]), ("outstanding", ["Late", "Due"])):
        page = browser.get(f"/cohorts?results={results}").text
        assert [title for title in ("Late", "Due") if f">{title}</a>" in page] == titles
    assert [one.number for one in figures_on(browser.get("/cohorts").text)] == [1, 2, 2]


def test_the_command_line_says_whose_page_it_is_and_refuses_what_is_nobodys(service, app):
    person = factories.person(name="Mana Ger")
    factories.grant(person.id, Role.PRACTICE_MANAGER)
    run = app.test_cli_runner().invoke
    said = run(args=["figures", "--as", person.reference])
    assert "First page of a practice manager, 2 February 2027" in said.output
    assert "lapsed" in said.output
    assert run(args=["figures", "--as", "M9999"]).exit_code == 2
    assert run(args=["figures", "--as", person.reference, "--role", "auditor"]).exit_code == 2
    assert run(args=["figures", "--as", factories.person().reference]).exit_code == 2
    earlier = json.loads(run(args=["figures", "--as", person.reference, "--on", "2027-02-03", "--json"]).output)
    assert (earlier["role"], earlier["on"]) == ("practice_manager", "2027-02-03")


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
    factories.refresher_day(title="Café evening")
    manager = sign_in(MANAGER).get("/search?q=quill").text
    assert [word in manager for word in ("Ada Quillfeather", "Quill cohort 2027", "Quill and ink")] == [True] * 3
    theirs = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id)).get("/search?q=quill").text
    assert "Quill cohort 2027" in theirs
    assert "Quillfeather" not in theirs
    for words in ("cafe evening", "Évening CAFÉ"):
        assert "Café evening" in sign_in(MANAGER).get("/search", query_string={"q": words}).text, words
    assert "Café evening" not in sign_in(MANAGER).get("/search?q=cafe+morning").text
    others = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, factories.provider("Rivals").id))
    assert "Nothing found" in others.get("/search?q=quill").text
