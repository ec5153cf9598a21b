"""Leaving on screen: what ends is shown first, then it is done once; taken back, and back again."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.desk.leaving.models import Departure
from accreditation.people.rules import Grant
from tests import factories
from tests.desk.people import AUDITOR, MANAGER, working_mediator

FORM = {"last_on": "31 January 2027", "form_key": "form-key-of-a-test-01"}


@pytest.fixture
def ada(app, today):
    person = working_mediator(name="Ada Okafor", unit="Croydon", email="ada@example.com")
    factories.clearance(person.id, level="SC")
    factories.booking(person.id, factories.refresher_day(title="Spring day", held_on=date(2027, 3, 2)).id)
    factories.arranged_supervision(person.id, factories.contact(person.id).id, held_on=date(2027, 2, 9))
    factories.leave_request(person.id, date(2027, 5, 1), date(2027, 6, 1))
    return person


def departures() -> list[Departure]:
    db.session.rollback()
    return list(db.session.scalars(select(Departure)))


def test_leaving_shows_what_ends_then_does_it_once(sign_in, ada):
    manager = sign_in(MANAGER)
    path = f"/mediators/{ada.reference}/leaving"
    assert path in manager.get(f"/mediators/{ada.reference}").text
    assert "Record that Ada Okafor leaves" in manager.get(path).text
    preview = manager.post(path, data=FORM).text
    for said in (
        "Nothing has been recorded yet",
        "Spring day, 2 Mar 2027",
        "Arranged for 9 Feb 2027",
        "1 May 2027 to 31 May 2027",
        "SC, valid through 2 Mar 2030",
        "Left the",
    ):
        assert said in preview
    assert departures() == []
    for _ in range(2):
        page = manager.post(path, data={**FORM, "step": "save"}, follow_redirects=True).text
        assert re.search(r"The last day was\W+(<[^>]+>)?31 January 2027", page)
        assert "“Spring day” on 2 March 2027: the seat was given up" in page
        assert "Supervision arranged for 9 February 2027: called off" in page
        assert "Leave asked for from 1 May 2027 to 31 May 2027: nobody has to answer it any more" in page
    assert [(row.left_on, row.recorded_by) for row in departures()] == [(date(2027, 2, 1), manager.person_id)]
    assert "Last day in the service" in manager.get(f"/mediators/{ada.reference}").text
    assert "Ada Okafor" in manager.get("/departures?state=left").text
    assert "Ada Okafor" not in manager.get("/departures?state=ahead").text
    assert manager.get(path).status_code == 302  # to the leaving that is there


def test_what_was_typed_comes_back_to_be_changed_and_errors_stand_at_the_field(sign_in, ada):
    manager, path = sign_in(MANAGER), f"/mediators/{ada.reference}/leaving"
    assert 'value="31 January 2027"' in manager.post(path, data={**FORM, "step": "change"}).text
    page = manager.post(path, data={**FORM, "last_on": "31/2/27"}).text
    assert "There is a problem" in page
    assert "four digits" in page
    assert departures() == []


def test_it_is_taken_back_with_a_reason(sign_in, ada):
    left = factories.departure(ada.id, date(2027, 1, 31), on=factories.TODAY).id
    manager = sign_in(MANAGER)
    assert "Spring day" in manager.get(f"/departures/{left}/undo").text
    assert "Enter what was wrong" in manager.post(f"/departures/{left}/undo", data={"reason": " "}).text
    page = manager.post(f"/departures/{left}/undo", data={"reason": "Her namesake"}, follow_redirects=True).text
    assert "The leaving is taken back" in page
    assert "May work until" in page
    assert "counts for nothing" in manager.get(f"/departures/{left}").text
    assert manager.get(f"/departures/{left}/undo").status_code == 302


def test_the_return_asks_for_the_vetting_units_word(sign_in, ada):
    left = factories.departure(ada.id, date(2027, 1, 31), on=factories.TODAY).id
    manager, path = sign_in(MANAGER), f"/departures/{left}/return"
    assert "The vetting unit has confirmed" in manager.get(path).text
    assert "Choose one" in manager.post(path, data={"back_on": "2 February 2027"}).text
    form = {"back_on": "2 February 2027", "reinstate": "no"}
    assert "Stays lapsed" in manager.post(path, data=form).text
    form["reinstate"] = "yes"
    assert "to its own end" in manager.post(path, data=form).text
    page = manager.post(path, data={**form, "step": "save"}, follow_redirects=True).text
    assert "Back from 2 February 2027. 1 clearance taken up again." in page


def test_nobody_is_back_before_having_gone(sign_in, ada):
    left = factories.departure(ada.id, date(2027, 3, 31), on=factories.TODAY).id
    manager = sign_in(MANAGER)
    page = manager.get(f"/departures/{left}/return", follow_redirects=True).text
    assert "Their last day is still to come" in page
    assert "Until then they work as before" in page


def test_strangers_and_the_person_are_turned_away(sign_in, ada):
    path = f"/mediators/{ada.reference}/leaving"
    brent = factories.unit("Brent")
    for grant, status in ((Grant(Role.PRACTICE_MANAGER, Scope.UNIT, brent.id), 404), (AUDITOR, 403)):
        assert sign_in(grant).post(path, data={**FORM, "step": "save"}).status_code == status
    assert sign_in(MANAGER, person=ada).post(path, data={**FORM, "step": "save"}).status_code == 403
    assert departures() == []


def test_a_manager_of_a_unit_ends_no_other_role(sign_in, ada):
    factories.grant(ada.id, Role.HELPLINE_ADVISER, Scope.SERVICE)
    path, own_unit = f"/mediators/{ada.reference}/leaving", Grant(Role.PRACTICE_MANAGER, Scope.UNIT, ada.unit_id)
    for step in ("show", "save"):
        page = sign_in(own_unit).post(path, data={**FORM, "step": step}).text
        assert "A manager of the whole service records their leaving" in page
    assert departures() == []
