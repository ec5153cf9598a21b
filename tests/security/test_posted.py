"""What is shown after a POST tells nobody more than the pages do: previews, refusals, and where they lead.

Every form of every page is filled in and sent, and every door that takes a POST is pushed with nothing in hand. What
comes back is searched for the words of a helpline contact, and for each field of somebody's vetting.
"""

import pytest

from accreditation.core.permissions import Role
from tests import factories
from tests.security.doors import broadest, doors
from tests.security.forms import forms_on
from tests.security.test_helpline_canary import SIGNS, contact_with_words
from tests.security.test_need_to_know import COLUMNS, SETTINGS_PAGES, ada, in_clear, objects, table, text_of  # noqa: F401
from tests.security.test_need_to_know import SIGNS as FIELDS

ENDS_THE_SESSION = ("accounts.sign_out", "accounts.sign_out_everywhere", "desk.choose_role")
"""What would end the walk, or narrow it."""

FEW = (Role.TRAINING_PROVIDER, Role.LINE_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
"""Roles that may read almost nothing of somebody's vetting: together they may read what any of them may."""

WALKS = [
    pytest.param((Role.PRACTICE_MANAGER,), id="manager"),
    pytest.param(FEW, id="those who see little", marks=pytest.mark.soak),
    pytest.param((Role.MEDIATOR,), id="mediator", marks=pytest.mark.soak),
    pytest.param((Role.VETTING_OFFICER,), id="vetting officer", marks=pytest.mark.soak),
    pytest.param((Role.HELPLINE_ADVISER,), id="helpline adviser", marks=pytest.mark.soak),
]


def posted(app, browser, world) -> dict[str, str]:
    """What comes back from every form of every page and from every other door, by its address."""
    every = [door for door in doors(app) if door.endpoint not in ENDS_THE_SESSION and door.filled(world)]
    forms = {}
    for door in every:
        if door.method == "GET":
            path = door.filled(world)
            answer = browser.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                forms |= {form.kind: form for form in forms_on(path, answer.text)}
    closed = {door.filled(world) for door in doors(app) if door.endpoint in ENDS_THE_SESSION}
    found = {}
    for number, form in enumerate(forms.values()):
        if form.action.partition("?")[0] not in closed:
            answer = browser.post(form.action, data=form.fields, follow_redirects=True)
            assert answer.status_code < 500, (form.action, form.fields)
            found[f"{form.action} filled in, {number}"] = text_of(answer)
    for door in every:
        if door.method == "POST":
            answer = browser.post(door.filled(world), data={}, follow_redirects=True)
            assert answer.status_code < 500, door.name
            found[f"{door.filled(world)} with nothing"] = text_of(answer)
    return found


def told(pages: dict[str, str], signs: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(path, sign) for path, text in pages.items() for sign in signs if sign in text]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # what is shown hangs on no database
@pytest.mark.parametrize("roles", WALKS)
def test_what_comes_back_from_a_post_tells_no_more_than_the_pages(app, sign_in, in_clear, ada, objects, roles):  # noqa: F811
    objects |= contact_with_words(ada)
    who = ada if roles == (Role.MEDIATOR,) else factories.person()
    browser = sign_in(*[broadest(role, who.id, objects["provider_id"], ada.unit_id) for role in roles], person=who)
    pages = posted(app, browser, objects)
    assert sum("filled in" in path for path in pages) >= (80 if roles == (Role.PRACTICE_MANAGER,) else 5)
    assert told(pages, ("Okafor",)), "the walk never came to the mediator"
    if roles != (Role.HELPLINE_ADVISER,):
        assert told(pages, SIGNS) == []
    else:
        begins = f"/helpline/contacts/{objects['contact_id']}/"
        assert {path for path, _ in told(pages, SIGNS) if not path.startswith(begins)} == set()
    for name, signs in FIELDS.items():
        if any(table()[name].get(COLUMNS[role], "no") == "yes" for role in roles):
            continue
        at = [one for one in told(pages, signs) if not (name == "level" and one[0].startswith(SETTINGS_PAGES))]
        assert at == [], name
