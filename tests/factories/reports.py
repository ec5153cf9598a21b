"""Reports to the steering group."""

from datetime import date

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.reports.models import SteeringReport
from accreditation.reports.rules.periods import Period
from accreditation.reports.services.steering import prepare_report
from tests.factories.days import TODAY
from tests.factories.people import person


def steering_report(*, by: int | None = None, period: Period | None = None) -> SteeringReport:
    """A draft on the last quarter of 2026, prepared by somebody."""
    by = by or person().id
    with transaction():
        return prepare_report(
            title="Last quarter of 2026",
            period=period or Period(date(2026, 10, 1), date(2027, 1, 1)),
            classification="OFFICIAL",
            today=TODAY,
            prepared_by=by,
            now=clock.now(),
        )
