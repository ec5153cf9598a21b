"""What waits for digests and weekly letters is read together: as many questions for twenty as for two, same answers."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, only_reading, transaction
from accreditation.core.outbox import NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Grant, Viewer
from scheduler.models import Obligation
from scheduler.queries.digest import manager, waiting_items
from scheduler.services.digests import choose_digest, told_instead
from scheduler.services.foreseeing import foresee
from scheduler.services.weekly import choose_weekly
from scheduler.services.wording import due_facts, looked_at_again, still_due_of
from tests import factories
from tests.scheduler.ready import everything_in_order
from tests.statements import statements_counted

TUESDAY = datetime(2027, 2, 2, 10, tzinfo=UTC)
TODAY, MONDAY = date(2027, 2, 2), date(2027, 2, 8)
EIGHT = datetime.combine(MONDAY, time(8), UTC)
AT_MOST_A_DIGEST, AT_MOST_FORESEEN = 9, 86


def a_manager(subjects=("clearance", "return_from_leave"), *, unit_id: int | None = None) -> Person:
    who = factories.person(email="manager@example.uk", name="Pat Reid")
    factories.grant(who.id, Role.PRACTICE_MANAGER, Scope.UNIT if unit_id else Scope.SERVICE, unit_id)
    with transaction():
        choose_digest(who.id, "needed", subjects, now=clock.now())
    return who


def much_that_waits(number: int, unit_id: int | None = None) -> list[Person]:
    """For the digest: CTCs that ran out, and returns from leave. For weekly letters: early reminders of two each."""
    people = []
    with transaction():
        set_setting("reminder_breaker", "1000")
    for n in range(number):
        late = everything_in_order(ctc=TODAY - timedelta(days=7), unit_id=unit_id)
        away = everything_in_order(unit_id=unit_id)
        factories.overlay(
            away.id, "leave", date(2027, 1, 11), TODAY + timedelta(days=28), reason="x", authority="x",
            leave_type="adoption",
        )  # fmt: skip
        weekly = everything_in_order(
            ctc=TODAY + timedelta(days=60), award=TODAY + timedelta(days=60), email=f"w{n}@example.uk", unit_id=unit_id
        )
        with transaction():
            choose_weekly(weekly.id, True)
        people += [late, away, weekly]
    factories.plan(TODAY)
    return people


def one_by_one(lead_ids: list[int], viewer: Viewer) -> list[tuple[int, dict[str, object]]]:
    """As it would be asked of each by itself."""
    told = []
    for lead_id in lead_ids:
        db.session.rollback()
        about = db.session.get_one(Obligation, lead_id).person_id
        if db.session.scalar(select(Person.id).where(Person.id == about, visible_to(viewer))) is None:
            continue
        try:
            told.append((lead_id, due_facts(lead_id)))
        except NoLongerTrue:
            continue
    return told


def something_changes(people: list[Person]) -> None:
    """One CTC was renewed, one leave ended early, one mediator left for another unit."""
    factories.evidence(people[0].id, "clearance", TODAY, code="CTC", ends_on=date(2037, 1, 1))
    with transaction():
        owed = db.session.scalars(
            select(Obligation).filter_by(person_id=people[4].id, audience="practice_manager")
        ).one()
        owed.basis_date += timedelta(days=1)  # as if the leave's end had moved
        db.session.get_one(Person, people[6].id).unit_id = None


def test_a_digest_tells_what_it_would_tell_asked_one_by_one(app):
    with time_machine.travel(TUESDAY, tick=False):
        unit = factories.unit("Croydon")
        who = a_manager(unit_id=unit.id)
        people = much_that_waits(5, unit.id)
        something_changes(people)
        leads = [item.obligation_id for item in waiting_items()]
        assert len(leads) == 10
        viewer = manager(who.id, TODAY)
        expected = [people_of_lead(lead_id) for lead_id, _ in one_by_one(leads, viewer)]
        assert len(expected) == 10 - 3
        db.session.rollback()
        with transaction(), only_reading():
            sentences = told_instead(leads, viewer, TODAY)
        assert [next(one for one in expected if one in said) for said in sentences] == expected
        db.session.rollback()
        states = select(Obligation.state, Obligation.reason).where(Obligation.id.in_(leads))
        taken_back = [reason for state, reason in db.session.execute(states) if state == "superseded"]
        assert len(set(taken_back)) == len(taken_back) == 3  # each for a reason of its own


def people_of_lead(lead_id: int) -> str:
    owed = db.session.get_one(Obligation, lead_id)
    return db.session.get_one(Person, owed.person_id).reference


def test_what_is_still_due_of_many_is_what_it_is_of_each(app):
    with time_machine.travel(TUESDAY, tick=False):
        a_manager()
        people = much_that_waits(4)
        something_changes(people)
        leads = list(db.session.scalars(select(Obligation.id).where(Obligation.lead_id.is_(None))))
        for day in (TODAY - timedelta(days=1), TODAY, MONDAY, TODAY + timedelta(days=60)):
            expected = {}
            for lead_id in leads:
                db.session.rollback()
                expected[lead_id] = sum(why is None for _, why in looked_at_again(lead_id, day))
            db.session.rollback()
            assert still_due_of(leads, day) == expected
            assert len(set(expected.values())) > 1


def statements_of(number: int, ask) -> int:
    with time_machine.travel(TUESDAY, tick=False) as moved:
        who_id = a_manager().id
        much_that_waits(number)
        waiting = [item.obligation_id for item in waiting_items()]
        assert len(waiting) == 2 * number
        db.session.rollback()
        with statements_counted() as sent:
            ask(who_id, waiting, number, moved)
        return len(sent)


def as_a_digest(who_id: int, waiting: list[int], number: int, moved) -> None:
    with transaction(), only_reading():
        assert len(told_instead(waiting, manager(who_id, TODAY), TODAY)) == 2 * number


def as_foreseen(who_id: int, waiting: list[int], number: int, moved) -> None:
    """On the Sunday, for the Monday when all of it goes."""
    moved.move_to(EIGHT - timedelta(days=1))
    viewer = Viewer(who_id, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
    gathered = foresee(viewer, MONDAY, today=MONDAY - timedelta(days=1), now=clock.now()).gathered
    assert [one.items for one in gathered if not one.is_digest] == [2] * number
    [digest] = [one for one in gathered if one.is_digest]
    assert digest.items >= 2 * number


@pytest.mark.parametrize(("ask", "at_most"), [(as_a_digest, AT_MOST_A_DIGEST), (as_foreseen, AT_MOST_FORESEEN)])
@pytest.mark.parametrize("number", [2, 12])
def test_many_cost_no_more_questions_than_few(app, ask, at_most, number):
    """One bound for both numbers: nothing is asked of each."""
    assert statements_of(number, ask) <= at_most
