"""What fills the letters of this room at the moment they are handed over."""

from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from cohorts.models import Application, Cohort, Enrolment, Result
from cohorts.rules import states


@facts_for("email/cohorts/application_received.txt")
def application_received(application_id: int) -> dict[str, object]:
    application = db.session.get_one(Application, application_id)
    return {"reference": application.reference, "received_at": application.submitted_at}


@facts_for("email/cohorts/placed.txt")
def placed(enrolment_id: int) -> dict[str, object]:
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    cohort = db.session.get_one(Cohort, enrolment.cohort_id)
    if enrolment.state not in states.HOLDS_A_PLACE or cohort.state == "cancelled":
        raise NoLongerTrue("The place has been given up since.")
    return {"starts_on": cohort.starts_on, "provider": cohort.provider.name}


@facts_for("email/cohorts/result_released.txt")
def result_released(result_id: int) -> dict[str, object]:
    result = db.session.get_one(Result, result_id)
    if result.state != "released":
        raise NoLongerTrue("The result has been corrected since.")
    return {"event_on": result.event_on}
