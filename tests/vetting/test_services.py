"""Applications and clearances, and what standing makes of them, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditDetail
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.queries import evidence_of, standing_on
from tests import factories
from vetting import services
from vetting.models import Clearance, ClearanceApplication
from vetting.queries.asking import Asked, Which
from vetting.queries.boards import ending_page, progress_page
from vetting.queries.counting import count_open, count_overdue, ending_by_month
from vetting.rules.levels import levels

LEADS = dict.fromkeys(levels(), 63)
OFFICER = Viewer(0, frozenset({Grant(Role.VETTING_OFFICER, Scope.SERVICE)}))


def standing_facts(person_id: int, kind: str) -> list[tuple[date, date | None]]:
    return sorted(
        (fact.starts_on, fact.ends_on) for fact, void in evidence_of(person_id) if void is None and fact.kind == kind
    )


def clearance_met(person_id: int, on: date) -> bool:
    return "ctc" not in standing_on(person_id, "INHOUSE-WPM", on).failing


def change(clearance_id: int, to: str, on: date) -> None:
    with transaction():
        services.change_clearance(clearance_id, to=to, on=on, recorded_by=None)


def move(application_id: int, to: str, on: date) -> None:
    with transaction():
        services.move_application(application_id, to=to, on=on, recorded_by=None)


def page(**changes):
    asked = Asked(**{"on": factories.TODAY, "leads": LEADS, **changes})
    return ending_page(OFFICER, asked, place=None, address=lambda token: f"?{token}")


# --- clearances ------------------------------------------------------------------------------------------------------


def test_a_clearance_counts_up_to_its_end_and_not_on_it(app):
    ada = factories.mediator()
    factories.clearance(ada.id, granted_on=date(2025, 3, 3), ends_on=date(2030, 3, 3))
    met = {
        on: clearance_met(ada.id, on) for on in (date(2025, 3, 2), date(2025, 3, 3), date(2030, 3, 2), date(2030, 3, 3))
    }
    assert list(met.values()) == [False, True, True, False]


def test_the_date_of_the_vetting_unit_wins(app):
    ada = factories.mediator(holder_kind="employee")
    given = factories.clearance(ada.id, granted_on=date(2025, 3, 3), ends_on=date(2027, 1, 1))
    usual = factories.clearance(ada.id, granted_on=date(2025, 3, 3), ends_on=None)
    assert (given.ends_on, given.ends_source) == (date(2027, 1, 1), "vetting_unit")
    assert (usual.ends_on, usual.ends_source) == (date(2035, 3, 3), "suggested")


def test_without_a_stated_period_it_is_open(app):
    ada = factories.mediator(holder_kind="employee")
    clearance = factories.clearance(ada.id, level="BPSS", ends_on=None)
    assert (clearance.ends_on, clearance.ends_source) == (None, "not_stated")
    assert standing_facts(ada.id, "clearance") == [(date(2025, 3, 3), None)]


def test_without_the_day_of_the_grant_nothing_is_declared(app):
    ada = factories.mediator()
    factories.clearance(ada.id, granted_on=None, ends_on=date(2030, 3, 3))
    assert evidence_of(ada.id) == []


def test_a_clearance_that_cannot_be_gives_every_reason(app):
    ada = factories.mediator()
    with pytest.raises(DomainError) as refusal:
        factories.clearance(ada.id, level="TOP", granted_on=date(2025, 3, 3), ends_on=date(2025, 3, 3), state="refused")
    assert len(refusal.value.reasons) == 3
    assert db.session.scalars(select(Clearance)).all() == []


def test_suspending_and_lifting_leave_a_gap_to_the_day(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    change(clearance.id, "suspended", date(2026, 1, 10))
    assert [clearance_met(ada.id, on) for on in (date(2026, 1, 9), date(2026, 1, 10), date(2026, 5, 1))] == [
        True,
        False,
        False,
    ]
    change(clearance.id, "granted", date(2026, 3, 1))
    assert [clearance_met(ada.id, on) for on in (date(2026, 2, 28), date(2026, 3, 1))] == [False, True]
    assert standing_facts(ada.id, "clearance") == [
        (date(2025, 3, 3), date(2026, 1, 10)),
        (date(2026, 3, 1), date(2030, 3, 3)),
    ]


def test_withdrawn_stays_withdrawn(app):
    ada = factories.mediator()
    clearance = factories.clearance(ada.id)
    change(clearance.id, "withdrawn", date(2026, 1, 10))
    with pytest.raises(DomainError, match="cannot become"):
        change(clearance.id, "granted", date(2026, 2, 1))
    assert not clearance_met(ada.id, date(2026, 2, 1))


def test_a_change_before_the_last_one_is_refused(app):
    clearance = factories.clearance(factories.mediator().id)
    change(clearance.id, "suspended", date(2026, 1, 10))
    with pytest.raises(DomainError, match="before the last step"):
        change(clearance.id, "granted", date(2026, 1, 9))


def test_a_leavers_clearances_lapse(app):
    ada = factories.mediator()
    held, ended = factories.clearance(ada.id), factories.clearance(ada.id, level="SC", ends_on=date(2026, 1, 1))
    with transaction():
        assert len(services.lapse_clearances_of(ada.id, on=date(2027, 2, 3), recorded_by=None)) == 1
    assert [db.session.get_one(Clearance, one.id).state for one in (held, ended)] == ["lapsed", "granted"]
    assert [clearance_met(ada.id, on) for on in (date(2027, 2, 2), date(2027, 2, 3))] == [True, False]


# --- applications ----------------------------------------------------------------------------------------------------


def test_an_application_is_pending_until_it_is_decided(app):
    ada = factories.mediator()
    application = factories.clearance_application(ada.id, on=date(2027, 1, 4))
    assert standing_facts(ada.id, "clearance_application") == [(date(2027, 1, 4), None)]
    move(application.id, "submitted", date(2027, 1, 11))
    move(application.id, "in_progress", date(2027, 1, 12))
    with transaction():
        clearance = services.grant_clearance(
            application.id, on=date(2027, 2, 1), ends_on=date(2032, 2, 1), recorded_by=None
        )
    assert (clearance.state, clearance.application_id) == ("granted", application.id)
    assert standing_facts(ada.id, "clearance_application") == [(date(2027, 1, 4), date(2027, 2, 1))]
    assert standing_facts(ada.id, "clearance") == [(date(2027, 2, 1), date(2032, 2, 1))]


def test_an_application_decided_on_its_first_day_was_pending_on_none(app):
    ada = factories.mediator()
    application = factories.clearance_application(ada.id)
    move(application.id, "discontinued", date(2027, 1, 4))
    assert standing_facts(ada.id, "clearance_application") == []


def test_a_refusal_ends_it_and_grants_nothing(app):
    ada = factories.mediator()
    application = factories.clearance_application(ada.id)
    move(application.id, "submitted", date(2027, 1, 5))
    move(application.id, "refused", date(2027, 1, 20))
    with pytest.raises(DomainError), transaction():
        services.grant_clearance(application.id, on=date(2027, 1, 21), ends_on=None, recorded_by=None)
    assert db.session.scalars(select(Clearance)).all() == []
    assert factories.clearance_application(ada.id).id != application.id  # a new one is a new one


def test_conditions_make_it_granted_with_conditions(app):
    application = factories.clearance_application(factories.mediator().id)
    move(application.id, "submitted", date(2027, 1, 5))
    with transaction():
        clearance = services.grant_clearance(
            application.id, on=date(2027, 1, 6), ends_on=None, recorded_by=None, conditions="Review in a year"
        )
    assert clearance.state == "granted_with_conditions"
    assert db.session.get_one(ClearanceApplication, application.id).state == "granted_with_conditions"


def test_one_application_of_a_level_is_under_way_at_a_time(app):
    ada = factories.mediator()
    factories.clearance_application(ada.id)
    with pytest.raises(DomainError, match="under way"):
        factories.clearance_application(ada.id)
    factories.clearance_application(ada.id, level="SC")


def test_references_and_notes_stay_out_of_the_trail(app):
    factories.clearance(factories.mediator().id, reference="VET-123", notes="asked twice", conditions="none of yours")
    trail = " ".join(db.session.scalars(select(AuditDetail.text)))
    assert '"level": "(not shown)"' in trail  # auditors read it, and to them levels and dates are masked
    assert not any(secret in trail for secret in ("VET-123", "asked twice", "none of yours", "CTC", "2030-03-03"))


# --- boards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "overdue"), [(-1, True), (0, True), (1, False)])
def test_a_clearance_is_overdue_from_its_end_on(app, days, overdue):
    ada = factories.mediator()
    factories.clearance(ada.id, ends_on=factories.TODAY + timedelta(days))
    assert count_overdue(OFFICER, factories.TODAY) == int(overdue)
    assert [row.person.id for row in page(which=Which.OVERDUE).rows] == ([ada.id] if overdue else [])
    assert [row.person.id for row in page().rows] == ([] if overdue else [ada.id])


def test_who_has_a_newer_one_or_has_left_is_on_no_list(app):
    ada, bea = factories.mediator(), factories.mediator()
    factories.clearance(ada.id, ends_on=date(2027, 1, 1))
    factories.clearance(ada.id, granted_on=date(2026, 12, 1), ends_on=date(2031, 12, 1))
    factories.clearance(bea.id, ends_on=date(2027, 1, 1))
    with transaction():
        db.session.get_one(type(bea), bea.id).left_on = date(2027, 1, 20)
    assert count_overdue(OFFICER, factories.TODAY) == 0
    assert [(row.person.id, row.ends_on) for row in page().rows] == [(ada.id, date(2031, 12, 1))]


@pytest.mark.parametrize(
    ("ends_on", "month"),
    [
        (date(2027, 3, 1), date(2027, 2, 1)),  # last good day 28 February
        (date(2027, 3, 2), date(2027, 3, 1)),
        (date(2027, 4, 1), date(2027, 3, 1)),
        (date(2027, 4, 2), date(2027, 4, 1)),
    ],
)
def test_a_month_has_those_whose_last_good_day_is_in_it(app, ends_on, month):
    factories.clearance(factories.mediator().id, ends_on=ends_on)
    counts = {row.first: row.number for row in ending_by_month(OFFICER, factories.TODAY)}
    assert {first for first, number in counts.items() if number} == {month}
    for first, number in counts.items():
        assert len(page(month=first).rows) == number  # the number is the length of its list


def test_in_progress_the_oldest_come_first(app):
    people = [factories.mediator(unit="Croydon") for _ in range(3)]
    for person, day in zip(people, (9, 4, 6), strict=True):
        factories.clearance_application(person.id, on=date(2027, 1, day))
    rows = progress_page(OFFICER, level=None, unit_id=None, place=None, address=str).rows
    assert [row.initiated_on.day for row in rows] == [4, 6, 9]
    assert count_open(OFFICER) == 3
    assert [count_open(OFFICER, initiated_before=date(2027, 1, day)) for day in (4, 5, 7)] == [0, 1, 2]
    elsewhere = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999)}))
    assert progress_page(elsewhere, level=None, unit_id=None, place=None, address=str).rows == []
