"""Two processes that start at one barrier, and what each of them answers."""

from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError
from time import sleep
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from accreditation.config import Config
from accreditation.core import database
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from tests.applications import application
from tests.forking import PROCESSES

SECONDS = 0.7
"""How long a process waits between reading and writing, where the other is kept out by the guards."""

PATIENCE = 8.0
"""How long it waits for the other to have read as well, where nothing keeps it out but a busy machine.

Whoever has ended is not waited for.
"""

HEAD_START = 0.3
"""How long one of two that have met is held back, where nothing keeps it out.

Whatever it reads only then would be new, and the control would hold by chance: such a control fails at once this way.
"""

_meeting: tuple[Barrier, float] | None = None


def race(settings: Config, attempt: Callable[..., str], *arguments: tuple[Any, ...], guarded: bool = True) -> list[str]:
    """Run the attempt once for each tuple of arguments, each in a process of its own; the sorted answers."""
    barrier, meeting, answers = PROCESSES.Barrier(len(arguments)), PROCESSES.Barrier(len(arguments)), PROCESSES.Queue()
    db.session.remove()  # the test's own read would hold nothing up, and must see nothing old afterwards
    runners = [
        PROCESSES.Process(target=run, args=(settings, attempt, each, guarded, barrier, meeting, answers))
        for each in arguments
    ]
    for runner in runners:
        runner.start()
    found = sorted(answers.get(timeout=60) for _ in runners)
    for runner in runners:
        runner.join(timeout=60)
    return found


def run(
    settings: Config,
    attempt: Callable[..., str],
    arguments: tuple[Any, ...],
    guarded: bool,
    barrier: Barrier,
    meeting: Barrier,
    answers: "Queue[str]",
) -> None:
    global _meeting
    _meeting = meeting, SECONDS if guarded else PATIENCE
    if not guarded:
        take_the_guards_away()
    app = application(settings, settings.database_url, settings.data_dir)
    with app.app_context():
        barrier.wait(timeout=60)
        try:
            with transaction():
                answer = attempt(*arguments)
            answers.put(answer)
        except DomainError:
            answers.put("refused")
        except (DBAPIError, StaleDataError):
            answers.put("crashed")
        except Exception as error:
            answers.put(f"not foreseen: {error!r}")
            raise
        finally:
            meeting.abort()


def take_the_guards_away() -> None:
    """SQLite begins like any reader, and nobody asks PostgreSQL for a row lock."""
    database.BEGIN_WRITE = "BEGIN"
    session = db.session
    unlocked_get, unlocked_get_one = session.get, session.get_one
    session.get = lambda *a, **k: unlocked_get(*a, **{**k, "with_for_update": None})  # type: ignore[method-assign]
    session.get_one = lambda *a, **k: unlocked_get_one(*a, **{**k, "with_for_update": None})  # type: ignore[method-assign]


def slow_down(module: Any, name: str) -> None:
    """Wait between reading and writing until the other has read too, or for as long as the guards keep it out."""
    quick = getattr(module, name)

    def slow(*args: Any, **kwargs: Any) -> Any:
        answer = quick(*args, **kwargs)
        meeting, patience = _meeting or (None, 0)
        try:
            if meeting is None:
                raise BrokenBarrierError
            turn = meeting.wait(timeout=patience)
            if turn == 0 and patience == PATIENCE:
                sleep(HEAD_START)
        except BrokenBarrierError:
            sleep(SECONDS)
        return answer

    setattr(module, name, slow)
