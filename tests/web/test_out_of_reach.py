"""A database that is busy for too long is a page that says so and when to come back, not an error."""

import pytest

from accreditation.core import database
from accreditation.core.database import db
from accreditation.core.migrate import migrate
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant


@pytest.fixture
def url(tmp_path) -> str:
    """SQLite alone has one writer at a time."""
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    migrate(url)
    return url


def test_a_writer_that_waited_in_vain_is_told_when_to_come_back(app, sign_in, monkeypatch):
    administrator = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect().execution_options(writing=True) as somebody_else, somebody_else.begin():
        answer = administrator.post("/units", data={"name": "Croydon"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Try again in a few minutes" in answer.text
    assert administrator.post("/units", data={"name": "Croydon"}).status_code == 302
