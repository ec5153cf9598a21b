"""F36: eight planners at the same moment, or one after the other, owe everything once."""

from datetime import date, timedelta

from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from scheduler import jobs
from scheduler.jobs import plan_all
from scheduler.models import Obligation
from scheduler.services.rules import install_usual_rules
from tests import factories
from tests.applications import application
from tests.forking import PROCESSES
from tests.scheduler.ready import everything_in_order

ON = date(2026, 11, 23)
PLANNERS, PEOPLE = 8, 12


def plan_with_the_others(settings, barrier, answers) -> None:
    """Everybody reads what is missing, waits until all have, and then writes it."""
    look = jobs.what_to_plan

    def look_together(on: date) -> object:
        plan = look(on)
        db.session.rollback()
        barrier.wait(timeout=120)
        return plan

    jobs.what_to_plan = look_together
    with application(settings, settings.database_url, settings.data_dir).app_context():
        answers.put(jobs.plan_all(ON).letters)


def everybody_at_once(app) -> list[int]:
    """Letters owed by each."""
    factories.send_at_any_hour()
    with transaction():
        install_usual_rules()
    for n in range(PEOPLE):
        everything_in_order(ctc=ON + timedelta(days=20), award=ON + timedelta(days=25), email=f"no{n}@example.uk")
    db.session.remove()
    barrier, answers = PROCESSES.Barrier(PLANNERS), PROCESSES.Queue()
    asked = (app.config["SETTINGS"], barrier, answers)
    running = [PROCESSES.Process(target=plan_with_the_others, args=asked) for _ in range(PLANNERS)]
    for one in running:
        one.start()
    found = [answers.get(timeout=180) for _ in running]
    for one in running:
        one.join(60)
        assert one.exitcode == 0
    return found


def test_f36_eight_planners_at_once_owe_everything_once(app):
    letters = everybody_at_once(app)
    assert sum(letters) == PEOPLE * 2  # between them, each reminder once
    db.session.rollback()
    keys = select(Obligation.person_id, Obligation.subject, Obligation.stage).where(Obligation.state == "owed")
    owed = [tuple(row) for row in db.session.execute(keys)]
    assert len(owed) == len(set(owed)) == PEOPLE * 2
    assert db.session.scalar(select(func.count()).select_from(Letter)) == PEOPLE * 2
    db.session.rollback()
    assert plan_all(ON).letters == 0


def test_all_eight_had_seen_the_same_reminders_missing(app, monkeypatch):
    """The control: it was the keys that kept them apart. Where they are taken off, the same plan is written twice."""
    everything_in_order(ctc=ON + timedelta(days=20), email="ada@example.uk")
    with transaction():
        install_usual_rules()
    plan = jobs.what_to_plan(ON)
    monkeypatch.setattr(jobs, "what_to_plan", lambda on: plan)
    assert [jobs.plan_all(ON).letters for _ in range(3)] == [1, 0, 0]
    with transaction():
        for row in db.session.scalars(select(Obligation)):
            row.subject = f"{row.subject}, known by another key"
        for letter in db.session.scalars(select(Letter)):
            letter.key = "another"
    assert jobs.plan_all(ON).letters == 1
