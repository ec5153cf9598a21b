"""Letters and reminders, as the office would name them."""

from datetime import date
from itertools import count

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db, transaction
from accreditation.core.outbox import CALLED, FACTS, Letter
from accreditation.core.settings import set_setting
from scheduler.jobs import plan_all
from scheduler.services.rules import install_usual_rules
from tests.factories.people import person

_serial = count(1)


def letter(*, email: str | None = "ada@example.police.uk", key: str | None = None, **details) -> int:
    """A letter that is queued for somebody new, filled by the template `email/test/news.txt` of the tests."""
    who = person(email=email, **details)
    return letter_to(who.id, key=key)


def letter_to(person_id: int, *, key: str | None = None, about_id: int = 1) -> int:
    with transaction():
        made = outbox.queue(person_id, "email/test/news.txt", about_id=about_id, key=key or f"test:{next(_serial)}")
    assert made is not None
    return made


def plan(on: date) -> int:
    """Plan with the usual rules: how many letters are owed."""
    with transaction():
        install_usual_rules()
    return plan_all(on).letters


def send_at_any_hour() -> None:
    """Reminders go at any hour of any day, as a service may choose."""
    with transaction():
        for name, value in (("reminders_from", "00:00"), ("reminders_until", "00:00"), ("reminders_on", "every_day")):
            set_setting(name, value)


def state_of(letter_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Letter, letter_id, populate_existing=True).state


def letter_row(letter_id: int) -> Letter:
    db.session.rollback()
    return db.session.get_one(Letter, letter_id, populate_existing=True)


def news(about_id: int) -> dict[str, object]:
    return {"about": about_id}


FACTS.setdefault("email/test/news.txt", news)
CALLED.setdefault("email/test/news.txt", "News")


def states() -> dict[str, int]:
    """How many letters there are in each state."""
    db.session.rollback()
    found: dict[str, int] = {}
    for state in db.session.scalars(select(Letter.state)):
        found[state] = found.get(state, 0) + 1
    return found
