"""Backing up the SQLite database while it is in use, and restoring it without sending old letters again."""

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.engine import make_url

from accreditation.core import clock
from accreditation.core.database import db, sqlite_module
from accreditation.core.errors import DomainError

RESTORED = "restored"
"""A file of this name in the data folder says that a backup was restored: the scheduler sees to it and removes it."""

BACKED_UP = "backed up"
"""The action of the entry that each backup leaves in the trail of the database it was taken from."""

WAITING = ("queued", "claimed", "handing_over", "retry_wait")


def make_backup(file: Path) -> int:
    """A consistent, checked copy of the database in `file`, readable by its owner alone; its size in bytes.

    Raises DomainError when the database is PostgreSQL, when the file exists, or when the copy does not pass its checks.
    """
    source = _database_file()
    if file.exists():
        raise DomainError(f"{file} exists already. Choose another name: a backup never replaces one.")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    problems = _problems(part)
    if problems:
        part.unlink()
        raise DomainError(f"The copy is not sound, and was removed: {problems}")
    with part.open("rb+") as copy:
        os.fsync(copy.fileno())
    part.rename(file)
    return file.stat().st_size


def restore_backup(file: Path) -> tuple[Path | None, int]:
    """Put the backup in the database's place; the file that was there is kept, and waiting letters are held.

    The path it is kept under (None: there was none), and the number of letters held. Raises DomainError when the
    file is not a sound backup of this product, or the database is PostgreSQL.
    """
    target = _database_file()
    if problems := _problems(file):
        raise DomainError(f"{file} is not a sound backup: {problems}")
    db.session.remove()
    db.engine.dispose()
    incoming = target.with_name(target.name + ".incoming")
    shutil.copyfile(file, incoming)
    incoming.chmod(0o600)
    with closing(_open(incoming)) as connection:
        marks = ", ".join("?" * len(WAITING))
        held = connection.execute(
            f"UPDATE letter SET state = 'held', reason = 'restored from a backup', claim_token = NULL "  # noqa: S608
            f"WHERE state IN ({marks})",
            WAITING,
        ).rowcount
        connection.commit()
    kept = None
    if target.exists():
        with closing(_open(target)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = target.with_name(f"{target.name}.before-restore-{clock.now():%Y%m%dT%H%M%S}")
        target.rename(kept)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    incoming.rename(target)
    note_restore()
    return kept, int(held)


def note_restore() -> None:
    """Tell the scheduler that the database is older than what has happened: it holds reminders until somebody looks."""
    folder = Path(current_app.config["SETTINGS"].data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESTORED).write_text(f"{clock.now():%Y-%m-%dT%H:%M:%SZ}\n")


def _database_file() -> Path:
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite" or not url.database:
        raise DomainError("This is for the SQLite database. Back up PostgreSQL with pg_dump, or by archiving its WAL.")
    return Path(url.database)


def _open(path: Path) -> Any:
    return sqlite_module().connect(str(path), timeout=30)


def _problems(path: Path) -> str:
    """What is wrong with the file, in words; empty when it is a sound register."""
    try:
        with closing(_open(path)) as connection:
            if (found := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                return f"its integrity check says “{found}”."
            if connection.execute("PRAGMA foreign_key_check").fetchall():
                return "rows in it refer to nothing."
            if not connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0]:
                return "it has no schema."
    except sqlite_module().DatabaseError as error:
        return f"{error}."
    return ""
