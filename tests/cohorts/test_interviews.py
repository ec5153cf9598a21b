"""Selection: an applicant chooses a time and is met by two."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from time_machine import travel

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from cohorts.models import InterviewSlot
from cohorts.services import interviews
from tests import factories
from tests.cohorts.selecting import (
    SERVICE,
    decide,
    given,
    invited,
    reload,
    slots,
)
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW


def test_an_applicant_chooses_a_time_and_changes_it(client, today):
    intake = factories.intake()
    [application], people = invited(intake)
    one, other = slots(intake, people)
    token = factories.link_of(application.id)
    assert "5 February 2027, 10:00am to 10:40am" in client.get(f"/apply/mine/{token}").text
    for slot in (one, other, other):
        page = client.post(f"/apply/mine/{token}/interview", data={"slot": slot}, follow_redirects=True)
        assert "Your interview is booked" in page.text
    taken = db.session.scalars(select(InterviewSlot.id).filter_by(application_id=application.id)).all()
    assert taken == [other]
    assert [row.state for row in given(application, "interview")] == ["given", "given"]
    with travel(NOW + timedelta(days=3, hours=1), tick=False):
        late = client.post(f"/apply/mine/{token}/interview", data={"slot": one}, follow_redirects=True)
    assert "cannot be chosen any more" in late.text


def test_a_time_that_is_taken_is_gone_and_free_again_when_its_applicant_withdraws(app, today):
    intake = factories.intake()
    (one, other), people = invited(intake, 2)
    [slot] = slots(intake, people, 1)
    with transaction():
        interviews.give_slot(one.id, slot, at=NOW, by=one.person_id)
    with pytest.raises(DomainError, match="Somebody else has just taken"), transaction():
        interviews.give_slot(other.id, slot, at=NOW, by=one.person_id)
    decide([one], "withdrawn")
    with transaction():
        interviews.give_slot(other.id, slot, at=NOW, by=one.person_id)
    assert not [row for row in given(one, "interview") if row.state == "given"]


def test_two_different_people_interview_and_nobody_twice_at_once(app, today):
    intake = factories.intake()
    people = office.sifters(intake, 2, role="interviewer")
    with pytest.raises(DomainError, match="two different people"):
        slots(intake, [people[0], people[0]])
    slots(intake, people)
    with pytest.raises(DomainError, match="in that time already"):
        slots(intake, people, first_at=NOW + timedelta(days=3, minutes=30))
    slots(intake, people, first_at=NOW + timedelta(days=3, minutes=90))


def test_the_interview_is_marked_by_both_who_see_whom_they_meet(sign_in, today):
    intake = factories.intake()
    [application], people = invited(intake)
    [slot] = slots(intake, people, 1)
    with transaction():
        interviews.give_slot(application.id, slot, at=NOW, by=application.person_id)
    rows = given(application, "interview")
    browser = sign_in(person=people[0])
    [mine] = [row.id for row in rows if row.marker_id == people[0].id]
    assert application.name in browser.get("/interviews").text
    assert application.name in browser.get(f"/interviews/{mine}").text
    browser.post(f"/interviews/{mine}", data={f"mark_{c.id}": "4" for c in intake.criteria_at("interview")})
    [refused] = decide([application], "conditional_offer")
    assert "has not been marked by everybody" in refused.refusal
    office.mark_all(intake.id, lambda *_: 2, step="interview")
    assert reload(application).interview_total == 7500
    assert [one.refusal for one in decide([application], "conditional_offer")] == [None]


SLOTS = {"day": "28 March 2027", "minutes": "40", "pause": "10", "number": "2", "place": "Room 1"}


def test_times_are_london_times_and_one_that_the_clocks_skip_is_refused(sign_in, today):
    intake = factories.intake()
    people = office.sifters(intake, 2, role="interviewer")
    manager = sign_in(SERVICE)
    data = SLOTS | {"panel": [str(one.id) for one in people]}
    path = f"/intakes/{intake.code}/interviews"
    assert "The clocks go forward" in manager.post(path, data=data | {"first": "1:30am"}).text
    assert "is not a time" in manager.post(path, data=data | {"first": "25:00"}).text
    assert "Choose two" in manager.post(path, data=data | {"first": "9:30", "panel": [str(people[0].id)]}).text
    assert manager.post(path, data=data | {"first": "9:30am"}).status_code == 302
    starts = db.session.scalars(select(InterviewSlot.starts_at).order_by(InterviewSlot.id)).all()
    assert starts[0] == datetime(2027, 3, 28, 8, 30, tzinfo=UTC)  # half past nine in summer time
    assert "9:30am to 10:10am" in manager.get(path).text
