"""A real server, a real browser: what each role does, as they would do it, at desktop and at phone width."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from accreditation.desk.demo.services import fill_demo
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from accreditation.app import create_app
from accreditation.core import clock
from accreditation.core.database import db

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
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}

expect.set_options(timeout=10_000)


@dataclass
class Service:
    """A running demo service: where it is, who can sign in, and its application for looking behind the pages."""

    url: str
    app: Flask
    sign_ins: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def service(config, empty_sqlite, tmp_path_factory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("journey")
    shutil.copy(empty_sqlite, folder / "register.sqlite3")
    app = create_app(replace(config, data_dir=folder, database_url=f"sqlite:///{folder / 'register.sqlite3'}"))
    with app.app_context():
        sign_ins = fill_demo(mediators=40, seed=7, on=clock.today())
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    people = {row["role"]: (row["email"], row["password"]) for row in reversed(sign_ins)}
    yield Service(f"http://127.0.0.1:{server.port}", app, people)
    server.shutdown()
    server.server_close()
    thread.join()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI runs the journeys in a browser: install Debian's chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium, and the journeys run here too")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, service: Service) -> Iterator[Page]:
    """A page of its own; anything the browser reports as an error fails the journey."""
    yield from open_page(browser, service, request.param)


@pytest.fixture
def desktop(browser: Browser, service: Service) -> Iterator[Page]:
    yield from open_page(browser, service, DESKTOP)


def open_page(browser: Browser, service: Service, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(viewport=size, base_url=service.url, locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture
def enter(service: Service) -> Callable[[Page, str], None]:
    """Sign in through the form, as one of the demo's roles."""

    def enter(page: Page, role: str) -> None:
        email, password = service.sign_ins[role]
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return enter


def assert_accessible(page: Page) -> None:
    """axe finds nothing (WCAG 2.0 to 2.2, A and AA), one h1, a title, no sideways scrolling."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.locator("h1").count() == 1, page.url
    assert page.title(), page.url
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px"


@pytest.fixture
def pictures(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("pictures")
