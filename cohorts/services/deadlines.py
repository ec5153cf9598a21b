"""The one duty this room declares: a provider owes the results of a cohort. The scheduler reads it from standing."""

from datetime import timedelta

from accreditation.core.database import db
from accreditation.standing.services import clear_deadline, set_deadline
from cohorts.models import Cohort
from cohorts.queries.cohorts import places_taken
from cohorts.queries.results import count_missing
from cohorts.rules import states

RESULTS_OUTSTANDING = "results_outstanding"


def keep_deadline(cohort: Cohort) -> None:
    """Bring the duty in line with the cohort: owed while it runs and lacks a submitted result, else cleared."""
    db.session.flush()
    source = ("cohort", cohort.id)
    if cohort.state in states.RUNNING and places_taken(cohort.id) and count_missing(cohort.id):
        # The basis is the first day on which it is too late; results_due_on is the last good one.
        set_deadline(
            kind=RESULTS_OUTSTANDING,
            provider_id=cohort.provider_id,
            basis_date=cohort.results_due_on + timedelta(1),
            source=source,
        )
    else:
        clear_deadline(source=source, kind=RESULTS_OUTSTANDING)
