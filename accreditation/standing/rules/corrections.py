"""Which facts of the ledger are corrected in the ledger itself, and which in the room whose record they follow from."""

from accreditation.core.permissions import Permission
from accreditation.standing.rules.evidence import INTERVAL_KINDS
from accreditation.standing.rules.laying import LAID_KINDS

OWNED = {
    "award": "the record of the award",
    "award_decision": "the page of that decision",
    "clearance": "the clearance record",
    "clearance_application": "the clearance record",
    "clearance_transfer": "the clearance record",
    "departure": "the page of that leaving",
    "overlay": "the page of that decision",
    "practice_entry": "the practice log",
    "refresher_booking": "the attendance of that refresher day",
    "result": "the result of the assessment",
}
"""By type of source: where it is put right. The record and the ledger would say different things otherwise.

Whatever is not named, such as what came with an import, has no record of its own and is struck out in the ledger.
"""

CLEARANCE = frozenset({"clearance", "clearance_application"})


def needed_to_correct(kind: str) -> Permission:
    """A clearance is put right by whoever records clearances, everything else by whoever manages overlays."""
    return Permission.RECORD_CLEARANCE if kind in CLEARANCE else Permission.MANAGE_OVERLAYS


def has_an_end(kind: str) -> bool:
    return kind in INTERVAL_KINDS


def must_keep_an_end(kind: str) -> bool:
    """Leave, a waiver and an extension are never made open-ended, not by a correction either."""
    return kind in LAID_KINDS and kind != "suspension"
