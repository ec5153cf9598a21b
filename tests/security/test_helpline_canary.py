"""Words of a contact that stand nowhere else: who opens every door there is, and where they may be found.

Advice and notes of a hand-over are for advisers on the page of that contact, where the look is counted; what was passed
on is for the one person to whom it went. Not for the manager, the administrator, the auditor, nor the mediator.
"""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import Base, db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.desk.led_to.services import suggest_after
from accreditation.helpline import services
from accreditation.helpline.jobs import forget_old_advice
from accreditation.people.models import Person
from accreditation.practice.rules.entries import Details
from accreditation.practice.services import log_entry
from scheduler.services.composing import compose
from tests import factories
from tests.security.asked import opened
from tests.security.doors import broadest, doors
from tests.security.test_need_to_know import text_of
from tests.security.world import belongings, of_everybody

ADVICE, NOTE, PASSED_ON = "pelicanword in the advice", "heronword in the note", "ospreyword passed on"
CORRECTION = "kestrelword is wrong in the record"
SIGNS = ("pelicanword", "heronword", "ospreyword", "kestrelword")
NAME = "Quilla Nightingale"


@pytest.fixture
def world(app, today, caplog):
    """A mediator of whom everything is known, and a contact with all the texts; objects by their names."""
    caplog.set_level(logging.DEBUG)
    quilla = factories.person(name=NAME, unit="Croydon", email="quilla@example.com")
    owned = belongings(quilla, factories.provider("CMP").id)
    objects = of_everybody() | owned | contact_with_words(quilla)
    return quilla, objects, db.session.get_one(Person, objects.pop("decider_id"))


def contact_with_words(person: Person) -> dict[str, object]:
    """A contact of this mediator with words that stand nowhere else, and everything that it led to."""
    giver, taker = factories.adviser(), factories.adviser()
    decider = factories.person(name="Dara", email="d@example.com")
    factories.grant(decider.id, Role.PRACTICE_MANAGER, Scope.SERVICE, None)
    contact = factories.contact(
        person.id, advice=ADVICE, adviser_id=giver.id, follow_up_on=factories.TODAY + timedelta(7)
    )
    with transaction():
        services.hand_over(
            contact.id,
            to_id=taker.id,
            due_on=factories.TODAY + timedelta(8),
            note=NOTE,
            owner_then=giver.id,
            on=factories.TODAY,
            at=factories.TEN,
            handed_over_by=giver.id,
        )
    passed = factories.escalation(contact.id, decider.id, text=PASSED_ON)
    suggested = factories.escalation(contact.id, decider.id, text=CORRECTION, purpose="correction")
    arranged, logged = (factories.arranged_supervision(person.id, contact.id) for _ in range(2))
    with transaction():
        suggest_after(contact.id, topic="wellbeing", words="", on=factories.TODAY, suggested_by=giver.id)
        log_entry(
            person.id,
            Details("supervision", factories.TODAY, Decimal(1), "one_to_one"),
            on=factories.TODAY,
            recorded_by=person.id,
            arranged_id=logged.id,
        )
    return {
        "contact_id": contact.id,
        "escalation_id": passed.id,
        "suggested_id": suggested.id,
        "arranged_id": arranged.id,
        "decider_id": decider.id,
    }


def walk(app, browser, objects) -> dict[str, str]:
    """What every door says, by path: pages and what is in workbooks and documents."""
    found = {}
    for door in doors(app):
        path = door.filled(objects)
        if door.method == "GET" and path and "sign" not in door.endpoint:
            for address, answered in opened(app, browser, path, {"q": "pelicanword"}):
                found[address] = text_of(answered).replace("?q=pelicanword", "").replace('value="pelicanword"', "")
    return found


def with_signs(pages: dict[str, str], *signs: str) -> set[str]:
    return {path for path, text in pages.items() if "?" not in path for sign in signs if sign in text}


OTHERS = [role for role in Role if role is not Role.HELPLINE_ADVISER]


def test_nobody_who_is_no_adviser_reads_a_word_of_it_by_any_door(app, sign_in, world, caplog):
    quilla, objects, _ = world
    browser = sign_in(*[broadest(role, quilla.id, objects["provider_id"], quilla.unit_id) for role in OTHERS])
    pages = walk(app, browser, objects)
    assert with_signs(pages, "Nightingale"), "the walk never came to the mediator"
    assert with_signs(pages, *SIGNS) == set()
    assert not any(sign in caplog.text for sign in SIGNS if sign != "pelicanword")  # that one was searched for


def test_the_mediator_themself_reads_none_of_it(app, sign_in, world):
    quilla, objects, _ = world
    browser = sign_in(broadest(Role.MEDIATOR, quilla.id, objects["provider_id"], quilla.unit_id), person=quilla)
    pages = walk(app, browser, objects)
    assert with_signs(pages, "Nightingale")
    assert with_signs(pages, *SIGNS) == set()


def test_an_adviser_reads_it_on_the_page_of_the_contact_alone_and_each_look_is_counted(app, sign_in, world):
    quilla, objects, _ = world
    browser = sign_in(broadest(Role.HELPLINE_ADVISER, quilla.id, 0, None))
    looks = select(AuditEntry).where(AuditEntry.action == "read helpline contact")
    before = len(db.session.scalars(looks).all())
    pages = walk(app, browser, objects)
    contact = f"/helpline/contacts/{objects['contact_id']}"
    with_advice = {contact, f"{contact}/pass-on", f"{contact}/correction"}
    assert with_signs(pages, "pelicanword") == with_advice
    assert with_signs(pages, "heronword", "ospreyword", "kestrelword") == {contact}
    opened = [path for path in pages if path.partition("?")[0] in with_advice]
    assert len(db.session.scalars(looks).all()) - before == len(opened)


def test_what_was_passed_on_is_read_by_whom_it_went_to_alone(app, sign_in, world):
    _, objects, decider = world
    browser = sign_in(broadest(Role.PRACTICE_MANAGER, decider.id, 0, None), person=decider)
    pages = walk(app, browser, objects)
    assert with_signs(pages, "ospreyword") == {f"/helpline/passed-on/{objects['escalation_id']}"}
    assert with_signs(pages, "pelicanword", "heronword", "kestrelword") == set()
    suggested = text_of(browser.get(f"/helpline/passed-on/{objects['suggested_id']}"))
    assert [sign for sign in SIGNS if sign in suggested] == ["kestrelword"]
    assert NAME in suggested


def test_no_letter_and_no_other_table_holds_a_word_of_it(app, world):
    letters = db.session.scalars(select(Letter).where(Letter.template == "email/helpline/passed_on.txt")).all()
    assert letters
    for letter in (one for one in letters if one.person_id == world[2].id):
        words = compose(letter, takes_utf8=True).content.decode()
        assert not any(sign in words for sign in SIGNS)
    db.session.rollback()
    holding = {
        table.name
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
        if any(sign in repr(tuple(row)) for sign in SIGNS)
    }
    assert holding == {"helpline_contact", "helpline_hand_over", "helpline_escalation"}


def test_all_texts_end_by_schedule(app, world):
    _, objects, _ = world
    with transaction():
        services.complete_follow_up(objects["contact_id"], on=factories.TODAY, done_by=1)
    forget_old_advice(factories.TODAY.replace(year=2030))
    db.session.rollback()
    kept = [
        table.name
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
        if any(sign in repr(tuple(row)) for sign in SIGNS)
    ]
    assert kept == []
