"""How a scheme is assessed: parts and criteria, what they come to, attempts, moderation."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.models import Assessment, Cohort, Result
from cohorts.queries.results import candidates_of, said_of_parts
from cohorts.rules.assessment import ComponentPlan, ComponentRule, PartEntry, overall, reasons_to_refuse_plan
from cohorts.rules.results import Entry
from cohorts.services import assessment as assessing
from cohorts.services import moderation, release, results
from cohorts.services.results import ResultsRefused
from tests import factories
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW

TODAY = factories.TODAY
PARTS = (ComponentRule(1, "Role-play"), ComponentRule(2, "Portfolio"), ComponentRule(3, "Talk", required=False))


@pytest.mark.parametrize(
    ("outcomes", "comes_to"),
    [
        ({1: "pass", 2: "pass"}, "pass"),
        ({1: "pass", 2: "pass", 3: "fail"}, "pass"),  # what need not be passed
        ({1: "pass", 2: "refer"}, "refer"),
        ({1: "fail", 2: "refer"}, "fail"),
        ({1: "absent", 2: "deferred"}, "absent"),
        ({1: "pass"}, "pending"),
        ({1: "pass", 2: None}, "pending"),
        ({}, "pending"),
    ],
)
def test_parts_come_to_an_outcome(outcomes, comes_to):
    assert overall(PARTS, outcomes) == comes_to


@pytest.mark.parametrize(
    ("parts", "because"),
    [
        ((ComponentPlan("Outcome"),), "another column"),
        ((ComponentPlan("Talk"), ComponentPlan(" talk")), "two parts"),
        ((ComponentPlan("Talk", True, ("Clear", "clear")),), "same criterion"),
        ((ComponentPlan("Talk", False),), "at least one part"),
    ],
)
def test_parts_that_cannot_be_used_are_refused(parts, because):
    assert any(because in reason for reason in reasons_to_refuse_plan(parts, ("Outcome", "Note")))


@pytest.fixture
def assessed(app):
    """A cohort of two, assessed by role-play and portfolio, and a talk that need not be passed."""
    cohort = factories.cohort(candidates=2)
    factories.assessment(cohort_id=cohort.id)
    return db.session.get_one(Cohort, cohort.id)


def parts_of(cohort, *outcomes, marks=None):
    rules = db.session.get_one(Cohort, cohort.id).assessment.rules
    first = [(one.id, met) for one, met in zip(rules[0].criteria, marks or (), strict=False)]
    return tuple(
        PartEntry(part.id, outcome, tuple(first) if part == rules[0] and marks is not None else None)
        for part, outcome in zip(rules, (*outcomes, None, None, None), strict=False)
    )


def record(cohort_id, *entries, on=TODAY):
    by, version = factories.person().id, office.version(cohort_id)
    with transaction():
        results.record_results(cohort_id, entries, version=version, on=on, recorded_by=by)
    return by


def drafts(cohort_id):
    return [(who.open.outcome, said_of_parts(who.open)) if who.open else None for who in candidates_of(cohort_id)]


def outcomes(cohort_id):
    return sorted(r.outcome for r in db.session.scalars(select(Result).where(Result.cohort_id == cohort_id)))


def test_the_outcome_follows_from_the_parts(assessed):
    one, two = office.references(assessed.id)
    record(
        assessed.id,
        Entry(one, parts=parts_of(assessed, "pass", "pass", marks=(True, False))),
        Entry(two, parts=parts_of(assessed, "pass")),
    )
    assert outcomes(assessed.id) == ["pass", "pending"]
    said = next(words for outcome, words in drafts(assessed.id) if outcome == "pass")
    assert sorted(said.values()) == ["Met", "Not met", "Pass", "Pass"]


def test_what_is_not_complete_is_not_submitted(assessed):
    one, two = office.references(assessed.id)
    by = record(assessed.id, Entry(two, parts=parts_of(assessed, "pass")))
    with pytest.raises(DomainError, match="None of the drafts is complete"), transaction():
        results.submit_results(assessed.id, version=office.version(assessed.id), at=NOW, submitted_by=by)
    record(assessed.id, Entry(one, parts=parts_of(assessed, "pass", "pass")))
    with transaction():
        assert results.submit_results(assessed.id, version=office.version(assessed.id), at=NOW, submitted_by=by) == 1
    states = dict(db.session.execute(select(Result.outcome, Result.state)).all())
    assert states == {"pass": "submitted", "pending": "draft"}


def test_a_pass_needs_its_parts(assessed):
    one, _ = office.references(assessed.id)
    with pytest.raises(ResultsRefused, match="“Portfolio” to be passed"):
        record(assessed.id, Entry(one, "pass", parts=parts_of(assessed, "pass", "refer")))
    with pytest.raises(ResultsRefused, match="“Observed role-play” and “Portfolio”"):
        record(assessed.id, Entry(one, "pass"))
    with pytest.raises(ResultsRefused, match="A refer needs a note"):
        record(assessed.id, Entry(one, parts=parts_of(assessed, "pass", "refer")))
    assert outcomes(assessed.id) == []


def test_what_an_entry_does_not_say_of_parts_stays(assessed):
    one, _ = office.references(assessed.id)
    record(assessed.id, Entry(one, parts=parts_of(assessed, "pass", "pass", marks=(True, True))))
    before = drafts(assessed.id)
    record(assessed.id, Entry(one, "pass", TODAY, "Well done."))
    assert drafts(assessed.id) == before
    record(assessed.id, Entry(one, "pass", parts=parts_of(assessed, "pass", "pass", "fail")))
    said = next(words for draft in drafts(assessed.id) if draft for words in [draft[1]])
    assert sorted(said.values()) == ["Fail", "Met", "Met", "Pass", "Pass"]  # the grid knows no criteria


def release_all(cohort_id, by):
    with transaction():
        results.submit_results(cohort_id, version=office.version(cohort_id), at=NOW, submitted_by=by)
    ids = list(db.session.scalars(select(Result.id).where(Result.state == "submitted")))
    releaser = factories.person().id
    with transaction():
        release.release_results(cohort_id, ids, at=NOW, released_by=releaser)


def test_a_part_passed_before_is_not_repeated(assessed):
    one, _ = office.references(assessed.id)
    by = record(assessed.id, Entry(one, note="Once more.", parts=parts_of(assessed, "pass", "refer")))
    release_all(assessed.id, by)
    record(assessed.id, Entry(one, event_on=TODAY, parts=parts_of(assessed, None, "pass")))
    assert outcomes(assessed.id) == ["pass", "refer"]


@pytest.mark.parametrize(("days", "fits"), [(29, False), (30, True)])
def test_days_lie_between_two_attempts(app, days, fits):
    cohort = factories.cohort(candidates=1, assessment_on=TODAY - timedelta(30))
    factories.assessment(cohort_id=cohort.id, parts=(), cooling_off_days=30)
    factories.released_results(cohort.id, "fail")
    [who] = office.references(cohort.id)
    again = Entry(who, "pass", TODAY - timedelta(30) + timedelta(days))
    if fits:
        record(cohort.id, again)
    else:
        with pytest.raises(ResultsRefused, match="can be taken from 2 February 2027"):
            record(cohort.id, again)


def test_there_are_so_many_attempts_and_no_more(app):
    cohort = factories.cohort(candidates=2, assessment_on=TODAY - timedelta(30))
    factories.assessment(cohort_id=cohort.id, parts=(), attempts_max=1)
    factories.released_results(cohort.id, "fail", "absent")
    failed, absent = office.references(cohort.id)
    with pytest.raises(ResultsRefused, match="The one attempt that there can be"):
        record(cohort.id, Entry(failed, "pass", TODAY))
    record(cohort.id, Entry(absent, "pass", TODAY))  # who was not there has not been assessed


def test_pure_pass_or_fail_knows_no_refer(app):
    cohort = factories.cohort(candidates=1)
    factories.assessment(cohort_id=cohort.id, parts=(), may_refer=False)
    [who] = office.references(cohort.id)
    with pytest.raises(ResultsRefused, match="does not know “refer”"):
        record(cohort.id, Entry(who, "refer", note="Again."))


# --- changing it -------------------------------------------------------------------------------------------------


def change(assessment, **details):
    plan = {
        "title": assessment.title,
        "components": [ComponentPlan("Essay")],
        "may_refer": True,
        "attempts_max": None,
        "cooling_off_days": 0,
        "moderated": False,
        "independent": True,
        "appeal_days": 28,
    }
    with transaction():
        return assessing.change_assessment(
            assessment.id, shown_version=assessment.version, changed_by=None, **plan | details
        )


def test_results_keep_the_assessment_that_they_rest_on(assessed):
    old = assessed.assessment
    fresh = factories.cohort()
    with transaction():
        assessing.choose_assessment(fresh.id, old.id, version=office.version(fresh.id))
    one, _ = office.references(assessed.id)
    record(assessed.id, Entry(one, parts=parts_of(assessed, "pass")))
    old = db.session.get_one(Assessment, old.id)
    new = change(old)
    assert (new.version, new.replaces_id) == (2, old.id)
    titles = {
        cohort.id: [part.title for part in cohort.assessment.components]
        for cohort in db.session.scalars(select(Cohort).execution_options(populate_existing=True))
    }
    assert titles == {assessed.id: ["Observed role-play", "Portfolio", "Talk"], fresh.id: ["Essay"]}
    with pytest.raises(Conflict):
        change(db.session.get_one(Assessment, old.id))


def test_without_results_it_is_changed_where_it_stands(assessed):
    old, version = assessed.assessment, office.version(assessed.id)
    assert change(old).id == old.id
    assert office.version(assessed.id) == version + 1  # workbooks handed out before have other columns
    assert db.session.scalars(select(Assessment.version)).all() == [2]


def test_once_there_are_results_a_cohort_keeps_its_assessment(assessed):
    one, _ = office.references(assessed.id)
    record(assessed.id, Entry(one, parts=parts_of(assessed, "pass")))
    with pytest.raises(DomainError, match="There are results already"), transaction():
        assessing.choose_assessment(assessed.id, None, version=office.version(assessed.id))


# --- moderation ----------------------------------------------------------------------------------------------------


@pytest.fixture
def to_moderate(app):
    """A cohort whose results were submitted by somebody and wait for the moderator."""
    cohort = factories.cohort(candidates=2)
    factories.assessment(cohort_id=cohort.id, parts=(), moderated=True)
    by = factories.submitted_results(cohort.id, "pass", "fail")
    ids = list(db.session.scalars(select(Result.id).order_by(Result.id)))
    return cohort.id, ids, by


def states():
    return {result.state for result in db.session.scalars(select(Result).execution_options(populate_existing=True))}


def agree(cohort_id, ids, by):
    with transaction():
        return moderation.agree_results(cohort_id, ids, at=NOW, moderated_by=by)


def test_what_was_not_moderated_is_not_released(to_moderate):
    cohort_id, ids, _ = to_moderate
    moderator, releaser = factories.person().id, factories.person().id
    with pytest.raises(Conflict), transaction():
        release.release_results(cohort_id, ids, at=NOW, released_by=releaser)
    assert states() == {"in_moderation"}
    assert agree(cohort_id, ids, moderator) == 2
    assert agree(cohort_id, ids, moderator) == 0  # the same click twice
    with transaction():
        assert release.release_results(cohort_id, ids, at=NOW, released_by=releaser) == 2


def test_who_recorded_submitted_or_is_assessed_does_not_moderate(to_moderate):
    cohort_id, ids, by = to_moderate
    candidate = candidates_of(cohort_id)[0].person.id
    for who in (by, candidate):
        with pytest.raises(NotAllowed):
            agree(cohort_id, ids, who)
    assert states() == {"in_moderation"}


def test_the_moderator_sends_back_with_a_note(to_moderate):
    cohort_id, ids, _ = to_moderate
    moderator = factories.person().id
    with pytest.raises(DomainError, match="Write down"), transaction():
        moderation.return_results(cohort_id, ids, note=" ", moderated_by=moderator)
    with transaction():
        assert moderation.return_results(cohort_id, ids[:1], note="Which role play?", moderated_by=moderator) == 1
    first = db.session.get_one(Result, ids[0], populate_existing=True)
    assert (first.state, first.moderation_note, first.submitted_by) == ("draft", "Which role play?", None)
    assert db.session.get_one(Cohort, cohort_id).state == "assessment"


def test_an_assessor_who_trained_the_candidate_is_flagged_where_that_is_forbidden(sign_in, today):
    cohort = factories.cohort()
    factories.candidate(cohort.id)
    trainer, other = factories.person(name="Tess Trainer"), factories.person(name="Ian Independent")
    factories.staff(cohort.id, trainer)
    for who in (trainer, other):
        factories.staff(cohort.id, who, role="assessor")
    factories.submitted_results(cohort.id, "pass")
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    assert "Not independent" not in manager.get(f"/cohorts/{cohort.id}/release").text
    for independent, flagged in ((True, True), (False, False)):
        assessment_id = factories.assessment(independent=independent).id
        with transaction():
            db.session.get_one(Cohort, cohort.id).assessment_id = assessment_id
        page = manager.get(f"/cohorts/{cohort.id}/release").text
        assert ("Tess Trainer trained this candidate" in page) is flagged
        assert "Ian Independent" not in page
