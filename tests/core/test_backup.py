"""A backup taken while the service writes is sound; a restored one sends nothing by itself."""

import pytest
from sqlalchemy import select

from accreditation.core.backup import make_backup, restore_backup
from accreditation.core.database import Base, db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.migrate import migrate, newest_revision
from accreditation.core.outbox import Letter, queue
from accreditation.people.models import Person
from tests import factories


@pytest.fixture
def url(tmp_path) -> str:
    """A migrated SQLite file: backups of PostgreSQL are its own tools' business."""
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    migrate(url)
    return url


def names() -> list[str]:
    return list(db.session.scalars(select(Person.given_name).order_by(Person.id)))


def test_what_was_backed_up_comes_back_and_waiting_letters_are_held(app, tmp_path):
    ada = factories.person(name="Ada Okafor")
    with transaction():
        queue(ada.id, "email/x.txt", about_id=1, key="x:1")
    make_backup(tmp_path / "backup")
    factories.person(name="Eve Late")
    kept, held = restore_backup(tmp_path / "backup")
    assert names() == ["Ada"]
    assert held == 1
    assert db.session.scalars(select(Letter.state)).all() == ["held"]
    assert kept is not None
    assert kept.exists()


def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(app, tmp_path):
    make_backup(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    with pytest.raises(DomainError, match="exists already"):
        make_backup(tmp_path / "backup")


@pytest.mark.parametrize("damage", ["truncated", "not a database", "another database"])
def test_a_damaged_backup_is_refused_and_the_register_stays(app, tmp_path, damage):
    factories.person(name="Ada Okafor")
    backup = tmp_path / "backup"
    make_backup(backup)
    if damage == "truncated":
        backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    elif damage == "not a database":
        backup.write_bytes(b"nothing of the kind" * 500)
    else:
        backup.unlink()
        from accreditation.core.database import dbapi2

        dbapi2.connect(str(backup)).execute("CREATE TABLE theirs (id)")
    with pytest.raises(DomainError, match="not a sound backup"):
        restore_backup(backup)
    assert names() == ["Ada"]


def test_the_backup_is_at_the_schema_it_was_taken_from(app, tmp_path):
    make_backup(tmp_path / "backup")
    assert migrate(f"sqlite:///{tmp_path / 'backup'}") == (newest_revision(), newest_revision())
    assert Base.metadata.tables
