"""What fills the letters of this room at the moment they are handed over."""

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from cohorts.models import Application, ApplicationLink, ApplicationStep, Cohort, Enrolment, Result
from cohorts.queries.interviews import booked_slot_of
from cohorts.queries.offers import open_offer
from cohorts.rules import stages, states
from cohorts.rules.links import APPLICANT, OFFER
from cohorts.services.links import address_of, open_link, still_works

FOLDER = "email/cohorts/"
ABOUT_STEPS = {
    stages.SHORTLISTED: f"{FOLDER}shortlisted.txt",
    stages.INTERVIEW: f"{FOLDER}interview_invitation.txt",
    stages.RESERVE_LIST: f"{FOLDER}reserve_list.txt",
    stages.CONDITIONAL_OFFER: f"{FOLDER}conditional_offer.txt",
    stages.OFFERED_PLACE: f"{FOLDER}place_offered.txt",
    stages.DEFERRED: f"{FOLDER}application_deferred.txt",
    stages.UNSUCCESSFUL: f"{FOLDER}unsuccessful.txt",
    stages.INELIGIBLE: f"{FOLDER}ineligible.txt",
    stages.WITHDRAWN: f"{FOLDER}application_withdrawn.txt",
}
"""The letter to the applicant about each stage; there is none about the others."""


def letter_about(stage: str) -> str | None:
    return ABOUT_STEPS.get(stage)


def hold_until_released(application: Application) -> str:
    """Why such a letter waits: the same words for the whole intake, so that it can be told apart."""
    title = application.intake.title if application.intake else "applications"
    return f"A decision of {title}. It goes when somebody who manages applications releases it."


# --- to applicants ---------------------------------------------------------------------------------------------------


def _own_link(application: Application) -> str:
    link = open_link(application.id, APPLICANT)
    if link is None or not still_works(link, clock.now()):
        raise NoLongerTrue("The applicant’s link has been replaced by a newer one.")
    return address_of(link)


@facts_for("email/cohorts/application_received.txt", called="Application received")
def application_received(application_id: int) -> dict[str, object]:
    application = db.session.get_one(Application, application_id)
    if application.stage == stages.WITHDRAWN:
        raise NoLongerTrue("The application has been withdrawn since.")
    return {
        "reference": application.reference,
        "received_at": application.submitted_at,
        "own_link": _own_link(application),
        "next_steps": application.intake.next_steps if application.intake else "",
        "line_manager": application.line_manager_name if application.intake else "",
    }


@facts_for("email/cohorts/application_link.txt", called="Link to an application")
def application_link(link_id: int) -> dict[str, object]:
    link = db.session.get_one(ApplicationLink, link_id)
    if not still_works(link, clock.now()):
        raise NoLongerTrue("The link has expired or has been replaced by a newer one.")
    application = link.application
    intake = application.intake
    closes_on = application.late_until or (intake.closes_on if intake else None)
    return {
        "own_link": address_of(link),
        "is_draft": application.stage == stages.DRAFT,
        "last_day": last_good_day(closes_on) if closes_on else None,
        "expires_at": link.expires_at,
    }


def _about_step(step_id: int) -> dict[str, object]:
    """What every letter about a decision says, as long as the application still stands where the step led."""
    step = db.session.get_one(ApplicationStep, step_id)
    application = db.session.get_one(Application, step.application_id)
    if application.stage != step.after:
        raise NoLongerTrue("The application stands elsewhere by now.")
    intake = application.intake
    return {
        "application": application,
        "reference": application.reference,
        "intake": intake.title if intake else "",
        "own_link": _own_link(application),
        "feedback": application.feedback or "",
        "reserve_last_day": last_good_day(intake.reserve_until) if intake and intake.reserve_until else None,
    }


PLAIN_STEPS = {
    stages.SHORTLISTED: "Application shortlisted",
    stages.INTERVIEW: "Invitation to an interview",
    stages.RESERVE_LIST: "Application on the reserve list",
    stages.DEFERRED: "Application deferred",
    stages.UNSUCCESSFUL: "Application unsuccessful",
    stages.INELIGIBLE: "Application not eligible",
    stages.WITHDRAWN: "Application withdrawn",
}
"""By stage, what its letter is called where it says no more than that a decision was made."""

for _stage, _called in PLAIN_STEPS.items():
    facts_for(ABOUT_STEPS[_stage], called=_called)(_about_step)


@facts_for(ABOUT_STEPS[stages.CONDITIONAL_OFFER], called="Conditional offer")
@facts_for(ABOUT_STEPS[stages.OFFERED_PLACE], called="Offer of a place")
def offer_made(step_id: int) -> dict[str, object]:
    facts = _about_step(step_id)
    application = facts["application"]
    assert isinstance(application, Application)
    offer, link = open_offer(application.id), open_link(application.id, OFFER)
    if offer is None or link is None or not still_works(link, clock.now()):
        raise NoLongerTrue("The offer has been answered or taken back.")
    return facts | {"offer_link": address_of(link), "answer_by": last_good_day(offer.answer_by)}


@facts_for("email/cohorts/offer_answered.txt", called="Answer to an offer noted")
def offer_answered(step_id: int) -> dict[str, object]:
    step = db.session.get_one(ApplicationStep, step_id)
    application = db.session.get_one(Application, step.application_id)
    accepted = step.after != stages.WITHDRAWN
    return {"reference": application.reference, "accepted": accepted, "own_link": _own_link(application)}


@facts_for("email/cohorts/interview_booked.txt", called="Interview booked")
def interview_booked(application_id: int) -> dict[str, object]:
    """The time that the applicant has at hand-over, whatever it was when the letter was queued."""
    application = db.session.get_one(Application, application_id)
    slot = booked_slot_of(application_id)
    if slot is None or application.stage != stages.INTERVIEW:
        raise NoLongerTrue("The interview has been called off since.")
    return {
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "place": slot.place,
        "own_link": _own_link(application),
    }


# --- to the line manager, and about what they said -------------------------------------------------------------------


@facts_for("email/cohorts/support_asked.txt", called="Line manager’s support asked for", own_address=True)
def support_asked(link_id: int) -> dict[str, object]:
    """To the address the applicant gave: a line manager needs no account and stands in no register."""
    link = db.session.get_one(ApplicationLink, link_id)
    application = link.application
    if not still_works(link, clock.now()) or application.support != "asked":
        raise NoLongerTrue("The line manager has answered, or somebody else is asked by now.")
    due_on = application.support_due_on
    return {
        "to": application.line_manager_email,
        "name": application.line_manager_name,
        "support_link": address_of(link),
        "last_day": last_good_day(due_on) if due_on else None,
    }


@facts_for("email/cohorts/support_answered.txt", called="Line manager’s support answered")
def support_answered(application_id: int) -> dict[str, object]:
    application = db.session.get_one(Application, application_id)
    if application.support not in ("confirmed", "declined"):
        raise NoLongerTrue("The line manager is asked again.")
    return {"reference": application.reference, "own_link": _own_link(application)}


# --- to candidates ---------------------------------------------------------------------------------------------------


@facts_for("email/cohorts/placed.txt", called="Place in a cohort")
def placed(enrolment_id: int) -> dict[str, object]:
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    cohort = db.session.get_one(Cohort, enrolment.cohort_id)
    if enrolment.state not in states.HOLDS_A_PLACE or cohort.state == "cancelled":
        raise NoLongerTrue("The place has been given up since.")
    return {"starts_on": cohort.starts_on, "provider": cohort.provider.name}


@facts_for("email/cohorts/result_released.txt", called="Result released")
def result_released(result_id: int) -> dict[str, object]:
    result = db.session.get_one(Result, result_id)
    if result.state != "released":
        raise NoLongerTrue("The result has been corrected since.")
    return {"event_on": result.event_on}
