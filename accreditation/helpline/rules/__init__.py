"""The helpline: the vocabulary, what may be kept, and what may be told in sums. No database, no clock."""

from accreditation.helpline.rules.contacts import (
    CATEGORIES,
    CHANNELS,
    LONGEST_MINUTES,
    NEVER_NOTED,
    OUTCOMES,
    PURPOSES,
    SIGNPOSTED,
    Details,
    reasons_to_refuse,
)
from accreditation.helpline.rules.signposting import signposting, vetting_words

__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "LONGEST_MINUTES",
    "NEVER_NOTED",
    "OUTCOMES",
    "PURPOSES",
    "SIGNPOSTED",
    "Details",
    "reasons_to_refuse",
    "signposting",
    "vetting_words",
]
