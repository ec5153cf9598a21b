"""The checks of the journeys are checked: each finds what it is there to find."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.looking import PHONE, assert_accessible, assert_told_at

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
