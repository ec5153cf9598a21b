"""Drafting, rehearsing and activating a change of the rules, on both databases."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.models import Person
from accreditation.standing.models import Edition, RehearsedChange, RequirementPeriod, SchemeVersion, StandingPeriod
from accreditation.standing.queries import get_scheme, history_of, periods_of, standing_on
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.drafts import get_open_draft
from accreditation.standing.queries.editions import current_key, find_edition_beside, rehearsed_counts
from accreditation.standing.rules.drafting import (
    replaced,
    with_another_requirement,
    with_requirement,
    with_requirement_moved,
    with_settings,
    without_requirement,
)
from accreditation.standing.services import drafts, rehearsing, sweeping
from tests import factories

CODE = "INHOUSE-WPM"
NOW = datetime(2027, 2, 2, 10, tzinfo=UTC)
CHANGED = date(2027, 7, 1)
SHORTER = partial(with_requirement, code="refresher", values={"every_months": 6})


@pytest.fixture
def people(app, today):
    """One whose refresher a shorter interval would end at once, one whom it would cost some months, one it does not."""
    drafter, approver = factories.person(name="Dora Draft"), factories.person(name="Ann Approver")
    loses = factories.accredited_mediator(name="Lea Loses", trained_on=date(2026, 12, 1))
    earlier = factories.accredited_mediator(name="Eva Earlier", trained_on=date(2027, 1, 20))
    lapsed = factories.lapsed_mediator(name="Lee Lapsed")
    return {
        "drafter": drafter.id,
        "approver": approver.id,
        "loses": loses.id,
        "earlier": earlier.id,
        "lapsed": lapsed.id,
    }


def draft(people, *, change=SHORTER, effective_from=CHANGED, applies_to="everyone", reason="The body asks for it."):
    with transaction():
        made = drafts.begin_draft(CODE, effective_from=effective_from, by=people["drafter"], now=NOW)
    with transaction():
        drafts.change_definition(made.id, change, seen=made.version, by=people["drafter"], now=NOW)
    with transaction():
        made = get_open_draft(CODE)
        drafts.change_terms(
            made.id,
            effective_from=effective_from,
            applies_to=applies_to,
            reason=reason,
            seen=made.version,
            on=factories.TODAY,
            by=people["drafter"],
            now=NOW,
        )
    return get_open_draft(CODE).id


def rehearse(draft_id: int) -> Edition:
    with transaction():
        rehearsing.start_rehearsal(draft_id, on=factories.TODAY, now=NOW)
    done = False
    while not done:
        with transaction():
            done = rehearsing.rehearse_next(draft_id, now=NOW)
    return find_edition_beside(draft_id)[0]


def activate(draft_id: int, by: int, on: date = factories.TODAY) -> None:
    seen = get_open_draft(CODE).version
    with transaction():
        drafts.activate_draft(draft_id, seen=seen, on=on, activated_by=by, now=NOW)


def stored(edition: str) -> set[tuple]:
    rows = db.session.scalars(select(StandingPeriod).where(StandingPeriod.edition == edition))
    found = {(row.person_id, row.starts_on, row.ends_on, row.verdict, row.limiting_end, row.failing) for row in rows}
    requirements = db.session.scalars(select(RequirementPeriod).where(RequirementPeriod.edition == edition))
    return found | {(row.person_id, row.requirement, row.starts_on, row.ends_on, row.met) for row in requirements}


def changes(edition: Edition) -> dict[int, tuple]:
    rows = db.session.scalars(select(RehearsedChange).where(RehearsedChange.edition_id == edition.id))
    return {row.person_id: (row.change, row.differs_from, row.end_before, row.end_after) for row in rows}


def test_a_rehearsal_says_who_loses_whose_last_day_moves_and_from_when(people):
    edition = rehearse(draft(people))
    assert changes(edition) == {
        people["loses"]: ("loses", CHANGED, date(2027, 12, 1), None),
        people["earlier"]: ("earlier", date(2027, 7, 20), date(2028, 1, 20), date(2027, 7, 20)),
    }
    assert rehearsed_counts(edition.id) == {"loses": 1, "earlier": 1}


def test_a_rehearsal_changes_nothing_that_anybody_reads(people, today):
    before = stored(CODE)
    rehearse(draft(people))
    assert stored(CODE) == before
    assert current_key(CODE) == CODE
    assert standing_on(people["loses"], CODE, CHANGED).verdict == "deployable"
    assert all(not checked.differing for checked in check_projections())


def test_activation_does_exactly_what_was_rehearsed(people, today):
    draft_id = draft(people)
    edition = rehearse(draft_id)
    rehearsed = stored(edition.key)
    activate(draft_id, people["approver"])
    assert current_key(CODE) == edition.key
    assert stored(current_key(CODE)) == rehearsed
    assert all(not checked.differing for checked in check_projections())
    assert [row.verdict for row in periods_of(people["loses"], CODE) if CHANGED in _span(row)] == ["lapsed"]
    assert standing_on(people["earlier"], CODE, today).valid_through == date(2027, 7, 19)


def _span(row):
    return [row.starts_on + timedelta(n) for n in range(min((row.ends_on - row.starts_on).days, 2000))]


def test_a_fact_recorded_after_the_rehearsal_is_in_it(people, today):
    draft_id = draft(people)
    edition = rehearse(draft_id)
    factories.evidence(people["loses"], "refresher", date(2027, 2, 1), code="SKILLS")
    change, _, _, end_after = changes(edition)[people["loses"]]
    assert (change, end_after) == ("earlier", date(2027, 8, 1))
    newcomer = factories.accredited_mediator(name="New Comer", trained_on=date(2026, 12, 15))
    assert changes(edition)[newcomer.id][0] == "loses"
    activate(draft_id, people["approver"])
    assert all(not checked.differing for checked in check_projections())


def test_a_fact_recorded_in_the_middle_of_the_rehearsal_is_in_it(people, monkeypatch):
    monkeypatch.setattr(rehearsing, "AT_ONCE", 1)
    monkeypatch.setattr(rehearsing, "people_with_evidence", lambda after: _next_person(after))
    draft_id = draft(people)
    with transaction():
        rehearsing.start_rehearsal(draft_id, on=factories.TODAY, now=NOW)
    with transaction():
        assert not rehearsing.rehearse_next(draft_id, now=NOW)
    factories.evidence(people["loses"], "refresher", date(2027, 2, 1), code="SKILLS")
    factories.evidence(people["lapsed"], "refresher", date(2027, 2, 1), code="SKILLS")
    done = False
    while not done:
        with transaction():
            done = rehearsing.rehearse_next(draft_id, now=NOW)
    edition, progress = find_edition_beside(draft_id)
    assert (progress.done, progress.to_do) == (3, 3)
    assert changes(edition)[people["loses"]][0] == "earlier"
    assert all(not checked.differing for checked in check_projections())


def _next_person(after: int) -> list[int]:
    from accreditation.standing.queries.evidence import people_with_evidence

    return people_with_evidence(after, 1)


def test_who_holds_an_award_already_may_keep_the_rules(people, today):
    draft_id = draft(people, applies_to="new_awards")
    assert changes(rehearse(draft_id)) == {}
    activate(draft_id, people["approver"])
    assert standing_on(people["earlier"], CODE, today).valid_through == date(2028, 1, 19)
    assert standing_on(people["earlier"], CODE, CHANGED).version.number == 1
    new = factories.accredited_mediator(trained_on=CHANGED)
    assert standing_on(new.id, CODE, CHANGED).version.number == 2
    assert standing_on(new.id, CODE, CHANGED).valid_through == date(2027, 12, 31)


def test_the_other_of_two_people_activates(people):
    draft_id = draft(people)
    rehearse(draft_id)
    with pytest.raises(NotAllowed, match="Somebody else"):
        activate(draft_id, people["drafter"])
    with transaction():
        made = get_open_draft(CODE)
        drafts.change_terms(
            made.id,
            effective_from=made.effective_from,
            applies_to=made.applies_to,
            reason="Another reason",
            seen=made.version,
            on=factories.TODAY,
            by=people["approver"],
            now=NOW,
        )
    with pytest.raises(NotAllowed, match="Somebody else"):
        activate(draft_id, people["approver"])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda draft_id: None, "Rehearse this draft to the end"),
        (
            lambda draft_id: rehearsing.start_rehearsal(draft_id, on=factories.TODAY, now=NOW),
            "Rehearse this draft to the end",
        ),
    ],
)
def test_nothing_is_activated_that_was_not_rehearsed_to_the_end(people, spoil, sentence):
    draft_id = draft(people)
    with transaction():
        spoil(draft_id)
    with pytest.raises(DomainError, match=sentence):
        activate(draft_id, people["approver"])


@pytest.mark.parametrize(
    ("on", "works"), [(CHANGED - timedelta(1), True), (CHANGED, True), (CHANGED + timedelta(1), False)]
)
def test_rules_change_from_today_or_later(people, on, works):
    draft_id = draft(people)
    rehearse(draft_id)
    if works:
        activate(draft_id, people["approver"], on)
        assert len(history_of(CODE).versions) == 2
    else:
        with pytest.raises(DomainError, match="has passed"):
            activate(draft_id, people["approver"], on)


def test_a_draft_that_says_nothing_new_and_one_without_a_reason_are_refused(people):
    same = draft(people, change=lambda text: text)
    rehearse(same)
    with pytest.raises(DomainError, match="says what the version in force says"):
        activate(same, people["approver"])
    with transaction():
        drafts.discard_draft(same, seen=get_open_draft(CODE).version)
    silent = draft(people, reason="  ")
    rehearse(silent)
    with pytest.raises(DomainError, match="Say why"):
        activate(silent, people["approver"])


def test_a_change_to_the_draft_drops_what_was_rehearsed(people):
    draft_id = draft(people)
    key = rehearse(draft_id).key
    with transaction():
        made = get_open_draft(CODE)
        drafts.change_definition(
            draft_id, partial(with_settings, values={"grace_days": 5}), seen=made.version, by=people["drafter"], now=NOW
        )
    assert find_edition_beside(draft_id) is None
    with pytest.raises(DomainError, match="Rehearse"):
        activate(draft_id, people["approver"])
    while True:
        with transaction():
            if not sweeping.sweep():
                break
    assert stored(key) == set()
    assert db.session.scalar(select(func.count()).select_from(Edition)) == 0
    assert rehearse(draft_id).key != key


def test_old_editions_are_swept_and_the_current_one_stays(people):
    draft_id = draft(people)
    edition = rehearse(draft_id)
    activate(draft_id, people["approver"])
    with transaction():
        assert sweeping.sweep(people=1) > 0
    while True:
        with transaction():
            if not sweeping.sweep(people=1):
                break
    assert stored(CODE) == set()
    assert stored(edition.key)
    assert all(not checked.differing for checked in check_projections())


def test_rows_that_a_slow_writer_added_behind_the_sweep_are_taken_away_too(people):
    draft_id = draft(people)
    rehearse(draft_id)
    activate(draft_id, people["approver"])
    of_edition = select(StandingPeriod).where(StandingPeriod.edition == CODE).order_by(StandingPeriod.person_id)
    first = db.session.scalars(of_edition).first()
    late = {column.name: getattr(first, column.name) for column in StandingPeriod.__table__.columns}
    others = db.session.scalar(select(func.count()).where(Person.id <= first.person_id))
    with transaction():
        sweeping.sweep(people=others)
        db.session.connection().execute(insert(StandingPeriod.__table__).values(late))
    left = 1
    while left:
        with transaction():
            left = sweeping.sweep(people=2)
    assert stored(CODE) == set()


def test_a_version_is_retired_by_the_same_way_and_the_one_before_judges_again(people, today):
    draft_id = draft(people, effective_from=date(2027, 3, 1))
    rehearse(draft_id)
    activate(draft_id, people["approver"])
    with time_machine.travel("2027-03-10T10:00:00+00:00"), transaction():
        ending = drafts.begin_retirement(
            CODE, 2, effective_from=date(2027, 4, 1), reason="A mistake", by=people["drafter"], now=NOW
        ).id
    edition = rehearse(ending)
    assert {each[0] for each in changes(edition).values()} == {"later"}
    activate(ending, people["approver"], date(2027, 3, 10))
    assert standing_on(people["earlier"], CODE, date(2027, 3, 31)).version.number == 2
    assert standing_on(people["earlier"], CODE, date(2027, 4, 1)).version.number == 1
    assert standing_on(people["earlier"], CODE, today).valid_through == date(2028, 1, 19)
    with transaction(), pytest.raises(DomainError, match="retired already"):
        drafts.begin_retirement(CODE, 2, effective_from=date(2027, 5, 1), reason="Again", by=None, now=NOW)
    with transaction(), pytest.raises(DomainError, match="first version stays"):
        drafts.begin_retirement(CODE, 1, effective_from=date(2027, 5, 1), reason="No", by=None, now=NOW)


def test_as_known_before_the_activation_the_old_rules_judged(people):
    draft_id = draft(people)
    rehearse(draft_id)
    with time_machine.travel("2027-02-05T10:00:00+00:00"):
        with transaction():
            drafts.activate_draft(
                draft_id,
                seen=get_open_draft(CODE).version,
                on=date(2027, 2, 5),
                activated_by=people["approver"],
                now=datetime(2027, 2, 5, 10, tzinfo=UTC),
            )
        before, after = datetime(2027, 2, 5, 9, tzinfo=UTC), datetime(2027, 2, 5, 10, tzinfo=UTC)
        assert standing_on(people["loses"], CODE, CHANGED, known_on=before).verdict == "deployable"
        assert standing_on(people["loses"], CODE, CHANGED, known_on=after).verdict == "lapsed"


def test_one_draft_of_a_scheme_at_a_time_and_no_stale_page_overwrites(people):
    draft_id = draft(people)
    with pytest.raises(Conflict, match="being prepared already"), transaction():
        drafts.begin_draft(CODE, effective_from=CHANGED, by=people["drafter"], now=NOW)
    with pytest.raises(Conflict, match="Somebody changed this draft"), transaction():
        drafts.change_definition(draft_id, SHORTER, seen=1, by=people["drafter"], now=NOW)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (partial(without_requirement, code="award"), "no requirement holds an award"),
        (partial(without_requirement, code="nothing"), "there is no such requirement"),
        (partial(with_requirement, code="refresher", values={"every_months": None}), "every_months is missing"),
        (partial(with_requirement, code="refresher", values={"every_months": -3}), "every_months"),
        (partial(with_another_requirement, values={"code": "award", "rule": "held", "kind": "award"}), "same code"),
        (partial(with_another_requirement, values={"code": "leave", "rule": "once", "kind": "cpd"}), "reserved"),
        (lambda text: replaced("[1]", CODE), "not a JSON object"),
        (lambda text: replaced("{", CODE), "scheme"),
        (lambda text: replaced(text.replace(CODE, "OTHER"), CODE), "the code is OTHER"),
    ],
)
def test_what_would_be_no_scheme_is_refused_with_the_field(people, change, sentence):
    with transaction():
        made = drafts.begin_draft(CODE, effective_from=CHANGED, by=people["drafter"], now=NOW)
    with pytest.raises(DomainError, match=sentence), transaction():
        drafts.change_definition(made.id, change, seen=made.version, by=people["drafter"], now=NOW)
    assert get_open_draft(CODE).version == 1


def test_requirements_move_and_come_and_go(people):
    def change(text):
        text = with_requirement_moved(text, "refresher", -1)
        text = without_requirement(text, "supervision") if '"supervision"' in text else text
        return with_another_requirement(
            text, {"code": "insured", "rule": "held", "kind": "declaration", "of": "insured"}
        )

    draft_id = draft(people, change=change)
    edition = rehearse(draft_id)
    assert {each[0] for each in changes(edition).values()} == {"loses", "other"}
    activate(draft_id, people["approver"])
    assert get_scheme(CODE).requirements[-1].code == "insured"
    assert standing_on(people["loses"], CODE, CHANGED).failing == ("insured",)


def test_a_version_is_never_changed(people):
    draft_id = draft(people)
    rehearse(draft_id)
    activate(draft_id, people["approver"])
    version = db.session.scalars(select(SchemeVersion).where(SchemeVersion.number == 2)).one()
    assert (version.drafted_by, version.activated_by, version.reason) == (
        people["drafter"],
        people["approver"],
        "The body asks for it.",
    )
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text("UPDATE scheme_version SET reason = 'another' WHERE number = 2"))
