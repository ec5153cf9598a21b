"""F37: letters in every state live through an upgrade, and the new version goes on where the old one stopped."""

from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import create_engine, select, text

from accreditation.core import clock
from accreditation.core import migrate as migrating
from accreditation.core.database import db
from accreditation.core.outbox import STATES, Letter
from scheduler.models import LetterAttempt
from scheduler.services.delivery import deliver_letters
from tests.applications import application
from tests.scheduler.conftest import NEWS
from tests.scheduler.mail_server import MailServer

OLD = "0009"
"""Before letters kept the version of their words and a hash of what was handed over."""

DEAD = "elsewhere/1/1/token"


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request, config, tmp_path, monkeypatch):
    """A database as an older version made it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.create("old_version")
    upgrade = migrating.command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(migrating.command, "upgrade", lambda settings, _: upgrade(settings, OLD))
        migrating.migrate(url)
    yield url
    if request.param == "postgresql":
        server.drop("old_version")


def fill(url: str) -> None:
    """A letter in each state, as raw rows: the models of today are not that version's. Of two that were being handed

    over when it was stopped, the end of one may have gone out.
    """
    engine = create_engine(url)
    now = clock.now()
    person = {"r": "M0001", "g": "Ada", "f": "Okafor", "s": "okafor ada", "t": " ada okafor m0001"}
    with engine.begin() as connection:
        run = connection.execute
        run(
            text(
                "INSERT INTO person (id, reference, given_name, family_name, sort_name, search_text, holder_kind, "
                "version) VALUES (1, :r, :g, :f, :s, :t, 'employee', 1)"
            ),
            person,
        )
        run(
            text("INSERT INTO contact_address (person_id, address, since) VALUES (1, 'ada@example.uk', :now)"),
            {"now": now.replace(tzinfo=None)},
        )
        for number, state in enumerate((*STATES, "handing_over"), start=1):
            in_hand = state in ("claimed", "handing_over")
            row = {
                "id": number, "state": state, "key": f"key{number}", "message_id": f"<{number}@x>",
                "now": (now - timedelta(hours=1)).replace(tzinfo=None), "token": DEAD if in_hand else None,
                "reason": "words" if state not in ("queued", "claimed", "handing_over") else None,
            }  # fmt: skip
            run(
                text(
                    "INSERT INTO letter (id, person_id, template, about_id, key, message_id, state, reason, queued_at, "
                    "not_before, tries, claim_token, claimed_until, resends) VALUES (:id, 1, 'email/test/news.txt', "
                    ":id, :key, :message_id, :state, :reason, :now, :now, 0, :token, :now, 0)"
                ),
                row,
            )
        dot = {"letter": len(STATES) + 1, "now": now.replace(tzinfo=None), "token": DEAD}
        run(
            text(
                "INSERT INTO letter_attempt (letter_id, at, token, phase, text) "
                "VALUES (:letter, :now, :token, 'dot', '')"
            ),
            dot,
        )
    engine.dispose()


def test_f37_letters_in_every_state_live_through_an_upgrade(old_url, config, tmp_path: Path):
    fill(old_url)
    assert migrating.migrate(old_url)[0] == OLD
    app = application(config, old_url, tmp_path)
    app.jinja_env.loader = ChoiceLoader([DictLoader({"email/test/news.txt": NEWS}), app.jinja_loader])
    with app.app_context(), MailServer() as server:
        rows = select(Letter.id, Letter.state, Letter.message_id).order_by(Letter.id)
        found = [tuple(row) for row in db.session.execute(rows)]
        states = [*STATES, "handing_over"]
        assert found == [(n, state, f"<{n}@x>") for n, state in enumerate(states, start=1)]
        assert db.session.scalars(select(LetterAttempt.phase)).all() == ["dot"]
        db.session.rollback()
        app.config["SMTP_URL"] = server.url
        deliver_letters()
        gone_on = {"queued": "sent", "claimed": "sent", "retry_wait": "sent", "handing_over": "sent"}
        expected = [gone_on.get(state, state) for state in states]
        expected[-1] = "in_doubt"  # its end may have gone out
        assert [row[1] for row in db.session.execute(rows)] == expected
        assert len(server.accepted) == 4
        db.session.remove()
        db.engine.dispose()
