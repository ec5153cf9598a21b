"""What a service learns from its own decisions, handed on to standing, which counts the last useful days."""

from datetime import date

from accreditation.core.database import db
from accreditation.standing.services import set_lead_time
from vetting.queries.lead_times import decision_times


def renew_lead_time(level: str, on: date) -> None:
    """After a decision: once there are enough, nine in ten of them give the lead time of the level."""
    db.session.flush()
    times = decision_times(on, level).get(level)
    if times is None or not times.enough:
        return
    basis = f"nine in ten of the last {times.decisions} decisions of this service took no longer"
    set_lead_time("clearance", level, times.p90, basis)
