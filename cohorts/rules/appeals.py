"""Appeals against a released result: what may become of them, and by when. No clock, no database."""

from datetime import date, timedelta

APPEAL_STATES = ("open", "upheld", "dismissed", "withdrawn")
APPEAL_LABELS = {"open": "Open", "upheld": "Upheld", "dismissed": "Dismissed", "withdrawn": "Withdrawn"}
APPEAL_TONES = {"open": "soon", "upheld": "good", "dismissed": "neutral", "withdrawn": "paused"}
LONGEST = 4000  # characters

APPEAL_DAYS = 28
"""Days after the release for an appeal, where no assessment says otherwise: a default of this product."""

DECISION_DAYS = 28
"""Days in which an appeal is decided: a default of this product."""


def appeal_through(released_on: date, appeal_days: int) -> date | None:
    """The last day on which a candidate can appeal; None where there are no appeals."""
    return released_on + timedelta(days=appeal_days) if appeal_days else None


def decide_by(opened_on: date) -> date:
    """The last day on which the decision is in time."""
    return opened_on + timedelta(days=DECISION_DAYS)
