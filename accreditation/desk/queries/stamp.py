"""Counting once: a count over a hundred thousand people is worked out when something has changed, not for every page.

The stamp is the end of the audit trail and of the ledger. Every change that could move a count adds to one of them in
its own transaction, so a count with the same stamp is the same count, in this process and in any other.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from flask import current_app
from sqlalchemy import func, select

from accreditation.core.audit import AuditHead
from accreditation.core.database import db
from accreditation.standing.models import Evidence, EvidenceVoid, SchemeVersion

KEPT = 256
Count = TypeVar("Count")


def stamp() -> tuple[int | None, ...]:
    """Where the trail, the ledger, its voids and the schemes end: four looks at the end of an index."""
    row = db.session.execute(
        select(
            select(AuditHead.seq).where(AuditHead.id == 1).scalar_subquery(),
            select(func.max(Evidence.id)).scalar_subquery(),
            select(func.max(EvidenceVoid.id)).scalar_subquery(),
            select(func.max(SchemeVersion.id)).scalar_subquery(),
        )
    ).one()
    return tuple(row)


def counted_once(key: Hashable, count: Callable[[], Count]) -> Count:
    """What `count` says, asked again only when the register has changed since. The key names question and viewer."""
    kept: OrderedDict[Hashable, object] = current_app.extensions.setdefault("desk_counts", OrderedDict())
    lock: Lock = current_app.extensions.setdefault("desk_counts_lock", Lock())
    full = (stamp(), key)
    with lock:
        if full in kept:
            kept.move_to_end(full)
            return kept[full]  # type: ignore[return-value]
    answer = count()
    with lock:
        kept[full] = answer
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return answer
