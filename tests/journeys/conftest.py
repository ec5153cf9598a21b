"""A real server, a real browser: what each role does, as they would do it, at desktop and at phone width."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from sqlalchemy import select

from accreditation.accounts.services.accounts import create_account
from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.desk.demo.filling.people import sign_ins
from accreditation.desk.demo.filling.service import close_demo, fill_demo
from accreditation.people.services import change_address
from accreditation.standing.models import StandingPeriod
from tests.journeys.looking import DESKTOP, SEEN
from tests.journeys.running import MORNING, Service, running
from tests.sharing import made_once, shared_folder

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SEED = 7
MEDIATOR = ("asha.lindgren@example.police.uk", "saffron-winter-kettle-224")

expect.set_options(timeout=15_000)  # machines that run tests are slow at times; nothing waits longer than it must


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI runs the journeys in a browser: install Debian's chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium, and the journeys run here too")
    SEEN[:] = [shared_folder(tmp_path_factory)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_database(
    browser: Browser, config: Config, empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A demo service on the morning of MORNING: twenty mediators told to the rooms, forty in bulk."""
    return made_once(tmp_path_factory, "demo.sqlite3", lambda path: fill(path, config, empty_sqlite))


def fill(path: Path, config: Config, empty_sqlite: Path) -> None:
    shutil.copy(empty_sqlite, path)
    app = create_app(replace(config, data_dir=path.parent, database_url=f"sqlite:///{path}"))
    with time_machine.travel(MORNING, tick=False), app.app_context():
        today, now = clock.today(), clock.now()
        with transaction():
            fill_demo(seed=SEED, mediators=20, on=today, now=now, complete=False, intakes=False)
        add_in_bulk(seed=SEED, mediators=40, on=today, now=now, progress=lambda _: None)
        with transaction():
            close_demo(on=today)
            let_in_whoever_needs_a_refresher(today)
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


def let_in_whoever_needs_a_refresher(on: date) -> None:
    """The demo's own mediator, who can sign in, is chosen among a hundred; among these few it is this one."""
    today = (StandingPeriod.starts_on <= on, StandingPeriod.ends_on > on)
    needs = (StandingPeriod.verdict == "deployable", StandingPeriod.limiting_requirement == "refresher")
    person_id = db.session.scalars(select(StandingPeriod.person_id).where(*today, *needs).order_by("person_id")).first()
    assert person_id, "nobody in this demo needs a refresher day next"
    change_address(person_id, MEDIATOR[0])
    create_account(person_id, *MEDIATOR)


@pytest.fixture(scope="module")
def service(demo_database: Path, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo, running: one for the journeys of a module."""
    database = tmp_path_factory.mktemp("service") / "register.sqlite3"
    shutil.copy(demo_database, database)
    with running(config, database) as service:
        for one in sign_ins(SEED):
            service.sign_ins.setdefault(one.email.partition("@")[0].replace(".", " "), (one.email, one.password))
        service.sign_ins["mediator"] = MEDIATOR
        yield service


Browse = Callable[..., Page]


@pytest.fixture
def browse(browser: Browser, service: Service) -> Iterator[Browse]:
    """`browse("manager", size=PHONE)`: a browser of somebody's own, signed in; `browse()`: nobody is signed in.

    Whatever the browser reports as an error fails the journey: scripts, the content policy, what does not load.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # The browser also reports the status of a refused form, which the journey itself looks at.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            errors.append(message.text)

    def answered(response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            errors.append(f"{response.status} {response.request.method} {response.url}")

    def browse(who: str | None = None, *, size: dict[str, int] = DESKTOP, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport=size,
            base_url=service.url,
            locale="en-GB",
            timezone_id="Europe/London",
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        contexts.append(context)
        context.on("console", console)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("response", answered)
        page = context.new_page()
        if who:
            enter(page, *service.sign_ins[who])
        return page

    yield browse
    for context in contexts:
        context.close()
    assert not errors, errors


def enter(page: Page, email: str, password: str) -> None:
    """Sign in through the form."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("form.sign-out")).to_be_attached()
