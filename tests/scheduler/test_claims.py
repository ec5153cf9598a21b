"""Two workers and one letter (F12, F13): whoever comes second does not get it, whichever way they reach for it."""

import pytest

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from scheduler.services import steps
from scheduler.services.drafting import draft
from tests import factories

PACE = steps.Pace()
SOMEBODY_ELSE = "elsewhere/1/1/abc"


def somebody_has_it(letter_id: int, state: str) -> None:
    with transaction():
        letter = db.session.get_one(Letter, letter_id)
        letter.state, letter.claim_token = state, None if state == "sent" else SOMEBODY_ELSE
        letter.claimed_until = None if state == "sent" else clock.now() + PACE.lease


def by_a_claim(letter_id: int) -> bool:
    return steps.claim(letter_id, "ours", PACE)


def by_writing_it(letter_id: int) -> bool:
    return steps.begin_hand_over(letter_id, "ours", PACE, takes_utf8=True) is not None


def by_what_was_drafted(letter_id: int) -> bool:
    with transaction():
        return steps._take(drafted[letter_id], PACE)


drafted: dict[int, steps.Ready] = {}


@pytest.mark.parametrize("take", [by_a_claim, by_writing_it, by_what_was_drafted])
@pytest.mark.parametrize("state", ["claimed", "handing_over", "sent", "queued", "retry_wait"])
def test_what_somebody_else_has_in_hand_is_not_taken(app, news_template, take, state):
    letter_id = factories.letter()
    drafted.update(draft([letter_id], takes_utf8=True).letters)
    if state in ("queued", "retry_wait"):
        with transaction():
            db.session.get_one(Letter, letter_id).state = state
        assert take(letter_id)
        assert not take(letter_id)
        return
    somebody_has_it(letter_id, state)
    assert not take(letter_id)
    letter = factories.letter_row(letter_id)
    assert (letter.state, letter.claim_token) == (state, None if state == "sent" else SOMEBODY_ELSE)
