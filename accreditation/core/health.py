"""Whether all is well, in words: for `accreditation doctor` and the status page. Rooms above add checks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from accreditation.core.database import db, sqlite_module
from accreditation.core.migrate import newest_revision, revision_of


@dataclass(frozen=True)
class Finding:
    """`state` is ok, warning (works, but somebody should look) or failed (does not work)."""

    name: str
    state: Literal["ok", "warning", "failed"]
    words: str


Check = Callable[[], Finding]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Decorator: this is looked at too."""
    CHECKS.append(function)
    return function


def examine() -> list[Finding]:
    return [look() for look in CHECKS]


@check
def schema() -> Finding:
    at, newest = revision_of(db.session.connection()), newest_revision()
    if at == newest:
        return Finding("Database schema", "ok", f"up to date (revision {at})")
    return Finding("Database schema", "failed", f"at {at or 'nothing'}, not {newest}: run “accreditation migrate”")


SAFE_SQLITE = (3, 51, 3)  # the WAL-reset fix, sqlite.org/wal.html


@check
def database_version() -> Finding:
    if db.engine.dialect.name != "sqlite":
        version = ".".join(str(part) for part in db.engine.dialect.server_version_info or ())
        return Finding("Database", "ok", f"PostgreSQL {version}")
    module = sqlite_module()
    if module.sqlite_version_info >= SAFE_SQLITE:
        return Finding("Database", "ok", f"SQLite {module.sqlite_version}")
    return Finding(
        "Database",
        "warning",
        f"SQLite {module.sqlite_version} is older than 3.51.3 and can, very rarely, damage a database that several "
        "processes write: install pysqlite3 or use PostgreSQL, and keep backups",
    )
