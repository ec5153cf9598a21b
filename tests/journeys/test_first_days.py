"""Journey 9: an empty installation, from the invitation that `init` prints to colleagues who work in it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from accreditation.config import Config
from tests.journeys.conftest import Browse, enter
from tests.journeys.looking import assert_told_at, look, row_of
from tests.journeys.running import Service, running

ADMINISTRATOR = ("rosa.lindqvist@example.police.uk", "violet anchor teapot")
MANAGER = "tom.okafor@example.police.uk"


@pytest.fixture(scope="module")
def service(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A database that does not exist yet."""
    with running(config, tmp_path_factory.mktemp("new") / "register.sqlite3") as service:
        yield service


def link_in(text: str) -> str:
    """The path of the first link with a token."""
    return urlsplit(re.search(r"https?://\S+/(?:invitation|new-password)/\S+", text)[0]).path


def letter_to(service: Service, address: str) -> str:
    service.beat()
    return service.post.newest_to(address).get_body(("plain",)).get_content()


@pytest.fixture(scope="module")
def invitation(service: Service) -> str:
    said = service.app.test_cli_runner().invoke(args=["init"])
    assert said.exit_code == 0, said.output
    return link_in(said.output)


def test_the_first_administrator_sets_the_service_up(browse: Browse, invitation: str, service: Service):
    page = browse()
    page.goto(invitation)
    look(page)
    page.get_by_label("First name").fill("Rosa")
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("E-mail address").fill(ADMINISTRATOR[0])
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create my account").click()
    assert_told_at(page, page.get_by_label("Password", exact=True), "characters")
    expect(page.get_by_label("Last name")).to_have_value("Lindqvist")
    look(page, "with a mistake")
    page.get_by_label("Password", exact=True).fill(ADMINISTRATOR[1])
    page.get_by_role("button", name="Create my account").click()
    expect(page.locator(".flash")).to_have_text("Your account is ready. Sign in with it.")

    other = browse()
    other.goto(invitation)
    expect(other.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    look(other, "spent")


def test_units_providers_and_people_are_added_on_screen(browse: Browse):
    page = browse()
    enter(page, *ADMINISTRATOR)
    page.goto("/settings")
    look(page)
    page.get_by_label("Name of the service").fill("Riverside Mediation")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".brand")).to_have_text("Riverside Mediation")

    page.locator("main").get_by_role("link", name="Units").click()
    look(page, "empty")
    page.get_by_role("button", name="Add the unit").click()
    assert_told_at(page, page.get_by_label("Name", exact=True), "Enter a name")
    for unit in ("Croydon", "Camden"):
        page.get_by_label("Name", exact=True).fill(unit)
        page.get_by_role("button", name="Add the unit").click()
        expect(row_of(page, unit)).to_have_count(1)
    look(page)
    page.goto("/providers")
    page.get_by_label("Name", exact=True).fill("Northgate Mediation Training")
    page.get_by_role("button", name="Add the training provider").click()
    expect(row_of(page, "Northgate Mediation Training")).to_have_count(1)
    look(page)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()
    look(page)
    page.get_by_role("link", name="Add somebody").click()
    look(page)
    page.get_by_role("button", name="Add to the register").click()
    assert_told_at(page, page.get_by_label("First name"), "Enter the first name")
    page.get_by_label("First name").fill("Zoë")
    page.get_by_label("Last name").fill("Adeyemi")
    page.get_by_label("E-mail address for letters").fill("zoë.adeyemi@example.police.uk")
    page.get_by_label("Unit", exact=True).select_option(label="Croydon")
    page.get_by_role("button", name="Add to the register").click()
    page.goto("/people")
    expect(row_of(page, "Zoë Adeyemi")).to_contain_text("Croydon")


def test_a_colleague_is_invited_and_sees_what_the_role_opens(browse: Browse, service: Service):
    page = browse()
    enter(page, *ADMINISTRATOR)
    page.goto("/accounts")
    look(page)
    page.get_by_role("link", name="Invite a colleague").click()
    look(page)
    page.get_by_label("E-mail address").fill(MANAGER)
    page.get_by_label("First name").fill("Tom")
    page.get_by_label("Role", exact=True).select_option(label="Practice manager")
    page.get_by_role("button", name="Send the invitation").click()
    assert_told_at(page, page.get_by_label("Last name"), "Enter their last name")
    look(page, "with a mistake")
    page.get_by_label("Last name").fill("Okafor")
    page.get_by_label("For", exact=True).select_option(label="Unit: Croydon")
    page.get_by_role("button", name="Send the invitation").click()
    page.goto("/accounts")
    expect(row_of(page, "Tom Okafor")).to_contain_text("Invited")
    expect(row_of(page, "Tom Okafor")).to_contain_text("Croydon")

    link = link_in(letter_to(service, MANAGER))
    colleague = browse()
    colleague.goto(link)
    look(colleague, "of a colleague")
    colleague.get_by_label("New password").fill("lupin granite saddle")
    colleague.get_by_role("button", name="Save the password").click()
    enter(colleague, MANAGER, "lupin granite saddle")
    expect(colleague.get_by_role("heading", level=1)).to_have_text("What needs attention now")
    answer = colleague.goto("/accounts")
    assert answer.status == 403
    look(colleague, "refused")

    page.reload()
    page.get_by_role("link", name="Tom Okafor").click()
    look(page)


def test_a_forgotten_password_is_chosen_anew(browse: Browse, service: Service):
    page = browse()
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    look(page)
    page.get_by_label("E-mail address").fill(MANAGER)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at your mail")
    look(page)
    link = link_in(letter_to(service, MANAGER))
    page.goto(link)
    look(page)
    page.get_by_label("New password").fill("walnut ribbon falcon")
    page.get_by_role("button", name="Save the password").click()
    expect(page.locator(".flash")).to_contain_text("Your password is saved.")

    old = browse()
    old.goto("/sign-in")
    old.get_by_label("E-mail address").fill(MANAGER)
    old.get_by_label("Password", exact=True).fill("lupin granite saddle")
    old.get_by_role("button", name="Sign in").click()
    expect(old).to_have_title(re.compile("^Error: "))
    enter(old, MANAGER, "walnut ribbon falcon")
    old.goto(link)
    expect(old.get_by_role("heading", level=1)).to_have_text("This link no longer works")
