"""Assessors and moderators: the candidates given to them, for as long as it lasts, and nothing else."""

from datetime import timedelta

import pytest

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import viewer_of
from accreditation.people.rules import Grant
from cohorts.models import CandidateGiven, Enrolment, Result
from cohorts.queries.given import get_given, given_to
from cohorts.rules.results import Entry
from cohorts.services import giving, staff
from cohorts.services.assessing import record_given
from cohorts.services.cohorts import step_cohort
from tests import factories
from tests.factories import TODAY
from tests.factories.cohorts import NOW

LAST_DAY = TODAY + timedelta(7)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


def places(cohort_id):
    return [place.id for place in db.session.query(Enrolment).filter_by(cohort_id=cohort_id).order_by(Enrolment.id)]


def give(member_id, *enrolment_ids, ends_on=LAST_DAY + timedelta(1), on=TODAY):
    with transaction():
        return giving.give_candidates(member_id, enrolment_ids, ends_on=ends_on, on=on, given_by=None)


@pytest.fixture
def course(app, today):
    """(cohort id, ids of its three places, staff id and person id of an assessor): the first two are theirs."""
    cohort_id = factories.cohort("Spring", candidates=3).id
    member = factories.staff(cohort_id, role="assessor")
    ids, member_id, person_id = places(cohort_id), member.id, member.person_id
    give(member_id, *ids[:2])
    return cohort_id, ids, member_id, person_id


def roles_on(person_id, on):
    return {str(role) for role in viewer_of(person_id, on).roles}


def seen(person_id, on=TODAY, role="assessor"):
    viewer = viewer_of(person_id, on)
    return {one.candidate.enrolment.id for one in given_to(viewer, role, on)}


@pytest.mark.parametrize(("days", "theirs"), [(-1, False), (0, True), (7, True), (8, False)])
def test_candidates_and_the_role_last_from_the_first_day_to_the_last(course, days, theirs):
    _, ids, _, person_id = course
    on = TODAY + timedelta(days)
    assert seen(person_id, on) == (set(ids[:2]) if theirs else set())
    assert roles_on(person_id, on) == ({"assessor"} if theirs else set())


def test_who_is_left_unticked_is_taken_back_and_the_role_ends_with_the_last(course):
    _, ids, member_id, person_id = course
    give(member_id, ids[2])
    assert seen(person_id) == {ids[2]}
    give(member_id, ends_on=None)
    assert seen(person_id) == set()
    assert roles_on(person_id, TODAY) == set()
    give(member_id, ids[0], ends_on=LAST_DAY + timedelta(9))
    assert roles_on(person_id, LAST_DAY + timedelta(8)) == {"assessor"}
    assert db.session.query(CandidateGiven).filter_by(person_id=person_id).count() == 3  # each row is kept


def test_the_role_lasts_as_long_as_the_longest_of_several_cohorts(course):
    _, _, member_id, person_id = course
    other_id = factories.cohort(candidates=1).id
    other = factories.staff(other_id, db.session.get_one(Person, person_id), "assessor").id
    give(other, *places(other_id), ends_on=LAST_DAY + timedelta(30))
    give(member_id, ends_on=None)
    assert roles_on(person_id, LAST_DAY + timedelta(29)) == {"assessor"}
    with transaction():
        staff.take_off_staff(other, on=TODAY)
    assert roles_on(person_id, TODAY) == set()
    assert seen(person_id) == set()


def test_who_is_taken_off_or_whose_cohort_closes_has_nothing_more(course):
    cohort_id, _, _, person_id = course
    factories.released_results(cohort_id, "pass", "pass", "pass")
    with transaction():
        step_cohort(cohort_id, "closed", at=NOW, by=None)
    assert seen(person_id) == set()
    assert roles_on(person_id, TODAY) == set()


def test_who_loses_the_place_is_no_longer_theirs(course):
    _, ids, _, person_id = course
    with transaction():
        db.session.get_one(Enrolment, ids[0]).state = "withdrawn"
    assert seen(person_id) == {ids[1]}


def test_nobody_assesses_and_moderates_the_same_candidate_or_themselves(course):
    cohort_id, ids, _, person_id = course
    person = db.session.get_one(Person, person_id)
    moderator = factories.staff(cohort_id, person, "moderator").id
    with pytest.raises(DomainError, match=r"is to assess .* already"):
        give(moderator, *ids[:2])
    assert give(moderator, ids[2]) == 1
    candidate = db.session.get_one(Enrolment, ids[0]).person
    with pytest.raises(DomainError, match="is a candidate on Spring and cannot moderate it"):
        factories.staff(cohort_id, candidate, "moderator")


@pytest.mark.parametrize("ends_on", [None, TODAY])
def test_what_is_given_has_an_end_in_the_future(course, ends_on):
    _, ids, member_id, _ = course
    with pytest.raises(DomainError, match="last day"):
        give(member_id, ids[2], ends_on=ends_on)


def test_a_trainer_is_given_nobody(course):
    cohort_id, ids, _, _ = course
    with pytest.raises(DomainError, match="assess or moderate"):
        give(factories.staff(cohort_id).id, ids[0])


def test_candidates_of_another_cohort_are_not_given(course):
    _, _, member_id, _ = course
    with pytest.raises(DomainError, match="has no place on this cohort"):
        give(member_id, *places(factories.cohort(candidates=1).id))


def recorded(given_id, reference, by, on=TODAY, stamp="", **details):
    with transaction():
        return record_given(given_id, Entry(reference, **details), stamp=stamp, on=on, recorded_by=by)


def rows_of(person_id):
    return db.session.query(CandidateGiven).filter_by(person_id=person_id).order_by(CandidateGiven.id).all()


@pytest.mark.parametrize("case", ["another person", "after the last day", "another candidate"])
def test_only_the_one_it_was_given_to_records_it_and_only_while_it_lasts(course, case):
    cohort_id, _, _, person_id = course
    row, other = rows_of(person_id)
    given_id, own, theirs = row.id, row.enrolment.person.reference, other.enrolment.person.reference
    with pytest.raises(NotFound):
        if case == "another person":
            recorded(given_id, own, factories.person().id, outcome="pass")
        elif case == "after the last day":
            recorded(given_id, own, person_id, on=LAST_DAY + timedelta(1), outcome="pass")
        else:
            recorded(given_id, theirs, person_id, outcome="pass")
    assert db.session.query(Result).filter_by(cohort_id=cohort_id).count() == 0


# --- pages -----------------------------------------------------------------------------------------------------------


def of_person(sign_in, person_id, role=Role.ASSESSOR):
    return sign_in(Grant(role, Scope.PERSON, person_id), person=db.session.get_one(Person, person_id))


def stamp_in(page):
    return page.partition('name="stamp" value="')[2].partition('"')[0]


def test_an_assessor_sees_and_records_those_given_to_them_and_no_others(course, sign_in):
    cohort_id, ids, _, person_id = course
    names = [db.session.get_one(Enrolment, one).person.name for one in ids]
    assessment = factories.assessment(cohort_id=cohort_id)
    parts = [part.id for part in assessment.components]
    first, _ = [row.id for row in rows_of(person_id)]
    browser = of_person(sign_in, person_id)
    listed = browser.get("/assessing").text
    assert names[0] in listed
    assert names[1] in listed
    assert names[2] not in listed
    page = browser.get(f"/assessing/{first}").text
    assert "Observed role-play" in page
    assert "Listens" in page
    answers = {"stamp": stamp_in(page), f"c{parts[0]}-{ids[0]}": "pass", f"c{parts[1]}-{ids[0]}": "pass"}
    done = browser.post(f"/assessing/{first}", data=answers, follow_redirects=True).text
    assert "saved as a draft" in done
    [result] = db.session.query(Result).filter_by(cohort_id=cohort_id).all()
    assert (result.enrolment_id, result.outcome, result.recorded_by, result.state) == (
        ids[0],
        "pass",
        person_id,
        "draft",
    )


def test_two_assessors_at_once_do_not_make_each_other_stale_but_for_the_same_candidate(course, sign_in):
    cohort_id, ids, _, person_id = course
    first, second = [row.id for row in rows_of(person_id)]
    browser = of_person(sign_in, person_id)
    stamps = {one: stamp_in(browser.get(f"/assessing/{one}").text) for one in (first, second)}
    reference = db.session.get_one(Enrolment, ids[0]).person.reference
    for one, place in ((first, ids[0]), (second, ids[1])):
        saved = browser.post(f"/assessing/{one}", data={"stamp": stamps[one], f"outcome-{place}": "pass"})
        assert saved.status_code == 302
    again = browser.post(f"/assessing/{first}", data={"stamp": stamps[first], f"outcome-{ids[0]}": "absent"})
    assert again.status_code == 409
    assert "Somebody else was quicker" in again.text
    kept = db.session.query(Result).filter_by(cohort_id=cohort_id, enrolment_id=ids[0]).one()
    assert (kept.person.reference, kept.outcome) == (reference, "pass")


def test_a_fail_without_a_note_is_said_and_nothing_is_lost(course, sign_in):
    _, ids, _, person_id = course
    first = rows_of(person_id)[0].id
    browser = of_person(sign_in, person_id)
    wrong = browser.post(f"/assessing/{first}", data={f"outcome-{ids[0]}": "fail", f"event_on-{ids[0]}": "31/06/2026"})
    assert wrong.status_code == 422
    assert "June has 30 days" in wrong.text
    stamp = stamp_in(browser.get(f"/assessing/{first}").text)
    wrong = browser.post(f"/assessing/{first}", data={f"outcome-{ids[0]}": "fail", "stamp": stamp})
    assert "needs a note" in wrong.text
    assert '<option value="fail" selected>' in wrong.text


def test_a_moderator_sees_what_is_submitted_of_those_given_to_them(course, sign_in):
    cohort_id, ids, _, _ = course
    factories.assessment(cohort_id=cohort_id, parts=(), moderated=True)
    member = factories.staff(cohort_id, role="moderator")
    member_id, moderator_id = member.id, member.person_id
    give(member_id, ids[0], ids[2])
    names = [db.session.get_one(Enrolment, one).person.name for one in ids]
    [first, third] = [row.id for row in rows_of(moderator_id)]
    browser = of_person(sign_in, moderator_id, Role.MODERATOR)
    assert "Not submitted yet" in browser.get("/moderating").text
    assert browser.get(f"/moderating/{first}").status_code == 404
    factories.submitted_results(cohort_id, "pass", "pass", "fail")
    listed = browser.get("/moderating").text
    assert (names[0] in listed, names[1] in listed, names[2] in listed) == (True, False, True)
    assert "Not yet at the standard" in browser.get(f"/moderating/{third}").text
    assert "Write down what" in browser.post(f"/moderating/{third}", data={"what": "return", "note": " "}).text
    back = browser.post(f"/moderating/{third}", data={"what": "return", "note": "Look again."}, follow_redirects=True)
    assert "a draft again" in back.text
    agreed = browser.post(f"/moderating/{first}", data={"what": "agree"}, follow_redirects=True)
    assert "waits for release now" in agreed.text
    assert browser.get(f"/moderating/{first}").status_code == 404
    assert {one.enrolment_id: one.state for one in db.session.query(Result).filter_by(cohort_id=cohort_id)} == {
        ids[0]: "submitted",
        ids[1]: "in_moderation",
        ids[2]: "draft",
    }


def test_a_moderator_who_recorded_it_does_not_moderate_it(course, sign_in):
    cohort_id, ids, _, _ = course
    factories.assessment(cohort_id=cohort_id, parts=(), moderated=True)
    member = factories.staff(cohort_id, role="moderator")
    member_id, moderator_id = member.id, member.person_id
    give(member_id, ids[0])
    factories.submitted_results(cohort_id, "pass", by=moderator_id)
    [row] = rows_of(moderator_id)
    browser = of_person(sign_in, moderator_id, Role.MODERATOR)
    refused = browser.post(f"/moderating/{row.id}", data={"what": "agree"})
    assert "Somebody else moderates it" in refused.text
    assert db.session.query(Result).filter_by(cohort_id=cohort_id).one().state == "in_moderation"


def test_a_manager_gives_candidates_on_the_page_of_the_staff(course, sign_in):
    cohort_id, ids, member_id, person_id = course
    name = db.session.get_one(Person, person_id).name
    manager = sign_in(MANAGER)
    assert "2 of 3 until 9 Feb 2027" in manager.get(f"/cohorts/{cohort_id}/staff").text
    path = f"/cohorts/{cohort_id}/staff/{member_id}/candidates"
    wrong = manager.post(path, data={"candidates": [str(ids[2])], "last_day": ""})
    assert "Enter the last day" in wrong.text
    done = manager.post(path, data={"candidates": [str(ids[2])], "last_day": "12 February 2027"}, follow_redirects=True)
    assert f"{name} is to assess 1 of the candidates" in done.text
    assert seen(person_id) == {ids[2]}
    provider_id = db.session.get_one(Enrolment, ids[0]).cohort.provider_id
    provider = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider_id))
    assert provider.get(path).status_code == 403
    assert "Given to them" not in provider.get(f"/cohorts/{cohort_id}/staff").text
    assert 'value="moderator"' not in provider.get(f"/cohorts/{cohort_id}/staff").text
    assert (
        provider.post(f"/cohorts/{cohort_id}/staff", data={"role": "moderator", "family_name": "Ng"}).status_code == 200
    )
    assert db.session.query(GrantRow).filter_by(role="moderator").count() == 0


def test_the_control_the_role_without_its_candidates_opens_nothing(course, sign_in):
    _, _, _, person_id = course
    given_id = rows_of(person_id)[0].id
    assert of_person(sign_in, person_id).get(f"/assessing/{given_id}").status_code == 200
    other = factories.person()
    assert of_person(sign_in, other.id).get(f"/assessing/{given_id}").status_code == 404
    assert of_person(sign_in, person_id, Role.MODERATOR).get(f"/moderating/{given_id}").status_code == 404
    with pytest.raises(NotFound):
        get_given(given_id, viewer_of(person_id, TODAY), "moderator", TODAY)
