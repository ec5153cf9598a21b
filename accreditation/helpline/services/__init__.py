"""The use cases of the helpline. Callers hold the transaction; nothing here commits."""

from accreditation.helpline.services.contacts import (
    FOLLOW_UP,
    SOURCE,
    complete_follow_up,
    forget_advice,
    mark_seen,
    pass_on,
    record_contact,
)

__all__ = [
    "FOLLOW_UP",
    "SOURCE",
    "complete_follow_up",
    "forget_advice",
    "mark_seen",
    "pass_on",
    "record_contact",
]
