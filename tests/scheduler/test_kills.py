"""Killing the process at any moment of a reminder run.

No letter is lost, none is sent twice, what cannot be known is listed.
"""

import os
import signal
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.settings import set_setting
from scheduler.models import Obligation
from scheduler.services.rules import install_usual_rules
from tests import factories
from tests.scheduler.chaos import PACE, PROCESSES, counting_server, kill_again_and_again, remind, send_then_mark
from tests.scheduler.ready import everything_in_order

ON = date(2026, 11, 23)


def people_with_much_to_do(number: int) -> int:
    """How many letters they are owed: four each, for four different days."""
    ends = ON + timedelta(days=20)
    factories.send_at_any_hour()
    with transaction():
        install_usual_rules()
        set_setting("reminder_breaker", "100000")
    for n in range(number):
        everything_in_order(
            ctc=ends,
            award=ends + timedelta(days=1),
            refresher=ends + timedelta(days=2),
            cpd=ends + timedelta(days=3),
            email=f"no{n}@example.uk",
        )
    return number * 4


def check_the_books(owed: int, accepted: dict[str, int]) -> list[Letter]:
    """Every letter was owed once, and each is sent once or in doubt: the letters in doubt."""
    db.session.rollback()
    letters = list(db.session.scalars(select(Letter)))
    assert len(letters) == owed
    assert len(list(db.session.scalars(select(Obligation).where(Obligation.state == "owed")))) == owed
    assert {letter.state for letter in letters} <= {"sent", "in_doubt"}
    assert {accepted.get(letter.message_id, 0) for letter in letters if letter.state == "sent"} == {1}
    in_doubt = [letter for letter in letters if letter.state == "in_doubt"]
    assert {accepted.get(letter.message_id, 0) for letter in in_doubt} <= {0, 1}
    assert all(letter.reason for letter in in_doubt)
    assert sum(accepted.values()) == len(accepted)
    return in_doubt


def run(
    app, tmp_path, *, people: int, kills: int, workers: int, faults: float, seed: int = 1
) -> tuple[int, list[Letter]]:
    """How many kills hit a living process, and which letters are in doubt."""
    owed = people_with_much_to_do(people)
    with counting_server(tmp_path, seed=seed, faults=faults, slow=0.004) as (smtp_url, accepted):

        def progress() -> int:
            db.session.rollback()
            reminders = db.session.scalar(select(func.count()).select_from(Obligation))
            db.session.rollback()  # nothing stays open while the workers finish
            return reminders + sum(accepted().values())

        asked = {"seed": seed, "url": app.url, "folder": tmp_path, "smtp_url": smtp_url, "on": ON, "workers": workers}
        hits = kill_again_and_again(remind, kills, **asked, progress=progress, finish=False)
        assert accepted(), "the kills came before any letter had gone"
        kill_again_and_again(remind, 0, **asked, progress=progress)
        return hits, check_the_books(owed, accepted())


def test_kills_lose_nothing_and_send_nothing_twice(app, tmp_path):
    hits, _ = run(app, tmp_path, people=40, kills=15, workers=2, faults=0.02)
    assert hits >= 5


def test_without_the_journal_letters_are_sent_twice(app, tmp_path):
    """The negative control: if this fails, the test above proves nothing."""
    people_with_much_to_do(15)
    with counting_server(tmp_path, seed=2, faults=0, slow=0.06) as (smtp_url, accepted):
        kill_again_and_again(
            send_then_mark,
            6,
            seed=2,
            url=app.url,
            folder=tmp_path,
            smtp_url=smtp_url,
            on=ON,
            workers=1,
            progress=lambda: sum(accepted().values()),
            finish=False,
        )
        assert sum(accepted().values()) > len(accepted())


def stop_and_wake(app, tmp_path, *, people: int, stops: int, workers: int) -> list[Letter]:
    """Workers that are stopped in the middle of a letter for longer than their lease: the letters in doubt."""
    owed = people_with_much_to_do(people)
    with counting_server(tmp_path, seed=3, faults=0, slow=0.02) as (smtp_url, accepted):
        ready = [PROCESSES.Event() for _ in range(workers)]
        running = [
            PROCESSES.Process(target=remind, args=(app.url, str(tmp_path), smtp_url, ON, event)) for event in ready
        ]
        for process, event in zip(running, ready, strict=True):
            process.start()
            event.wait(30)
        for number in range(stops):
            before = sum(accepted().values())
            while sum(accepted().values()) == before and any(one.is_alive() for one in running):
                time.sleep(0.002)
            asleep = running[number % workers]
            if asleep.is_alive():
                os.kill(asleep.pid, signal.SIGSTOP)
                time.sleep((PACE.lease_for_the_dot().total_seconds()) + 0.5)
                os.kill(asleep.pid, signal.SIGCONT)
        for process in running:
            process.join(600)
            assert process.exitcode == 0
        return check_the_books(owed, accepted())


def test_workers_that_sleep_past_their_lease_send_nothing_twice(app, tmp_path):
    in_doubt = stop_and_wake(app, tmp_path, people=10, stops=1, workers=2)
    assert len(in_doubt) <= 1


@pytest.mark.soak
def test_many_sleepers(app, tmp_path):
    in_doubt = stop_and_wake(app, tmp_path, people=250, stops=50, workers=3)
    print(f"50 stops past the lease, {len(in_doubt)} in doubt of 1,000")


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11, 12])
def test_many_kills(app, tmp_path, seed):
    hits, in_doubt = run(app, tmp_path, people=625, kills=170, workers=3, faults=0.03, seed=seed)
    assert hits >= 150
    print(f"{hits} kills, {len(in_doubt)} in doubt of 2,500")
