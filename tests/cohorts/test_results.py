from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries import evidence_from
from cohorts.models import Cohort, Result
from cohorts.queries.results import candidates_of, released_results_of, roster
from cohorts.services import release, results
from cohorts.services.results import Recorded, ResultsRefused, StaleResults
from tests import factories
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW, entry

TODAY = factories.TODAY
MANAGER = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


def record(cohort_id, *entries, version=None, by=None):
    by, version = by or factories.person().id, version or office.version(cohort_id)
    with transaction():
        return results.record_results(cohort_id, entries, version=version, on=TODAY, recorded_by=by)


def submit(cohort_id, by):
    with transaction():
        return results.submit_results(cohort_id, version=office.version(cohort_id), at=NOW, submitted_by=by)


def waiting(cohort_id):
    return [r.id for r in db.session.scalars(select(Result).where(Result.cohort_id == cohort_id).order_by(Result.id))]


def release_all(cohort_id, by, ids=None):
    ids = ids or waiting(cohort_id)
    with transaction():
        return release.release_results(cohort_id, ids, at=NOW, released_by=by)


def state_of(cohort_id):
    found = select(Result).where(Result.cohort_id == cohort_id).order_by(Result.id)
    return [(r.outcome, r.event_on, r.note, r.state, r.attempt) for r in db.session.scalars(found)]


def test_entries_become_drafts_and_nobody_learns_of_them(app):
    cohort = factories.cohort(candidates=3)
    one, two, _ = office.references(cohort.id)
    letters = len(db.session.scalars(select(Letter)).all())
    assert record(cohort.id, entry(one), entry(two, "fail", event_on=TODAY)) == Recorded(added=2)
    assert state_of(cohort.id) == [
        ("pass", cohort.assessment_on, None, "draft", 1),
        ("fail", TODAY, "Not yet at the standard in the role play.", "draft", 1),
    ]
    assert db.session.get_one(Cohort, cohort.id).state == "assessment"
    assert not db.session.scalars(select(Evidence)).all()
    assert len(db.session.scalars(select(Letter)).all()) == letters
    assert not any(released_results_of(who.person.id) for who in candidates_of(cohort.id))


def test_the_same_entries_again_change_nothing_whatever_their_version(app):
    cohort = factories.cohort(candidates=2)
    entries = [entry(who) for who in office.references(cohort.id)]
    made_from = office.version(cohort.id)
    record(cohort.id, *entries, version=made_from)
    version = office.version(cohort.id)
    assert record(cohort.id, *entries, version=made_from) == Recorded(unchanged=2)
    assert office.version(cohort.id) == version


def test_a_stale_version_that_would_change_something_is_refused(app):
    cohort = factories.cohort(candidates=1)
    [who] = office.references(cohort.id)
    made_from = office.version(cohort.id)
    record(cohort.id, entry(who), version=made_from)
    before = state_of(cohort.id)
    with pytest.raises(StaleResults):
        record(cohort.id, entry(who, "fail"), version=made_from)
    assert state_of(cohort.id) == before


def test_an_entry_without_outcome_takes_the_draft_back(app):
    cohort = factories.cohort(candidates=1)
    [who] = office.references(cohort.id)
    record(cohort.id, entry(who))
    assert record(cohort.id, entry(who, None)) == Recorded(removed=1)
    assert record(cohort.id, entry(who, None)) == Recorded(unchanged=1)
    assert state_of(cohort.id) == []


def test_one_wrong_entry_keeps_all_others_out(app):
    cohort = factories.cohort(candidates=2)
    one, two = office.references(cohort.id)
    with pytest.raises(ResultsRefused) as refusal:
        record(cohort.id, entry(one), office.Entry(two, "fail"))
    assert state_of(cohort.id) == []
    wrong = {line.entry.reference: [fault.field for fault in line.faults] for line in refusal.value.plan.lines}
    assert wrong == {one: [], two: ["note"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "M9999"}, "reference"),
        ({"reference": ""}, "reference"),
        ({"name": "Somebody Else"}, "name"),
        ({"event_on": TODAY + timedelta(1)}, "event_on"),
        ({"event_on": date(2020, 1, 1)}, "event_on"),
        ({"outcome": "merit"}, "outcome"),
    ],
)
def test_each_wrong_field_is_named(app, change, field):
    cohort = factories.cohort(candidates=1)
    [who] = office.references(cohort.id)
    with pytest.raises(ResultsRefused) as refusal:
        record(cohort.id, office.Entry(**{"reference": who, "outcome": "pass"} | change))
    assert [fault.field for fault in refusal.value.plan.lines[0].faults] == [field]


def test_one_candidate_twice_is_refused(app):
    cohort = factories.cohort(candidates=1)
    [who] = office.references(cohort.id)
    with pytest.raises(ResultsRefused, match="2 times"):
        record(cohort.id, entry(who), entry(who, "fail"))


def test_somebody_of_another_cohort_is_nobody_here(app):
    cohort, other = factories.cohort(candidates=1), factories.cohort(candidates=1)
    [stranger] = office.references(other.id)
    with pytest.raises(ResultsRefused) as refusal:
        record(cohort.id, entry(stranger))
    with pytest.raises(ResultsRefused) as nobody:
        record(cohort.id, entry("M9999"))
    assert refusal.value.reasons[0].replace(stranger, "M9999") == nobody.value.reasons[0]


def test_submitting_closes_the_drafts(app):
    cohort = factories.cohort(candidates=2)
    one, two = office.references(cohort.id)
    by = factories.person().id
    record(cohort.id, entry(one), by=by)
    assert submit(cohort.id, by) == 1
    assert submit(cohort.id, by) == 0  # the same click twice
    assert db.session.get_one(Cohort, cohort.id).state == "assessment"
    with pytest.raises(ResultsRefused, match="has been submitted"):
        record(cohort.id, entry(one, "fail"))
    assert record(cohort.id, entry(one), entry(two)) == Recorded(added=1, unchanged=1)
    assert submit(cohort.id, by) == 1
    assert db.session.get_one(Cohort, cohort.id).state == "moderation"


def test_submitting_what_is_not_as_it_was_shown_is_refused(app):
    cohort = factories.cohort(candidates=1)
    shown = office.version(cohort.id)
    by = factories.drafts(cohort.id, "pass")
    with pytest.raises(Conflict), transaction():
        results.submit_results(cohort.id, version=shown, at=NOW, submitted_by=by)
    with pytest.raises(DomainError, match="nothing to submit"):
        submit(factories.cohort(candidates=1).id, by)


def test_results_sent_back_are_drafts_again(app):
    cohort = factories.cohort(candidates=1)
    factories.submitted_results(cohort.id, "pass")
    with transaction():
        results.send_back(cohort.id, version=office.version(cohort.id))
    assert [row[3] for row in state_of(cohort.id)] == ["draft"]
    [who] = office.references(cohort.id)
    assert record(cohort.id, entry(who, "fail")) == Recorded(changed=1)


# --- releasing -----------------------------------------------------------------------------------------------------


def test_a_release_makes_passes_count_and_tells_every_candidate(app):
    cohort = factories.cohort(candidates=3)
    factories.submitted_results(cohort.id, "pass", "fail", "absent")
    assert release_all(cohort.id, factories.person().id) == 3
    fact = db.session.scalars(select(Evidence)).one()
    assert (fact.kind, fact.code, fact.starts_on) == ("training", "INHOUSE-WPM", cohort.assessment_on)
    passed = db.session.get_one(Result, fact.source_id)
    assert (fact.source_type, passed.outcome, fact.person_id) == ("result", "pass", passed.person_id)
    told = select(Letter.person_id).where(Letter.template == "email/cohorts/result_released.txt")
    assert set(db.session.scalars(told)) == {who.person.id for who in candidates_of(cohort.id)}
    assert [result.outcome for result in released_results_of(passed.person_id)] == ["pass"]


def test_the_submitter_does_not_release(app):
    cohort = factories.cohort(candidates=1)
    by = factories.submitted_results(cohort.id, "pass")
    with pytest.raises(NotAllowed, match="You submitted"):
        release_all(cohort.id, by)
    assert [row[3] for row in state_of(cohort.id)] == ["submitted"]
    assert not db.session.scalars(select(Evidence)).all()


def test_a_candidate_does_not_release(app):
    cohort = factories.cohort(candidates=2)
    factories.submitted_results(cohort.id, "pass", "fail")
    candidate = candidates_of(cohort.id)[0].person.id
    with pytest.raises(NotAllowed, match="your own"):
        release_all(cohort.id, candidate)
    others = [who.open.id for who in candidates_of(cohort.id) if who.person.id != candidate]
    assert release_all(cohort.id, candidate, others) == 1


def test_releasing_twice_releases_once(app):
    cohort = factories.cohort(candidates=1)
    factories.submitted_results(cohort.id, "pass")
    by = factories.person().id
    assert [release_all(cohort.id, by), release_all(cohort.id, by)] == [1, 0]
    assert len(db.session.scalars(select(Evidence)).all()) == 1
    with pytest.raises(Conflict):
        release_all(cohort.id, factories.person().id)


def test_drafts_and_results_of_other_cohorts_are_not_released(app):
    cohort, other = factories.cohort(candidates=1), factories.cohort(candidates=1)
    factories.drafts(cohort.id, "pass")
    factories.submitted_results(other.id, "pass")
    by = factories.person().id
    with pytest.raises(Conflict):
        release_all(cohort.id, by)
    with pytest.raises(DomainError, match="Choose the results"):
        release_all(cohort.id, by, waiting(other.id))
    assert not db.session.scalars(select(Evidence)).all()


# --- further attempts, corrections, the past -----------------------------------------------------------------------


def test_after_a_refer_the_next_entry_is_the_second_attempt(app):
    cohort = factories.cohort(candidates=1)
    factories.released_results(cohort.id, "refer")
    [who] = office.references(cohort.id)
    first = state_of(cohort.id)[0]
    assert record(cohort.id, entry(who, "refer", note=first[2])) == Recorded(unchanged=1)
    with pytest.raises(ResultsRefused, match="attempt 2"):
        record(cohort.id, entry(who, "pass"))
    assert record(cohort.id, entry(who, "pass", event_on=TODAY)) == Recorded(added=1)
    assert [row[3:] for row in state_of(cohort.id)] == [("released", 1), ("draft", 2)]
    factories.submitted_results(cohort.id)
    release_all(cohort.id, factories.person().id, [waiting(cohort.id)[1]])
    assert db.session.scalars(select(Evidence)).one().starts_on == TODAY


def test_a_released_pass_takes_no_further_entry(app):
    cohort = factories.cohort(candidates=1)
    factories.released_results(cohort.id, "pass")
    [who] = office.references(cohort.id)
    assert record(cohort.id, entry(who)) == Recorded(unchanged=1)
    with pytest.raises(ResultsRefused, match="has been released"):
        record(cohort.id, entry(who, "fail"))


def correct(result, by, **details):
    answers = {"outcome": "fail", "event_on": result.event_on, "note": "The wrong row was filled in."} | details
    with transaction():
        return release.correct_result(result.id, on=TODAY, at=NOW, corrected_by=by, **answers)


def test_a_correction_is_released_by_a_second_person_and_strikes_out_the_evidence(app):
    cohort = factories.cohort(candidates=1)
    [wrong] = factories.released_results(cohort.id, "pass")
    by, other = factories.person().id, factories.person().id
    right = correct(wrong, by)
    assert evidence_from(("result", wrong.id))  # the result stands meanwhile
    with pytest.raises(NotAllowed):
        release_all(cohort.id, by, [right.id])
    release_all(cohort.id, other, [right.id])
    assert [row[3] for row in state_of(cohort.id)] == ["superseded", "released"]
    assert db.session.get_one(Result, right.id).supersedes_id == wrong.id
    assert not evidence_from(("result", wrong.id))
    assert db.session.scalars(select(EvidenceVoid)).one().reason == "The result was corrected."
    assert [result.outcome for result in released_results_of(wrong.person_id)] == ["fail"]


def test_a_correction_may_turn_a_fail_into_a_pass(app):
    cohort = factories.cohort(candidates=1)
    [wrong] = factories.released_results(cohort.id, "fail")
    right = correct(wrong, factories.person().id, outcome="pass")
    release_all(cohort.id, factories.person().id, [right.id])
    assert db.session.scalars(select(Evidence)).one().starts_on == wrong.event_on


def test_what_cannot_be_corrected_says_why(app):
    cohort = factories.cohort(candidates=1)
    [wrong] = factories.released_results(cohort.id, "pass")
    by = factories.person().id
    for details, because in (
        ({"note": " "}, "Write down why"),
        ({"event_on": TODAY + timedelta(1)}, "in the future"),
    ):
        with pytest.raises(DomainError, match=because):
            correct(wrong, by, **details)
    with pytest.raises(NotAllowed, match="your own"):
        correct(wrong, wrong.person_id)
    correct(wrong, by)
    with pytest.raises(DomainError, match="not released yet"):
        correct(wrong, by)


def test_a_past_result_is_released_as_it_stands(app):
    who = factories.person()
    day = date(2024, 2, 29)
    for outcome in ("pass", "fail"):
        with transaction():
            results.record_past_result(
                who.id, scheme="INHOUSE-WPM", course="Old course", outcome=outcome, event_on=day, recorded_by=None
            )
    fact = db.session.scalars(select(Evidence)).one()
    assert (fact.kind, fact.code, fact.starts_on) == ("training", "INHOUSE-WPM", day)
    assert {result.outcome for result in released_results_of(who.id)} == {"pass", "fail"}
    with pytest.raises(DomainError), transaction():
        results.record_past_result(
            who.id, scheme="INHOUSE-WPM", course=None, outcome="merit", event_on=day, recorded_by=None
        )


def test_the_roster_costs_the_same_for_any_number_of_candidates(app):
    def statements(candidates):
        cohort_id = factories.cohort(candidates=candidates).id
        factories.drafts(cohort_id, *["pass"] * candidates)
        db.session.rollback()
        db.session.expunge_all()
        cohort = db.session.get_one(Cohort, cohort_id)
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        for who in roster(cohort, MANAGER):
            assert who.person.name
            assert who.open.outcome
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    assert statements(1) == statements(8)
