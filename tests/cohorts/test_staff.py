"""Who trains and assesses a cohort, and whom an assessor has trained."""

from datetime import timedelta

import pytest

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from cohorts.models import CohortStaff, Enrolment, SessionTrainer
from cohorts.queries.staff import has_trained, people_of_provider, staff_of, trained_by
from cohorts.services import staff
from tests import factories
from tests.factories import TODAY


def ids(cohort_id):
    return [place.id for place in db.session.query(Enrolment).filter_by(cohort_id=cohort_id).order_by(Enrolment.id)]


def test_a_trainer_of_the_cohort_has_trained_everybody_on_it(app):
    cohort_id = factories.cohort(candidates=2).id
    who = factories.staff(cohort_id).person_id
    assert trained_by(who, cohort_id) == set(ids(cohort_id))
    assert trained_by(factories.staff(cohort_id, role="assessor").person_id, cohort_id) == set()
    assert has_trained(who, ids(cohort_id)[0])


def test_who_delivers_one_session_has_trained_the_cohort(app):
    cohort_id = factories.cohort(candidates=1).id
    session_id = factories.training_session(cohort_id).id
    who = factories.person().id
    with transaction():
        db.session.add(SessionTrainer(session_id=session_id, person_id=who))
    assert trained_by(who, cohort_id) == set(ids(cohort_id))


def test_a_trainer_who_is_taken_off_has_trained_nobody_unless_in_a_session(app):
    cohort_id = factories.cohort(candidates=1).id
    member = factories.staff(cohort_id)
    member_id, who = member.id, member.person_id
    with transaction():
        staff.take_off_staff(member_id, on=TODAY)
    assert trained_by(who, cohort_id) == set()
    assert staff_of(cohort_id) == []


def test_who_was_transferred_was_trained_on_the_cohort_they_came_from(app):
    old, new = factories.cohort(candidates=1), factories.cohort(candidates=1)
    old_id, new_id = old.id, new.id
    [place], who = ids(old_id), factories.staff(old_id).person_id
    [other] = ids(new_id)
    person_id = db.session.get_one(Enrolment, place).person_id
    with transaction():
        moved = Enrolment(
            person_id=person_id, cohort_id=new_id, state="confirmed", enrolled_on=TODAY, came_from_id=place
        )
        db.session.add(moved)
        db.session.flush()
        moved_id = moved.id
    assert trained_by(who, new_id) == {moved_id}
    assert not has_trained(who, other)


def test_a_second_record_of_the_trainer_is_the_same_person(app):
    cohort_id = factories.cohort(candidates=1).id
    who = factories.person().id
    second = factories.person().id
    factories.staff(cohort_id, db.session.get_one(Person, second))
    factories.merged(who, second)
    assert trained_by(who, cohort_id) == set(ids(cohort_id)) == trained_by(second, cohort_id)


def test_a_candidate_does_not_train_their_own_cohort(app):
    cohort_id = factories.cohort(candidates=1).id
    person = db.session.query(Enrolment).filter_by(cohort_id=cohort_id).one().person
    with pytest.raises(DomainError, match="is a candidate"):
        factories.staff(cohort_id, person)
    assert not db.session.query(CohortStaff).count()


def test_the_same_person_twice_is_one_trainer_and_may_assess_too(app):
    cohort_id = factories.cohort().id
    who = factories.person()
    first, again = factories.staff(cohort_id, who).id, factories.staff(cohort_id, who).id
    assert first == again != factories.staff(cohort_id, who, "assessor").id


def test_a_provider_names_its_own_people_and_newcomers(sign_in):
    cohort = factories.cohort("Spring", candidates=1)
    cohort_id, provider_id = cohort.id, cohort.provider_id
    provider = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider_id))
    path = f"/cohorts/{cohort_id}/staff"
    answer = {"role": "trainer", "person": "", "given_name": "Nia", "family_name": "Hughes"}
    assert "Nia Hughes is added as trainer." in provider.post(path, data=answer, follow_redirects=True).text
    [member] = staff_of(cohort_id)
    assert member.person.reference.startswith("S")
    assert "Nia Hughes" in {person.name for person in people_of_provider(provider_id)}
    again = {"role": "assessor", "person": str(member.person_id), "given_name": "", "family_name": ""}
    page = provider.post(path, data=again, follow_redirects=True).text
    candidate = db.session.query(Enrolment).filter_by(cohort_id=cohort_id).one().person.name
    assert f"1: {candidate}" in page  # she trained whom she is to assess
    assert "in one way only" in provider.post(path, data=again | {"family_name": "Hughes"}).text
    assert "name of somebody new" in provider.post(path, data={"role": "trainer", "person": ""}).text
    gone = provider.post(f"{path}/{member.id}/end", follow_redirects=True).text
    assert "Nia Hughes is no longer trainer" in gone


def test_a_provider_does_not_reach_into_the_register(sign_in):
    cohort = factories.cohort()
    path, reference = f"/cohorts/{cohort.id}/staff", factories.person().reference
    provider = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))
    assert "Reference of somebody" not in provider.get(path).text
    provider.post(path, data={"role": "trainer", "person": "", "reference": reference})
    assert staff_of(cohort.id) == []


def test_a_cohort_that_is_over_keeps_its_staff(app):
    cohort_id = factories.cohort(starts_on=TODAY - timedelta(60)).id
    member_id = factories.staff(cohort_id).id
    factories.closed(cohort_id)
    with pytest.raises(DomainError, match="is closed"), transaction():
        staff.take_off_staff(member_id, on=TODAY)
    with pytest.raises(DomainError, match="is closed"):
        factories.staff(cohort_id)
