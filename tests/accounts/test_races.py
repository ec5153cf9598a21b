"""Two or more processes at once, on both databases: links are used once, tries are counted exactly, one administrator
stays. Each with its control, in which the guard is taken away and the race is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError

from accreditation.accounts.models import PASSWORD_RESET
from accreditation.accounts.services import accounts, links
from accreditation.config import Config
from accreditation.core import clock, database, throttle
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.services import grant_role
from tests import factories
from tests.applications import application
from tests.forking import PROCESSES

PASSWORD = "four blue kettles whistle"
LIMIT = 5


@dataclass(frozen=True)
class Race:
    """One runner in a process of its own. Without `guarded` there is no BEGIN IMMEDIATE, no FOR UPDATE, no row lock."""

    settings: Config
    attempt: Callable[..., list[str]]
    arguments: tuple[Any, ...]
    guarded: bool

    def run(self, start: Barrier, answers: Queue) -> None:
        if not self.guarded:
            database.BEGIN_WRITE = "BEGIN"
            Select.with_for_update = lambda query, **_: query  # type: ignore[method-assign]
            get = db.session.get
            db.session.get = lambda *a, with_for_update=None, **k: get(*a, **k)  # type: ignore[method-assign]
        app = application(self.settings, self.settings.database_url, self.settings.data_dir)
        with app.app_context():
            start.wait(timeout=60)
            try:
                for answer in self.attempt(*self.arguments):
                    answers.put(answer)
            except DomainError:
                answers.put("refused")
            except DBAPIError:
                answers.put("crashed")


def race(app: Any, attempt: Callable[..., list[str]], *runners: tuple[Any, ...], guarded: bool = True, each: int = 1):
    """Every answer of every runner, sorted."""
    db.session.remove()
    start, answers = PROCESSES.Barrier(len(runners)), PROCESSES.Queue()
    settings = replace(app.config["SETTINGS"], database_url=app.url)
    processes = [
        PROCESSES.Process(target=Race(settings, attempt, arguments, guarded).run, args=(start, answers))
        for arguments in runners
    ]
    for process in processes:
        process.start()
    found = [answers.get(timeout=90) for _ in range(len(runners) * each)]
    for process in processes:
        process.join(timeout=30)
    return sorted(found)


def slowly(module: Any, name: str) -> None:
    """Between reading and writing, long enough for the other to read too."""
    fast = getattr(module, name)

    def slow(*arguments: Any, **options: Any) -> Any:
        answer = fast(*arguments, **options)
        sleep(0.3)
        return answer

    setattr(module, name, slow)


# --- a link used twice ---------------------------------------------------------------------------------------------


def use(token: str, password: str) -> list[str]:
    slowly(links, "find_link")
    with transaction():
        accounts.choose_password(token, PASSWORD_RESET, password, now=clock.now())
    return ["used"]


@pytest.fixture
def token(app):
    person = factories.person(name="Ada Okafor")
    account = factories.account_with_password(person.id, "ada@example.com", PASSWORD)
    return factories.link_path(account.id, PASSWORD_RESET).rpartition("/")[2]


def test_a_link_used_twice_at_once_works_once(app, token):
    both = [(token, "seven green lanterns sway"), (token, "nine red bicycles hum")]
    assert race(app, use, *both) == ["refused", "used"]


def test_without_the_guards_a_link_is_used_twice_or_somebody_gets_an_error_page(app, token):
    both = [(token, "seven green lanterns sway"), (token, "nine red bicycles hum")]
    assert race(app, use, *both, guarded=False) in (["used", "used"], ["crashed", "used"])


# --- tries counted -------------------------------------------------------------------------------------------------


def try_often(times: int) -> list[str]:
    slowly(throttle, "recent")
    found = []
    for _ in range(times):
        with transaction():
            found.append("tried" if throttle.may_try("sign-in:account:x", LIMIT, now=clock.now()) else "refused")
    return found


def test_tries_of_four_processes_are_counted_exactly(app):
    answers = race(app, try_often, *[(4,)] * 4, each=4)
    assert answers == ["refused"] * (16 - LIMIT) + ["tried"] * LIMIT


# --- the last administrator ----------------------------------------------------------------------------------------


def disable(account_id: int) -> list[str]:
    slowly(accounts, "refuse_without_administrator")
    with transaction():
        accounts.disable_account(account_id, now=clock.now(), on=clock.today())
    return ["disabled"]


@pytest.fixture
def administrators(app):
    ids = []
    for name in ("Ada Okafor", "Bo Chan"):
        person = factories.person(name=name)
        with transaction():
            grant_role(person.id, Role.ADMINISTRATOR, Scope.SERVICE, on=clock.today(), granted_by=None)
        ids.append((factories.account_with_password(person.id, f"{person.id}@example.com", PASSWORD).id,))
    return ids


def test_two_administrators_who_disable_each_other_at_once_leave_one(app, administrators):
    assert race(app, disable, *administrators) == ["disabled", "refused"]


def test_without_the_guards_nobody_is_left_or_somebody_gets_an_error_page(app, administrators):
    assert race(app, disable, *administrators, guarded=False) in (["disabled", "disabled"], ["crashed", "disabled"])
