"""Each test here fails when one guard of the steps of handing over is taken away, which docs/faults.md lists."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from accreditation.core import clock, outbox
from accreditation.core.database import db, transaction
from accreditation.people.models import ContactAddress
from scheduler.services import composing, steps
from scheduler.services.recovering import recover_letters
from tests import factories
from tests.scheduler.test_one_commit import people_with_letters

SLEEPY = steps.Pace(lease=timedelta(seconds=-1), reply_seconds=0)
MINE, OTHER = "elsewhere/1/1/mine", "elsewhere/1/1/other"


def put(letter_id: int, state: str, token: str | None, until: timedelta | None = timedelta(minutes=5)) -> None:
    with transaction():
        letter = db.session.get_one(outbox.Letter, letter_id)
        letter.state, letter.claim_token = state, token
        letter.claimed_until = None if until is None else clock.now() + until


HELD_BY_NOBODY = ("queued", "retry_wait", "held", "superseded", "cancelled", "undeliverable", "failed", "sent")


@pytest.mark.parametrize("said", ["sent", "queued", "retry_wait", "failed", "undeliverable", "in_doubt"])
@pytest.mark.parametrize(
    ("state", "token"),
    [(state, MINE) for state in ("claimed", "handing_over", "in_doubt", *HELD_BY_NOBODY)]
    + [(state, OTHER) for state in ("claimed", "handing_over", "in_doubt")],
)
def test_only_who_has_the_letter_says_what_became_of_it(app, news_template, state, token, said):
    """A letter in doubt takes a late answer, and nothing else from whoever had it."""
    letter_id = factories.letter()
    put(letter_id, state, token)
    recorded = steps.conclude(steps.Fate(letter_id, MINE, steps.Meaning(said, "words"), "dot", 250))
    counts = token == MINE and (
        state in ("claimed", "handing_over") or (state == "in_doubt" and said in ("sent", "retry_wait", "failed"))
    )
    row = factories.letter_row(letter_id)
    assert (recorded, row.state) == ((said, said) if counts else (None, state))
    if counts:
        assert row.claim_token == (MINE if said == "in_doubt" else None)
        assert (row.claimed_until, row.ended_at is None) == (None, said in ("queued", "retry_wait"))
    else:
        assert row.claim_token == token


@pytest.mark.parametrize(("state", "token"), [("handing_over", OTHER), ("claimed", MINE), ("sent", MINE)])
def test_what_somebody_else_has_by_now_is_neither_put_back_nor_held(app, news_template, state, token):
    letter_id = factories.letter()
    ready = steps.begin_hand_over(letter_id, MINE, steps.Pace(), takes_utf8=False)
    ready.fault = ZeroDivisionError()
    put(letter_id, state, token)
    steps.put_back(ready)
    assert steps.hold_unwritten(ready) is None
    row = factories.letter_row(letter_id)
    assert (row.state, row.claim_token) == (state, token)


def test_a_claim_lasts_for_as_long_as_the_server_may_take(app, news_template):
    """Also that of the letter written while the server has another, which it may keep for just as long."""
    letters = people_with_letters(3)
    pace = steps.Pace(lease=timedelta(minutes=5), reply_seconds=600)
    ready = steps.begin_hand_over(letters[0], MINE, pace, takes_utf8=False)
    drafts = steps.Drafts((), clock.today(), {letters[2]: steps.Ready(letters[2], OTHER, ready.composed, ready.line)})
    second = steps.step_on(None, ready, [letters[1]], pace, takes_utf8=False).following
    with transaction():
        assert steps._take(drafts.letters[letters[2]], pace)
    assert second
    for one in letters:
        assert factories.letter_row(one).claimed_until > clock.now() + timedelta(minutes=14)


def test_a_fault_of_the_database_holds_no_letter(app, mail, deliver, monkeypatch):
    """It is not the letter's: when the claim has run out, the letter goes."""
    mail()
    letter_id = factories.letter()

    def gone(*_, **__):
        raise OperationalError("SELECT", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "compose", gone)
        with pytest.raises(OperationalError):
            deliver()
    assert factories.state_of(letter_id) in ("claimed", "handing_over")


@pytest.mark.parametrize("state", ["claimed", "handing_over"])
@pytest.mark.parametrize(
    ("token", "until", "taken_back"),
    [
        (None, timedelta(minutes=5), True),
        (OTHER, None, True),
        (OTHER, timedelta(seconds=-1), True),
        (OTHER, timedelta(minutes=5), False),
    ],
)
def test_only_what_nobody_has_is_taken_back(app, state, token, until, taken_back):
    letter_id = factories.letter()
    put(letter_id, state, token, until)
    recover_letters()
    assert factories.state_of(letter_id) == ("queued" if taken_back else state)


@pytest.mark.parametrize(
    ("became", "until"), [("sent", None), ("in_doubt", None), ("handing_over", timedelta(minutes=5))]
)
def test_what_its_worker_has_settled_meanwhile_is_not_taken_back(app, monkeypatch, became, until):
    """Between the look at what lies there and the turn of this letter, its worker woke up."""
    letter_id = factories.letter()
    put(letter_id, "handing_over", OTHER, timedelta(seconds=-1))
    turns = []

    def awake():
        if not turns:
            turns.append(True)
            put(letter_id, became, OTHER, until)
        return transaction()

    monkeypatch.setattr("scheduler.services.recovering.transaction", awake)
    assert recover_letters() == {}
    assert factories.state_of(letter_id) == became


def test_the_dot_of_an_earlier_claim_puts_nothing_in_doubt(app, news_template):
    """In doubt, sent once more, and the next worker died before it came to the dot: that it has not gone is certain."""
    letter_id = factories.letter()
    first = steps.begin_hand_over(letter_id, OTHER, SLEEPY, takes_utf8=False)
    assert steps.reach_for_the_dot(first, SLEEPY)
    put(letter_id, "queued", None, None)
    steps.begin_hand_over(letter_id, MINE, SLEEPY, takes_utf8=False)
    recover_letters()
    assert factories.state_of(letter_id) == "queued"


def test_a_letter_to_an_address_of_its_own_says_nothing_of_the_contact_address(app, mail, deliver, monkeypatch):
    mail(lambda phase, session: "550 5.1.1 no such user" if phase == "rcpt" else None)
    monkeypatch.setitem(outbox.FACTS, "email/test/news.txt", lambda about: {"about": 1, "to": "other@example.uk"})
    for module in (steps, composing):
        monkeypatch.setattr(module, "OWN_ADDRESS", {"email/test/news.txt"})
    letter_id = factories.letter()
    deliver()
    assert factories.state_of(letter_id) == "undeliverable"
    assert db.session.scalars(select(ContactAddress)).one().undeliverable_since is None
