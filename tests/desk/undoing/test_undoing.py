"""Undoing an upload or a release: what nothing built on is as before, the rest is named, only history has grown."""

from datetime import date

import pytest
from sqlalchemy import func, select

from accreditation.awards.models import Award
from accreditation.core import audit
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import Letter
from accreditation.desk.undoing.models import Undoing
from accreditation.desk.undoing.queries.prospects import prospects_of
from accreditation.desk.undoing.queries.undoings import CORRECTED, correction_letters
from accreditation.desk.undoing.services import confirm_letters, drop_letters, undo
from accreditation.standing.models import Evidence, EvidenceVoid
from cohorts.models import Cohort, Result, ResultAct, ResultUpload
from cohorts.queries.results import candidates_of
from cohorts.rules.workbook import SheetRow
from cohorts.services import release, results
from cohorts.services.cohorts import step_cohort
from cohorts.services.uploads import keep_upload, record_upload
from tests import factories
from tests.desk.undoing.effective import effective_state
from tests.factories import cohorts as office

TODAY, NOW = factories.TODAY, office.NOW


def uploaded(cohort_id, *outcomes):
    """What a provider's workbook said, recorded; the upload's act."""
    by = factories.person().id
    entries = [office.entry(who, out) for who, out in zip(office.references(cohort_id), outcomes, strict=False)]
    rows = [SheetRow(5 + place, {}, entry) for place, entry in enumerate(entries)]
    with transaction():
        upload_id = keep_upload(
            cohort_id,
            file_name="results.xlsx",
            version=office.version(cohort_id),
            rows=rows,
            at=NOW,
            uploaded_by=by,
        ).id
    with transaction():
        record_upload(upload_id, on=TODAY, at=NOW, recorded_by=by)
    return db.session.scalars(select(ResultAct).where(ResultAct.upload_id == upload_id)).one()


def record(cohort_id, *entries):
    by, version = factories.person().id, office.version(cohort_id)
    with transaction():
        results.record_results(cohort_id, entries, version=version, on=TODAY, recorded_by=by)


def let_go(cohort_id, ids):
    by = factories.person().id
    with transaction():
        release.release_results(cohort_id, ids, at=NOW, released_by=by)


def correct(result_id):
    """A fail in place of what was released, which waits for release."""
    by = factories.person().id
    with transaction():
        return release.correct_result(
            result_id, outcome="fail", event_on=TODAY, note="Wrong row.", on=TODAY, at=NOW, corrected_by=by
        ).id


def told(undoing):
    return {line.result_id: line.kept_because for line in undoing.lines}


def letters(state=None):
    found = select(func.count(Letter.id))
    return db.session.scalar(found if state is None else found.where(Letter.state == state))


def sent(cohort_id):
    """The letters of the release have gone."""
    with transaction():
        for letter in db.session.scalars(select(Letter).where(Letter.template == release.RELEASED)):
            letter.state = "sent"


def test_an_upload_undone_leaves_everything_as_before(app):
    cohort_id = factories.cohort(candidates=3).id
    before, entries, facts = effective_state(cohort_id), audit.position()[0], db.session.scalar(func.count(Evidence.id))
    act = uploaded(cohort_id, "pass", "fail", "absent")
    assert effective_state(cohort_id) != before
    undoing = factories.undo_act(act.id)
    assert effective_state(cohort_id) == before
    assert audit.position()[0] > entries
    assert db.session.scalar(func.count(Evidence.id)) == facts
    assert list(told(undoing).values()) == [None] * 3
    assert db.session.scalars(select(ResultUpload.state)).one() == "undone"
    assert audit.verify().broken_at is None


def test_an_upload_over_drafts_brings_the_drafts_back(app):
    cohort_id = factories.cohort(candidates=3).id
    one, two, _three = office.references(cohort_id)
    record(cohort_id, office.entry(one, "fail"), office.entry(two, "absent"))
    before = effective_state(cohort_id)
    act = uploaded(cohort_id, "pass", None, "pass")  # changed, taken back, added
    assert {line.before is None for line in act.lines} == {True, False}
    factories.undo_act(act.id)
    assert effective_state(cohort_id) == before


def test_an_undone_upload_is_not_recorded_by_its_button_again(app):
    cohort_id = factories.cohort(candidates=1).id
    act = uploaded(cohort_id, "pass")
    upload_id = act.upload_id
    factories.undo_act(act.id)
    with pytest.raises(Conflict, match="has been undone"), transaction():
        record_upload(upload_id, on=TODAY, at=NOW, recorded_by=1)


def released(*outcomes):
    """A cohort with results released by somebody, and the act."""
    cohort_id = factories.cohort(candidates=len(outcomes)).id
    factories.submitted_results(cohort_id, *outcomes)
    before = effective_state(cohort_id)
    ids = list(db.session.scalars(select(Result.id).where(Result.cohort_id == cohort_id)))
    releaser = factories.person().id
    with transaction():
        release.release_results(cohort_id, ids, at=NOW, released_by=releaser)
    return cohort_id, factories.act_of(cohort_id), before


def test_a_release_undone_leaves_everything_as_before(app):
    cohort_id, act, before = released("pass", "fail")
    owed = letters()
    undoing = factories.undo_act(act.id)
    assert effective_state(cohort_id) == before
    void = db.session.scalars(select(EvidenceVoid)).one()
    assert void.reason == "The release was undone: The wrong column was filled in."
    assert sorted(line.facts for line in undoing.lines) == [0, 1]
    assert letters() == owed  # none had gone, so nobody has to be told anything
    told_of = select(Letter.state).where(Letter.template == release.RELEASED)
    assert set(db.session.scalars(told_of)) == {"cancelled"}


def test_a_release_and_its_upload_undone_one_after_the_other_leave_everything_as_before(app):
    cohort_id = factories.cohort(candidates=2).id
    before = effective_state(cohort_id)
    act = uploaded(cohort_id, "pass", "fail")
    by = factories.person().id
    with transaction():
        results.submit_results(cohort_id, version=office.version(cohort_id), at=NOW, submitted_by=by)
    assert "submitted since" in next(iter(reasons_against(act)))
    ids = list(db.session.scalars(select(Result.id)))
    let_go(cohort_id, ids)
    assert "Undo the release first" in next(iter(reasons_against(act)))
    factories.undo_act(factories.act_of(cohort_id).id)
    with transaction():
        results.send_back(cohort_id, version=office.version(cohort_id))
    factories.undo_act(act.id)
    assert effective_state(cohort_id) == before


def reasons_against(act):
    """What keeps the act from being undone; nothing is written by trying."""
    act_id, cohort_id = act.id, act.cohort_id
    before = effective_state(cohort_id)
    with pytest.raises(DomainError, match="Nothing of this can be undone"):
        factories.undo_act(act_id)
    assert effective_state(cohort_id) == before
    assert not db.session.scalar(select(func.count(Undoing.id)).where(Undoing.act_id == act_id))
    act = db.session.get_one(ResultAct, act_id)
    found = prospects_of(act, db.session.get_one(Cohort, cohort_id), by=factories.person().id)
    return {line.undone.kept_because for line in found.lines}


def test_who_was_told_is_told_again_once_somebody_confirms_it(app):
    _, act, _ = released("pass", "fail", "absent")
    sent(act.cohort_id)
    undoing = factories.undo_act(act.id)
    assert [letter.state for letter in correction_letters(undoing)] == ["held"] * 3
    with transaction():
        assert confirm_letters(undoing.id, at=NOW, by=1) == 3
    with transaction():
        assert confirm_letters(undoing.id, at=NOW, by=1) == 0
    assert {letter.state for letter in correction_letters(db.session.get_one(Undoing, undoing.id))} == {"queued"}


def test_letters_of_correction_can_be_dropped(app):
    _, act, _ = released("pass")
    sent(act.cohort_id)
    undoing = factories.undo_act(act.id)
    with transaction():
        assert drop_letters(undoing.id, at=NOW, by=1) == 1
    assert db.session.scalars(select(Letter.state).where(Letter.template == CORRECTED)).one() == "cancelled"


def test_a_result_released_again_is_told_again(app):
    cohort_id, act, _ = released("pass")
    factories.undo_act(act.id)
    ids = list(db.session.scalars(select(Result.id)))
    let_go(cohort_id, ids)
    told_of = select(Letter.state).where(Letter.template == release.RELEASED).order_by(Letter.id)
    assert db.session.scalars(told_of).all() == ["cancelled", "queued"]


def cleared(person_id):
    factories.evidence(person_id, "clearance", TODAY, code="CTC")


def test_an_accreditation_that_rests_on_it_is_withdrawn_from_its_first_day(app, today):
    cohort_id = factories.cohort(candidates=1).id
    factories.submitted_results(cohort_id, "pass")
    person_id = candidates_of(cohort_id)[0].person.id
    cleared(person_id)
    before = effective_state(cohort_id)
    let_go(cohort_id, list(db.session.scalars(select(Result.id))))
    award = factories.award(person_id, on=TODAY)
    assert effective_state(cohort_id)["awards"]
    undoing = factories.undo_act(factories.act_of(cohort_id).id)
    after = db.session.get_one(Award, award.id)
    assert (after.withdrawn_on, undoing.lines[0].awards) == (award.starts_on, award.number)
    assert effective_state(cohort_id) == before


def test_an_accreditation_that_has_other_training_to_rest_on_stays(app, today):
    _cohort_id, act, _ = released("pass")
    person_id = act.lines[0].person_id
    cleared(person_id)
    factories.evidence(person_id, "training", date(2026, 3, 1), code="INHOUSE-WPM")
    award = factories.award(person_id, on=TODAY)
    factories.undo_act(act.id)
    assert db.session.get_one(Award, award.id).withdrawn_on is None


def test_who_awarded_does_not_undo_what_it_rests_on(app, today):
    _, act, _ = released("pass", "fail")
    person_id = next(line.person_id for line in act.lines if '"pass"' in line.after)
    cleared(person_id)
    manager = factories.person().id
    award = factories.award(person_id, on=TODAY, awarded_by=manager)
    undoing = factories.undo_act(act.id, by=manager)
    assert sorted(reason is None for reason in told(undoing).values()) == [False, True]
    assert db.session.get_one(Award, award.id).withdrawn_on is None
    again = factories.undo_act(act.id)  # the rest, by a second person
    assert [line.awards for line in again.lines] == [award.number]


def test_what_others_built_on_stays_and_is_named(app):
    cohort_id, act, _ = released("refer", "refer", "pass", "pass")
    one, two, three, four = office.references(cohort_id)
    record(cohort_id, office.entry(one, "pass", event_on=TODAY))
    wrong = next(line.result_id for line in act.lines if line.person.reference == three)
    correct(wrong)
    own = next(line.person_id for line in act.lines if line.person.reference == four)
    undoing = factories.undo_act(act.id, by=own)
    said = {line.person.reference: line.kept_because for line in undoing.lines}
    assert said == {
        one: "Attempt 2 has been recorded since.",
        two: None,
        three: "A correction of it waits for release. Have that settled first.",
        four: "This is your own result. Somebody else must undo its release.",
    }
    states = {
        r.person.reference: r.state
        for r in db.session.scalars(select(Result).where(Result.attempt == 1)).all()
        if r.supersedes_id is None
    }
    assert states == {one: "released", two: "submitted", three: "released", four: "released"}


def test_undoing_a_correction_brings_the_corrected_result_back(app):
    cohort_id, act, _ = released("pass")
    wrong = act.lines[0].result_id
    right = correct(wrong)
    before = effective_state(cohort_id)
    let_go(cohort_id, [right])
    assert "Undo that release first" in next(iter(reasons_against(act)))
    factories.undo_act(factories.act_of(cohort_id).id)
    assert effective_state(cohort_id) == before


def test_a_closed_cohort_opens_again(app):
    cohort_id, act, _ = released("pass")
    with transaction():
        step_cohort(cohort_id, "closed", at=NOW, by=None)
    assert factories.undo_act(act.id).cohort_reopened
    assert db.session.get_one(Cohort, cohort_id).state == "moderation"


def test_undoing_twice_undoes_once(app):
    cohort_id, act, before = released("pass")
    factories.undo_act(act.id)
    with pytest.raises(Conflict, match="already"):
        factories.undo_act(act.id)
    assert effective_state(cohort_id) == before
    assert db.session.scalar(func.count(EvidenceVoid.id)) == 1


def test_a_preview_that_is_no_longer_true_undoes_nothing(app):
    cohort_id, act, _ = released("pass")
    state = effective_state(cohort_id)
    with pytest.raises(Conflict, match="changed since this preview"), transaction():
        undo(act.id, reason="Mistake.", seen="another", at=NOW, undone_by=1)
    assert effective_state(cohort_id) == state
