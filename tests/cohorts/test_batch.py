"""The batch of founding document 000: more than a hundred applicants, five cohorts, fifty mediators in three months."""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.models import Deadline, Evidence
from cohorts.models import Application, Cohort, Enrolment, Offer, Result
from cohorts.queries.cohorts import places_taken
from cohorts.queries.sessions import held_sessions
from cohorts.queries.waiting import waiting_list
from cohorts.rules.attendance_sheet import typed
from cohorts.rules.intakes import CriterionPlan
from cohorts.rules.results import Entry
from cohorts.services import applications, attendance, enrolments, marking, places, release, results
from cohorts.services.cohorts import step_cohort
from cohorts.services.offers import answer_offer
from tests import factories
from tests.factories import TODAY
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW
from tests.statements import statements_counted

APPLICANTS, PLACES, COHORTS = 104, 52, 5
"""DOMAIN.md section 4: fifty in three months are at least five cohorts of at most twelve."""

SIFT = (CriterionPlan("sift", "Listening", 2), CriterionPlan("sift", "Fairness"))


@pytest.fixture
def url(tmp_path, request):
    """A fresh SQLite database: what the two databases do differently is tested one use case at a time."""
    path = tmp_path / "test.sqlite3"
    shutil.copy(request.getfixturevalue("empty_sqlite"), path)
    return f"sqlite:///{path}"


def apply_and_offer(by):
    """A hundred and four apply, are read by two each, and the best fifty-two accept a conditional offer."""
    intake = factories.intake("Second batch", places=PLACES, criteria=SIFT)
    intake_id = intake.id
    made = [office.at_the_sift(intake).id for _ in range(APPLICANTS)]
    office.sifters(intake, 6)
    with transaction():
        assert marking.share_out(intake_id, at=NOW, by=by).given == 2 * APPLICANTS
    office.mark_all(intake_id, lambda application_id, criterion_id: (application_id * 7 + criterion_id) % 5)
    with transaction():
        moved = applications.move_applications(made, "conditional_offer", at=NOW, by=by)
    offered = [answer.application_id for answer in moved if answer.refusal is None]
    totals = dict(db.session.execute(select(Application.id, Application.sift_total)).all())
    assert len(offered) == PLACES
    assert min(totals[one] for one in offered) >= max(totals[one] for one in made if one not in offered)
    with transaction():
        left = applications.move_applications(set(made) - set(offered), "reserve_list", at=NOW, by=by)
    assert not [answer for answer in left if answer.refusal]
    for application_id in offered:
        with transaction():
            answer_offer(office.link_of(application_id, "offer"), accepts=True, words=None, at=NOW)
    assert db.session.scalar(select(func.count(Offer.id)).where(Offer.answer == "accepted")) == PLACES
    return offered


def place_all(offered, by):
    """Five cohorts of ten, each with three days; the last two of the fifty-two wait for a place on the fifth."""
    provider_id = factories.provider().id
    made = []
    for number in range(COHORTS):
        cohort_id = factories.cohort(
            f"Spring {number + 1}", provider_id=provider_id, starts_on=TODAY - timedelta(60 - 10 * number), capacity=10
        ).id
        made.append(cohort_id)
        starts_on = db.session.get_one(Cohort, cohort_id).starts_on
        for day in range(3):
            factories.training_session(cohort_id, f"Day {day + 1}", on=starts_on + timedelta(day))
        with transaction():
            db.session.get_one(Cohort, cohort_id).attendance_percent = 80
            placed = enrolments.place_applicants(
                offered[number * 10 : number * 10 + (10 if number < COHORTS - 1 else 12)],
                cohort_id,
                waiting=True,
                on=TODAY,
                at=NOW,
                placed_by=by,
            )
        assert not [answer for answer in placed if answer.refusal]
    assert [places_taken(cohort_id) for cohort_id in made] == [10] * COHORTS
    assert len(waiting_list(made[-1])) == 2
    return made


def train_and_assess(cohort_id, by, second):
    for to in ("open", "in_training"):
        with transaction():
            step_cohort(cohort_id, to, at=NOW, by=by)
    who = [place.person.reference for place in holders(cohort_id)]
    cells = [typed(one, session.id, "P") for one in who for session in held_sessions(cohort_id)]
    with transaction():
        version = db.session.get_one(Cohort, cohort_id).attendance_version
        attendance.record_attendance(cohort_id, cells, version=version, at=NOW, recorded_by=by)
    entries = [Entry(one, "pass") for one in who]
    with transaction():
        results.record_results(cohort_id, entries, version=office.version(cohort_id), on=TODAY, recorded_by=by)
    with transaction():
        results.submit_results(cohort_id, version=office.version(cohort_id), at=NOW, submitted_by=by)
    ids = list(db.session.scalars(select(Result.id).where(Result.cohort_id == cohort_id)))
    with transaction():
        release.release_results(cohort_id, ids, at=NOW, released_by=second)
    with transaction():
        step_cohort(cohort_id, "closed", at=NOW, by=by)


def holders(cohort_id):
    found = select(Enrolment).where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(("confirmed", "in_training")))
    return db.session.scalars(found.order_by(Enrolment.id)).all()


def test_a_hundred_apply_and_fifty_are_trained(sign_in, today):
    by, second = factories.person().id, factories.person().id
    made = place_all(apply_and_offer(by), by)
    first_waiting, _ = [place.id for place in waiting_list(made[-1])]
    with transaction():
        places.step_place(holders(made[-1])[0].id, "withdrawn", at=NOW, by=by, reason="A new post.")
        assert [place.id for place in enrolments.give_free_places(made[-1], on=TODAY, at=NOW, given_by=by)] == [
            first_waiting
        ]
    for cohort_id in made:
        train_and_assess(cohort_id, by, second)
    assert db.session.scalar(select(func.count(Evidence.id)).where(Evidence.kind == "training")) == 50
    assert not db.session.scalars(select(Deadline).where(Deadline.kind == "results_outstanding")).all()
    assert {place.state for place in db.session.scalars(select(Enrolment))} == {"completed", "withdrawn", "cancelled"}

    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    small = factories.cohort("Small", candidates=1).id
    factories.training_session(small)
    for path in ("/cohorts/{}", "/cohorts/{}/attendance", "/cohorts/{}/sessions", "/cohorts/{}/staff"):
        counted = []
        for cohort_id in (small, made[0]):
            manager.get(path.format(cohort_id))
            with statements_counted() as asked:
                assert manager.get(path.format(cohort_id)).status_code == 200
            counted.append(len(asked))
        assert counted[1] <= counted[0] + 1, (path, counted)  # ten candidates cost what one does
