"""Overlays on screen: the effect first, then the deed, once; and the list."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.standing.models import Overlay
from tests import factories
from tests.desk.people import AUDITOR, MANAGER, working_mediator
from tests.standing.deciding import FORM, TODAY, new, overlays, table


def test_suspending_shows_what_it_does_then_does_it_once(sign_in):
    ada = working_mediator(name="Ada Okafor")
    manager = sign_in(MANAGER)
    assert "Suspend Ada Okafor" in manager.get(new(ada, "suspension")).text
    preview = manager.post(new(ada, "suspension"), data=FORM).text
    assert "Nothing has been recorded yet" in preview
    assert ["Today", "May work until 31 August 2027", "May not work: suspended"] in table(preview)
    assert overlays() == []
    for _ in range(2):
        page = manager.post(new(ada, "suspension"), data={**FORM, "step": "save"}, follow_redirects=True).text
        assert "Ada Okafor is suspended from 2 February 2027. The clocks run on" in page
        assert "May not work: suspended" in page
    assert [(row.kind, row.starts_on, row.ends_on, row.recorded_by) for row in overlays()] == [
        ("suspension", TODAY, None, manager.person_id)
    ]


def test_what_was_typed_comes_back_to_be_changed(sign_in):
    ada = working_mediator()
    page = sign_in(MANAGER).post(new(ada, "suspension"), data={**FORM, "step": "change"}).text
    assert "The private reason" in page
    assert "Head of Service" in page
    assert 'value="2 February 2027"' in page
    assert "There is a problem" not in page


def test_leave_says_by_how_many_days_each_date_moves(sign_in):
    ada = working_mediator(cleared_until=date(2028, 1, 1))
    form = {**FORM, "leave_type": "maternity", "starts_on": "1 March 2027", "through": "30 May 2027"}
    rows = table(sign_in(MANAGER).post(new(ada, "leave"), data=form).text)
    assert [
        "CTC clearance in force",
        "valid through 31 December 2027",
        "valid through 31 December 2027",
        "does not move",
    ] in rows
    assert [
        "Refresher day in the last twelve months", "valid through 31 August 2027", "valid through 30 November 2027",
        "91 days later",
    ] in rows  # fmt: skip
    assert ["1 Mar 2027", "May work until 31 August 2027", "On leave until 30 May 2027"] in rows
    assert ["31 May 2027", "May work until 31 August 2027", "May work until 30 November 2027"] in rows


def test_backdated_leave_is_flagged_and_recorded(sign_in):
    ada = working_mediator()
    factories.evidence(ada.id, "case", date(2027, 1, 20), code="lead")
    form = {**FORM, "leave_type": "sickness", "starts_on": "4 January 2027", "through": "28 February 2027"}
    manager = sign_in(MANAGER)
    preview = manager.post(new(ada, "leave"), data=form).text
    assert "Backdated: the first day was 29 days ago, on 4 January 2027" in preview
    assert "1 case recorded on these days" in preview
    manager.post(new(ada, "leave"), data={**form, "step": "save"})
    assert overlays()[0].starts_on == date(2027, 1, 4)


def test_a_waiver_says_until_when_they_may_then_work(sign_in):
    ada = factories.lapsed_mediator()
    form = {**FORM, "requirement": "INHOUSE-WPM refresher", "through": "20 February 2027"}
    rows = table(sign_in(MANAGER).post(new(ada, "waiver"), data=form).text)
    assert ["Today", "May not work: lapsed since 1 June 2026", "May work until 20 February 2027"] in rows
    assert ["Refresher day in the last twelve months", "not met", "valid through 20 February 2027", "met again"] in rows
    assert any(row[:2] == ["Refresher day in the last twelve months", "Not met"] for row in rows)  # afterwards


def test_a_waived_clearance_is_pointed_at(sign_in):
    ada = working_mediator(cleared_until=TODAY)
    form = {**FORM, "requirement": "INHOUSE-WPM ctc", "through": "20 February 2027"}
    assert "Nobody is taken for cleared who is not" in sign_in(MANAGER).post(new(ada, "extension"), data=form).text


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("suspension", {"starts_on": ""}, "Enter the first day"),
        ("suspension", {"reason": " "}, "Enter the reason"),
        ("suspension", {"authority": ""}, "Enter who decided"),
        ("suspension", {"through": "1 February 2027"}, "The last day must not lie before the first"),
        ("leave", {"leave_type": "other"}, "Enter the last day"),
        ("leave", {"through": "1 March 2027"}, "Choose the kind of leave"),
        ("leave", {"through": "1 March 2037", "leave_type": "other"}, "within 5 years"),
        ("waiver", {"through": "1 March 2027"}, "Choose the requirement"),
        ("extension", {"requirement": "INHOUSE-WPM refresher"}, "Enter the last day"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(sign_in, kind, wrong, words):
    ada = working_mediator()
    page = sign_in(MANAGER).post(new(ada, kind), data={**FORM, "step": "save", **wrong}).text
    assert words in page
    assert "There is a problem" in page
    assert overlays() == []


def test_a_second_suspension_is_refused_before_the_preview(sign_in):
    ada = working_mediator()
    factories.overlay(ada.id, "suspension", TODAY)
    page = sign_in(MANAGER).post(new(ada, "suspension"), data=FORM).text
    assert "There is a suspension on these days already, from 2 February 2027 without an end" in page
    assert "Nothing has been recorded yet" not in page


def test_lifting_says_what_must_be_renewed_before_it_is_done(sign_in):
    ada = factories.lapsed_mediator(name="Ada Okafor", cleared_until=date(2027, 3, 15))
    overlay = factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    manager = sign_in(MANAGER)
    page = manager.get(f"/mediators/{ada.reference}").text
    assert f'href="/overlays/{overlay.id}/end"' in page
    assert "Lift the suspension of Ada Okafor" in manager.get(f"/overlays/{overlay.id}/end").text
    form = {"ended_on": "2 February 2027", "reason": "Not upheld", "authority": "Head of Service"}
    preview = manager.post(f"/overlays/{overlay.id}/end", data=form).text
    rows = table(preview)
    assert [
        "Refresher day in the last twelve months", "Not met", "Attend a refresher day", "Mediator",
        "at once: not to work before",
    ] in rows  # fmt: skip
    assert [
        "CTC clearance in force", "Renew now", "Apply for CTC clearance", "Vetting officer",
        "at once: it should have begun by 10 Jan 2027",
    ] in rows  # fmt: skip
    assert ["Today", "May not work: suspended", "May not work: lapsed since 2 February 2027"] in rows
    assert overlays()[0].ended_on is None
    for _ in range(2):
        after = manager.post(f"/overlays/{overlay.id}/end", data={**form, "step": "save"}, follow_redirects=True).text
        assert "The suspension of Ada Okafor is lifted from 2 February 2027" in after
        assert "May not work: lapsed since" in after
    (found,) = overlays()
    assert (found.ended_on, found.ended_by, found.ended_reason) == (TODAY, manager.person_id, "Not upheld")


def test_who_has_nothing_to_renew_is_told_so(sign_in):
    ada = working_mediator()
    overlay = factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    form = {"ended_on": "2 February 2027", "reason": "Not upheld", "authority": "Head of Service"}
    page = sign_in(MANAGER).post(f"/overlays/{overlay.id}/end", data=form).text
    assert "Nothing: every requirement is met" in page


def test_a_return_is_recorded_on_its_day_and_what_has_ended_is_not_ended_again(sign_in):
    ada = working_mediator(name="Ada Okafor")
    overlay = factories.overlay(ada.id, "leave", date(2027, 1, 4), TODAY)
    manager = sign_in(MANAGER)
    assert "Return not recorded" in manager.get("/overlays").text
    form = {"ended_on": "2 February 2027", "reason": "As planned", "authority": "Head of Service", "step": "save"}
    page = manager.post(f"/overlays/{overlay.id}/end", data=form, follow_redirects=True).text
    assert "Ada Okafor is back from 2 February 2027" in page
    assert "Nobody is suspended" in manager.get("/overlays").text
    assert manager.get(f"/overlays/{overlay.id}/end").location.endswith(f"/overlays/{overlay.id}")
    assert "Record the return" not in manager.get(f"/overlays/{overlay.id}").text


def test_a_mistake_is_cancelled_with_its_reason(sign_in):
    ada = working_mediator()
    overlay = factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    manager = sign_in(MANAGER)
    page = manager.get(f"/overlays/{overlay.id}/cancel").text
    assert ["Today", "May not work: suspended", "May work until 31 August 2027"] in table(page)
    assert "Enter what was wrong" in manager.post(f"/overlays/{overlay.id}/cancel", data={"reason": ""}).text
    done = manager.post(f"/overlays/{overlay.id}/cancel", data={"reason": "Wrong person"}, follow_redirects=True).text
    assert "It is cancelled and counts for no day" in done
    assert "May work until" in done
    assert "Wrong person" in manager.get(f"/overlays/{overlay.id}").text


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_holds_what_is_in_force_and_to_come_by_its_end(sign_in):
    ada, ben, cy, dee = (working_mediator(name=name) for name in ("Ada A", "Ben B", "Cy C", "Dee D"))
    factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    factories.overlay(ben.id, "leave", date(2027, 1, 4), date(2027, 2, 10))
    factories.overlay(cy.id, "waiver", date(2027, 3, 1), date(2027, 4, 1), requirement="cpd", on=TODAY)
    factories.overlay(dee.id, "extension", date(2026, 12, 1), TODAY, requirement="refresher")
    manager = sign_in(MANAGER)

    def listed(address="/overlays"):
        return [row[0].split(",")[0] for row in table(manager.get(address).text)[1:]]

    assert listed() == ["B", "C", "A"]
    assert listed("/overlays?kind=leave") == ["B"]
    assert listed("/overlays?state=coming") == ["C"]
    assert listed("/overlays?state=now") == ["B", "A"]
    assert listed("/overlays?state=back") == ["B"]
    assert listed("/overlays?state=ended") == ["D"]
    assert listed("/overlays?ends=14") == ["B"]
    assert listed("/overlays?ends=90") == ["B", "C"]
    page = manager.get("/overlays").text
    assert "3 entries" in page
    assert "1 person due back" in page
    assert "The private reason" not in page


@pytest.mark.parametrize(("ends_on", "within"), [(14, True), (15, True), (16, False)])
def test_what_ends_within_so_many_days_counts_its_last_day(sign_in, ends_on, within):
    """The last day is one before the end: fourteen days from today is still within."""
    ada = working_mediator(name="Ada Okafor")
    factories.overlay(ada.id, "leave", date(2027, 1, 4), TODAY + timedelta(ends_on))
    assert ("Okafor" in sign_in(MANAGER).get("/overlays?ends=14").text) is within


def test_an_empty_list_says_what_belongs_there(sign_in):
    page = sign_in(MANAGER).get("/overlays").text
    assert "Nobody is suspended, on leave or waived" in page
    assert 'href="/mediators"' in page


def test_the_actions_stand_on_the_page_of_a_mediator_for_managers_alone(sign_in):
    ada = working_mediator()
    assert new(ada, "suspension") in sign_in(MANAGER).get(f"/mediators/{ada.reference}").text
    assert "/overlays/" not in sign_in(AUDITOR).get(f"/mediators/{ada.reference}").text


def test_many_are_paged_and_each_stands_there_once(sign_in, monkeypatch):
    monkeypatch.setattr("accreditation.web.paging.PAGE", 2)
    for number in range(5):
        who = working_mediator(name=f"Person Number{number}")
        factories.overlay(who.id, "suspension", date(2027, 1, 4), date(2027, 3, 1) if number < 3 else None)
    manager, address, seen = sign_in(MANAGER), "/overlays", []
    while address:
        page = manager.get(address).text
        seen += [row[0].split(",")[0] for row in table(page)[1:]]
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert sorted(seen) == [f"Number{number}" for number in range(5)]
    assert db.session.scalar(select(func.count()).select_from(Overlay)) == 5


def test_a_day_that_is_none_is_told_with_its_reason(sign_in, today):
    ada = factories.accredited_mediator()
    page = sign_in(MANAGER).post(new(ada, "leave"), data={**FORM, "starts_on": "31/2/2027"}).text
    assert "February 2027 has 28 days" in page or "February has 28 days" in page
    assert "Enter the first day" not in page
