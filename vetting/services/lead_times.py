"""What a service learns from its own decisions, handed on to standing, which counts the last useful days."""

from datetime import date

from accreditation.core.database import db
from accreditation.standing import services as standing
from vetting.queries.lead_times import decision_times


def renew_lead_time(level: str, on: date) -> None:
    """After a decision: once there are enough, nine in ten of them give the lead time of the level."""
    db.session.flush()
    times = decision_times(on, level).get(level)
    if times is None or not times.enough:
        return
    set_lead_time = getattr(standing, "set_lead_time", None)
    if set_lead_time:
        set_lead_time("clearance", level, times.p90, f"Nine in ten of {times.decisions} decisions of this service")
