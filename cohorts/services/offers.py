"""Offers: made up to the places, answered through a link, and given on when somebody declines.

Callers hold the transaction; nothing here commits.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.standing.services import clear_deadline, set_deadline
from cohorts.models import Application, Intake, Offer
from cohorts.queries.applications import lock_application
from cohorts.queries.intakes import lock_intake, places_spoken_for
from cohorts.queries.offers import open_offer
from cohorts.rules import offers, stages
from cohorts.rules.links import OFFER, end_of
from cohorts.services.links import DeadLink, find_link, make_link, revoke_links
from cohorts.services.steps import step_application

DEADLINE = "offer_answer"
DAYS = 14
"""For an application without an intake, which would say otherwise."""
ANSWER_NOTED = "email/cohorts/offer_answered.txt"


def make_offer(application: Application, *, at: datetime, on: date, by: int | None) -> Offer:
    """Ask the applicant for an answer. The caller holds the locks, and has asked whether there is a place."""
    close_offer(application, "lapsed", at=at, words=None)
    offer = Offer(application_id=application.id, stage=application.stage, made_at=at, made_by=by, answer_by=on)
    db.session.add(offer)
    db.session.flush()
    restart_offer(offer, application, at=at, on=on)
    return offer


def restart_offer(offer: Offer, application: Application, *, at: datetime, on: date) -> None:
    """The days to answer begin now, with a new link: when the offer is made, and when its letter goes out later."""
    days = application.intake.offer_days if application.intake else DAYS
    offer.answer_by = on + timedelta(days + 1)
    make_link(application.id, OFFER, now=at, expires_at=end_of(offer.answer_by))
    set_deadline(
        kind=DEADLINE,
        person_id=application.person_id,
        basis_date=offer.answer_by,
        source=("offer", offer.id),
    )


def answer_offer(token: str, *, accepts: bool, words: str | None, at: datetime) -> Application:
    """The applicant's answer through the link of the offer, which stops working. Raises DeadLink, DomainError.

    Yes to a conditional offer leads to vetting, yes to a place to a place; no leads out, and frees the place.
    """
    application = lock_application(find_link(token, OFFER, now=at).application_id)
    find_link(token, OFFER, now=at)  # once more, under the lock: of two answers at once the first counts
    offer = open_offer(application.id)
    if offer is None or offer.stage != application.stage:
        raise DeadLink
    _close(offer, "accepted" if accepts else "declined", at=at, words=words)
    revoke_links(application.id, OFFER, now=at)
    if accepts:
        reason, to = "The applicant accepted the offer.", offers.AFTER_ACCEPTING[offer.stage]
    else:
        reason, to = f"The applicant declined the offer. {words or ''}".strip(), stages.WITHDRAWN
    step = step_application(application, to, at=at, by=None, reason=reason)
    outbox.queue(application.person_id, ANSWER_NOTED, about_id=step.id, key=f"application-step:{step.id}")
    return application


def close_offer(application: Application, answer: str, *, at: datetime, words: str | None) -> None:
    """The offer that waits for an answer, if there is one, ends with this."""
    if offer := open_offer(application.id):
        _close(offer, answer, at=at, words=words)
        revoke_links(application.id, OFFER, now=at)


def _close(offer: Offer, answer: str, *, at: datetime, words: str | None) -> None:
    offer.answer, offer.answered_at, offer.words = answer, at, words or None
    clear_deadline(source=("offer", offer.id), kind=DEADLINE)
    db.session.flush()


def offers_run_out(intake_id: int, *, at: datetime, on: date, by: int) -> list[str]:
    """Take back every offer of the intake whose time to answer is over: the references. The places are free again."""
    lock_intake(intake_id)
    overdue = (
        select(Offer.application_id)
        .join(Offer.application)
        .where(Application.intake_id == intake_id, Offer.answer.is_(None), Offer.answer_by <= on)
        .order_by(Offer.application_id)
    )
    gone = []
    for application_id in db.session.scalars(overdue).all():
        application = lock_application(application_id)
        close_offer(application, "lapsed", at=at, words=None)
        step_application(application, stages.WITHDRAWN, at=at, by=by, reason="The offer was not answered in time.")
        gone.append(application.reference)
    return gone


def reason_no_place_is_left(application: Application, taken: int | None = None) -> str | None:
    """Why the intake has no place to offer; None when it has one. `taken`: the places spoken for, if known."""
    intake = application.intake
    if intake is None or application.stage in offers.HOLDS_AN_OFFER:
        return None
    if (places_spoken_for(intake.id) if taken is None else taken) < intake.places:
        return None
    return f"All {intake.places} places of {intake.title} are spoken for."


def next_in_line(intake_id: int) -> Application | None:
    """Who is first on the reserve list."""
    first = (
        select(Application)
        .where(Application.intake_id == intake_id, Application.stage == stages.RESERVE_LIST)
        .order_by(Application.reserve_position, Application.id)
        .limit(1)
    )
    return db.session.scalar(first)


def has_run_out(intake: Intake, on: date) -> bool:
    """Whether the reserve list of the intake does not hold any more on the day."""
    return intake.reserve_until is not None and on >= intake.reserve_until


def refuse_to_offer_from_the_reserve(application: Application | None, on: date) -> Application:
    """Raises DomainError when nobody is in line or the list has run out."""
    if application is None:
        raise DomainError("Nobody is on the reserve list.")
    if application.intake and has_run_out(application.intake, on):
        raise DomainError("The reserve list has run out. Change its last day first, or close it.")
    return application
