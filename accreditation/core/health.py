"""Whether all is well, in words: for `accreditation doctor` and the status page. Rooms above add checks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import literal, select, true

from accreditation.core import clock
from accreditation.core.audit import AuditEntry, moment_text
from accreditation.core.backup import BACKED_UP
from accreditation.core.database import db, sqlite_module
from accreditation.core.migrate import newest_revision, revision_of


@dataclass(frozen=True)
class Finding:
    """`state` is ok, warning (works, but somebody should look) or failed (does not work)."""

    name: str
    state: Literal["ok", "warning", "failed"]
    words: str


@dataclass(frozen=True)
class Check:
    """`asked`: what the database is asked for it; `ago`: moments among its parameters, each so long before now."""

    judge: Callable[..., Finding]
    asked: tuple[Any, ...]
    ago: dict[str, timedelta]


CHECKS: list[Check] = []
Judge = Callable[..., Finding]


def check(*asked: Any, **ago: timedelta) -> Callable[[Judge], Judge]:
    """Decorator: this is looked at too. It is called with the values of `asked`: columns of subqueries that find at
    most one row, or aliases of such (None where there is no row)."""

    def declare(judge: Judge) -> Judge:
        CHECKS.append(Check(judge, asked, ago))
        return judge

    return declare


def examine() -> list[Finding]:
    """The schema first: one that is behind may lack what the others ask for. All of that is asked in one statement."""
    found = schema()
    if found.state == "failed":
        return [found]
    now, checks = clock.now(), tuple(CHECKS)
    at = {name: now - before for one in checks for name, before in one.ago.items()}
    values = iter(db.session.execute(_question(len(checks)), at).one())
    next(values)  # the row that the others hang on
    return [found, *(one.judge(*(next(values) for _ in one.asked)) for one in checks)]


@lru_cache
def _question(checks: int) -> Any:
    """Of the first so many checks: put together once, when every room has brought its own."""
    anchor = select(literal(1).label("one")).subquery()
    asked = [column for one in CHECKS[:checks] for column in one.asked]
    found = select(anchor.c.one, *asked).select_from(anchor)
    for row in dict.fromkeys(getattr(column, "table", column) for column in asked):
        found = found.outerjoin(row, true())
    return found


def schema() -> Finding:
    at, newest = revision_of(db.session.connection()), newest_revision()
    if at == newest:
        return Finding("Database schema", "ok", f"up to date (revision {at})")
    return Finding("Database schema", "failed", f"at {at or 'nothing'}, not {newest}: run “accreditation migrate”")


SAFE_SQLITE = (3, 51, 3)  # the WAL-reset fix, sqlite.org/wal.html


@check()
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


BACKUP_OLD = timedelta(days=8)
"""A weekly backup and a day: older than that, somebody has forgotten it."""


LAST_BACKUP = (
    select(AuditEntry.at).where(AuditEntry.action == BACKED_UP).order_by(AuditEntry.seq.desc()).limit(1).subquery()
)
FIRST_ENTRY = select(AuditEntry.at).order_by(AuditEntry.seq).limit(1).subquery()


@check(LAST_BACKUP.c.at, FIRST_ENTRY.c.at)
def backups(last: str | None, first: str | None) -> Finding:
    """When the database was last copied by `accreditation backup`; PostgreSQL's own tools leave no mark here."""
    if db.engine.dialect.name != "sqlite":
        return Finding("Backups", "ok", "made by PostgreSQL’s own tools: look there when the last one was made")
    now = clock.now()
    if last is not None:
        state: Literal["ok", "warning"] = "ok" if last > moment_text(now - BACKUP_OLD) else "warning"
        return Finding("Backups", state, f"the last one was made on {last[:10]} by “accreditation backup”")
    if first is None or first > moment_text(now - BACKUP_OLD):
        return Finding("Backups", "ok", "none yet: make one at least weekly with “accreditation backup FILE”")
    return Finding("Backups", "warning", "none was ever made: “accreditation backup FILE” makes one")
