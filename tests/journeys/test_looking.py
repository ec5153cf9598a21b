"""The checks of the journeys are checked: each finds what it is there to find."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep

import pytest
from playwright.sync_api import Browser

from tests.journeys.looking import PHONE, assert_accessible, assert_told_at, look

SOUND = '<!doctype html><html lang="en"><title>A page – The service</title><main><h1>A page</h1>{}</main></html>'


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
        ("<input name=q>", "label"),
        ('<p style="color: #bbb; background: #fff">Pale</p>', "color-contrast"),
        ('<p style="width: 500px">Too wide for a phone</p>', "scrolls sideways"),
        ("<h1>Another</h1>", "to have count '1'"),
    ],
)
def test_a_page_that_is_not_sound_is_found(browser: Browser, content: str, found: str):
    page = browser.new_page(viewport=PHONE)
    page.set_content(SOUND.format(""))
    assert_accessible(page)
    page.set_content(SOUND.format(content))
    with pytest.raises(AssertionError, match=found):
        assert_accessible(page)
    page.close()


def test_a_mistake_that_is_not_bound_to_its_field_is_found(browser: Browser):
    page = browser.new_page()
    page.set_content(
        "<!doctype html><title>Error: A page</title>"
        '<div data-error-summary tabindex="-1" autofocus><a href="#name">Enter a name</a></div>'
        '<label for="name">Name</label><input id="name" aria-invalid="true"><p>Enter a name</p>'
    )
    page.locator("[data-error-summary]").focus()
    with pytest.raises(AssertionError, match="nothing describes the field"):
        assert_told_at(page, page.get_by_label("Name"), "Enter a name")
    page.close()


class Slow(BaseHTTPRequestHandler):
    """A sound page that leads to two that are not: one lets wait for its beginning, the other for its middle."""

    def do_GET(self) -> None:
        before, after = SOUND.split("{}")
        sleep(2 * (self.path == "/begins-late"))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", "require-trusted-types-for 'script'")  # as the product's pages do
        self.end_headers()
        self.wfile.write(before.encode())
        sleep(2 * (self.path == "/goes-on-late"))
        links = "".join(f'<a href="{path}">{path}</a>' for path in ("/begins-late", "/goes-on-late"))
        self.wfile.write(("<input name=q>" if self.path != "/" else links).encode() + after.encode())


@pytest.fixture
def slow_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/begins-late", "/goes-on-late"])
def test_a_look_right_after_a_click_is_at_the_page_that_it_leads_to(browser: Browser, slow_server: str, path: str):
    """Without the wait it is at half of the new page, which is sound."""
    page = browser.new_page()
    page.goto(slow_server)
    page.get_by_role("link", name=path).click()  # as in a journey: until the page that it leads to has begun
    with pytest.raises(AssertionError, match="label"):
        look(page)
    page.close()
