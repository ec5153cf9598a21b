"""Appeals: the result stands meanwhile; upheld, another takes its place, dated as the original."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from accreditation.people.services import change_address
from accreditation.standing.models import Deadline, Evidence
from cohorts.models import Result, ResultAppeal
from cohorts.queries.acts import reversals_of
from cohorts.queries.results import released_results_of
from cohorts.services import appeals, release
from cohorts.services.cohorts import step_cohort
from scheduler.services.composing import compose
from tests import factories
from tests.factories.cohorts import NOW

TODAY = factories.TODAY
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


@pytest.fixture
def failed(app):
    """A fail that was released today."""
    cohort = factories.cohort(candidates=1)
    return factories.released_results(cohort.id, "fail")[0]


def uphold(appeal_id, by=None, outcome="pass"):
    by = by or factories.person().id
    with transaction():
        return appeals.uphold_appeal(
            appeal_id, outcome=outcome, decision="The clock was wrong.", on=TODAY, at=NOW, decided_by=by
        ).new_result_id


def dismiss(appeal_id, by=None, decision="Nothing was overlooked."):
    by = by or factories.person().id
    with transaction():
        appeals.dismiss_appeal(appeal_id, decision=decision, at=NOW, decided_by=by)


def deadlines():
    return [(row.kind, row.basis_date, row.person_id) for row in db.session.scalars(select(Deadline))]


def test_the_result_stands_while_an_appeal_is_open(failed):
    person_id = failed.person_id
    appeal = factories.appeal(failed.id)
    assert [result.outcome for result in released_results_of(person_id)] == ["fail"]
    assert ("appeal_decision", TODAY + timedelta(29), person_id) in deadlines()
    with pytest.raises(Conflict, match="open already"):
        factories.appeal(failed.id)
    letter = db.session.scalars(select(Letter).where(Letter.about_id == appeal.id, Letter.key.like("appeal%"))).one()
    assert letter.template == appeals.RECEIVED


def test_an_upheld_appeal_brings_a_result_dated_as_the_original_and_the_audit_shows_both(failed):
    wrong, event_on, person_id = failed.id, failed.event_on, failed.person_id
    decider, other = factories.person().id, factories.person().id
    right = uphold(factories.appeal(wrong).id, decider)
    assert [result.outcome for result in released_results_of(person_id)] == ["fail"]  # until a second person releases
    with pytest.raises(NotAllowed), transaction():
        release.release_results(failed.cohort_id, [right], at=NOW, released_by=decider)
    with transaction():
        release.release_results(failed.cohort_id, [right], at=NOW, released_by=other)
    [stands] = released_results_of(person_id)
    assert (stands.outcome, stands.event_on, stands.supersedes_id) == ("pass", event_on, wrong)
    assert db.session.scalars(select(Evidence)).one().starts_on == event_on
    trail = select(AuditEntry.subject_id).where(AuditEntry.subject_type == "result")
    assert set(db.session.scalars(trail)) == {wrong, right}
    assert not deadlines()


def test_a_dismissed_appeal_closes_and_the_result_stands(failed):
    appeal_id, person_id = factories.appeal(failed.id).id, failed.person_id
    dismiss(appeal_id)
    assert db.session.get_one(ResultAppeal, appeal_id).state == "dismissed"
    assert [result.outcome for result in released_results_of(person_id)] == ["fail"]
    assert not deadlines()
    with pytest.raises(Conflict, match="closed already"):
        dismiss(appeal_id)


def test_letters_name_no_outcome(failed, today):
    appeal_id = factories.appeal(failed.id).id
    with transaction():
        change_address(failed.person_id, "candidate@example.police.uk")
    dismiss(appeal_id)
    found = db.session.scalars(select(Letter).where(Letter.template == appeals.DECIDED)).all()
    assert found
    for letter in found:
        text = compose(letter, takes_utf8=True).content.decode().lower()
        assert not any(word in text for word in ("fail", "pass", "dismiss", "upheld"))


@pytest.mark.parametrize(("days", "fits"), [(28, True), (29, False)])
def test_there_is_a_last_day_to_appeal(failed, days, fits):
    on = TODAY + timedelta(days)
    if fits:
        factories.appeal(failed.id, on=on)
        return
    with pytest.raises(DomainError, match="ended on 2 March 2027"):
        factories.appeal(failed.id, on=on)
    assert factories.appeal(failed.id, on=on, late_because="Was in hospital.").late_because == "Was in hospital."


def test_where_there_are_no_appeals_none_is_taken(app):
    cohort = factories.cohort(candidates=1)
    factories.assessment(cohort_id=cohort.id, parts=(), appeal_days=0)
    [result] = factories.released_results(cohort.id, "fail")
    with pytest.raises(DomainError, match="takes no appeal"):
        factories.appeal(result.id)


def test_who_had_a_part_in_the_result_does_not_decide(failed):
    appeal_id = factories.appeal(failed.id).id
    for who in (failed.submitted_by, failed.released_by, failed.person_id):
        with pytest.raises(NotAllowed, match="had a part"):
            dismiss(appeal_id, who)
    with pytest.raises(DomainError, match="reasons"):
        dismiss(appeal_id, decision=" ")
    with pytest.raises(DomainError, match="changes the outcome"):
        uphold(appeal_id, outcome="fail")
    assert db.session.get_one(ResultAppeal, appeal_id).state == "open"


def test_an_open_appeal_keeps_others_from_going_past_it(failed):
    appeal = factories.appeal(failed.id)
    cohort_id, wrong = failed.cohort_id, failed.id
    by = factories.person().id
    with pytest.raises(DomainError, match="appeal"), transaction():
        release.correct_result(
            wrong, outcome="pass", event_on=TODAY, note="Typed wrong.", on=TODAY, at=NOW, corrected_by=by
        )
    with pytest.raises(DomainError, match="appealed against"), transaction():
        step_cohort(cohort_id, "closed", at=NOW, by=None)
    [line] = reversals_of(factories.act_of(cohort_id))
    assert line.why_not == "An appeal against it is open. Decide about the appeal first."
    with transaction():
        appeals.withdraw_appeal(appeal.id, at=NOW, by=failed.person_id)
    with transaction():
        assert step_cohort(cohort_id, "closed", at=NOW, by=None).state == "closed"


def test_a_candidate_appeals_and_a_manager_decides(sign_in, today, failed):
    person, result_id = db.session.get_one(Person, failed.person_id), failed.id
    browser = sign_in(person=person)
    assert f"/my-results/{result_id}/appeal" in browser.get("/my-results").text
    page = browser.post(f"/my-results/{result_id}/appeal", data={"grounds": ""})
    assert "Write down what the appeal rests on" in page.text
    form = {"grounds": "Half an hour was missing."}
    page = browser.post(f"/my-results/{result_id}/appeal", data=form, follow_redirects=True)
    assert "The result stands meanwhile" in page.text
    appeal_id = db.session.scalars(select(ResultAppeal.id)).one()
    manager = sign_in(MANAGER)
    assert f"/appeals/{appeal_id}" in manager.get("/appeals").text
    assert "Half an hour was missing." in manager.get(f"/appeals/{appeal_id}").text
    page = manager.post(f"/appeals/{appeal_id}", data={"answer": "uphold", "outcome": "", "decision": "Right."})
    assert "Choose the outcome that takes the place" in page.text
    form = {"answer": "uphold", "outcome": "pass", "decision": "The clock was wrong."}
    page = manager.post(f"/appeals/{appeal_id}", data=form, follow_redirects=True)
    assert "waits for a second person" in page.text
    assert db.session.scalars(select(Result.state).order_by(Result.id)).all() == ["released", "submitted"]


def test_nobody_elses_result_is_appealed_against(sign_in, today, failed):
    stranger = sign_in(person=factories.person())
    for path in (f"/my-results/{failed.id}/appeal", f"/my-results/{failed.id}/appeal/withdraw"):
        assert stranger.post(path, data={"grounds": "x"}).status_code == 404
    assert not db.session.scalars(select(ResultAppeal)).all()


def test_the_office_records_an_appeal_that_came_by_letter(sign_in, today, failed):
    manager = sign_in(MANAGER)
    path = f"/cohorts/{failed.cohort_id}/results/{failed.id}/appeal"
    page = manager.post(path, data={"grounds": "By letter."}, follow_redirects=True)
    assert "The appeal is recorded." in page.text
    assert page.request.path.startswith("/appeals/")
