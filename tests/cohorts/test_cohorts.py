from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed, NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Deadline
from cohorts.models import Cohort, Enrolment
from cohorts.queries.cohorts import (
    Wanted,
    cohorts_page,
    count_cohorts,
    get_cohort,
    get_cohort_to_manage,
    get_cohort_to_record,
    results_outstanding,
)
from cohorts.queries.results import roster
from cohorts.services import cohorts, places, results
from tests import factories
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW

TODAY = factories.TODAY
MANAGER = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


def provider_viewer(provider_id):
    return Viewer(2, frozenset({Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider_id)}))


def test_a_misfit_is_refused_with_every_reason(app):
    first = factories.cohort("Spring")
    with pytest.raises(DomainError) as refusal, transaction():
        cohorts.plan_cohort(
            provider_id=first.provider_id,
            scheme="INHOUSE-WPM",
            title="Spring",
            starts_on=TODAY,
            ends_on=TODAY,
            assessment_on=TODAY - timedelta(1),
            results_due_on=TODAY - timedelta(2),
            created_by=None,
        )
    assert len(refusal.value.reasons) == 4


def test_a_scheme_that_is_not_there_is_refused(app):
    provider_id = factories.provider().id
    with pytest.raises(NotFound), transaction():
        cohorts.plan_cohort(
            provider_id=provider_id,
            scheme="NO-SUCH",
            title="Spring",
            starts_on=TODAY,
            ends_on=TODAY + timedelta(5),
            results_due_on=TODAY + timedelta(20),
            created_by=None,
        )


def change(cohort_id, version, **changes):
    cohort = db.session.get_one(Cohort, cohort_id)
    names = ("title", "starts_on", "ends_on", "assessment_on", "results_due_on", "capacity", "attendance_percent")
    plan = {name: getattr(cohort, name) for name in names} | changes
    with transaction():
        cohorts.change_cohort(cohort_id, version=version, **plan)


@pytest.mark.parametrize(
    ("scheme_asks", "said", "asked"), [(None, None, None), (80, None, 80), (80, 90, 90), (None, 70, 70)]
)
def test_a_cohort_takes_the_attendance_that_its_scheme_asks_for_unless_it_says_its_own(
    app, monkeypatch, scheme_asks, said, asked
):
    scheme = replace(cohorts.get_scheme("INHOUSE-WPM", TODAY), attendance_percent=scheme_asks)
    monkeypatch.setattr(cohorts, "get_scheme", lambda code, on: scheme)
    planned = factories.cohort()
    assert planned.attendance_percent == scheme_asks
    change(planned.id, 1, attendance_percent=said)
    assert db.session.get_one(Cohort, planned.id).attendance_percent == asked


def test_a_stale_change_is_refused(app):
    cohort_id = factories.cohort().id
    change(cohort_id, 1, title="First")
    with pytest.raises(Conflict):
        change(cohort_id, 1, title="Second")
    assert db.session.get_one(Cohort, cohort_id).title == "First"


def test_a_cohort_shrinks_no_further_than_its_places(app):
    cohort_id = factories.cohort(candidates=2).id
    with pytest.raises(DomainError, match="2 places are taken"):
        change(cohort_id, 3, capacity=1)
    change(cohort_id, 3, capacity=2)


def test_a_cohort_closes_only_when_every_result_is_released(app):
    cohort_id = factories.cohort(candidates=2).id
    factories.submitted_results(cohort_id, "pass")
    with pytest.raises(DomainError) as refusal, transaction():
        cohorts.step_cohort(cohort_id, "closed", at=NOW, by=None)
    assert len(refusal.value.reasons) == 2
    other_id = factories.cohort(candidates=1).id
    factories.released_results(other_id, "pass")
    with transaction():
        cohorts.step_cohort(other_id, "closed", at=NOW, by=None)
    assert db.session.get_one(Cohort, other_id).state == "closed"


def test_a_state_that_does_not_follow_is_refused(app):
    cohort_id = factories.cohort().id
    for to in ("closed", "moderation", "no such state"):
        with pytest.raises(DomainError, match="cannot become"), transaction():
            cohorts.step_cohort(cohort_id, to, at=NOW, by=None)


def test_a_place_given_up_is_free_again_but_not_one_with_a_result(app):
    cohort = factories.cohort(capacity=2, candidates=2)
    with transaction():
        results.record_results(
            cohort.id, [office.entry(office.references(cohort.id)[0])], version=3, on=TODAY, recorded_by=1
        )
        db.session.get_one(Cohort, cohort.id).state = "in_training"  # a result moves it on; here somebody joins late
    first, second = db.session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
    with pytest.raises(DomainError, match="There is a result"), transaction():
        places.step_place(first.id, "withdrawn", at=NOW, by=None, reason="as it was asked")
    with pytest.raises(DomainError, match="is full"):
        factories.candidate(cohort.id)
    with transaction():
        places.step_place(second.id, "withdrawn", at=NOW, by=None, reason="as it was asked")
    factories.candidate(cohort.id)
    with pytest.raises(DomainError, match="is full"), transaction():
        places.step_place(second.id, "confirmed", at=NOW, by=None, reason="as it was asked")


# --- who sees which ------------------------------------------------------------------------------------------------


def test_a_provider_knows_of_their_own_cohorts_alone(app):
    own, other = factories.cohort(), factories.cohort()
    viewer = provider_viewer(own.provider_id)
    assert get_cohort(own.id, viewer).id == own.id
    with pytest.raises(NotFound) as refusal:
        get_cohort(other.id, viewer)
    with pytest.raises(NotFound) as nothing:
        get_cohort(10_000, viewer)
    assert refusal.value.reasons == nothing.value.reasons
    assert [row.cohort.id for row in cohorts_page(viewer, Wanted(), on=TODAY).rows] == [own.id]
    assert count_cohorts(viewer, Wanted(), on=TODAY) == 1
    assert count_cohorts(MANAGER, Wanted(), on=TODAY) == 2
    with pytest.raises(NotAllowed):
        get_cohort_to_manage(own.id, viewer)
    assert get_cohort_to_record(own.id, viewer)


def test_a_manager_of_one_unit_sees_their_people_alone(app):
    unit = factories.unit("Croydon")
    cohort = factories.cohort()
    ours = factories.candidate(cohort.id, factories.person(name="Ours", unit_id=unit.id))
    factories.candidate(cohort.id)
    elsewhere = factories.cohort(candidates=1)
    viewer = Viewer(3, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id)}))
    assert [who.enrolment.id for who in roster(get_cohort(cohort.id, viewer), viewer)] == [ours.id]
    with pytest.raises(NotFound):
        get_cohort(elsewhere.id, viewer)
    with pytest.raises(NotAllowed):
        get_cohort_to_record(cohort.id, viewer)


def test_two_hats_do_not_add_up(app):
    unit = factories.unit("Croydon")
    own, other = factories.cohort(candidates=1), factories.cohort(candidates=1)
    factories.candidate(other.id, factories.person(unit_id=unit.id))
    hats = {
        Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, own.provider_id),
        Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id),
    }
    viewer = Viewer(3, frozenset(hats))
    assert len(roster(get_cohort(other.id, viewer), viewer)) == 1


# --- what is due ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "due"), [(-1, False), (0, True), (1, True)])
def test_results_are_outstanding_from_the_day_of_the_assessment(app, days, due):
    cohort = factories.cohort(assessment_on=TODAY, candidates=1)
    on = TODAY + timedelta(days)
    rows = results_outstanding(MANAGER, on)
    assert bool(rows) is due
    assert len(rows) == count_cohorts(MANAGER, Wanted(results="outstanding"), on=on)
    assert [row.cohort.id for row in rows] == ([cohort.id] if due else [])


def test_the_count_is_what_the_list_shows(app):
    factories.cohort(candidates=2)
    done = factories.cohort(candidates=1)
    factories.submitted_results(done.id, "pass")
    half = factories.cohort(candidates=2)
    factories.submitted_results(half.id, "pass")
    factories.cohort()  # nobody on it
    rows = results_outstanding(MANAGER, TODAY)
    assert [row.missing for row in rows] == [2, 1]
    assert count_cohorts(MANAGER, Wanted(results="outstanding"), on=TODAY) == 2
    assert count_cohorts(MANAGER, Wanted(results="to_release"), on=TODAY) == 2
    assert results_outstanding(provider_viewer(done.provider_id), TODAY) == []


def test_the_deadline_stands_while_results_are_missing(app):
    cohort = factories.cohort(candidates=2)
    deadline = db.session.scalars(select(Deadline)).one()
    assert (deadline.kind, deadline.provider_id) == ("results_outstanding", cohort.provider_id)
    assert deadline.basis_date == cohort.results_due_on + timedelta(1)
    factories.submitted_results(cohort.id, "pass")
    assert db.session.scalars(select(Deadline)).all()
    enrolment = db.session.scalars(select(Enrolment).order_by(Enrolment.id)).all()[1]
    with transaction():
        places.step_place(enrolment.id, "did_not_attend", at=NOW, by=None, reason="as it was asked")
    assert db.session.scalars(select(Deadline)).all()  # no-shows need their result too: absent
    with transaction():
        places.step_place(enrolment.id, "withdrawn", at=NOW, by=None, reason="as it was asked")
    assert not db.session.scalars(select(Deadline)).all()


def test_the_deadline_moves_with_the_cohort(app):
    cohort_id = factories.cohort(candidates=1).id
    change(cohort_id, 2, results_due_on=TODAY + timedelta(30))
    assert db.session.scalars(select(Deadline)).one().basis_date == TODAY + timedelta(31)
