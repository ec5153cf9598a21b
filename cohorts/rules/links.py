"""The links that letters to applicants and line managers carry: what each opens, and for how long."""

from datetime import UTC, date, datetime, time, timedelta

from accreditation.core.calendar import LONDON

APPLICANT, SUPPORT, OFFER = "applicant", "support", "offer"
KINDS = (APPLICANT, SUPPORT, OFFER)

PATHS = {APPLICANT: "/apply/mine/", SUPPORT: "/apply/support/", OFFER: "/apply/offer/"}

APPLICANT_LASTS = timedelta(days=365)
"""An applicant's own link; each letter that carries it begins the year anew when half of it is over."""


def end_of(day: date) -> datetime:
    """The moment at which that day begins in London, for what ends before it (exclusive)."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
