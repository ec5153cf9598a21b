"""The pages of the forecast: every number is the length of the list behind it, and nobody sees more than is theirs."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.rules import Grant
from accreditation.web import paging
from tests import factories
from tests.security.doors import broadest

TODAY = factories.TODAY
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
HERD = date(2027, 5, 19)
"""A Wednesday: the last good day of six clearances."""


@pytest.fixture
def service(app, today):
    """Eight in Croydon, of whom six lose their clearance on one day; two elsewhere, one of them to come in."""
    croydon, camden = factories.unit("Croydon"), factories.unit("Camden")
    trained = {"trained_on": date(2026, 9, 1)}
    for number in range(6):
        until = HERD + timedelta(1)
        factories.accredited_mediator(name=f"Herd N{number}", unit_id=croydon.id, cleared_until=until, **trained)
    factories.accredited_mediator(name="Too Late", unit_id=croydon.id, cleared_until=date(2027, 2, 18), **trained)
    factories.accredited_mediator(name="Stays On", unit_id=croydon.id, **trained)
    away = factories.accredited_mediator(name="Comes Back", unit_id=camden.id, **trained)
    factories.evidence(away.id, "leave", TODAY, ends_on=date(2027, 3, 4))
    factories.accredited_mediator(name="No Unit", **trained)
    return croydon, camden


def numbers(page: str) -> list[int]:
    return [int(one.replace(",", "")) for one in re.findall(r'figure-value">.*?([\d,]+)</span>', page, re.S)]


def weeks(page: str) -> list[tuple[str, list[int]]]:
    """Each row of the table of weeks: its address, how many work, drop out and come in."""
    table = page[page.index('class="ch-table"') :]
    found = []
    for row in re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", table, re.S):
        link = re.search(r'href="([^"]+)"', row)
        cells = re.findall(r'<td class="number">(.*?)</td>', row, re.S)
        figures = [int(re.sub(r"<br>.*|<[^>]+>|[+−,]", "", cell, flags=re.S) or 0) for cell in cells if link]
        found.append((link[1].replace("&amp;", "&") if link else "", figures))
    return found


def test_every_week_leads_to_exactly_those_whom_it_counts(service, sign_in):
    manager = sign_in(MANAGER)
    page = manager.get("/forecast").text
    assert "Cover falls from 9 to 0 by 4 October 2027 if nothing is done" in page
    rows = weeks(page)
    assert len(rows) == 53
    for (url, (works, out, into)), (_, after) in zip(rows, [*rows[1:-1], ("", [])], strict=False):
        shown = manager.get(url)
        assert shown.status_code == 200
        if after:
            assert numbers(shown.text) == [works, out, into, after[0]], url
            assert works - out + into == after[0]
        assert shown.text.count('data-label="Because of"') == out, url
        assert shown.text.count('data-label="Until then"') == into, url


def test_a_week_says_who_drops_out_why_and_what_can_be_done_by_when(service, sign_in):
    page = sign_in(MANAGER).get("/forecast/2027-05-17").text
    assert "6 mediators drop out, nobody comes in." in page
    row = re.search(r"<tr>(?:(?!</tr>).)*Herd(?:(?!</tr>).)*</tr>", page, re.S)[0]
    for words in ("/mediators/", "Croydon", "19 May 2027", "CTC clearance in force", "Apply for CTC clearance"):
        assert words in row
    assert "Begin by 17 Mar 2027, up to the vetting officer" in row  # 63 days of lead


def test_what_can_no_longer_be_done_in_time_is_said(service, sign_in):
    page = sign_in(MANAGER).get("/forecast/2027-02-15").text
    assert "Should have begun by 16 Dec 2026: it will lapse even if it is begun today" in page


def test_a_week_says_who_comes_in_and_how_they_stood(service, sign_in):
    page = sign_in(MANAGER).get("/forecast/2027-03-01").text
    assert "No mediators drop out, 1 comes in." in page
    assert "On leave until 3 March 2027" in page
    assert "4 Mar 2027" in page


def test_a_herd_is_named_with_its_day_and_its_list(service, sign_in):
    manager = sign_in(MANAGER)
    page = manager.get("/forecast").text
    note = page[page.index("6 mediators at once") :][:700]
    assert "all because of: CTC clearance in force" in note
    assert "19 May 2027" in note
    url = re.search(r'href="([^"]+day=2027-05-19[^"]*)"', note)[1]
    assert manager.get(url.replace("&amp;", "&")).text.count('data-label="Because of"') == 6


def test_filters_narrow_who_drops_out_and_the_sum_stays(service, sign_in):
    page = sign_in(MANAGER).get("/forecast/2027-05-17?by=refresher").text
    assert "None of the 6 fits these filters." in page
    assert numbers(page)[1] == 6


def test_a_long_week_has_pages_that_show_everybody_once(service, sign_in, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 4)
    manager, url, seen = sign_in(MANAGER), "/forecast/2027-05-17", []
    while url:
        page = manager.get(url).text
        seen += re.findall(r">(Herd, [^<]+|N\d, Herd)<", page)
        found = re.search(r'rel="next" href="([^"]+after[^"]+)"', page)
        url = found and found[1].replace("&amp;", "&")
    assert sorted(seen) == [f"N{number}, Herd" for number in range(6)]


@pytest.mark.parametrize("address", ["/forecast/none", "/forecast/2026-11-23", "/forecast/2030-01-07"])
def test_a_week_that_the_forecast_has_not_is_not_there(service, sign_in, address):
    assert sign_in(MANAGER).get(address).status_code == 404


def test_any_other_day_leads_to_its_week(service, sign_in):
    answer = sign_in(MANAGER).get("/forecast/2027-05-19")
    assert (answer.status_code, answer.location) == (302, "/forecast/2027-05-17")


def test_a_units_manager_forecasts_their_unit_alone(service, sign_in):
    croydon, camden = service
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, camden.id))
    page = manager.get("/forecast").text
    assert "0 mediators may work today" in page or "no mediators may work today" in page.lower()
    assert "Croydon" not in page
    assert "Herd" not in manager.get("/forecast/2027-05-17").text
    assert f"unit={croydon.id}" not in page
    assert "Herd" not in manager.get(f"/forecast/2027-05-17?unit={croydon.id}").text
    assert numbers(manager.get(f"/forecast/2027-05-17?unit={croydon.id}").text)[:2] == [1, 0]
    assert "Herd" not in manager.get("/forecast/calendar/2027-05").text
    book = load_workbook(BytesIO(manager.get("/forecast/2027-05-17/export.xlsx").data))
    assert "Herd" not in str([list(sheet.values) for sheet in book])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRACTICE_MANAGER])
def test_nobody_else_learns_a_number(service, sign_in, role):
    croydon, _ = service
    browser = sign_in(broadest(role, 1, 1, croydon.id))
    for path in ("/forecast", "/forecast/2027-05-17", "/forecast/calendar", "/forecast/calendar/2027-05"):
        assert browser.get(path).status_code == 403
    for path in ("/forecast/export.xlsx", "/forecast/2027-05-17/export.xlsx"):
        assert browser.get(path).status_code == 403


def test_a_number_that_is_wanted_marks_the_weeks_under_it(service, sign_in):
    with transaction():
        set_setting("cover_wanted", "9")
    page = sign_in(MANAGER).get("/forecast").text
    assert "Cover falls below the wanted 9 from 22 February 2027, from 9 today to 0 by 4 October 2027" in page
    assert page.count(" too few") == 53 - 3 - 11  # enough today and for two Mondays; for eleven more once one is back
    assert page.count('class="ch-under"') == 52 - 3 - 11
    croydon, _ = service
    assert " too few" not in sign_in(MANAGER).get(f"/forecast?unit={croydon.id}").text


def test_an_administrator_sets_the_number_that_is_wanted(app, sign_in):
    administrator = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    values = {"service_name": "Register", "main_scheme": "INHOUSE-WPM"}
    refused = administrator.post("/settings", data={**values, "cover_wanted": "many"})
    assert "Enter a whole number" in refused.text
    assert administrator.post("/settings", data={**values, "cover_wanted": "120"}).status_code == 302
    assert "120" in administrator.get("/settings").text


def test_the_calendar_leads_to_lists_as_long_as_its_numbers(service, sign_in):
    manager = sign_in(MANAGER)
    page = manager.get("/forecast/calendar").text
    cells = re.findall(r'<a class="ch-cell" href="([^"]+)">([\d,]+)<', page)
    assert len(cells) > 3
    for link, number in cells:
        listed = manager.get(link.replace("&amp;", "&")).text
        assert listed.count('data-label="Requirement"') == int(number), link
    assert manager.get("/forecast/calendar/2028-02").status_code == 404
    assert manager.get("/forecast/calendar/none").status_code == 404


def test_what_is_exported_is_what_the_pages_say(service, sign_in):
    manager = sign_in(MANAGER)
    book = load_workbook(BytesIO(manager.get("/forecast/export.xlsx").data))
    rows = [row for row in book["Weeks"].values if hasattr(row[0], "year")]
    assert len(rows) == 53
    assert [row[1] for row in rows[:-1]] == [figures[0] for _, figures in weeks(manager.get("/forecast").text)[:-1]]
    assert {row[0] for row in book["Units"].values} >= {"Croydon", "Camden", "In no unit"}
    week = load_workbook(BytesIO(manager.get("/forecast/2027-05-17/export.xlsx").data))
    assert sum(str(row[1]).endswith(", Herd") for row in week["Drop out"].values) == 6
    month = load_workbook(BytesIO(manager.get("/forecast/calendar/2027-05/export.xlsx?by=ctc").data))
    assert sum(str(row[1]).endswith(", Herd") for row in month["Endings"].values) == 6
    actions = set(db.session.scalars(db.select(AuditEntry.action)))
    assert {"exported the forecast", "exported a week of the forecast", "exported what ends in a month"} <= actions


def test_a_service_without_anybody_says_so(today, sign_in):
    manager = sign_in(MANAGER)
    assert "Nobody to count" in manager.get("/forecast").text
    assert "Nothing runs out" in manager.get("/forecast/calendar").text
    assert manager.get("/forecast/2027-02-01").status_code == 200
