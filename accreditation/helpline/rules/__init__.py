"""The helpline: the vocabulary, what may be kept, and what may be told in sums. No database, no clock."""

from accreditation.helpline.rules.contacts import (
    CATEGORIES,
    CHANNELS,
    LONGEST_MINUTES,
    OUTCOMES,
    SIGNPOSTED,
    Details,
    about_vetting,
    reasons_to_refuse,
)

__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "LONGEST_MINUTES",
    "OUTCOMES",
    "SIGNPOSTED",
    "Details",
    "about_vetting",
    "reasons_to_refuse",
]
