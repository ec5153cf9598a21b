"""One ledger from two records: what is read, what follows at once, and what was known before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.people.models import Person
from accreditation.people.services import lock_records
from accreditation.standing.models import Evidence, StandingPeriod
from accreditation.standing.queries import facts_of, facts_of_all, get_scheme, standing_on
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.evidence import evidence_of, people_with_evidence
from accreditation.standing.services import declare, declaring_many, rebuild, refresh_people, void
from tests import factories
from tests.statements import statements_counted

SCHEME = "INHOUSE-WPM"
ON = date(2026, 6, 1)


def verdict(person_id: int, on: date = ON, **known) -> str:
    return standing_on(person_id, get_scheme(SCHEME), on, **known).verdict.value


def projected_people() -> set[int]:
    return set(db.session.scalars(select(StandingPeriod.person_id).distinct()))


def wrong() -> list[int]:
    return [person_id for batch in check_projections() for person_id in batch.differing]


@pytest.fixture
def halves(app, today):
    """Trained and cleared under one record, accredited under another: neither may work, the person may."""
    trained = factories.ready_mediator(trained_on=date(2026, 2, 2))
    accredited = factories.person()
    factories.evidence(accredited.id, "award", date(2026, 2, 2), code=SCHEME, ends_on=date(2029, 2, 2))
    for _ in range(2):
        factories.evidence(accredited.id, "case", date(2026, 2, 2), code="co_mediation")
    return trained, accredited


def test_two_halves_make_a_mediator_who_may_work(halves):
    trained, accredited = halves
    assert (verdict(trained.id), verdict(accredited.id)) == ("not_accredited", "lapsed")
    merge_id = factories.merged(trained.id, accredited.id)
    assert (verdict(trained.id), verdict(accredited.id)) == ("deployable", "deployable")
    assert projected_people() == {trained.id}
    assert (wrong(), people_with_evidence()) == ([], [trained.id])
    factories.separated(merge_id)
    assert (verdict(trained.id), verdict(accredited.id)) == ("not_accredited", "lapsed")
    assert projected_people() == {trained.id, accredited.id}
    assert (wrong(), people_with_evidence()) == ([], [trained.id, accredited.id])


def test_nothing_in_the_ledger_is_touched(halves):
    trained, accredited = halves

    def ledger():
        db.session.rollback()
        return [tuple(row) for row in db.session.execute(select(Evidence.__table__).order_by(Evidence.id))]

    before = ledger()
    merge_id = factories.merged(accredited.id, trained.id)
    assert ledger() == before
    assert [fact.id for fact in facts_of(accredited.id)] == [row.id for row in _ids()]
    factories.separated(merge_id)
    assert ledger() == before


def _ids():
    return db.session.execute(select(Evidence.id).order_by(Evidence.id)).all()


def test_a_fact_declared_for_the_old_record_counts_for_the_kept_one_at_once(halves):
    trained, accredited = halves
    factories.merged(trained.id, accredited.id)
    fact = factories.evidence(accredited.id, "suspension", date(2026, 5, 1))
    assert db.session.get_one(Evidence, fact.id).person_id == accredited.id
    assert verdict(trained.id) == "suspended"
    stored = db.session.scalar(
        select(StandingPeriod.verdict).where(
            StandingPeriod.person_id == trained.id,
            StandingPeriod.starts_on <= ON,
            StandingPeriod.ends_on > ON,
            StandingPeriod.edition == get_scheme(SCHEME).edition,
        )
    )
    assert (stored, wrong()) == ("suspended", [])
    with transaction():
        void(fact.id, reason="A mistake", recorded_by=None)
    assert (verdict(trained.id), wrong()) == ("deployable", [])


def test_declaring_many_renews_the_kept_one_once(halves):
    trained, accredited = halves
    factories.merged(trained.id, accredited.id)
    with transaction(), declaring_many():
        for person_id in (accredited.id, trained.id):
            declare(person_id, kind="suspension", starts_on=date(2026, 5, 1), source=("test", 1), recorded_by=None)
    assert (verdict(trained.id), wrong()) == ("suspended", [])


def test_a_merged_record_and_the_kept_one_are_locked_together(halves):
    trained, accredited = halves
    factories.merged(trained.id, accredited.id)
    with transaction():
        assert lock_records(accredited.id) == [accredited.id, trained.id]
        assert lock_records(trained.id) == [trained.id]


def test_whoever_is_asked_for_several_people_gets_each_whole(halves):
    trained, accredited = halves
    other = factories.ready_mediator()
    factories.merged(trained.id, accredited.id)
    found = facts_of_all([other.id, accredited.id, trained.id])
    assert {person_id: len(facts) for person_id, facts in found.items()} == {
        other.id: 2,
        accredited.id: 5,
        trained.id: 5,
    }
    assert len(evidence_of(trained.id)) == len(evidence_of(accredited.id)) == 5
    ids = [fact.id for fact in found[trained.id]]
    assert ids == sorted(ids)


def test_a_kept_record_without_a_fact_of_its_own_is_found_by_rebuild_and_check(app, today):
    merged, empty = factories.accredited_mediator(), factories.person()
    factories.merged(empty.id, merged.id)
    assert (people_with_evidence(), projected_people(), wrong()) == ([empty.id], {empty.id}, [])
    with transaction():
        assert rebuild() == 1
    assert (projected_people(), wrong()) == ({empty.id}, [])


def test_check_finds_a_standing_left_with_a_merged_record(halves):
    trained, accredited = halves
    factories.merged(trained.id, accredited.id)
    with transaction():
        db.session.get_one(Person, accredited.id).merged_into_id = None
        refresh_people([accredited.id])
        db.session.get_one(Person, accredited.id).merged_into_id = trained.id
    assert accredited.id in wrong()


def test_check_finds_a_kept_record_that_misses_the_others_facts(halves):
    trained, accredited = halves
    with transaction():
        db.session.get_one(Person, accredited.id).merged_into_id = trained.id
    assert set(wrong()) == {trained.id, accredited.id}


def test_at_a_moment_before_the_merge_the_records_were_two(halves):
    trained, accredited = halves
    noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
    minute = timedelta(minutes=1)
    merge_id = factories.merged(trained.id, accredited.id, at=noon)
    assert verdict(trained.id, known_on=noon - minute) == "not_accredited"
    assert verdict(accredited.id, known_on=noon - minute) == "lapsed"
    assert verdict(trained.id, known_on=noon) == verdict(accredited.id, known_on=noon) == "deployable"
    factories.separated(merge_id, at=noon + 60 * minute)
    assert verdict(trained.id, known_on=noon + 59 * minute) == "deployable"
    assert verdict(trained.id, known_on=noon + 60 * minute) == "not_accredited"
    assert verdict(trained.id) == "not_accredited"


@pytest.mark.parametrize(("days", "undone"), [(29, True), (30, True), (31, False)])
def test_a_merge_can_be_undone_for_thirty_days(halves, days, undone):
    trained, accredited = halves
    at = datetime(2027, 2, 2, 23, 30, tzinfo=UTC)
    merge_id = factories.merged(trained.id, accredited.id, at=at)
    if undone:
        factories.separated(merge_id, at=at + timedelta(days=days))
    else:
        with pytest.raises(DomainError, match="add them as a new person"):
            factories.separated(merge_id, at=at + timedelta(days=days))
    assert projected_people() == ({trained.id, accredited.id} if undone else {trained.id})


def test_nobody_merges_or_separates_their_own_record(halves):
    trained, accredited = halves
    for own in halves:
        with pytest.raises(NotAllowed, match="your own record"):
            factories.merged(trained.id, accredited.id, by=own.id)
    merge_id = factories.merged(trained.id, accredited.id)
    with pytest.raises(NotAllowed, match="your own record"):
        factories.separated(merge_id, by=trained.id)
    assert projected_people() == {trained.id}


def test_without_merges_reading_costs_one_short_statement_more(app, today):
    people = [factories.ready_mediator().id for _ in range(12)]
    db.session.rollback()
    with statements_counted() as sent:
        assert len(facts_of_all(people)) == 12
    assert sum("FROM evidence" in statement for statement in sent) == 1
    assert len([statement for statement in sent if "SELECT" in statement]) == 2
    db.session.rollback()
    with statements_counted() as sent:
        assert db.session.scalars(select(Person).order_by(Person.id)).all()
    assert len([statement for statement in sent if "SELECT" in statement]) == 1


def test_many_people_of_whom_many_are_merged_are_read_in_a_few_statements(app, today):
    people = [factories.ready_mediator().id for _ in range(12)]
    for kept, merged in zip(people[:6], people[6:], strict=True):
        factories.merged(kept, merged)
    db.session.rollback()
    with statements_counted() as sent:
        assert {len(facts) for facts in facts_of_all(people).values()} == {4}
    assert len([statement for statement in sent if "SELECT" in statement]) == 2
    assert db.session.scalar(select(func.count(StandingPeriod.person_id.distinct()))) == 6
