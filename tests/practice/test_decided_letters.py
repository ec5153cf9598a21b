"""A mediator is written to when an entry is returned or turned down: once for each decision, and never why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.people.services import change_address
from accreditation.practice import services
from accreditation.practice.rules.entries import Details, lately_turned_down
from accreditation.practice.services import entries as service
from accreditation.practice.services.entries import DECIDED
from scheduler.services.composing import compose
from tests import factories
from tests.racing import race, slow_down

TODAY = factories.TODAY
CPD = Details("cpd", date(2027, 1, 12), Decimal(2), "course")
REASON = "Pelicanword: this was team training"


@pytest.fixture
def ada(app, today):
    return factories.accredited_mediator(name="Ada Okafor", email="ada@example.police.uk")


@pytest.fixture
def office(app):
    return factories.person(name="Grace Hall")


def log(person_id: int, details: Details = CPD) -> int:
    with transaction():
        return services.log_entry(person_id, details, on=TODAY, recorded_by=person_id).id


def give_back(entry_id: int, by: int) -> None:
    with transaction():
        services.return_entry(entry_id, reason=REASON, on=TODAY, decided_by=by)


def turn_down(entry_id: int, by: int) -> None:
    with transaction():
        services.turn_down_entry(entry_id, reason=REASON, on=TODAY, decided_by=by)


def amend(entry_id: int, person_id: int, details: Details = CPD) -> None:
    with transaction():
        services.amend_entry(entry_id, details, person_id=person_id, on=TODAY)


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.template == DECIDED).order_by(Letter.id)))


def it_goes(letter: Letter) -> None:
    """The mail server has taken it."""
    with transaction():
        db.session.execute(update(Letter).where(Letter.id == letter.id).values(state="sent"))


@pytest.mark.parametrize("decide", [give_back, turn_down])
def test_the_letter_says_where_to_look_and_never_what_was_decided_or_why(ada, office, decide):
    decide(log(ada.id), office.id)
    (letter,) = letters()
    sent = compose(letter, takes_utf8=True)
    assert (sent.recipient, sent.subject) == ("ada@example.police.uk", "About your practice log")
    assert "made on 2 February 2027" in sent.text
    assert "http://localhost/practice/mine" in sent.text
    said = (sent.subject + sent.text).lower()
    for unsaid in ("pelicanword", "returned", "turned down", "cpd", "hall", "12 january"):
        assert unsaid not in said


def test_deciding_again_is_refused_and_owes_nothing_more(ada, office):
    entry_id = log(ada.id)
    give_back(entry_id, office.id)
    for decide in (give_back, turn_down):
        with pytest.raises(DomainError, match="waits to be confirmed"):
            decide(entry_id, office.id)
    turn_down(log(ada.id, replace(CPD, code="reading")), office.id)
    assert [letter.about_id for letter in letters()] == [entry_id, entry_id + 1]  # each entry has its own


def test_what_was_put_right_meanwhile_is_not_written_about(ada, office):
    entry_id = log(ada.id)
    give_back(entry_id, office.id)
    amend(entry_id, ada.id)
    (letter,) = letters()
    with pytest.raises(NoLongerTrue, match="put the entry right"):
        FACTS[letter.template](letter.about_id)
    with transaction():
        services.confirm_entries([entry_id], on=TODAY, confirmed_by=office.id)
    with pytest.raises(NoLongerTrue, match="put the entry right"):
        FACTS[letter.template](letter.about_id)


def test_returned_again_before_the_first_letter_went_it_is_one_and_afterwards_another(ada, office):
    entry_id = log(ada.id)
    give_back(entry_id, office.id)
    amend(entry_id, ada.id)  # as it was: even with the same words it waits again
    give_back(entry_id, office.id)
    (first,) = letters()
    assert "made on 2 February 2027" in compose(first, takes_utf8=True).text  # about the second decision by now
    it_goes(first)
    amend(entry_id, ada.id)
    give_back(entry_id, office.id)
    assert [letter.state for letter in letters()] == ["sent", "queued"]


def test_an_entry_that_was_taken_back_is_not_written_about_whoever_gets_its_number(ada, office):
    entry_id = log(ada.id)
    give_back(entry_id, office.id)
    with transaction():
        services.take_back_entry(entry_id, person_id=ada.id)
    with pytest.raises(NoLongerTrue, match="taken the entry back"):
        FACTS[DECIDED](entry_id)
    bea = factories.accredited_mediator()
    give_back(log(bea.id), office.id)  # on SQLite it has the same number
    assert [(letter.person_id, letter.state) for letter in letters()] == [(ada.id, "superseded"), (bea.id, "queued")]


def test_whoever_moved_or_was_merged_gets_it_where_they_are_now(ada, office):
    twin = factories.mediator(name="Ada Okafor", email="old@example.police.uk")
    turn_down(log(twin.id), office.id)
    factories.merged(ada.id, twin.id)
    with transaction():
        change_address(ada.id, "new@example.police.uk")
    (letter,) = letters()
    sent = compose(letter, takes_utf8=True)
    assert sent.recipient == "new@example.police.uk"
    assert "Dear Ada Okafor" in sent.text


def turn_down_in_its_own_process(entry_id: int, by: int) -> str:
    slow_down(service, "refuse_own")
    services.turn_down_entry(entry_id, reason=REASON, on=TODAY, decided_by=by)
    return "decided"


def test_two_at_once_decide_once_and_owe_one_letter(app, ada, office):
    entry_id, other = log(ada.id), factories.person()
    answers = race(app.config["SETTINGS"], turn_down_in_its_own_process, (entry_id, office.id), (entry_id, other.id))
    assert (answers, len(letters())) == (["decided", "refused"], 1)


def test_without_the_guards_both_decide(app, ada, office):
    """The negative control: if this fails, the test above proves nothing."""
    entry_id, other = log(ada.id), factories.person()
    answers = race(
        app.config["SETTINGS"],
        turn_down_in_its_own_process,
        (entry_id, office.id),
        (entry_id, other.id),
        guarded=False,
    )
    assert answers != ["decided", "refused"]


@pytest.mark.parametrize(("days", "shown"), [(0, True), (27, True), (28, False)])
def test_the_page_has_on_top_what_was_turned_down_lately(days, shown):
    decided_on = date.fromordinal(TODAY.toordinal() - days)
    assert lately_turned_down("turned_down", decided_on, TODAY) is shown
    assert not lately_turned_down("confirmed", decided_on, TODAY)


def test_the_page_the_letter_leads_to_says_what_and_why(sign_in, ada, office):
    turn_down(log(ada.id), office.id)
    for number in range(25):  # more than the page shows of the log
        log(ada.id, replace(CPD, done_on=date(2027, 1, 13), quantity=Decimal(number + 1)))
    page = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada).get("/practice/mine").text
    assert "Turned down: CPD: course or workshop, 12 January 2027" in page
    assert REASON in page
