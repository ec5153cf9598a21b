"""A session opens with its token, and with nothing else, until it ends."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from accreditation.accounts.models import Account, UserSession
from accreditation.accounts.queries.sessions import find_session
from accreditation.accounts.services import sessions
from accreditation.core import clock
from accreditation.core.database import db, transaction
from tests import factories


@pytest.fixture
def token(app, today):
    return factories.open_session(factories.person(name="Ada Okafor").id)


def test_the_token_is_not_in_the_database(token):
    row = db.session.scalars(select(UserSession)).one()
    assert len(row.token_hash) == 64
    assert token not in (row.token_hash, row.user_agent)


def test_a_token_that_was_changed_by_one_letter_opens_nothing(token):
    assert find_session(token, clock.now())
    assert not find_session(token[:-1] + ("A" if token[-1] != "A" else "B"), clock.now())


@pytest.mark.parametrize(("idle", "opens"), [(59, True), (60, False), (61, False)])
def test_a_session_ends_when_nothing_was_asked_for_an_hour(token, idle, opens):
    assert bool(find_session(token, clock.now() + timedelta(minutes=idle))) is opens


@pytest.mark.parametrize(("minutes", "opens"), [(12 * 60 - 1, True), (12 * 60, False)])
def test_a_session_ends_after_twelve_hours_however_busy(token, minutes, opens):
    start = clock.now()
    session_id = find_session(token, start).id
    for busy in range(50, minutes, 50):
        with transaction():
            sessions.note_seen(session_id, now=start + timedelta(minutes=busy))
    assert bool(find_session(token, start + timedelta(minutes=minutes))) is opens


def test_being_seen_is_written_once_a_minute(token):
    start = clock.now()
    session_id = find_session(token, start).id
    for seconds, written in ((59, start), (60, start + timedelta(seconds=60)), (90, start + timedelta(seconds=60))):
        with transaction():
            sessions.note_seen(session_id, now=start + timedelta(seconds=seconds))
        assert find_session(token, start).last_seen_at == written


def test_an_ended_session_opens_nothing(token):
    with transaction():
        sessions.end_session(find_session(token, clock.now()).id, now=clock.now())
    assert not find_session(token, clock.now())


def test_a_disabled_account_opens_nothing(token):
    with transaction():
        db.session.scalars(select(Account)).one().disabled_at = clock.now()
    assert not find_session(token, clock.now())


def test_ending_all_sessions_keeps_the_one_in_use(token):
    account_id = db.session.scalars(select(Account.id)).one()
    other = factories.open_session(db.session.get(Account, account_id).person_id)
    with transaction():
        kept = find_session(token, clock.now()).id
        assert sessions.end_sessions_of(account_id, now=clock.now(), keep=kept) == 1
    assert find_session(token, clock.now())
    assert not find_session(other, clock.now())
    with time_machine.travel(clock.now()):
        assert not find_session("", clock.now())
