"""From /me to the office and back, and who may not."""

import re
from datetime import date

import pytest

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.desk.raising.jobs import forget_old_corrections
from accreditation.desk.raising.models import RaisedCorrection
from accreditation.people.rules import Grant
from tests import factories
from tests.desk.numbers import figures_on
from tests.factories import TODAY

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)
KEY = "a-form-that-was-opened-once"
WORDS = "The pelican workshop of 1 February is missing."


@pytest.fixture
def ada(app, today):
    person = factories.accredited_mediator(name="Ada Okafor")
    factories.grant(person.id, Role.MEDIATOR, Scope.PERSON, person.id)
    return person


def waiting_on_home(browser) -> int:
    return next(one.number for one in figures_on(browser.get("/").text) if one.code == "corrections-raised")


def test_a_mediator_raises_it_the_office_answers_and_they_read_it(sign_in, ada):
    mediator, office = sign_in(person=ada), sign_in(MANAGER, person=factories.person(name="Grace Hall"))
    assert "/me/corrections/new" in mediator.get("/me").text
    assert waiting_on_home(office) == 0
    empty = mediator.post("/me/corrections/new", data={"form_key": KEY}).text
    assert "Enter what is wrong" in empty
    assert "<title>Error:" in empty
    sent = {"form_key": KEY, "about": "practice", "text": WORDS}
    page = mediator.post("/me/corrections/new", data=sent, follow_redirects=True).text
    assert "Waiting for an answer" in page
    assert WORDS in page
    mediator.post("/me/corrections/new", data=sent)
    assert waiting_on_home(office) == 1

    listed = office.get("/corrections?show=waiting").text
    assert "Ada Okafor" in listed
    assert "pelican" not in listed
    raised = db.session.query(RaisedCorrection).one()
    path = f"/corrections/raised/{raised.id}"
    record = f"/mediators/{ada.reference}"
    assert path in office.get(record).text
    assert path not in mediator.get(record, follow_redirects=True).text
    assert WORDS in office.get(path).text
    wrong = office.post(path, data={"outcome": "corrected"}).text
    assert "Enter the answer" in wrong
    office.post(path, data={"outcome": "corrected", "answer": "It counts now, since today."})
    assert waiting_on_home(office) == 0
    assert path not in office.get(record).text
    assert "Every correction that a mediator raised has been answered" in office.get("/corrections?show=waiting").text
    assert "Put right" in office.get("/corrections").text
    for place in ("/me", "/me/corrections"):
        page = mediator.get(place).text
        assert "It counts now, since today." in page
        assert "Grace Hall answered" in page
    again = office.post(path, data={"outcome": "stands", "answer": "No."}).text
    assert "This was answered already" in again


def test_beside_a_fact_the_form_says_which_and_a_clearance_has_no_such_link(sign_in, ada):
    fact = factories.evidence(ada.id, "cpd", TODAY, quantity=1)
    clearance = factories.evidence(ada.id, "clearance", TODAY, code="CTC")
    mediator = sign_in(person=ada)
    linked = re.findall(r"/me/corrections/new\?fact=(\d+)", mediator.get("/me?evidence=all").text)
    assert str(fact.id) in linked
    assert str(clearance.id) not in linked
    page = mediator.get(f"/me/corrections/new?fact={fact.id}").text
    assert "CPD, 2 February 2027" in page
    assert 'name="about"' not in page
    assert 'name="about"' in mediator.get(f"/me/corrections/new?fact={clearance.id}").text
    mediator.post(f"/me/corrections/new?fact={fact.id}", data={"form_key": KEY, "text": WORDS})
    raised = db.session.query(RaisedCorrection).one()
    assert raised.evidence_id == fact.id
    assert "CPD, 2 February 2027" in sign_in(MANAGER).get(f"/corrections/raised/{raised.id}").text


def test_words_of_a_vetting_matter_are_signposted_and_what_was_typed_stays(sign_in, ada):
    mediator = sign_in(person=ada)
    text = "My CTC ends a year later."
    page = mediator.post("/me/corrections/new", data={"form_key": KEY, "about": "other", "text": text}).text
    assert "never noted" in page
    assert text in page
    assert db.session.query(RaisedCorrection).count() == 0


def test_strangers_are_turned_away_and_learn_nothing(sign_in, ada):
    raised, fact = factories.raised_correction(ada.id), factories.evidence(ada.id, "cpd", TODAY, quantity=1)
    other = factories.mediator(name="Ben Adeyemi")
    factories.grant(other.id, Role.MEDIATOR, Scope.PERSON, other.id)
    ben = sign_in(person=other)
    assert "refresher day and it is not here" not in ben.get("/me/corrections").text
    assert "CPD, 2 February 2027" not in ben.get(f"/me/corrections/new?fact={fact.id}").text
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Sutton").id))
    path = f"/corrections/raised/{raised.id}"
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.post(path, data={"outcome": "stands", "answer": "No."}).status_code == 404
    assert "Ada Okafor" not in elsewhere.get("/corrections").text
    assert sign_in(OFFICER).get(path).status_code == 403
    factories.grant(ada.id, Role.PRACTICE_MANAGER, Scope.SERVICE)
    herself = sign_in(MANAGER, person=ada)
    assert herself.get(path).status_code == 404
    assert herself.post(path, data={"outcome": "stands", "answer": "No."}).status_code == 404
    assert db.session.get_one(RaisedCorrection, raised.id).waits


def test_where_the_texts_have_ended_both_pages_say_when_and_what_came_of_it(sign_in, ada):
    grace = factories.person(name="Grace Hall")
    raised = factories.raised_correction(ada.id, text=WORDS)
    factories.answered_correction(raised.id, grace.id, answer="It counts now, since today.")
    forget_old_corrections(date(2030, 1, 1))
    for browser, path in (
        (sign_in(person=ada), "/me/corrections"),
        (sign_in(MANAGER), f"/corrections/raised/{raised.id}"),
    ):
        page = browser.get(path).text
        assert "removed by schedule on 1 January 2030" in page
        assert "pelican" not in page
        assert "since today" not in page
    assert "Put right" in sign_in(person=ada).get("/me/corrections").text
