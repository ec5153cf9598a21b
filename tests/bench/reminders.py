"""`python -m tests.bench.reminders`: planning reminders beside bare SQL, and handing letters over beside bare smtplib.

The register is made of projections alone, so that a hundred thousand people are there in a minute: what the planner
reads is exactly what it reads in life, and nobody is asked how it came about.
"""

import argparse
import json
import os
import smtplib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text, update

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import Base, db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.settings import set_setting
from accreditation.people.models import ContactAddress, Person
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries.schemes import main_scheme
from scheduler.jobs import plan_all
from scheduler.queries.ends import subject_of_requirement
from scheduler.services.composing import compose
from scheduler.services.delivery import deliver_letters
from scheduler.services.rules import install_usual_rules
from tests.bench.databases import SECRET, postgresql_urls, say
from tests.bench.floor import raw_connection
from tests.bench.timing import timer
from tests.bench.wire import wire_to
from tests.scheduler.chaos import counting_server

LONG_AGO, BLOCK = date(2020, 1, 1), 5000
RULES = 6
"""Requirements of each person with a ladder of its own: award, clearance, refresher, practice, supervision, CPD."""
AIMS = {"nothing": 2.0, "due": 30.0}
"""Seconds for 100,000 people on two cores, and of 20,000 reminders."""


def register_of(people: int, on: date) -> None:
    """So many mediators of whom nothing ends within the reach of any ladder."""
    scheme, far = main_scheme(on), days_after(on, 1000)
    codes = [requirement.code for requirement in scheme.requirements if requirement.code][: RULES + 2]
    for first in range(1, people + 1, BLOCK):
        ids = range(first, min(first + BLOCK, people + 1))
        with transaction():
            run = db.session.execute
            run(insert(Person.__table__), [_person(n) for n in ids])
            run(insert(ContactAddress.__table__), [_address(n) for n in ids])
            run(insert(StandingPeriod.__table__), [_standing(n, scheme.edition, far) for n in ids])
            run(
                insert(RequirementPeriod.__table__),
                [_requirement(n, scheme.edition, code, far) for n in ids for code in codes],
            )
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _person(n: int) -> dict[str, Any]:
    name = f"Name{n:06}"
    names = {"given_name": "Ada", "family_name": name, "sort_name": name.lower(), "search_text": name.lower()}
    return {"id": n, "reference": f"B{n:06}", "holder_kind": "employee", "version": 1, **names}


def _address(n: int) -> dict[str, Any]:
    return {"person_id": n, "address": f"no{n}@example.police.uk", "since": clock.now()}


def _standing(n: int, edition: str, far: date) -> dict[str, Any]:
    span = {"starts_on": LONG_AGO, "ends_on": date.max, "since": LONG_AGO, "until": date.max}
    return {"person_id": n, "edition": edition, "verdict": "deployable", "failing": (), "limiting_end": far, **span}


def _requirement(n: int, edition: str, code: str, far: date) -> dict[str, Any]:
    span = {"starts_on": LONG_AGO, "ends_on": far, "met": True}
    return {"person_id": n, "edition": edition, "requirement": code, **span}


def make_due(number: int, on: date) -> None:
    """The clearance of so many people ends in 90 days: one letter for each, one stage passed over."""
    scheme = main_scheme(on)
    code = next(one.code for one in scheme.requirements if subject_of_requirement(one) == "clearance")
    due = update(RequirementPeriod.__table__).where(
        RequirementPeriod.edition == scheme.edition,
        RequirementPeriod.requirement == code,
        RequirementPeriod.person_id <= number,
    )
    with transaction():
        db.session.connection().execute(due.values(ends_on=days_after(on, 90)))


def measure_planning(app: Flask, url: str, people: int, due: int, on: date) -> dict[str, Any]:
    """Seconds and peak memory of a run with nothing due, and of one with so many due; each beside its bare SQL."""
    with app.app_context():
        with transaction():
            install_usual_rules()
            set_setting("reminder_breaker", str(10**9))
            for name, value in (("reminders_from", "00:00"), ("reminders_until", "00:00"), ("reminders_on", "x")):
                set_setting(name, value)
        register_of(people, on)
        bare_nothing, found = _bare_reading(url, on)
        _plan(on, expected=0)  # compiles the statements, as the first beat of the day before has
        nothing = [_plan(on, expected=0) for _ in range(3)]
        make_due(due, on)
        bare_due, found_due = _bare_reading(url, on)
        bare_writing = _bare_writing(url, due, on)
        seconds, grown = _plan(on, expected=due)
        again, _ = _plan(on, expected=0)
        if found or found_due < due:
            raise AssertionError("the bare statement found other rows than the planner")
    return {
        "people": people,
        "rules": RULES,
        "due": due,
        "nothing_due_seconds": round(median(taken for taken, _ in nothing), 2),
        "nothing_due_bare_seconds": round(bare_nothing, 3),
        "nothing_due_grown_mb": max(grown for _, grown in nothing),
        "due_seconds": round(seconds, 2),
        "due_bare_seconds": round(bare_due + bare_writing, 2),
        "due_grown_mb": grown,
        "all_owed_already_seconds": round(again, 2),
        "ratio_due": round(seconds / (bare_due + bare_writing), 1),
    }


def _plan(on: date, *, expected: int) -> tuple[float, int]:
    """Seconds, and by how many megabytes the process was larger at its largest than before."""
    before = _memory("VmRSS", reset=True)
    began = timer()
    planned = plan_all(on)
    taken = timer() - began
    if planned.letters != expected:
        raise AssertionError(f"{planned.letters} letters, not {expected}")
    return taken, max(0, _memory("VmHWM") - before) // 1024


def _memory(what: str, *, reset: bool = False) -> int:
    """Kilobytes of this process, from the kernel's own count; `reset`: its peak is counted anew."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if what in line)


READING = (
    "SELECT p.id, r.requirement, r.ends_on FROM requirement_period r JOIN person p ON p.id = r.person_id "
    "JOIN standing_period s ON s.person_id = r.person_id AND s.edition = r.edition AND s.starts_on <= ? "
    "AND s.ends_on > ? WHERE r.edition = ? AND r.requirement = ? AND r.met AND r.ends_on <= ? AND r.ends_on > ? "
    "AND NOT EXISTS (SELECT 1 FROM obligation o WHERE o.person_id = r.person_id AND o.basis_date = r.ends_on)"
)


def _bare_reading(url: str, on: date) -> tuple[float, int]:
    """What is within reach, by the driver alone, a statement for each requirement."""
    connection, mark, adapt = raw_connection(url)
    scheme, rows = main_scheme(on), 0
    cursor = connection.cursor()
    began = timer()
    for requirement in scheme.requirements:
        within = [adapt(days_after(on, 180)), adapt(days_after(on, -450))]
        asked = [adapt(on), adapt(on), scheme.edition, requirement.code, *within]
        cursor.execute(READING.replace("?", mark), asked)
        rows += len(cursor.fetchall())
    taken = timer() - began
    connection.close()
    return taken, rows


def _bare_writing(url: str, due: int, on: date) -> float:
    """The same rows written by the driver alone in transactions of 500 letters, then taken out again."""
    connection, mark, adapt = raw_connection(url)
    cursor, now = connection.cursor(), clock.now().replace(tzinfo=None).isoformat(" ")
    ends = adapt(days_after(on, 90))
    owing = (
        "INSERT INTO obligation (person_id, subject, basis_date, stage, audience, state, planned_at, turn) "
        "VALUES (?, 'bare', ?, ?, 'mediator', 'owed', ?, 1)"
    ).replace("?", mark)
    writing = (
        "INSERT INTO letter (person_id, template, about_id, key, message_id, state, queued_at, not_before, tries, "
        "resends) VALUES (?, 'bare', 1, ?, ?, 'queued', ?, ?, 0, 0)"
    ).replace("?", mark)
    began = timer()
    for first in range(1, due + 1, 500):
        ids = range(first, min(first + 500, due + 1))
        cursor.execute("BEGIN")
        cursor.executemany(owing, [(n, ends, stage, now) for n in ids for stage in (90, 180)])
        cursor.executemany(writing, [(n, f"bare:{n}", f"<bare{n}@x>", now, now) for n in ids])
        cursor.execute("COMMIT")
    taken = timer() - began
    cursor.execute("BEGIN")
    cursor.execute("DELETE FROM obligation WHERE subject = 'bare'")
    cursor.execute("DELETE FROM letter WHERE template = 'bare'")
    cursor.execute("COMMIT")
    connection.close()
    return taken


# --- handing over ----------------------------------------------------------------------------------------------------


TURNS = 5
"""The letters go in so many parts, bare and by the product in turn: other work on the machine then falls on both."""

TO_WARM_UP = 20  # letters, counted for nobody


@dataclass(frozen=True)
class MailServer:
    """What stands at the other end, times in seconds.

    `answer`: until it has kept a letter. `journey`: there and back. `pipelining`: whether it takes several commands
    in one breath. `real`: the URL of one that runs already, with times of its own beside the journey.
    """

    answer: float = 0.0
    journey: float = 0.0
    pipelining: bool = True
    real: str | None = None


@contextmanager
def _mail_server(server: MailServer, folder: Path) -> Iterator[tuple[str, Callable[[], Counter[str]] | None]]:
    """Its URL, and what counts the letters that it took, where it is one of ours."""
    with ExitStack() as stack:
        url, accepted = server.real, None
        if url is None:
            mine = counting_server(folder, seed=1, faults=0, slow=server.answer, pipelining=server.pipelining)
            url, accepted = stack.enter_context(mine)
        yield stack.enter_context(wire_to(url, server.journey)) if server.journey else url, accepted


def measure_delivery(app: Flask, folder: Path, number: int, server: MailServer) -> dict[str, Any]:
    """Letters a second over one connection, by the product and by bare smtplib with the same letters."""
    bares: list[float] = []
    ours: list[float] = []
    processor, sent, load = 0.0, 0, os.getloadavg()[0]
    with _mail_server(server, folder) as (smtp_url, accepted), app.app_context():
        app.config["SMTP_URL"] = smtp_url
        warm = len(_put_forward(TO_WARM_UP))  # compiles what a scheduler that has run for a minute has compiled
        deliver_letters()
        for _ in range(TURNS):
            ids = _put_forward(number // TURNS)
            written = [compose(db.session.get_one(Letter, letter_id), takes_utf8=True) for letter_id in ids]
            db.session.rollback()
            bares.append(_bare_smtp(smtp_url, [(one.sender, one.recipient, one.content) for one in written]))
            began, busy = timer(), time.process_time()
            done = deliver_letters()
            ours.append(timer() - began)
            processor += time.process_time() - busy
            if done.states != {"sent": len(ids)}:
                raise AssertionError(f"{dict(done.states)}")
            sent += len(ids)
        if accepted and sorted(accepted().values()) != [1] * warm + [2] * sent:
            raise AssertionError(f"{len(accepted())} accepted")
    each = number // TURNS
    return {
        "letters": sent,
        "server": "real" if server.real else "ours",
        "answer_ms": server.answer * 1000,
        "journey_ms": server.journey * 1000,
        "pipelining": server.pipelining,
        "letters_a_second": round(each / median(ours), 1),
        "bare_letters_a_second": round(each / median(bares), 1),
        "ratio": round(median(bare / taken for bare, taken in zip(bares, ours, strict=True)), 2),
        "ratios": [round(bare / taken, 2) for bare, taken in zip(bares, ours, strict=True)],
        "load": round(load, 1),
        "ms_a_letter": round(1000 * median(ours) / each, 1),
        "processor_ms_a_letter": round(1000 * processor / sent, 1),
    }


def measure_disk(folder: Path, number: int = 100) -> float:
    """Milliseconds until a disk says that it keeps one page of 4,096 bytes: the median."""
    found = []
    with (folder / "page").open("wb", buffering=0) as page:
        for _ in range(number):
            page.write(bytes(4096))
            began = timer()
            os.fsync(page.fileno())
            found.append(timer() - began)
    return round(1000 * median(found), 2)


def _bare_smtp(url: str, letters: list[tuple[str, str, bytes]]) -> float:
    host, port = url.removeprefix("smtp://").split(":")
    began = timer()
    with smtplib.SMTP(host, int(port)) as smtp:
        for sender, recipient, content in letters:
            smtp.sendmail(sender, [recipient], content)
    return timer() - began


SERVERS = (
    MailServer(),
    MailServer(pipelining=False),
    MailServer(answer=0.001),
    MailServer(answer=0.005),
    MailServer(answer=0.005, pipelining=False),
    MailServer(answer=0.01),
    MailServer(answer=0.03),
    MailServer(journey=0.001),
    MailServer(answer=0.005, journey=0.001),
    MailServer(answer=0.01, journey=0.02),
)
JOURNEYS = (0.0, 0.0005, 0.001, 0.005, 0.02)
"""Of a server that runs already: on this machine, in the same room, in the same town, far away."""


# --- running ---------------------------------------------------------------------------------------------------------


@contextmanager
def service(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(
        Config(
            data_dir=folder,
            database_url=url,
            secret_key=SECRET,
            base_url="http://localhost",
            mail_from="register@localhost",
        )
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reminders", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=20_000)
    parser.add_argument("--letters", type=int, default=500, help="handed over beside smtplib")
    parser.add_argument("--server", help="handed over to this mail server as well: smtp://host:port of one that runs")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL as well")
    asked = parser.parse_args()
    found = []
    real = tuple(MailServer(journey=journey, real=asked.server) for journey in JOURNEYS) if asked.server else ()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        urls = [f"sqlite:///{folder / 'reminders.sqlite3'}"]
        if asked.postgres:
            urls += stack.enter_context(postgresql_urls([1], folder))
        for url in urls:
            with service(url, folder) as app:
                say(f"{asked.people:,} people on {url.partition(':')[0]}…")
                planning = measure_planning(app, url, asked.people, asked.due, clock.today())
                name = {"database": url.partition(":")[0]}
                found.append(name | planning | {"fsync_ms": measure_disk(folder)})
                _keep_back()
                for server in SERVERS + real:
                    place = folder / f"mail-{len(found)}"
                    place.mkdir()
                    found.append(name | measure_delivery(app, place, asked.letters, server))
    print(json.dumps(found, indent=1))


def _keep_back() -> None:
    """Every letter waits to be put forward."""
    with transaction():
        back = update(Letter).where(Letter.state == "queued").values(state="held")
        db.session.execute(back.execution_options(synchronize_session=False))


def _put_forward(number: int) -> list[int]:
    """So many more may go: their ids."""
    held = select(Letter.id).where(Letter.state == "held").order_by(Letter.id).limit(number)
    ids = list(db.session.scalars(held))
    with transaction():
        again = update(Letter).where(Letter.id.in_(ids)).values(state="queued", not_before=clock.now())
        db.session.execute(again.execution_options(synchronize_session=False))
    return ids


if __name__ == "__main__":
    main()
