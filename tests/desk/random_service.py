"""Services that nobody made up: a demo of a random size, and whatever else can wait for somebody, scattered over it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from accreditation.accounts.services.accounts import disable_account
from accreditation.core import audit, clock
from accreditation.core.database import db, transaction
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.desk.demo.filling.service import close_demo, fill_demo
from accreditation.helpline.services import mark_seen
from accreditation.people.models import Person
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from tests import factories
from tests.factories import TODAY


def fill(seed: int) -> None:
    """The same seed, the same service. More people than fit on two pages, so that lists have several."""
    random = Random(f"numbers {seed}")
    today, now = clock.today(), clock.now()
    with transaction():
        fill_demo(seed=seed, mediators=random.randint(8, 20), on=today, now=now, complete=False, intakes=False)
    add_in_bulk(seed=seed, mediators=random.randint(90, 160), on=today, now=now, progress=lambda _: None)
    with transaction():
        close_demo(on=today)
    scatter(random)


def scatter(random: Random) -> None:
    people = list(db.session.scalars(select(Person.id).order_by(Person.id)))
    _practice(random, people)
    _vetting(random, people)
    _letters_and_accounts(random, people)
    _trail(random, people)


def call(random: Random, people: Sequence[int], adviser_id: int) -> None:
    """Contacts of the last days, some of them today and in its first or last minute, with or without a call-back."""
    for _ in range(random.randint(5, 70)):
        day = TODAY - timedelta(random.choice((0, 0, 1, 2, 9)))
        hour, minute = random.choice(((0, 0), (9, 30), (10, 0))) if day == TODAY else (random.randint(0, 23), 59)
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
        later = random.choice((None, day, day + timedelta(1), TODAY + timedelta(3)))
        factories.contact(
            random.choice(people),
            adviser_id=random.choice((adviser_id, people[0])),
            on=day,
            contacted_at=at,
            follow_up_on=later,
        )


def pass_on(random: Random, people: Sequence[int], to_id: int) -> None:
    for _ in range(random.randint(0, 6)):
        told = factories.escalation(factories.contact(random.choice(people)).id, to_id)
        if random.random() < 0.4:
            with transaction():
                mark_seen(told.id, at=clock.now())


def _practice(random: Random, people: Sequence[int]) -> None:
    for person_id in random.sample(people, 12):
        factories.practice_entry(person_id, quantity=Decimal(1))
    for number in range(random.randint(0, 5)):
        factories.mediation_case(f"SCATTERED-{number}")


def _vetting(random: Random, people: Sequence[int]) -> None:
    for person_id in random.sample(people, 10):
        factories.clearance_application(person_id, level="DV")
    for person_id in random.sample(people, random.randint(0, 4)):
        factories.clearance_report(person_id)


def _letters_and_accounts(random: Random, people: Sequence[int]) -> None:
    for person_id in random.sample(people, random.randint(1, 60)):
        factories.letter_to(person_id)
    for person_id in random.sample(people, 5):
        account = factories.account(person_id)
        if random.random() < 0.4:
            with transaction():
                disable_account(account.id, on=clock.today(), now=clock.now())


def _trail(random: Random, people: Sequence[int]) -> None:
    for _ in range(random.randint(0, 4)):
        audit.sensitive_read("the record with its clearance", about_id=random.choice(people))
    for _ in range(random.randint(0, 3)):
        with transaction():
            note_export("the register", Viewer(people[0], frozenset()), rows=3, people=3, at=clock.now())
    for number in range(random.randint(0, 3)):
        with transaction():
            audit.note_exception(random.choice((("award_decision", number + 1), ("steering_report", number + 1))))
