"""Real processes that remind and deliver until they are killed, and what is left when the last one has finished."""

import os
import random
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core import clock, database
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from scheduler.jobs import plan_all
from scheduler.rules import answers
from scheduler.services import doubts
from scheduler.services.delivery import deliver_letters
from scheduler.services.steps import Pace
from tests.forking import PROCESSES
from tests.scheduler import mail_server

PACE = Pace(lease=timedelta(seconds=2), step_seconds=2, reply_seconds=2)
OPEN = ("queued", "claimed", "handing_over", "retry_wait")


def remind(url: str, data_dir: str, smtp_url: str, on: date, ready: object) -> None:
    """What the scheduler does, again and again, until nothing is left."""
    doubts.AFTER = timedelta(days=1)  # on a busy machine the run takes longer than doubt lasts in life
    answers.BACKOFF = (timedelta(milliseconds=20),) * 200
    answers.PAUSES = (timedelta(milliseconds=20),)
    with _app(url, data_dir, smtp_url).app_context():
        ready.set()
        while True:
            plan_all(on)
            deliver_letters(pace=PACE)
            left = db.session.scalar(select(Letter.id).where(Letter.state.in_(OPEN)).limit(1))
            db.session.rollback()
            if left is None:
                return
            time.sleep(0.02)


def remind_through_everything(url: str, data_dir: str, smtp_url: str, on: date, ready: object) -> None:
    """The same with a database that goes away: a beat that fails is over, as in life, and the next one comes."""
    database.BUSY_SECONDS = 1
    doubts.AFTER = timedelta(days=1)  # on a busy machine the run takes longer than doubt lasts in life
    answers.BACKOFF = (timedelta(milliseconds=20),) * 200
    answers.PAUSES = (timedelta(milliseconds=20),)
    with _app(url, data_dir, smtp_url).app_context():
        ready.set()
        while True:
            try:
                plan_all(on)
                deliver_letters(pace=PACE)
                if db.session.scalar(select(Letter.id).where(Letter.state.in_(OPEN)).limit(1)) is None:
                    return
            except DBAPIError:
                time.sleep(0.1)
            finally:
                db.session.remove()


def send_then_mark(url: str, data_dir: str, smtp_url: str, on: date, ready: object, *, between: float = 0.0) -> None:
    """The negative control: what most systems do. Hand over, then, after so many seconds, write down that it was."""
    address = urlsplit(smtp_url)
    with _app(url, data_dir, smtp_url).app_context():
        plan_all(on)
        ready.set()
        for letter_id in list(
            db.session.scalars(select(Letter.id).where(Letter.state == "queued").order_by(Letter.id))
        ):
            letter = db.session.get_one(Letter, letter_id)
            message = EmailMessage()
            message["Message-ID"], message["To"] = letter.message_id, "ada@example.uk"
            try:
                with smtplib.SMTP(address.hostname, address.port) as smtp:
                    smtp.send_message(message, from_addr="register@example.uk")
            except (OSError, smtplib.SMTPException):
                continue
            time.sleep(between)
            with transaction():
                letter = db.session.get_one(Letter, letter_id)
                letter.state, letter.ended_at = "sent", clock.now()


def send_then_mark_impatiently(*asked: Any) -> None:
    """The same, hardly waiting for a locked file.

    Whoever goes away comes in between: a worker that takes the file anew at once can keep another from it to the end.
    """
    database.BUSY_SECONDS = 0.1
    send_then_mark(*asked, between=0.3)


def _app(url: str, data_dir: str, smtp_url: str) -> object:
    folder = Path(data_dir)
    return create_app(
        Config(data_dir=folder, database_url=url, secret_key="x" * 40, base_url="http://localhost", smtp_url=smtp_url)
    )


@contextmanager
def counting_server(
    folder: Path, *, seed: int, faults: float, slow: float, pipelining: bool = True
) -> Iterator[tuple[str, Callable[[], Counter[str]]]]:
    """Its URL, and how often it has accepted each Message-ID."""
    record = folder / "accepted"
    record.touch()
    offered = "pipelining" if pipelining else "nothing"
    command = [sys.executable, mail_server.__file__, str(record), str(seed), str(faults), str(slow), offered]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        yield f"smtp://127.0.0.1:{port}", lambda: Counter(record.read_text().split())
    finally:
        process.communicate()


def kill_again_and_again(
    work: Callable[..., None],
    kills: int,
    *,
    seed: int,
    url: str,
    folder: Path,
    smtp_url: str,
    on: date,
    workers: int,
    progress: Callable[[], int],
    finish: bool = True,
) -> int:
    """Start workers; kill one in the moment after `progress` was made, start another; at the end they may finish.

    How many kills hit a living process. Going by progress, not by time, they hit the work on a busy machine too; the
    first third comes at any moment, so that it hits the beginning.
    """
    chance = random.Random(seed)
    hits = 0
    running = []

    def start() -> None:
        ready = PROCESSES.Event()
        process = PROCESSES.Process(target=work, args=(url, str(folder), smtp_url, on, ready), daemon=True)
        process.start()
        running.append((process, ready))

    for _ in range(workers):
        start()
    for number in range(kills):
        process, ready = running.pop(0)
        ready.wait(20)
        before, deadline = progress(), time.monotonic() + 20
        while number >= kills // 3 and progress() == before and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.random() * (0.05 if number >= kills // 3 else 1))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
            hits += 1
        process.join()
        start()
    for process, _ in running:
        if not finish:
            process.kill()
        process.join(7200)  # they finish what is left, on however busy a machine
        assert process.exitcode == 0 or not finish
    return hits
