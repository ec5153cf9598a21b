"""Counting tries, so exactly that it holds for any number of processes: the counter's row is locked while it counts."""

import ipaddress
import json
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Base, db

TRY_WINDOW = timedelta(minutes=5)


class Throttle(Base):
    """The moments, newest last, at which something was tried. Its row is locked while one more is counted."""

    __tablename__ = "throttle"
    __audited__ = False  # counted by the thousand under attack; what it stops is logged

    key: Mapped[str] = mapped_column(primary_key=True)
    tried_at: Mapped[str]
    until: Mapped[datetime] = mapped_column(index=True)


def recent(moments: list[float], now: float, window: timedelta = TRY_WINDOW) -> list[float]:
    """Those that still count: less than the window old. Moments are seconds since 1970."""
    return [moment for moment in moments if moment > now - window.total_seconds()]


def network_of(address: str | None) -> str:
    """What tries are counted under: an IPv4 address, or the /64 that one IPv6 subscriber has to themselves."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if found.version == 6:
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def may_try(key: str, limit: int, *, now: datetime, window: timedelta = TRY_WINDOW) -> bool:
    """Count one more try, unless `limit` were counted in the window that ends now. A refused one is not counted."""
    row = _locked(key, now, window)
    moments = recent(json.loads(row.tried_at), now.timestamp(), window)
    allowed = len(moments) < limit
    row.tried_at = json.dumps([*moments, now.timestamp()] if allowed else moments)
    return allowed


def forget_tries(key: str, *, now: datetime) -> None:
    """Nothing has been tried: the one who tried was let in."""
    _locked(key, now).tried_at = "[]"


def forget_last_try(key: str, *, now: datetime) -> None:
    """One try less: it was not a wrong one."""
    row = _locked(key, now)
    row.tried_at = json.dumps(json.loads(row.tried_at)[:-1])


def drop_stale_counters(now: datetime) -> int:
    """Remove what no longer counts anything. How many."""
    stale = delete(Throttle).where(Throttle.until < now).execution_options(synchronize_session=False)
    return int(db.session.execute(stale).rowcount)  # type: ignore[attr-defined]


def _locked(key: str, now: datetime, window: timedelta = TRY_WINDOW) -> Throttle:
    """The counter, made if need be; nobody else counts until the transaction ends."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    until = now + window
    statement = insert(Throttle).values(key=key, tried_at="[]", until=until)
    db.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"until": until}))
    return db.session.get_one(Throttle, key, populate_existing=True)
