"""The use cases of the helpline. Callers hold the transaction; nothing here commits."""

from accreditation.helpline.services.contacts import (
    FOLLOW_UP,
    SOURCE,
    complete_follow_up,
    forget_advice,
    lock_contact,
    mark_seen,
    note_outcome,
    pass_on,
    record_contact,
    settle_correction,
)
from accreditation.helpline.services.follow_ups import hand_over, hand_over_all

__all__ = [
    "FOLLOW_UP",
    "SOURCE",
    "complete_follow_up",
    "forget_advice",
    "hand_over",
    "hand_over_all",
    "lock_contact",
    "mark_seen",
    "note_outcome",
    "pass_on",
    "record_contact",
    "settle_correction",
]
