"""Line managers named by the office and asked by letter, once a week while something waits. On both databases."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.outbox import FACTS, NoLongerTrue
from accreditation.practice import services
from accreditation.practice.jobs import ask_line_managers
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.line_managers import due_to_be_asked, link_ends, mark_of, reasons_not_to_name
from accreditation.practice.services import line_managers as service
from scheduler.services.composing import compose
from tests import factories
from tests.practice.line_managers.helpers import AT, CPD, TODAY, ask, letters, log, name, token


@pytest.mark.parametrize(("days", "due"), [(0, False), (6, False), (7, True), (8, True)])
def test_a_line_manager_is_asked_once_a_week(days, due):
    assert due_to_be_asked(TODAY - timedelta(days), TODAY) is due
    assert due_to_be_asked(None, TODAY)


def test_a_link_ends_at_a_midnight_in_london_whatever_the_clocks_do():
    assert link_ends(date(2027, 2, 2)) == datetime(2027, 3, 2, tzinfo=UTC)
    assert link_ends(date(2027, 3, 10)) == datetime(2027, 4, 6, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("called", "address", "said"),
    [
        ("Robin Bell", "robin@example.police.uk", []),
        (" ", "robin@example.police.uk", ["name"]),
        ("ada  OKAFOR", "robin@example.police.uk", ["mediator’s own"]),
        ("Robin Bell", "ADA@example.police.uk ", ["mediator’s own"]),
        ("Robin Bell", "robin", ["not an e-mail address"]),
        ("", "", ["name", "not an e-mail address"]),
    ],
)
def test_nobody_is_their_own_line_manager(called, address, said):
    found = reasons_not_to_name(called, address, mediator="Ada Okafor", own_addresses=["ada@example.police.uk"])
    assert len(found) == len(said)
    assert all(words in reason for words, reason in zip(said, found, strict=True))


@pytest.mark.parametrize(
    "change",
    [{"quantity": Decimal("2.5")}, {"done_on": date(2027, 1, 13)}, {"code": "other"}, {"note": None}],
)
def test_the_mark_tells_one_thing_from_another(change):
    assert mark_of(CPD) == mark_of(Details("cpd", date(2027, 1, 12), Decimal("2.00"), "course", note=CPD.note))
    changed = {"kind": "cpd", "done_on": CPD.done_on, "quantity": CPD.quantity, "code": "course", "note": CPD.note}
    assert mark_of(Details(**changed | change)) != mark_of(CPD)


def test_naming_somebody_else_stops_the_link_of_the_one_before(ada, office, bell):
    log(ada.id)
    assert ask(ada.id)
    link = token(ada.id)
    assert name(ada.id, office.id).id == bell.id  # the same again changes nothing
    assert service.find_link(link, now=AT)
    name(ada.id, office.id, "Jo Reed", "jo.reed@example.police.uk")
    with pytest.raises(service.DeadLink):
        service.find_link(link, now=AT)
    with pytest.raises(NotAllowed):
        name(ada.id, ada.id)
    with pytest.raises(DomainError, match="own"):
        name(ada.id, office.id, "Ada Okafor", "ada@example.police.uk")


def test_the_chore_asks_about_what_waits_and_nothing_else(ada, office, bell, today):
    bea = factories.accredited_mediator()
    name(bea.id, office.id)
    log(bea.id, Details("case", CPD.done_on, Decimal(1), "lead"))  # the practice manager's to confirm
    assert ask_line_managers(TODAY) == 0
    log(ada.id)
    assert [ask_line_managers(TODAY + timedelta(days)) for days in (0, 0, 1, 6, 7)] == [1, 0, 0, 0, 1]
    first, second = letters()
    assert first.about_id == second.about_id  # the link in the first letter works on
    assert {letter.person_id for letter in letters()} == {ada.id}


def test_nobody_is_asked_about_who_has_left(ada, bell, today):
    log(ada.id)
    with transaction():
        db.session.get_one(type(ada), ada.id).left_on = TODAY
    assert ask_line_managers(TODAY) == 0


def test_the_letter_goes_to_the_line_manager_and_names_nobody(ada, office, bell, today):
    log(ada.id)
    ask(ada.id)
    (letter,) = letters()
    sent = compose(letter, takes_utf8=True)
    assert sent.recipient == "robin.bell@example.police.uk"
    text = sent.content.decode().replace("=\r\n", "").replace("=3D", "=")
    assert "Dear Robin Bell" in text
    assert f"http://localhost/practice/confirm/{token(ada.id)}" in text
    assert "Okafor" not in text
    assert "by 1 March 2027" in text
    entry = db.session.scalars(select(PracticeEntry)).one()
    with transaction():
        services.take_back_entry(entry.id, person_id=ada.id)
    with pytest.raises(NoLongerTrue, match="Nothing waits"):
        FACTS[letter.template](letter.about_id)
    with transaction():
        service.end_line_manager(ada.id, at=AT, ended_by=office.id)
    with pytest.raises(NoLongerTrue, match="somebody else"):
        FACTS[letter.template](letter.about_id)


def test_the_office_asks_again_once_a_day(ada, bell):
    log(ada.id)
    assert [ask(ada.id), ask(ada.id, again=True)] == [True, False]
    tomorrow = TODAY + timedelta(1)
    assert [ask(ada.id, tomorrow), ask(ada.id, tomorrow, again=True), ask(ada.id, tomorrow, again=True)] == [
        False,
        True,
        False,
    ]
