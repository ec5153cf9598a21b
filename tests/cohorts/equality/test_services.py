"""Answers that know no applicant, counts that are all that comes out, and a tie that is cut for good."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select

from accreditation.core import audit
from accreditation.core.audit import AuditDetail, AuditEntry
from accreditation.core.database import Base, db, transaction
from accreditation.core.errors import DomainError
from cohorts.jobs import keep_equality
from cohorts.models import EqualityCollection, EqualityColumn, EqualityForm
from cohorts.queries.equality import collection_of, get_collection, published_figures, questions
from cohorts.rules.equality.marks import FEW, HIDDEN
from cohorts.services.equality import counting, cutting, forms, publishing
from cohorts.services.equality.tokens import token_of
from cohorts.services.links import DeadLink
from tests import factories
from tests.cohorts.equality.people import GAY, NEXT_MONTH, STRAIGHT, answer, applicants
from tests.factories.cohorts import NOW, link_of


def rows() -> list[EqualityForm]:
    db.session.rollback()
    return list(db.session.scalars(select(EqualityForm)))


@pytest.fixture
def intake(app, today):
    return factories.intake("Spring")


# --- the applicant's own ---------------------------------------------------------------------------------------------


def test_an_applicant_saves_sees_changes_and_deletes_their_answers(intake):
    made = factories.application(intake_id=intake.id)
    link = link_of(made.id)
    assert forms.find_answers(link, at=NOW) is None
    answer(made, STRAIGHT)
    assert forms.find_answers(link, at=NOW) == STRAIGHT
    answer(made, GAY)
    assert forms.find_answers(link, at=NOW) == GAY
    assert len(rows()) == 1
    with transaction():
        assert forms.delete_answers(link, at=NOW)
    assert rows() == []
    with transaction():
        assert not forms.delete_answers(link, at=NOW)


def test_only_the_applicants_link_leads_there_and_only_after_applying(intake):
    made = factories.application(intake_id=intake.id)
    with pytest.raises(DeadLink), transaction():
        forms.save_answers(link_of(made.id, "support"), STRAIGHT, at=NOW)
    with pytest.raises(DeadLink), transaction():
        forms.save_answers("1.none", STRAIGHT, at=NOW)
    made.submitted_at = None
    with pytest.raises(forms.NotSentYet):
        forms._refuse(made)
    db.session.rollback()


def test_an_answer_that_is_not_on_the_form_is_refused(intake):
    made = factories.application(intake_id=intake.id)
    for wrong in ({"sex": "none-such"}, {"none-such": "yes"}):
        with pytest.raises(DomainError, match="not among those to choose from"), transaction():
            forms.save_answers(link_of(made.id), wrong, at=NOW)
    assert rows() == []


# --- what is stored --------------------------------------------------------------------------------------------------


def test_a_row_holds_a_token_and_answers_and_points_to_nothing(intake):
    made = factories.application(intake_id=intake.id)
    answer(made)
    [row] = rows()
    assert set(inspect(EqualityForm).columns.keys()) == {"token", "answers", "delete_on"}
    assert not inspect(EqualityForm).local_table.foreign_keys
    assert row.token == token_of(made.reference)
    assert row.delete_on is None
    assert made.reference not in row.token + row.answers
    other = db.session.connection().engine.dialect.name == "sqlite"
    if other:
        with pytest.raises(Exception, match="rowid"):
            db.session.execute(db.text("SELECT rowid FROM equality_form"))


def test_without_the_key_no_token_leads_to_an_application(intake, app, tmp_path):
    made = factories.application(intake_id=intake.id)
    before = token_of(made.reference)
    assert (tmp_path / "equality.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "equality.key").unlink()
    assert token_of(made.reference) != before
    assert (tmp_path / "equality.key").read_text() not in str(
        [list(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table))]
    )


def test_the_trail_says_that_answers_were_saved_and_neither_whose_nor_what(intake):
    made = factories.application(intake_id=intake.id)
    seq = audit.position()[0]
    answer(made, GAY)
    entries = db.session.execute(
        select(AuditEntry.action, AuditEntry.subject_type, AuditEntry.subject_id, AuditEntry.about_id, AuditDetail.text)
        .join(AuditDetail, AuditDetail.seq == AuditEntry.seq)
        .where(AuditEntry.seq > seq)
    ).all()
    assert [tuple(row) for row in entries] == [("saved equality answers", None, None, None, "{}")]


# --- counting and publishing -----------------------------------------------------------------------------------------


def counts_at(collection, stage: str, code: str = "sex") -> list[int]:
    found = counting.count_answers(collection, {code: [(stage, NEXT_MONTH)]})
    return found[code].get(1, [])


def test_each_stage_is_counted_and_those_before_it_too(intake):
    collection = get_collection(intake.code)
    applicants(intake, STRAIGHT, None)
    applicants(intake, GAY, stage="interview")
    [offered] = applicants(intake, STRAIGHT, stage="conditional_offer")
    factories.evidence(offered.person_id, "training", date(2027, 2, 2), code=offered.scheme)
    assert {
        stage: counts_at(collection, stage) for stage in ("applied", "shortlisted", "offered", "trained", "passed")
    } == {
        "applied": [2, 1, 0, 1],
        "shortlisted": [1, 1, 0, 0],
        "offered": [1, 0, 0, 0],
        "trained": [1, 0, 0, 0],
        "passed": [1, 0, 0, 0],
    }
    assert counts_at(collection, "accredited") == []
    factories.evidence(offered.person_id, "award", date(2027, 2, 2), code=offered.scheme, ends_on=date(2028, 2, 2))
    assert counts_at(collection, "accredited") == [1, 0, 0, 0]
    assert counting.count_answers(collection, {"sex": [("applied", date(2027, 2, 2))]})["sex"] == {0: [2, 1, 0, 1]}


def test_what_the_counting_gives_back_holds_counts_and_nothing_else(intake):
    applicants(intake, STRAIGHT, GAY)
    found = counting.count_answers(
        get_collection(intake.code), {one.code: [("applied", NEXT_MONTH)] for one in questions()}
    )
    assert set(found) == {one.code for one in questions()}
    for by_way in found.values():
        assert all(isinstance(way, int) and all(isinstance(n, int) for n in counts) for way, counts in by_way.items())


def test_answers_are_counted_under_the_group_they_are_published_in(intake):
    applicants(intake, {"ethnicity": "W3"}, {"ethnicity": "A4"}, {"ethnicity": "NS"}, {})
    assert counts_at(get_collection(intake.code), "applied", "ethnicity") == [1, 0, 1, 0, 0, 2, 0]


def test_figures_come_out_once_a_month_with_ten_forms_behind_them(intake):
    applicants(intake, *[STRAIGHT] * 9, None)
    keep_equality(NEXT_MONTH)
    assert published_figures(intake.code) == []
    applicants(intake, GAY)
    assert keep_equality(NEXT_MONTH + timedelta(5)) == []  # looked at this month already
    keep_equality(date(2027, 4, 1))
    [sex] = [one for one in published_figures(intake.code) if one.question.code == "sex"]
    [applied] = sex.shown
    assert (applied.stage, applied.published_on, applied.total) == ("applied", date(2027, 4, 1), 10)
    assert set(applied.marks) <= {10, FEW, HIDDEN, 0}
    stored = db.session.scalars(select(EqualityColumn)).all()
    assert all(1 not in json.loads(row.marks) for row in stored)


def test_what_is_published_stands_until_ten_more_are_behind_it(intake):
    applicants(intake, *[STRAIGHT] * 12, *[GAY] * 12, *[None] * 8)
    keep_equality(NEXT_MONTH)
    before = published_figures(intake.code)
    assert before
    applicants(intake, *[GAY] * 9)
    keep_equality(date(2027, 4, 1))
    assert published_figures(intake.code) == before
    applicants(intake, GAY)
    keep_equality(date(2027, 5, 1))
    after = published_figures(intake.code)
    assert after != before
    assert {one.published_on for figures in after for one in figures.shown} <= {date(2027, 5, 1), NEXT_MONTH}


def test_a_year_without_an_intake_is_counted_by_itself(app, today):
    made = factories.application()
    assert collection_of(made).key == "year-2027"
    answer(made)
    assert counts_at(get_collection("year-2027"), "applied") == [1, 0, 0, 0]


# --- cutting the tie -------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(intake):
    """Closed on 16 February 2027 (exclusive), so the tie is cut on 16 February 2028."""
    return applicants(intake, *[STRAIGHT] * 12, *[GAY] * 12)


@pytest.mark.parametrize(
    ("on", "cut"), [(date(2028, 2, 15), False), (date(2028, 2, 16), True), (date(2028, 3, 1), True)]
)
def test_the_tie_is_cut_twelve_months_after_the_intake_closes(intake, closed, on, cut):
    keep_equality(on)
    tokens = {token_of(one.reference) for one in closed}
    assert len(rows()) == 24
    assert any(row.token in tokens for row in rows()) != cut
    assert (db.session.scalar(select(EqualityCollection.cut_on)) == on) == cut


def test_after_the_cut_figures_stay_and_nobody_finds_an_answer(intake, closed):
    keep_equality(NEXT_MONTH)
    keep_equality(date(2028, 2, 16))
    figures = published_figures(intake.code)
    assert figures
    assert set(db.session.scalars(select(EqualityColumn.counts))) == {None}
    assert counts_at(get_collection(intake.code), "applied") == [0, 0, 0, 24]
    link = link_of(closed[0].id)
    for attempt in (lambda: forms.find_answers(link, at=NOW), lambda: forms.delete_answers(link, at=NOW)):
        with pytest.raises(forms.TieIsCut), transaction():
            attempt()
    with pytest.raises(forms.TieIsCut), transaction():
        forms.save_answers(link, GAY, at=NOW)
    assert keep_equality(date(2028, 3, 1)) == []
    assert published_figures(intake.code) == figures


@pytest.mark.parametrize(("on", "left"), [(date(2029, 2, 15), 24), (date(2029, 2, 16), 0)])
def test_what_belongs_to_nobody_is_deleted_twelve_months_later(intake, closed, on, left):
    keep_equality(date(2028, 2, 16))
    keep_equality(on)
    assert len(rows()) == left
    assert published_figures(intake.code)


def test_forms_are_stored_anew_in_the_order_of_their_tokens(intake, closed):
    before = {(row.token, row.answers) for row in rows()}
    with transaction():
        cutting.shuffle_answers(get_collection(intake.code))
    assert {(row.token, row.answers) for row in rows()} == before
    stored = db.session.scalars(select(EqualityForm.token)).all()
    assert list(stored) == sorted(stored)


def test_publishing_twice_in_a_month_is_publishing_once(intake, closed):
    collection = get_collection(intake.code)
    with transaction():
        assert publishing.publish_figures(collection, on=NEXT_MONTH) > 0
    with transaction():
        assert publishing.publish_figures(collection, on=date(2027, 3, 31)) == 0
