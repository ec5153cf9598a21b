"""What is true of people and queues by the time letters go (F8, F29, F30, F39)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.settings import set_setting
from accreditation.people import services as people
from accreditation.people.models import ContactAddress, Person
from scheduler.models import Obligation
from scheduler.services.operating import release_letters
from tests import factories
from tests.scheduler.ready import everything_in_order


def test_f8_a_queue_that_waited_goes_in_the_order_of_what_ends_first(app, today, mail, deliver):
    server = mail(lambda phase, session: "421 no" if phase == "greeting" else None)
    for days in (60, 7, 30, 14):
        everything_in_order(ctc=today + timedelta(days=days), email=f"d{days}@example.uk")
    factories.plan(today)
    factories.letter(email="waiting@example.uk")
    for hour in range(6):
        with time_machine.travel(clock.now() + timedelta(hours=hour), tick=False):
            assert deliver().stopped
    assert factories.states() == {"queued": 5}
    server.script = lambda phase, session: None
    with time_machine.travel(clock.now() + timedelta(hours=7), tick=False):
        deliver()
    order = ["waiting", "d7", "d14", "d30", "d60"]
    assert [recipient.partition("@")[0] for _, recipient in server.envelopes] == order


@pytest.mark.parametrize("how", ["left", "withdrawal", "leave"])
def test_f29_who_is_gone_when_the_letter_is_handed_over_gets_none(app, today, mail, deliver, how):
    server = mail()
    who = everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    assert factories.plan(today) == 1
    if how == "left":
        with transaction():
            db.session.get_one(Person, who.id).left_on = today
    else:
        factories.evidence(who.id, how, today, code="INHOUSE-WPM" if how == "withdrawal" else None)
    assert deliver().states == {"superseded": 1}
    assert server.accepted == []
    assert db.session.scalars(select(Obligation.state).where(Obligation.stage == 30)).all() == ["superseded"]


def edited(who: Person, email: str | None) -> None:
    """As the edit page saves it."""
    there = db.session.get_one(Person, who.id, populate_existing=True)
    kept = {
        name: getattr(there, name) for name in ("given_name", "family_name", "pay_number", "unit_id", "holder_kind")
    }
    with transaction():
        people.edit_person(who.id, shown_version=there.version, **kept, email=email)


def test_f30_the_old_address_hears_that_it_is_the_old_one_and_nothing_else(app, today, mail, deliver):
    server = mail()
    who = everything_in_order(ctc=today + timedelta(days=30), email="old@example.uk")
    assert factories.plan(today) == 1
    edited(who, "new@example.uk")
    edited(who, "new@example.uk")
    assert deliver().states == {"sent": 2}
    subjects = {recipient: letter for (_, recipient), letter in zip(server.envelopes, server.accepted, strict=True)}
    assert "due by 3 March 2027" in subjects["new@example.uk"]["Subject"]
    notice = subjects["old@example.uk"]
    assert notice["To"] == "old@example.uk"
    assert "do not come to this address any more" in notice["Subject"]
    for said in ("new@example.uk", "due", "CTC", "/me"):
        assert said not in notice.get_body(("plain",)).get_content()


@pytest.mark.parametrize("how", ["back again", "bounced", "first"])
def test_f30_no_notice_goes_where_there_is_nobody_to_tell(app, today, mail, deliver, how):
    server = mail()
    who = factories.person(email=None if how == "first" else "old@example.uk")
    if how == "bounced":
        with transaction():
            db.session.scalars(select(ContactAddress)).one().undeliverable_since = clock.now()
    edited(who, "new@example.uk")
    if how == "back again":
        edited(who, "old@example.uk")
    deliver()
    told = [recipient for _, recipient in server.envelopes]
    assert told == (["new@example.uk"] if how == "back again" else [])


def test_f39_many_people_who_are_late_already_are_held_and_released_in_parts(app, today, mail, deliver):
    server = mail()
    with transaction():
        set_setting("reminder_breaker", "3")
    for n in range(6):
        everything_in_order(ctc=today + timedelta(days=5), email=f"no{n}@example.uk")
    assert factories.plan(today) == 6
    assert factories.states() == {"held": 6}
    ids = list(db.session.scalars(select(Letter.id).order_by(Letter.id)))
    for part, sent in ((ids[:2], 2), (ids[2:], 6)):
        with transaction():
            release_letters(part, released_by=db.session.scalar(select(Person.id)))
        deliver()
        assert len(server.accepted) == sent
