"""What is due from whoever runs a cohort, and by when."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from cohorts.models import Cohort, CohortSession
from cohorts.queries.duties import duties_of
from cohorts.rules.attendance_sheet import typed
from cohorts.rules.duties import Duty, headline
from cohorts.services import attendance, joining
from tests import factories
from tests.cohorts.test_views import provider_grant
from tests.factories import TODAY
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW

MANAGER = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


def due(viewer=MANAGER, now=NOW):
    return [(duty.kind, duty.cohort, duty.number, duty.late) for duty in duties_of(viewer, TODAY, now)]


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        (Duty("results", 1, "Spring 2027", date(2027, 2, 5), 2, 12), "results due Friday 5 February 2027, 2 of 12"),
        (Duty("results", 1, "Spring", date(2027, 2, 1), 1, 12, late=True), "results were due Monday 1 February 2027"),
        (Duty("attendance", 1, "Spring", date(2027, 2, 1), 1, late=True), "attendance lacks 1 mark since Monday"),
        (Duty("joining", 1, "Spring", date(2027, 2, 9), 3), "3 candidates without joining instructions"),
        (Duty("trainers", 1, "Spring", date(2027, 2, 3)), "nobody is named as trainer"),
    ],
)
def test_the_first_thing_is_said_in_one_sentence(duty, words):
    assert words in headline([duty], TODAY)
    assert "1 more thing is due" in headline([duty, duty], TODAY)


def test_nothing_due_says_nothing():
    assert headline([], TODAY) == ""


def test_results_that_are_missing_are_due(app):
    factories.cohort("Spring", candidates=2)
    assert due() == [("results", "Spring", 2, False)]
    assert due(Viewer(2, frozenset({Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, 999)}))) == []


def test_attendance_is_due_from_the_end_of_the_session_on(app):
    cohort_id = factories.cohort("Spring", candidates=2, assessment_on=TODAY + timedelta(1)).id
    session = factories.training_session(cohort_id)
    ends_at, session_id = session.ends_at, session.id
    assert due(now=ends_at - timedelta(seconds=1)) == []
    assert due(now=ends_at) == [("attendance", "Spring", 2, True)]
    cells = [typed(who, session_id, "P") for who in office.references(cohort_id)]
    with transaction():
        version = db.session.get_one(Cohort, cohort_id).attendance_version
        attendance.record_attendance(cohort_id, cells, version=version, at=NOW, recorded_by=None)
    assert due() == []


def test_trainers_and_joining_instructions_are_due_four_weeks_ahead(app):
    starts_on = TODAY + timedelta(28)
    cohort_id = factories.cohort(
        "Spring", starts_on=starts_on, assessment_on=None, results_due_on=starts_on + timedelta(30), candidates=1
    ).id
    assert due() == [("trainers", "Spring", 0, False)]
    factories.staff(cohort_id)
    assert due() == []
    factories.training_session(cohort_id, on=starts_on)
    begins = db.session.scalars(select(CohortSession.starts_at)).one()
    assert due(now=begins - timedelta(days=28, seconds=1)) == []
    assert due(now=begins - timedelta(days=28)) == [("joining", "Spring", 1, False)]
    with transaction():
        joining.send_joining(cohort_id, at=NOW)
    assert due(now=begins - timedelta(days=28)) == []


def test_a_provider_begins_with_what_is_due(sign_in, today):
    cohort = factories.cohort("Spring", candidates=3)
    factories.submitted_results(cohort.id, "pass")
    page = sign_in(provider_grant(db.session.get_one(Cohort, cohort.id))).get("/cohorts").text
    assert "Spring: results due Friday 5 February 2027, 2 of 3 missing." in page
    assert "Due from you" in page
