"""Counting once: a count over a hundred thousand people is worked out when something has changed, not for every page.

The stamp is the end of the ledger, of its voids and of the schemes, and the last entry of the audit trail that is about
a person, a unit or a setting. Every change that could move a count adds to one of them in its own transaction, so a
count with the same stamp is the same count. A sign-in or a look at a record adds to the trail too, and moves nothing.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from flask import current_app
from sqlalchemy import func, select

from accreditation.core.audit import AuditEntry, AuditHead
from accreditation.core.database import db
from accreditation.standing.models import Evidence, EvidenceVoid, SchemeRetirement, SchemeVersion

KEPT = 256
MOVE_COUNTS = ("person", "unit", "setting")
Count = TypeVar("Count")


def stamp(kinds: tuple[str, ...] = MOVE_COUNTS) -> tuple[int | None, ...]:
    """Where the ledger, its voids, the schemes and what matters of the trail end: looks at the end of an index.

    `kinds`: what an entry of the trail must be about to matter.
    """
    head, *ends = db.session.execute(
        select(
            select(AuditHead.seq).where(AuditHead.id == 1).scalar_subquery(),
            select(func.max(Evidence.id)).scalar_subquery(),
            select(func.max(EvidenceVoid.id)).scalar_subquery(),
            select(func.max(SchemeVersion.id)).scalar_subquery(),
            select(func.max(SchemeRetirement.id)).scalar_subquery(),
        )
    ).one()
    return _last_that_matters(head, kinds), *ends


def _last_that_matters(head: int, kinds: tuple[str, ...]) -> int:
    """The last entry about what is counted, up to this head. Only what came since the last look is read."""
    looks: dict[tuple[str, ...], tuple[int | None, int]] = current_app.extensions.setdefault("desk_trail_seen", {})
    seen, matters = looks.get(kinds, (None, head))
    if seen is None or head < seen:  # the first look, or another database: whatever is kept is from before
        matters = head
    elif head > seen:
        since = select(func.max(AuditEntry.seq)).where(AuditEntry.seq > seen, AuditEntry.subject_type.in_(kinds))
        matters = db.session.scalar(since) or matters
    looks[kinds] = (head, matters)
    return int(matters)


def counted_once(key: Hashable, count: Callable[[], Count], kinds: tuple[str, ...] = MOVE_COUNTS) -> Count:
    """What `count` says, asked again only when the register has changed since. The key names question and viewer.

    `kinds`: what else than evidence and schemes the answer depends on, as the trail calls it.
    """
    kept: OrderedDict[Hashable, object] = current_app.extensions.setdefault("desk_counts", OrderedDict())
    lock: Lock = current_app.extensions.setdefault("desk_counts_lock", Lock())
    full = (stamp(kinds), key)
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
