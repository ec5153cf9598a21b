"""Two advisers at one request for a swap, or at one follow-up, at once: in processes of their own."""

from datetime import timedelta

import pytest

from accreditation.core.database import db
from accreditation.helpline import services
from accreditation.helpline.models import Contact, HandOver, Shift, Swap
from accreditation.helpline.services import rota
from tests import factories
from tests.factories import TEN, TODAY
from tests.racing import race, slow_down

TOMORROW = TODAY + timedelta(1)


# A swap


def settle(swap_id: int, person_id: int, what: str) -> str:
    """The one who was asked agrees, or whoever asked takes it back."""
    slow_down(rota, "counted_id")  # asked once the request has been read
    if what == "agree":
        return rota.answer_swap(swap_id, agree=True, at=TEN, answered_by=person_id).answer or ""
    return rota.take_back_swap(swap_id, at=TEN, by=person_id).answer or ""


@pytest.fixture
def swap(app):
    asker, asked = factories.adviser(), factories.adviser()
    return factories.swap(factories.shift(asker.id, on=TOMORROW).id, asked.id, asker.id)


def both_at_once(app, swap: Swap, **how) -> list[str]:
    arguments = (swap.id, swap.asked_of, "agree"), (swap.id, swap.asked_by, "take back")
    return race(app.config["SETTINGS"], settle, *arguments, **how)


def test_a_swap_is_agreed_or_taken_back_and_the_shift_is_whose_the_answer_says(app, swap):
    asker, asked, shift_id, swap_id = swap.asked_by, swap.asked_of, swap.shift_id, swap.id
    answers = both_at_once(app, swap)
    assert answers in (["agreed", "refused"], ["refused", "taken_back"])
    kept = db.session.get_one(Swap, swap_id).answer
    assert kept in answers
    assert db.session.get_one(Shift, shift_id).adviser_id == (asked if kept == "agreed" else asker)


def test_without_the_guards_both_believe_to_have_answered_it_or_one_gets_an_error_page(app, swap):
    """The negative control: if this fails, the test above proves nothing."""
    assert both_at_once(app, swap, guarded=False) in (
        ["agreed", "taken_back"],  # PostgreSQL: the later one wins in silence
        ["agreed", "crashed"],
        ["crashed", "taken_back"],
    )


def ask(shift_id: int, of: int, asked_by: int) -> str:
    slow_down(rota, "adviser_ids")
    rota.ask_swap(shift_id, of=of, in_return_id=None, at=TEN, asked_by=asked_by)
    return "asked"


@pytest.mark.parametrize(("guarded", "answers"), [(True, ["asked", "refused"]), (False, ["asked", "crashed"])])
def test_one_shift_is_asked_of_one_colleague_at_a_time(app, guarded, answers):
    asker, one, other = (factories.adviser().id for _ in range(3))
    shift = factories.shift(asker, on=TOMORROW).id
    found = race(app.config["SETTINGS"], ask, (shift, one, asker), (shift, other, asker), guarded=guarded)
    assert found == answers
    db.session.rollback()
    assert db.session.query(Swap).count() == 1


# A follow-up


@pytest.fixture
def owed(app):
    """A follow-up that is owed by the first of three advisers."""
    advisers = [factories.adviser().id for _ in range(3)]
    ada = factories.mediator()
    contact = factories.contact(ada.id, adviser_id=advisers[0], follow_up_on=TOMORROW, advice=None)
    return contact.id, advisers


def done(contact_id: int, by: int) -> str:
    slow_down(db.session, "get_one")
    return f"done by {services.complete_follow_up(contact_id, on=TODAY, done_by=by).followed_up_by}"


def test_a_follow_up_is_done_once_and_keeps_who_did_it(app, owed):
    contact_id, (_, one, other) = owed
    first, second = race(app.config["SETTINGS"], done, (contact_id, one), (contact_id, other))
    assert first == second == f"done by {db.session.get_one(Contact, contact_id).followed_up_by}"


def test_without_the_guards_each_has_done_it(app, owed):
    """The negative control: if this fails, the test above proves nothing."""
    contact_id, (_, one, other) = owed
    first, second = race(app.config["SETTINGS"], done, (contact_id, one), (contact_id, other), guarded=False)
    assert first != second


def hand_over(contact_id: int, owner: int, to: int, by: int) -> str:
    slow_down(services.follow_ups, "adviser_ids")
    services.hand_over(
        contact_id, to_id=to, due_on=TOMORROW, note=None, owner_then=owner, on=TODAY, at=TEN, handed_over_by=by
    )
    return "handed over"


def hand_over_or_close(contact_id: int, owner: int, to: int, by: int) -> str:
    return hand_over(contact_id, owner, to, by) if to else done(contact_id, by)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_a_follow_up_goes_to_one_adviser(app, owed, guarded):
    contact_id, (owner, one, other) = owed
    arguments = (contact_id, owner, one, other), (contact_id, owner, other, one)
    answers = race(app.config["SETTINGS"], hand_over, *arguments, guarded=guarded)
    db.session.rollback()
    if guarded:
        assert answers == ["handed over", "refused"]
        given = db.session.query(HandOver).one()
        assert db.session.get_one(Contact, contact_id).owner_id == given.to_id
    else:
        assert "refused" not in answers


def test_what_is_closed_is_not_handed_over_afterwards(app, owed):
    contact_id, (owner, one, other) = owed
    arguments = (contact_id, owner, one, owner), (contact_id, owner, 0, other)
    answers = race(app.config["SETTINGS"], hand_over_or_close, *arguments)
    db.session.rollback()
    contact = db.session.get_one(Contact, contact_id)
    assert contact.followed_up_by == other
    assert answers == [f"done by {other}", "refused" if contact.owner_id == owner else "handed over"]
