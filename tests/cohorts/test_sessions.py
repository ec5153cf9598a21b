"""Sessions, joining instructions, and what calendars are told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.people.services import change_address
from cohorts.models import Cohort, CohortSession, Enrolment, SessionNotice
from cohorts.rules.sessions import SessionPlan, faults_of, london_moment
from cohorts.services import joining, places, sessions
from cohorts.services.cohorts import step_cohort
from scheduler.services.composing import compose
from tests import factories
from tests.factories import TODAY
from tests.factories.cohorts import NOW

SOON = TODAY + timedelta(20)


def coming(candidates=2, **details):
    """A cohort that begins in three weeks, with one session on its first day."""
    cohort = factories.cohort(
        starts_on=SOON, assessment_on=None, results_due_on=SOON + timedelta(30), candidates=candidates, **details
    )
    session = factories.training_session(cohort.id, on=SOON)
    for place in db.session.scalars(select(Enrolment).where(Enrolment.cohort_id == cohort.id)).all():
        with transaction():
            change_address(place.person_id, f"candidate-{place.id}@example.police.uk")
    return cohort.id, session.id


def plan_of(session_id, **changes):
    session = db.session.get_one(CohortSession, session_id, populate_existing=True)
    names = ("title", "starts_at", "ends_at", "minutes", "venue", "link")
    return SessionPlan(**{name: getattr(session, name) for name in names} | changes), session.version


def send(cohort_id, **details):
    with transaction():
        return joining.send_joining(cohort_id, at=NOW, **details)


def letters(template):
    return list(db.session.scalars(select(Letter).where(Letter.template == template).order_by(Letter.id)))


def files(letter):
    """The calendar files that go with a letter, unfolded."""
    return [
        file.content.decode().replace("\r\n ", "").split("\r\n")
        for file in FACTS[letter.template](letter.about_id)["calendar"]
    ]


# --- planning ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"ends_at": london_moment(SOON, datetime.min.time())}, "ends before it begins"),
        ({"minutes": 481}, "More hours would count"),
        ({"minutes": 480}, None),
        ({"minutes": 0}, "Some of the session must count"),
        ({"starts_at": london_moment(SOON - timedelta(1), datetime.min.time())}, "outside the days"),
    ],
)
def test_a_session_that_cannot_be_is_refused(changes, words):
    starts_at = london_moment(SOON, datetime.min.time().replace(hour=9))
    plan = {"title": "Day 1", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=8), "minutes": 360}
    faults = faults_of(SessionPlan(**plan | changes), SOON, SOON + timedelta(6))
    assert (words is None and not faults) or words in " ".join(faults)


def test_times_are_those_of_london_on_both_sides_of_the_clock_change():
    nine = datetime.min.time().replace(hour=9)
    assert london_moment(datetime(2027, 3, 27).date(), nine).hour == 9
    assert london_moment(datetime(2027, 3, 28).date(), nine).hour == 8


def test_only_its_trainers_deliver_a_session_and_a_stale_page_is_refused(app):
    cohort_id, session_id = coming()
    plan, version = plan_of(session_id, trainers=(factories.person().id,))
    with pytest.raises(DomainError, match="Add them as trainers first"), transaction():
        sessions.change_session(session_id, plan, version=version, at=NOW)
    trainer = factories.staff(cohort_id).person_id
    plan, version = plan_of(session_id, trainers=(trainer,))
    with transaction():
        sessions.change_session(session_id, plan, version=version, at=NOW)
    assert [row.person_id for row in db.session.get_one(CohortSession, session_id).trainers] == [trainer]
    with pytest.raises(Conflict), transaction():
        sessions.change_session(session_id, plan, version=version, at=NOW)


# --- joining instructions ------------------------------------------------------------------------------------------


def test_each_candidate_is_told_once_with_every_session_attached(app):
    cohort_id, session_id = coming()
    factories.training_session(cohort_id, "Day 2", on=SOON + timedelta(1))
    assert [send(cohort_id), send(cohort_id)] == [2, 0]
    [first, _] = letters(joining.JOINING)
    calendar = files(first)
    uid = db.session.get_one(CohortSession, session_id).uid
    assert [("METHOD:REQUEST" in file, "SEQUENCE:0" in file) for file in calendar] == [(True, True)] * 2
    assert f"UID:{uid}" in calendar[0]
    assert send(cohort_id, again=True) == 2
    assert "SEQUENCE:1" in files(letters(joining.JOINING)[-1])[0]


def test_the_letter_carries_its_calendar_files(app):
    cohort_id, _ = coming(candidates=1)
    send(cohort_id)
    [letter] = letters(joining.JOINING)
    mail = compose(letter, takes_utf8=False).content.decode()
    assert re.search(r'Content-Type: text/calendar;[^\n]*(\n\s[^\n]*)*method="?REQUEST', mail)
    assert 'filename="session-1.ics"' in mail
    assert "Room 4, Gordon House" in mail


def test_without_a_session_nobody_is_told(app):
    cohort_id = factories.cohort(candidates=1).id
    with pytest.raises(DomainError, match="Plan the sessions first"):
        send(cohort_id)


def test_a_changed_session_moves_in_every_calendar_that_has_it(app):
    cohort_id, session_id = coming()
    send(cohort_id)
    factories.candidate(cohort_id)  # who came later has had no instructions yet
    plan, version = plan_of(session_id, venue="Room 9")
    with transaction():
        sessions.change_session(session_id, plan, version=version, at=NOW)
    told = letters(joining.SESSION_CHANGED)
    assert len(told) == 2
    assert {"SEQUENCE:1", "LOCATION:Room 9"} <= set(files(told[0])[0])
    plan, version = plan_of(session_id, minutes=300)
    with transaction():
        sessions.change_session(session_id, plan, version=version, at=NOW)
    assert len(letters(joining.SESSION_CHANGED)) == 2  # no calendar shows the hours that count


def test_of_two_changes_only_the_last_letter_still_has_something_to_say(app):
    cohort_id, session_id = coming(candidates=1)
    send(cohort_id)
    for venue in ("Room 9", "Room 10"):
        plan, version = plan_of(session_id, venue=venue)
        with transaction():
            sessions.change_session(session_id, plan, version=version, at=NOW)
    first, last = letters(joining.SESSION_CHANGED)
    with pytest.raises(NoLongerTrue):
        FACTS[first.template](first.about_id)
    assert "LOCATION:Room 10" in files(last)[0]


def test_a_session_called_off_leaves_the_calendars_once(app):
    cohort_id, session_id = coming(candidates=1)
    send(cohort_id)
    version = db.session.get_one(CohortSession, session_id).version
    with pytest.raises(DomainError, match="Write down why"), transaction():
        sessions.call_off_session(session_id, because=" ", version=version, at=NOW)
    for _ in range(2):
        with transaction():
            sessions.call_off_session(session_id, because="The room is flooded.", version=version, at=NOW)
    [letter] = letters(joining.SESSION_CHANGED)
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"} <= set(files(letter)[0])


def test_a_session_added_later_reaches_who_was_told(app):
    cohort_id, _ = coming(candidates=1)
    send(cohort_id)
    factories.training_session(cohort_id, "Day 2", on=SOON + timedelta(1))
    [letter] = letters(joining.SESSION_CHANGED)
    assert {"METHOD:REQUEST", "SEQUENCE:0"} <= set(files(letter)[0])


def test_who_leaves_has_it_taken_out_and_who_comes_back_gets_a_higher_number(app):
    cohort_id, session_id = coming(candidates=1)
    send(cohort_id)
    place_id = db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == cohort_id)).one()
    with transaction():
        places.step_place(place_id, "withdrawn", at=NOW, by=None, reason="New post.")
    [letter] = letters(places.PLACE_ENDED)
    assert {"METHOD:CANCEL", "SEQUENCE:1"} <= set(files(letter)[0])
    with transaction():
        places.step_place(place_id, "confirmed", at=NOW, by=None)
        assert joining.send_joining(cohort_id, again=True, at=NOW) == 1
    assert "SEQUENCE:2" in files(letters(joining.JOINING)[-1])[0]
    with pytest.raises(NoLongerTrue):
        FACTS[letter.template](letter.about_id)
    notices = db.session.scalars(select(SessionNotice).where(SessionNotice.session_id == session_id))
    assert [notice.kind for notice in notices] == ["request", "cancel", "request"]


def test_a_cancelled_cohort_leaves_every_calendar(app):
    cohort_id, _ = coming(candidates=2)
    send(cohort_id)
    with transaction():
        step_cohort(cohort_id, "cancelled", at=NOW, by=None)
    told = letters(places.PLACE_ENDED)
    assert ["METHOD:CANCEL" in files(letter)[0] for letter in told] == [True, True]
    assert {place.state for place in db.session.scalars(select(Enrolment))} == {"cancelled"}


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_provider_plans_several_days_and_sends_the_instructions(sign_in, today):
    cohort = factories.cohort(
        "Spring", starts_on=SOON, assessment_on=None, results_due_on=SOON + timedelta(30), candidates=1
    )
    cohort_id = cohort.id
    provider = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))
    answer = {
        "title": "Day", "days": f"{SOON:%d/%m/%Y}\n{SOON + timedelta(1):%d/%m/%Y}\n", "starts": "09:30",
        "ends": "16:30", "hours": "6.5", "venue": "Room 4",
    }  # fmt: skip
    path = f"/cohorts/{cohort_id}/sessions"
    assert "2 sessions planned." in provider.post(f"{path}/new", data=answer, follow_redirects=True).text
    planned = db.session.scalars(select(CohortSession).order_by(CohortSession.starts_at)).all()
    assert [(one.title, one.minutes, one.starts_at.astimezone(UTC).hour) for one in planned] == [
        ("Day 1", 390, 9),
        ("Day 2", 390, 9),
    ]
    assert "June has 30 days" in provider.post(f"{path}/new", data=answer | {"days": "31/06/2027"}).text
    assert "outside the days of the cohort" in provider.post(f"{path}/new", data=answer | {"days": "1/1/2028"}).text
    page = provider.get(f"/cohorts/{cohort_id}/joining").text
    assert "Send 1 letter" in page
    sent = {"words": "Bring a pen.", "what": "send"}
    assert (
        "1 letter with joining instructions"
        in provider.post(f"/cohorts/{cohort_id}/joining", data=sent, follow_redirects=True).text
    )
    assert db.session.get_one(Cohort, cohort_id).joining_text == "Bring a pen."
