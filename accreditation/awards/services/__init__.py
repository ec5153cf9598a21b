"""Awarding, withdrawing, voiding, reinstating. Callers hold the transaction; nothing here commits."""

from accreditation.awards.services.awarding import (
    NotReady,
    award_accreditation,
    award_several,
    record_past_award,
)
from accreditation.awards.services.deciding import (
    confirm_decision,
    propose,
    refuse_decision,
    take_back_decision,
)
from accreditation.awards.services.ending import (
    reasons_not_to_void,
    reinstate_award,
    void_award,
    withdraw_award,
)
from accreditation.awards.services.letters import AWARDED, CHANGED, TO_CONFIRM

__all__ = [
    "AWARDED",
    "CHANGED",
    "TO_CONFIRM",
    "NotReady",
    "award_accreditation",
    "award_several",
    "confirm_decision",
    "propose",
    "reasons_not_to_void",
    "record_past_award",
    "refuse_decision",
    "reinstate_award",
    "take_back_decision",
    "void_award",
    "withdraw_award",
]
