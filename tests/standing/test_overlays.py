"""Laying over a standing, ending, taking back: the ledger follows, and what was known before stays answerable."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core.audit import AuditDetail
from accreditation.core.calendar import LONDON, end_of_day
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Deadline, Evidence, EvidenceVoid, Overlay
from accreditation.standing.queries import evidence_of, standing_on
from accreditation.standing.queries.overlays import OverlaysAsked, overlays_about, overlays_page
from accreditation.standing.services.overlays import cancel_overlay, end_overlay, record_overlay
from tests import factories

SCHEME = "INHOUSE-WPM"
FIRST, BACK = date(2027, 2, 1), date(2027, 3, 15)
TRAINED = date(2026, 6, 1)


def at(on: date) -> datetime:
    return datetime.combine(on, time(10), LONDON)


def verdict(person_id: int, on: date, **asked) -> str:
    return standing_on(person_id, SCHEME, on, **asked).verdict.value


def end(overlay: Overlay, ended_on: date, *, on: date | None = None, by: int | None = None) -> Overlay:
    with transaction():
        return end_overlay(
            overlay.id, ended_on=ended_on, reason="It is over", authority="Head of Service", at=at(on or ended_on),
            ended_by=by,
        )  # fmt: skip


def standing_facts(person_id: int, kind: str) -> list[tuple[date, date | None]]:
    db.session.rollback()
    return [
        (fact.starts_on, fact.ends_on) for fact, void in evidence_of(person_id) if fact.kind == kind and void is None
    ]


def due_back() -> list[date]:
    db.session.rollback()
    return list(db.session.scalars(select(Deadline.basis_date).where(Deadline.kind == "return_from_leave")))


@pytest.mark.parametrize("kind", ["suspension", "leave"])
def test_nobody_may_work_on_its_days_and_on_no_other(app, kind):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.overlay(ada.id, kind, FIRST, BACK)
    word = {"suspension": "suspended", "leave": "on_leave"}[kind]
    days = (FIRST - timedelta(1), FIRST, BACK - timedelta(1), BACK)
    assert [verdict(ada.id, day) for day in days] == ["deployable", word, word, "deployable"]


def test_the_ledger_holds_neutral_words_and_links_to_the_decision(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    overlay = factories.overlay(ada.id, "suspension", FIRST, reason="Complaint by the Smith family", authority="DPS")
    (fact,) = db.session.scalars(select(Evidence).where(Evidence.kind == "suspension"))
    assert (fact.source_type, fact.source_id, fact.starts_on, fact.ends_on) == ("overlay", overlay.id, FIRST, None)
    assert fact.reason == "Suspended by decision of the service"
    assert (overlay.reason, overlay.authority) == ("Complaint by the Smith family", "DPS")


def test_nothing_private_reaches_the_audit_trail_or_the_ledger(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    overlay = factories.overlay(
        ada.id, "leave", FIRST, BACK, reason="SECRET-WHY", authority="SECRET-WHO", leave_type="adoption"
    )
    with transaction():
        end_overlay(
            overlay.id, ended_on=BACK - timedelta(9), reason="SECRET-END", authority="SECRET-WHO", at=at(BACK),
            ended_by=None,
        )  # fmt: skip
    with transaction():
        cancel_overlay(overlay.id, reason="SECRET-MISTAKE", at=at(BACK), cancelled_by=None)
    told = " ".join(db.session.scalars(select(AuditDetail.text)))
    told += " ".join(str(row.reason) for row in db.session.scalars(select(Evidence)))
    told += " ".join(row.reason for row in db.session.scalars(select(EvidenceVoid)))
    assert "SECRET" not in told
    assert "adoption" not in told
    assert "(not shown)" in told


def test_the_same_form_sent_twice_is_one_overlay(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    decision = factories.laid("leave", FIRST, BACK)
    made = []
    for _ in range(2):
        with transaction():
            made.append(
                record_overlay(
                    ada.id, decision, form_key="one-form-key-0001", on=FIRST, at=at(FIRST), recorded_by=None
                ).id
            )
    assert made[0] == made[1]
    assert standing_facts(ada.id, "leave") == [(FIRST, BACK)]


def test_a_form_is_good_for_one_person_alone(app):
    ada, bo = factories.accredited_mediator(trained_on=TRAINED), factories.accredited_mediator(trained_on=TRAINED)
    for person in (ada, bo):
        decision = factories.laid("suspension", FIRST)
        if person is bo:
            with pytest.raises(Conflict), transaction():
                record_overlay(bo.id, decision, form_key="one-form-key-0001", on=FIRST, at=at(FIRST), recorded_by=None)
        else:
            with transaction():
                record_overlay(ada.id, decision, form_key="one-form-key-0001", on=FIRST, at=at(FIRST), recorded_by=None)
    assert standing_facts(bo.id, "suspension") == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("suspension", "There is a suspension on these days already, from 1 February 2027 to 14 March 2027."),
        ("leave", "There is leave on these days already, from 1 February 2027 to 14 March 2027."),
    ],
)
def test_a_second_one_on_the_same_days_is_refused_in_words(app, kind, words):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.overlay(ada.id, kind, FIRST, BACK)
    with pytest.raises(DomainError, match=words):
        factories.overlay(ada.id, kind, BACK - timedelta(1), BACK + timedelta(30))
    factories.overlay(ada.id, kind, BACK, BACK + timedelta(30))
    assert standing_facts(ada.id, kind) == [(BACK, BACK + timedelta(30)), (FIRST, BACK)]


def test_what_came_with_an_import_or_from_elsewhere_counts_as_there(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.evidence(ada.id, "suspension", FIRST)
    with pytest.raises(DomainError, match="without an end"):
        factories.overlay(ada.id, "suspension", BACK)


def test_somebody_on_leave_can_be_suspended_and_the_suspension_prevails(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.overlay(ada.id, "leave", FIRST, BACK)
    factories.overlay(ada.id, "suspension", FIRST + timedelta(5), on=FIRST + timedelta(5))
    assert [verdict(ada.id, FIRST + timedelta(days)) for days in (4, 5)] == ["on_leave", "suspended"]
    assert verdict(ada.id, BACK) == "suspended"


def test_dates_before_any_evidence_and_in_the_past_are_recorded(app):
    ada = factories.mediator()
    factories.overlay(ada.id, "suspension", date(2001, 1, 1), date(2001, 2, 1), on=FIRST)
    assert verdict(ada.id, date(2001, 1, 15)) == "not_accredited"
    assert verdict(ada.id, FIRST) == "not_accredited"


def test_nobody_decides_about_themself(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    with pytest.raises(NotAllowed), transaction():
        record_overlay(
            ada.id, factories.laid("waiver", FIRST, BACK, requirement="cpd"), form_key="own-form-key-00001", on=FIRST,
            at=at(FIRST), recorded_by=ada.id,
        )  # fmt: skip
    overlay = factories.overlay(ada.id, "suspension", FIRST)
    with pytest.raises(NotAllowed):
        end(overlay, BACK, by=ada.id)
    with pytest.raises(NotAllowed), transaction():
        cancel_overlay(overlay.id, reason="I say so", at=at(BACK), cancelled_by=ada.id)
    assert standing_facts(ada.id, "suspension") == [(FIRST, None)]


# --- ending ----------------------------------------------------------------------------------------------------------


def test_lifting_shortens_the_suspension_and_what_was_known_stays_answerable(app):
    with time_machine.travel("2027-02-01T10:00:00+00:00", tick=False):
        ada = factories.accredited_mediator(trained_on=TRAINED)
        overlay = factories.overlay(ada.id, "suspension", FIRST)
    with time_machine.travel("2027-03-15T10:00:00+00:00", tick=False):
        end(overlay, BACK)
    assert standing_facts(ada.id, "suspension") == [(FIRST, BACK)]
    assert [verdict(ada.id, day) for day in (BACK - timedelta(1), BACK)] == ["suspended", "deployable"]
    for known_on, then in (
        (date(2027, 1, 31), "not_accredited"),
        (date(2027, 3, 14), "suspended"),
        (BACK, "deployable"),
    ):
        assert verdict(ada.id, BACK, known_on=end_of_day(known_on)) == then
    assert verdict(ada.id, FIRST, known_on=end_of_day(BACK)) == "suspended"
    voids = list(db.session.scalars(select(EvidenceVoid)))
    assert [void.reason for void in voids] == ["Ended with effect from 15 March 2027."]


def test_ending_twice_ends_it_once_and_another_day_is_a_conflict(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    overlay = factories.overlay(ada.id, "suspension", FIRST)
    end(overlay, BACK)
    end(overlay, BACK)
    assert db.session.scalar(select(func.count()).select_from(EvidenceVoid)) == 1
    with pytest.raises(Conflict, match="ended already, with effect from 15 March 2027"):
        end(overlay, BACK - timedelta(1))
    assert standing_facts(ada.id, "suspension") == [(FIRST, BACK)]


@pytest.mark.parametrize("kind", ["waiver", "extension"])
def test_a_waiver_ended_early_counts_to_its_last_day_and_no_further(app, kind):
    ada = factories.lapsed_mediator()
    back = FIRST + timedelta(21)
    overlay = factories.overlay(ada.id, kind, FIRST, back, requirement="refresher")
    assert [verdict(ada.id, day) for day in (FIRST - timedelta(1), FIRST, back - timedelta(1), back)] == [
        "lapsed", "deployable", "deployable", "lapsed",
    ]  # fmt: skip
    end(overlay, back - timedelta(10))
    assert [verdict(ada.id, back - timedelta(days)) for days in (11, 10)] == ["deployable", "lapsed"]


def test_ending_needs_a_reason_an_authority_and_a_day_of_its_own(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    overlay = factories.overlay(ada.id, "suspension", FIRST, BACK)
    with pytest.raises(DomainError) as refusal, transaction():
        end_overlay(overlay.id, ended_on=FIRST, reason=" ", authority="", at=at(BACK), ended_by=None)
    assert len(refusal.value.reasons) == 3


def test_what_was_recorded_by_mistake_counts_for_no_day_and_stays_on_record(app):
    with time_machine.travel("2027-02-01T10:00:00+00:00", tick=False):
        ada = factories.accredited_mediator(trained_on=TRAINED)
        overlay = factories.overlay(ada.id, "suspension", FIRST)
    for _ in range(2):
        with time_machine.travel("2027-02-05T10:00:00+00:00", tick=False), transaction():
            cancel_overlay(overlay.id, reason="It was somebody else", at=at(date(2027, 2, 5)), cancelled_by=None)
    assert standing_facts(ada.id, "suspension") == []
    assert verdict(ada.id, FIRST) == "deployable"
    assert verdict(ada.id, FIRST, known_on=end_of_day(date(2027, 2, 4))) == "suspended"
    found = db.session.scalars(select(Overlay)).one()
    assert found.cancelled_reason == "It was somebody else"
    with pytest.raises(Conflict):
        end(found, BACK)
    factories.overlay(ada.id, "suspension", FIRST)


# --- coming back -----------------------------------------------------------------------------------------------------


def test_the_return_from_leave_is_a_deadline_until_it_is_recorded(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    overlay = factories.overlay(ada.id, "leave", FIRST, BACK)
    assert due_back() == [BACK]
    end(overlay, BACK)
    assert due_back() == []
    assert standing_facts(ada.id, "leave") == [(FIRST, BACK)]
    assert db.session.scalar(select(func.count()).select_from(EvidenceVoid)) == 0


def test_a_return_planned_earlier_moves_the_deadline_and_is_recorded_when_it_comes(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    overlay = factories.overlay(ada.id, "leave", FIRST, BACK)
    early = BACK - timedelta(14)
    end(overlay, early, on=FIRST + timedelta(7))
    assert due_back() == [early]
    assert db.session.get_one(Overlay, overlay.id).returned_at is None
    end(overlay, early, on=early + timedelta(1))
    assert due_back() == []
    assert standing_facts(ada.id, "leave") == [(FIRST, early)]


def test_leave_that_goes_on_has_one_return(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.overlay(ada.id, "leave", FIRST, BACK)
    further = factories.overlay(ada.id, "leave", BACK, BACK + timedelta(30), on=BACK - timedelta(5))
    assert due_back() == [BACK + timedelta(30)]
    with transaction():
        cancel_overlay(further.id, reason="Not agreed", at=at(BACK), cancelled_by=None)
    assert due_back() == [BACK]


@pytest.mark.parametrize(("recorded_on", "waits"), [(BACK - timedelta(1), True), (BACK, False)])
def test_nobody_waits_for_a_return_that_was_history_when_it_was_recorded(app, recorded_on, waits):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.overlay(ada.id, "leave", FIRST, BACK, on=recorded_on)
    assert due_back() == ([BACK] if waits else [])


def test_no_suspension_has_a_return(app):
    ada = factories.accredited_mediator(trained_on=TRAINED)
    factories.overlay(ada.id, "suspension", FIRST, BACK)
    assert due_back() == []


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "leave", "ends_on": None, "leave_type": "other"},
        {"kind": "waiver", "ends_on": BACK},
        {"kind": "suspension", "requirement": "cpd"},
        {"kind": "suspension", "ends_on": FIRST},
        {"kind": "suspension", "reason": ""},
        {"kind": "suspension", "ended_on": FIRST},
    ],
)
def test_the_database_itself_refuses_what_must_not_be(app, broken):
    ada = factories.mediator()
    row = {
        "person_id": ada.id, "starts_on": FIRST, "reason": "Why", "authority": "Who",
        "recorded_at": datetime(2027, 2, 1, tzinfo=UTC), "form_key": "key-of-a-form-0001", **broken,
    }  # fmt: skip
    with pytest.raises(Exception, match=r"(?i)check"), transaction():
        db.session.add(Overlay(**row))


# --- two records of one person ---------------------------------------------------------------------------------------


def test_what_was_laid_over_a_record_that_is_merged_holds_for_the_person_and_can_be_lifted(app):
    with time_machine.travel("2027-02-01T10:00:00+00:00", tick=False):
        kept, merged = factories.accredited_mediator(trained_on=TRAINED), factories.person()
        overlay = factories.overlay(merged.id, "suspension", FIRST)
    with time_machine.travel("2027-02-02T10:00:00+00:00", tick=False):
        factories.merged(kept.id, merged.id)
    viewer = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
    assert [line.id for line in overlays_about(kept, viewer, FIRST)] == [overlay.id]
    assert [line.person.id for line in overlays_page(viewer, OverlaysAsked(), FIRST).rows] == [kept.id]
    assert verdict(kept.id, BACK) == "suspended"
    with pytest.raises(DomainError, match="without an end"):
        factories.overlay(kept.id, "suspension", BACK)
    with pytest.raises(NotAllowed):
        end(overlay, BACK, by=kept.id)
    end(overlay, BACK)
    assert verdict(kept.id, BACK) == "deployable"


def test_leave_on_two_records_of_one_person_has_one_return(app):
    kept, merged = factories.accredited_mediator(trained_on=TRAINED), factories.person()
    factories.overlay(merged.id, "leave", FIRST, BACK)
    factories.merged(kept.id, merged.id)
    factories.overlay(kept.id, "leave", BACK, BACK + timedelta(30), on=BACK - timedelta(5))
    assert due_back() == [BACK + timedelta(30)]
