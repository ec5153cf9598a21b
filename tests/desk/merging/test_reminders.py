"""Reminders of two records that are one person's: nothing twice, nothing lost, and back again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.people.models import Person
from scheduler.models import Obligation
from scheduler.services.composing import current_address
from tests import factories
from tests.scheduler.ready import everything_in_order

ENDS = date(2027, 6, 15)
SIXTY_DAYS_BEFORE = ENDS - timedelta(days=60)


@pytest.fixture
def two(app, today):
    """Of both records the refresher ends on one day, and both have an address."""
    return [everything_in_order(refresher=ENDS, email=f"{name}@example.com") for name in ("jones", "smith")]


def owed(person: Person) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(Obligation.state).where(Obligation.person_id == person.id).order_by(Obligation.id))
    return list(rows)


def letters(person: Person) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(Letter.state).where(Letter.person_id == person.id).order_by(Letter.id))
    return list(rows)


def mark_letters(person: Person, state: str) -> None:
    with transaction():
        for letter in db.session.scalars(select(Letter).where(Letter.person_id == person.id)):
            letter.state = state


def test_a_letter_that_waits_under_the_merged_record_is_not_sent_and_the_person_hears_once(two):
    kept, merged = two
    assert factories.plan(SIXTY_DAYS_BEFORE) == 2
    merge_id = factories.merged(kept.id, merged.id)
    assert (letters(merged), owed(merged)) == (["superseded"], ["superseded"])
    assert (letters(kept), owed(kept)) == (["queued"], ["owed"])
    assert factories.plan(SIXTY_DAYS_BEFORE) == 0
    factories.separated(merge_id)
    assert factories.plan(SIXTY_DAYS_BEFORE) == 1
    assert owed(merged) == ["owed"]


def test_what_was_told_under_the_merged_record_is_not_told_again(app, today):
    kept, merged = factories.person(email="jones@example.com"), everything_in_order(refresher=ENDS)
    assert factories.plan(SIXTY_DAYS_BEFORE) == 1
    mark_letters(merged, "sent")
    merge_id = factories.merged(kept.id, merged.id)
    assert (owed(merged), owed(kept)) == (["owed"], ["settled"])
    assert factories.plan(SIXTY_DAYS_BEFORE) == 0
    assert factories.plan(ENDS - timedelta(days=30)) == 1  # the next stage is told as usual
    assert letters(kept) == ["queued"]
    factories.separated(merge_id)
    assert "settled" not in owed(kept)
    assert factories.plan(SIXTY_DAYS_BEFORE) == 0  # the merged record was told before, and is not told again


def test_what_was_held_stays_held_and_is_there_once(two):
    kept, merged = two
    factories.plan(SIXTY_DAYS_BEFORE)
    mark_letters(merged, "held")
    factories.merged(kept.id, merged.id)
    assert (letters(merged), letters(kept)) == (["superseded"], ["queued"])
    assert factories.plan(SIXTY_DAYS_BEFORE) == 0


def test_a_held_letter_of_the_merged_record_alone_is_held_anew_for_the_kept_one(app, today):
    on = date(2027, 2, 2)
    kept = factories.person(email="jones@example.com")
    merged = everything_in_order(refresher=on + timedelta(days=30), email="smith@example.com")
    assert factories.plan(on) == 1
    mark_letters(merged, "held")
    factories.merged(kept.id, merged.id)
    assert (letters(merged), letters(kept)) == (["superseded"], ["held"])


def test_nobody_is_reminded_for_the_merged_record(two):
    kept, merged = two
    factories.merged(kept.id, merged.id)
    assert factories.plan(SIXTY_DAYS_BEFORE) == 1
    assert (owed(kept), owed(merged)) == (["owed"], [])


def test_a_letter_about_something_else_goes_to_the_person_at_the_kept_address(two):
    kept, merged = two
    letter_id = factories.letter_to(merged.id)
    assert current_address(merged.id).address == "smith@example.com"
    factories.merged(kept.id, merged.id)
    assert (factories.state_of(letter_id), current_address(merged.id).address) == ("queued", "jones@example.com")
