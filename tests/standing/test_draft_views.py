"""The pages on which a change of the rules is prepared, rehearsed, put in force and retired."""

import json
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.queries import get_scheme, history_of
from accreditation.standing.queries.drafts import find_open_draft, get_open_draft
from accreditation.standing.views import rehearsals
from tests import factories

CODE = "INHOUSE-WPM"
BASE = f"/schemes/{CODE}"
REFRESHER = {
    "label": "Refresher day attended",
    "every_months": "6",
    "renew_from": "end",
    "leave_moves": "y",
    "window_days": "60",
    "lead_days": "0",
    "action": "Attend a refresher day",
    "who_acts": "mediator",
    "source": "Steering group, 1 February 2027",
    "certainty": "L",
}
TERMS = {"effective_from": "1 July 2027", "applies_to": "everyone", "reason": "The steering group decided it."}


@pytest.fixture
def people(app, today):
    croydon = factories.unit("Croydon")
    return {
        "loses": factories.accredited_mediator(
            name="Lea Loses", trained_on=factories.TODAY.replace(2026, 12, 1), unit_id=croydon.id
        ),
        "lapsed": factories.lapsed_mediator(name="Lee Lapsed"),
    }


@pytest.fixture
def admin(sign_in):
    return sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))


@pytest.fixture
def manager(sign_in):
    return sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))


def seen() -> str:
    return str(get_open_draft(CODE).version)


def draft_it(admin) -> None:
    admin.post(f"{BASE}/draft")
    answer = admin.post(f"{BASE}/draft/requirements/refresher", data={**REFRESHER, "seen": seen()})
    assert answer.status_code == 302, answer.text
    assert admin.post(f"{BASE}/draft/terms", data={**TERMS, "seen": seen()}).status_code == 302


def test_a_change_goes_from_draft_to_force_by_two_people(people, admin, manager):
    draft_it(admin)
    page = admin.get(f"{BASE}/draft")
    assert "Refresher day attended every 6 months" in page.text
    assert "Draft. Nobody is judged by it." in page.text

    page = manager.post(f"{BASE}/rehearsal", follow_redirects=True)
    assert "1 person would no longer be deployable on 1 July 2027" in page.text
    assert "Lea Loses" in page.text
    assert "Lee Lapsed" not in page.text
    assert "Croydon" in page.text

    book = load_workbook(BytesIO(manager.get(f"{BASE}/rehearsal.xlsx").data))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert any("Lea Loses" in row for row in cells)

    refused = admin.post(f"{BASE}/activate", data={"seen": seen()}, follow_redirects=True)
    assert "Somebody else has to activate" in refused.text
    page = manager.post(f"{BASE}/activate", data={"seen": seen()}, follow_redirects=True)
    assert "The change is in force" in page.text
    assert [version.number for version in history_of(CODE).versions] == [1, 2]
    assert find_open_draft(CODE) is None
    page = manager.get(f"/mediators/{people['loses'].reference}")
    assert "May work until 30 June 2027" in page.text


def test_an_administrator_sees_numbers_and_no_names(people, admin):
    draft_it(admin)
    page = admin.post(f"{BASE}/rehearsal", follow_redirects=True)
    assert "1 person would no longer be deployable" in page.text
    assert "Lea Loses" not in page.text
    assert "Croydon" not in page.text
    assert admin.get(f"{BASE}/rehearsal.xlsx").status_code == 422
    assert "Somebody else puts it in force" in page.text


def test_a_manager_of_one_unit_sees_the_people_of_that_unit(people, admin, sign_in):
    draft_it(admin)
    admin.post(f"{BASE}/rehearsal")
    other = factories.unit("Lambeth")
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, other.id)).get(f"{BASE}/rehearsal")
    assert "Lea Loses" not in page.text
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, people["loses"].unit_id)).get(f"{BASE}/rehearsal")
    assert "Lea Loses" in page.text


def test_the_filters_of_a_rehearsal_show_what_they_say(people, admin, manager):
    draft_it(admin)
    manager.post(f"{BASE}/rehearsal")
    assert "Lea Loses" in manager.get(f"{BASE}/rehearsal?change=loses").text
    page = manager.get(f"{BASE}/rehearsal?change=gains")
    assert "Lea Loses" not in page.text
    assert "The change concerns nobody whom these filters show." in page.text


def test_a_rehearsal_that_takes_longer_shows_how_far_it_is_and_goes_on(people, admin, manager, monkeypatch):
    monkeypatch.setattr(rehearsals, "SECONDS", 0)
    draft_it(admin)
    page = manager.post(f"{BASE}/rehearsal", follow_redirects=True)
    assert "Working out what changes: 0 of 2 people." in page.text
    assert "data-go-on" in page.text
    monkeypatch.setattr(rehearsals, "SECONDS", 2)
    assert "Lea Loses" in manager.post(f"{BASE}/rehearsal", follow_redirects=True).text


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("draft/terms", {**TERMS, "effective_from": "1 February 2027"}, "Rules change from today or a later day on"),
        ("draft/terms", {**TERMS, "effective_from": "31/6/2027"}, "June has 30 days"),
        ("draft/terms", {**TERMS, "reason": " "}, "Say why the rules change"),
        ("draft/requirements/refresher", {**REFRESHER, "every_months": ""}, "every_months is missing"),
        ("draft/requirements/refresher", {**REFRESHER, "every_months": "0"}, "Enter a whole number from 1 to 1200"),
        ("draft/requirements/refresher", {**REFRESHER, "every_months": "six"}, "Not a valid integer value"),
        ("draft/requirements/refresher", {**REFRESHER, "action": ""}, "Say what to do about it"),
        ("draft/text", {"text": "{"}, "This would not be a scheme"),
        ("draft/text", {"text": '{"code": "INHOUSE-WPM", "requirements": []}'}, "no requirement holds an award"),
        ("draft/requirements", {"code": "Not Good"}, "Use small letters"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_lost(people, admin, path, data, sentence):
    admin.post(f"{BASE}/draft")
    page = admin.post(f"{BASE}/{path}", data={**data, "seen": seen()})
    assert page.status_code == 200
    assert sentence in page.text
    assert 'id="error-summary-title"' in page.text
    assert get_open_draft(CODE).version == 1
    for value in data.values():
        assert not value.strip() or value.replace('"', "&#34;") in page.text or value in page.text


def test_a_stale_page_overwrites_nothing(people, admin):
    admin.post(f"{BASE}/draft")
    old = seen()
    admin.post(f"{BASE}/draft/requirements/refresher", data={**REFRESHER, "seen": old})
    page = admin.post(f"{BASE}/draft/requirements/refresher", data={**REFRESHER, "every_months": "24", "seen": old})
    assert "Somebody changed this draft since the page was shown" in page.text
    assert '"every_months": 6' in get_open_draft(CODE).definition


def test_a_requirement_is_added_moved_and_taken_out(people, admin):
    admin.post(f"{BASE}/draft")
    new = {
        **REFRESHER,
        "code": "insured",
        "label": "Insured",
        "rule": "held",
        "kind": "declaration",
        "every_months": "",
    }
    assert admin.post(f"{BASE}/draft/requirements", data={**new, "seen": seen()}).status_code == 302
    added = json.loads(get_open_draft(CODE).definition)["requirements"][-1]
    assert (added["code"], added["rule"], added["kind"]) == ("insured", "held", "declaration")
    admin.post(f"{BASE}/draft/requirements/insured/move", data={"to": "up", "seen": seen()})
    assert json.loads(get_open_draft(CODE).definition)["requirements"][-2]["code"] == "insured"
    admin.post(f"{BASE}/draft/requirements/insured/move", data={"to": "out", "seen": seen()})
    assert "insured" not in get_open_draft(CODE).definition
    refused = admin.post(
        f"{BASE}/draft/requirements/award/move", data={"to": "out", "seen": seen()}, follow_redirects=True
    )
    assert "no requirement holds an award" in refused.text


def test_settings_change_and_the_draft_is_discarded(people, admin):
    admin.post(f"{BASE}/draft")
    values = {
        "name": "In-house",
        "validity_months": "24",
        "window_days": "30",
        "renew_from": "event",
        "grace_days": "",
        "leave_cap_days": "100",
        "attendance_percent": "80",
    }
    assert admin.post(f"{BASE}/draft/settings", data={**values, "seen": seen()}).status_code == 302
    page = admin.get(f"{BASE}/draft")
    assert "24 months" in page.text
    assert "80% of the hours" in page.text
    page = admin.post(f"{BASE}/draft/discard", data={"seen": seen()}, follow_redirects=True)
    assert "The rules stay as they are." in page.text
    assert get_scheme(CODE).validity_months == 36


def test_a_version_is_retired_on_screen(people, admin, manager):
    draft_it(admin)
    manager.post(f"{BASE}/rehearsal")
    manager.post(f"{BASE}/activate", data={"seen": seen()})
    answer = admin.post(f"{BASE}/versions/2/retire", data={"effective_from": "1 August 2027", "reason": "Too strict"})
    assert answer.status_code == 302
    page = manager.post(f"{BASE}/rehearsal", follow_redirects=True)
    assert "Rehearsal. Nothing of this is in force." in page.text
    page = manager.post(f"{BASE}/activate", data={"seen": seen()}, follow_redirects=True)
    assert "until 31 Jul 2027" in page.text
    assert "Too strict" in page.text
    assert history_of(CODE).version_on(factories.TODAY.replace(2027, 8, 1)).number == 1


def test_two_versions_are_compared_and_an_older_one_is_marked(people, admin, manager):
    draft_it(admin)
    manager.post(f"{BASE}/rehearsal")
    manager.post(f"{BASE}/activate", data={"seen": seen()})
    page = manager.get(f"{BASE}/compare?new=2&old=1")
    assert "every 12 months" in page.text
    assert "every 6 months" in page.text
    assert "No difference" in manager.get(f"{BASE}/compare?new=1&old=1").text
    assert manager.get(f"{BASE}/compare?new=7").status_code == 404
    assert "This is version 2." in manager.get(f"{BASE}?version=2").text
    assert manager.get(f"{BASE}?version=9").status_code == 404


def test_a_figure_is_to_check_until_somebody_confirms_it_and_again_when_it_changes(people, admin, manager):
    assert "Check this" in manager.get(BASE).text
    page = admin.get(f"{BASE}/figures/refresher")
    says = page.text.split('name="says"')[1].split('value="')[1].split('"')[0].replace("&#34;", '"')
    refused = admin.post(f"{BASE}/figures/refresher", data={"says": says, "source": ""})
    assert "Say where you looked it up" in refused.text
    admin.post(f"{BASE}/figures/refresher", data={"says": says, "source": "Handbook 2026, page 4"})
    page = manager.get(BASE)
    assert "Handbook 2026, page 4" in page.text
    stale = admin.post(f"{BASE}/figures/refresher", data={"says": "{}", "source": "x"})
    assert "The scheme has changed since this page was shown" in stale.text
    admin.post(f"{BASE}/draft")
    admin.post(f"{BASE}/draft/requirements/refresher", data={**REFRESHER, "certainty": "P", "seen": seen()})
    admin.post(f"{BASE}/draft/terms", data={**TERMS, "effective_from": "2 February 2027", "seen": seen()})
    manager.post(f"{BASE}/rehearsal")
    manager.post(f"{BASE}/activate", data={"seen": seen()})
    assert "Handbook 2026, page 4" not in manager.get(BASE).text


def test_a_preset_is_installed_on_screen_once(people, admin):
    page = admin.post("/schemes/install", data={"code": "CMC-REG-WP"}, follow_redirects=True)
    assert "CMC-REG-WP is installed." in page.text
    page = admin.post("/schemes/install", data={"code": "CMC-REG-WP"}, follow_redirects=True)
    assert "installed already" in page.text
    assert "There is no preset" in admin.post("/schemes/install", data={"code": "NO"}, follow_redirects=True).text
