"""What is to come, read at once, is what the planner would find if it were asked day by day."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.people.models import Person
from accreditation.standing.models import RequirementPeriod
from accreditation.standing.services import set_deadline, void
from scheduler.models import Obligation
from scheduler.queries import coming
from scheduler.queries.coming import Facts, reminders_to_come
from scheduler.queries.ends import ending_requirements, requirement_subject, spoken_for
from tests import factories
from tests.scheduler.ready import FAR, everything_in_order
from tests.statements import statements_counted


def as_the_planner_asks(facts, scheme, requirement, ladder, period, day, stage) -> bool:
    """One query for one day, by the planner's own conditions."""
    rows = ending_requirements(scheme, requirement, ladder, day).where(
        RequirementPeriod.person_id == period.person_id,
        RequirementPeriod.starts_on == period.starts_on,
        ~spoken_for(requirement_subject(scheme, requirement), ladder, day),
    )
    return db.session.execute(rows.limit(1)).first() is not None


def somebody(chance: Random, today: date) -> Person:
    """With ends, leave, a renewal that is with the vetting unit, a renewed clearance and what is owed, by chance."""

    def end(first: int, last: int) -> date:
        return today + timedelta(days=chance.randint(first, last))

    who = everything_in_order(
        ctc=chance.choice([end(-120, 120), end(-448, -440)]),
        award=chance.choice([FAR, end(-60, 200)]),
        refresher=chance.choice([None, end(-60, 120)]),
        cpd=chance.choice([FAR, end(-60, 120)]),
        email="ada@example.uk",
    )
    if chance.random() < 0.4:
        begins = end(-90, 60)
        factories.overlay(who.id, "leave", begins, begins + timedelta(days=chance.randint(5, 90)))
    if chance.random() < 0.6:
        begins = end(-60, 20)
        until = begins + timedelta(days=chance.randint(10, 90))
        told = factories.evidence(
            who.id, "clearance_application", begins, code="CTC", ends_on=chance.choice([None, until])
        )
        if chance.random() < 0.5:
            with transaction():
                void(told.id, reason="A mistake", recorded_by=None)
    if chance.random() < 0.3:
        factories.evidence(who.id, "clearance", end(-30, 30), code="CTC", ends_on=end(100, 400))
    if chance.random() < 0.5:
        factories.plan(today - timedelta(days=chance.randint(0, 40)))
    if chance.random() < 0.2:
        with transaction():
            db.session.get_one(Person, who.id).left_on = end(1, 60)
    return who


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_at_once_is_what_the_planner_finds_day_by_day(app, today, monkeypatch, seed):
    chance = Random(seed)
    person = db.session.get_one(Person, somebody(chance, today).id)
    looked = []
    at_once = Facts.fall_due

    def both(facts, *asked):
        found = at_once(facts, *asked), as_the_planner_asks(facts, *asked)
        looked.append(found)
        return found[0]

    monkeypatch.setattr(coming.Facts, "fall_due", both)
    for day in (today, today + timedelta(days=chance.randint(1, 40))):
        reminders_to_come(person, day, at_most=200)
    assert looked
    assert [one for one in looked if one[0] != one[1]] == []


def test_both_answers_are_met(app, today, monkeypatch):
    """The control: what the tests above compare says yes and no, for each of the reasons there are."""
    days = [today + timedelta(days=number) for number in range(-40, 130, 5)]
    who = everything_in_order(ctc=today + timedelta(days=20), cpd=today + timedelta(days=40), email="ada@example.uk")
    factories.overlay(who.id, "leave", today + timedelta(days=50), today + timedelta(days=80))
    factories.plan(today)
    answers = set()
    at_once = Facts.fall_due
    monkeypatch.setattr(
        coming.Facts,
        "fall_due",
        lambda *asked: answers.add((at_once(*asked), as_the_planner_asks(*asked))) or at_once(*asked),
    )
    for day in days:
        reminders_to_come(db.session.get_one(Person, who.id), day, at_most=200)
    assert answers == {(True, True), (False, False)}
    assert db.session.scalar(select(Obligation.id)) is not None


@pytest.mark.parametrize("ends", [1, 4])
def test_it_asks_the_same_few_things_for_however_many_days(app, today, ends):
    soon = [today + timedelta(days=20 + number) for number in range(ends)] + [FAR] * (4 - ends)
    who = everything_in_order(ctc=soon[0], award=soon[1], refresher=None if ends == 1 else soon[2], cpd=soon[3])
    for number in range(ends):
        factories.overlay(
            who.id, "leave", today + timedelta(days=9 * number + 1), today + timedelta(days=9 * number + 4)
        )
    with transaction():
        set_deadline(
            kind="refresher_booking", basis_date=today + timedelta(days=8), source=("booking", 1), person_id=who.id
        )
    person = db.session.get_one(Person, who.id)
    reminders_to_come(person, today)  # what is kept of the schemes is read by then
    with statements_counted() as sent:
        assert len(reminders_to_come(person, today, at_most=200).lines) > ends
    assert len(sent) <= 8, sent


@pytest.mark.parametrize(("ago", "lines"), [(429, 2), (430, 0)])
def test_an_end_that_is_out_of_reach_on_the_day_somebody_is_back_is_not_said_then(app, today, ago, lines):
    """450 days after an end nobody hears of it, whatever they were told or not told before."""
    who = everything_in_order(ctc=today - timedelta(days=ago), email="ada@example.uk")
    factories.overlay(who.id, "leave", today - timedelta(days=ago + 10), today + timedelta(days=20))
    person = db.session.get_one(Person, who.id)
    found = [line for line in reminders_to_come(person, today).lines if line.on == today + timedelta(days=20)]
    assert len(found) == lines
