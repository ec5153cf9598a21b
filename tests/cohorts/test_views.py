import re

import pytest
from sqlalchemy import event, func, select

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.models import Evidence
from cohorts.models import Application, Cohort, Enrolment, Result
from cohorts.queries.results import candidates_of
from tests import factories
from tests.cohorts.test_apply import ANSWERS
from tests.factories import cohorts as office

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
PLAN = {
    "title": "Spring 2027",
    "scheme": "INHOUSE-WPM",
    "starts_on": "1 March 2027",
    "last_day": "5/3/2027",
    "assessment_on": "2027-03-05",
    "results_due_on": "26 March 2027",
    "capacity": "12",
}


def provider_grant(cohort):
    return Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id)


def count(model, **values):
    db.session.rollback()
    return db.session.scalar(select(func.count(model.id)).filter_by(**values))


# --- the whole way -------------------------------------------------------------------------------------------------


def test_from_applicant_to_released_result(sign_in, today):
    provider = factories.provider("CMP")
    manager = sign_in(SERVICE)
    page = manager.post("/cohorts/new", data=PLAN | {"provider": provider.id}, follow_redirects=True)
    assert "Spring 2027 is planned" in page.text
    assert "0 of 12 places are taken" in page.text
    cohort_id = db.session.scalars(select(Cohort.id)).one()
    ids = [factories.application(name, stage="submitted").id for name in ("Ada Okafor", "Ben Cole")]

    preview = manager.post("/applications/decide", data={"chosen": ids, "what": "stage:conditional_offer"})
    assert "Preview" in preview.text
    assert count(Application, stage="submitted") == 2
    manager.post("/applications/move/conditional_offer", data={"chosen": ids})
    preview = manager.post("/applications/decide", data={"chosen": ids, "what": f"cohort:{cohort_id}"})
    assert "2 letters go out" in preview.text
    assert count(Enrolment) == 0
    page = manager.post(f"/applications/place/{cohort_id}", data={"chosen": ids}, follow_redirects=True)
    assert "2 applicants are on Spring 2027" in page.text
    assert "2 of 12 places are taken" in page.text

    with_results = {"starts_on": "4 January 2027", "last_day": "8 January 2027", "assessment_on": "8 January 2027"}
    changes = PLAN | with_results | {"results_due_on": "29 January 2027", "version": office.version(cohort_id)}
    assert (
        "The cohort is changed"
        in manager.post(f"/cohorts/{cohort_id}/change", data=changes, follow_redirects=True).text
    )
    trainer = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id))
    page = trainer.get("/cohorts")
    assert "Were due by Friday 29 January 2027" in page.text
    assert "2 of 2 missing" in re.sub(r"\s+", " ", page.text)
    places = db.session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
    grid = {f"outcome-{places[0].id}": "pass", f"outcome-{places[1].id}": "fail"}
    refused = trainer.post(f"/cohorts/{cohort_id}/results", data=grid | {"version": office.version(cohort_id)})
    assert "A fail needs a note" in refused.text
    assert count(Result) == 0
    grid[f"note-{places[1].id}"] = "Took sides in the role play."
    page = trainer.post(
        f"/cohorts/{cohort_id}/results",
        data=grid | {"version": office.version(cohort_id)},
        follow_redirects=True,
    )
    assert "2 results added" in page.text
    page = trainer.post(
        f"/cohorts/{cohort_id}/submit", data={"version": office.version(cohort_id)}, follow_redirects=True
    )
    assert "2 results are submitted" in page.text

    ids = db.session.scalars(select(Result.id)).all()
    assert "2 letters" in manager.get(f"/cohorts/{cohort_id}/release").text
    page = manager.post(f"/cohorts/{cohort_id}/release", data={"result": ids}, follow_redirects=True)
    assert "2 results are released" in page.text
    assert count(Evidence, kind="training") == 1
    ada = db.session.get_one(Enrolment, places[0].id).person
    assert "Pass" in sign_in(person=ada).get("/my-results").text


def test_results_are_seen_by_their_candidate_only_after_the_release(sign_in, today):
    cohort = factories.cohort(candidates=1)
    factories.submitted_results(cohort.id, "pass")
    who = db.session.scalars(select(Enrolment)).one().person
    assert "There is no result yet" in sign_in(person=who).get("/my-results").text


def test_a_stale_grid_shows_both_and_overwrites_nothing(sign_in, today):
    cohort = factories.cohort(candidates=1)
    trainer = sign_in(provider_grant(cohort))
    [place] = db.session.scalars(select(Enrolment)).all()
    shown = office.version(cohort.id)
    factories.drafts(cohort.id, "absent")
    path = f"/cohorts/{cohort.id}/results"
    page = trainer.post(path, data={f"outcome-{place.id}": "pass", "version": shown})
    assert page.status_code == 409
    assert "Recorded now: Absent" in page.text
    assert '<option value="pass" selected>' in page.text
    assert count(Result, outcome="absent") == 1


def test_the_submitter_is_told_that_somebody_else_must_release(sign_in, today):
    cohort = factories.cohort(candidates=1)
    manager = sign_in(SERVICE)
    factories.submitted_results(cohort.id, "pass", by=manager.person_id)
    [result] = db.session.scalars(select(Result.id)).all()
    page = manager.post(f"/cohorts/{cohort.id}/release", data={"result": [result]})
    assert "You submitted some of these results" in page.text
    assert count(Result, state="submitted") == 1


def test_a_provider_learns_only_whether_somebody_is_cleared(sign_in, today):
    cohort = factories.cohort()
    cleared, pending, neither = (factories.person(name=f"{word} Person") for word in ("Cleared", "Pending", "Neither"))
    factories.evidence(cleared.id, "clearance", today.replace(year=2026), code="SC", ends_on=today.replace(year=2030))
    factories.evidence(pending.id, "clearance_application", today, code="CTC")
    for who in (cleared, pending, neither):
        factories.candidate(cohort.id, who, email="secret@example.police.uk")
    page = sign_in(provider_grant(cohort)).get(f"/cohorts/{cohort.id}").text
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    found = {word: next(row for row in rows if f"{word} Person" in row) for word in ("Cleared", "Pending", "Neither")}
    assert [">Yes<" in found["Cleared"], ">Pending<" in found["Pending"], ">No<" in found["Neither"]] == [True] * 3
    for secret in ("2030", "2026", ">SC<", "secret@", "CTC"):
        assert secret not in "".join(rows)


def test_the_list_of_cohorts_costs_the_same_for_any_number(sign_in, today):
    manager = sign_in(SERVICE)

    def statements():
        db.session.rollback()
        db.session.expunge_all()
        seen = []

        def listener(*details):
            seen.append(details[2])

        event.listen(db.engine, "before_cursor_execute", listener)
        assert manager.get("/cohorts?state=running").status_code == 200
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    factories.cohort(candidates=1)
    first = statements()
    for _ in range(4):
        factories.cohort(candidates=2)
    assert statements() == first


# --- applications --------------------------------------------------------------------------------------------------


def test_the_office_records_an_application_and_settles_who_it_is(sign_in, today):
    factories.person(name="Ada Okafor")
    manager = sign_in(SERVICE)
    page = manager.post("/applications/new", data=ANSWERS, follow_redirects=True)
    assert "The application is recorded as APP-2027-0001" in page.text
    assert "Does the register know this person already?" in page.text
    page = manager.post("/applications/APP-2027-0001/identity", data={"same_as": "nobody"}, follow_redirects=True)
    assert "The applicant is a new person" in page.text
    assert count(Application, identity_question=True) == 0


def test_a_step_is_taken_or_refused_in_words(sign_in, today):
    application = factories.application()
    manager = sign_in(SERVICE)
    path = f"/applications/{application.reference}"
    page = manager.post(path, data={"to": "unsuccessful"})
    assert "Write down why" in page.text
    page = manager.post(path, data={"to": "unsuccessful", "reason": "Too early."}, follow_redirects=True)
    assert "is now at “Unsuccessful”" in page.text
    assert manager.post(path, data={"to": "sift"}).status_code == 200
    assert count(Application, stage="unsuccessful") == 1


def test_the_list_is_filtered_and_found(sign_in, today):
    unit = factories.unit("Croydon")
    factories.application("Ada Okafor", unit_id=unit.id)
    factories.application("Ben Cole", stage="sift")
    manager = sign_in(SERVICE)
    for query, found, not_found in (
        ("q=okafor", "Ada Okafor", "Ben Cole"),
        ("q=app-2027-0002", "Ben Cole", "Ada Okafor"),
        ("stage=sift", "Ben Cole", "Ada Okafor"),
        (f"unit={unit.id}", "Ada Okafor", "Ben Cole"),
    ):
        page = manager.get(f"/applications?{query}").text
        assert found in page
        assert not_found not in page
    assert manager.get("/applications?after=rubbish").status_code == 400


@pytest.fixture
def planner(sign_in, today):
    return sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))


ASSESSMENT = {
    "scheme": "INHOUSE-WPM",
    "title": "Foundation",
    "components-0-title": "Role-play",
    "components-0-required": "y",
    "components-0-criteria": "Listens\r\n\r\nStays impartial",
    "components-1-title": "",
    "may_refer": "y",
    "attempts_max": "2",
    "cooling_off_days": "30",
    "appeal_days": "28",
}


def test_an_assessment_is_planned_changed_and_chosen(planner):
    assert "No assessment is planned yet" in planner.get("/assessments").text
    page = planner.post("/assessments/new", data=ASSESSMENT | {"components-0-title": "Outcome"})
    assert "is the name of another column" in page.text
    page = planner.post("/assessments/new", data=ASSESSMENT, follow_redirects=True)
    assert "2 at most, 30 days between" in page.text
    [path] = re.findall(r"/assessments/\d+", page.text)
    assert "Stays impartial" in planner.get(path).text
    page = planner.post(path, data=ASSESSMENT | {"version": "1", "title": "Foundation course"}, follow_redirects=True)
    assert "The assessment is changed." in page.text
    assert planner.post(path, data=ASSESSMENT | {"version": "1"}).status_code == 409
    cohort = factories.cohort(candidates=1)
    chosen = planner.get(f"/cohorts/{cohort.id}/assessment")
    assert "Foundation course" in chosen.text
    form = {"assessment": "", "version": office.version(cohort.id)}
    page = planner.post(f"/cohorts/{cohort.id}/assessment", data=form, follow_redirects=True)
    assert "By an overall outcome, without parts." in page.text


def test_results_are_moderated_on_a_page(planner):
    cohort = factories.cohort(candidates=2)
    factories.assessment(cohort_id=cohort.id, parts=(), moderated=True)
    factories.submitted_results(cohort.id, "pass", "fail")
    assert "Moderate 2 results" in planner.get(f"/cohorts/{cohort.id}").text
    ids = [who.open.id for who in candidates_of(cohort.id)]
    path = f"/cohorts/{cohort.id}/moderate"
    page = planner.post(path, data={"result": ids, "what": "return", "note": ""})
    assert (page.status_code, "Write down what should be looked at again" in page.text) == (422, True)
    form = {"result": ids[0], "what": "return", "note": "Which role play?"}
    assert "Sent back: Which role play?" in planner.post(path, data=form, follow_redirects=True).text
    assert (
        "waits for release now"
        in planner.post(path, data={"result": ids[1], "what": "agree"}, follow_redirects=True).text
    )


def test_one_result_is_typed_with_its_criteria_and_shown_again_with_what_is_wrong(planner):
    cohort = factories.cohort(candidates=1)
    factories.assessment(cohort_id=cohort.id)
    [who] = candidates_of(cohort.id)
    path = f"/cohorts/{cohort.id}/places/{who.enrolment.id}/result"
    part = cohort.assessment.rules[0]
    typed = {f"{part.field}-{who.enrolment.id}": "fail", f"{part.criteria[0].field}-{who.enrolment.id}": "Not met"}
    form = typed | {"version": office.version(cohort.id), f"outcome-{who.enrolment.id}": "fail"}
    page = planner.post(path, data=form)
    assert "A fail needs a note" in page.text
    assert "<option selected>Not met" in page.text
    page = planner.post(path, data=form | {f"note-{who.enrolment.id}": "Took sides."}, follow_redirects=True)
    assert "1 result added" in page.text
    assert "<option selected>Not met" in planner.get(path).text
