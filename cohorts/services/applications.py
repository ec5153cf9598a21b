"""Moving applications along, one or many at once, and settling who somebody is.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.people.models import Person
from accreditation.people.queries import lock_person
from accreditation.people.services import change_address
from cohorts.models import Application, Enrolment
from cohorts.queries.applications import in_order_of_rank, lock_application
from cohorts.queries.intakes import lock_intake, places_spoken_for
from cohorts.queries.marking import how_far_read
from cohorts.rules import offers, stages
from cohorts.services.applying import Answers, leave_what_is_open, submit_new
from cohorts.services.letters import hold_until_released, letter_about
from cohorts.services.links import applicant_link
from cohorts.services.offers import (
    has_run_out,
    make_offer,
    next_in_line,
    reason_no_place_is_left,
    refuse_to_offer_from_the_reserve,
)
from cohorts.services.steps import step_application
from cohorts.services.support import ask_for_support, forget_support_asked

__all__ = ["Answers", "Placement", "step_application"]

SEND, HOLD, NONE = "send", "hold", "none"
"""What becomes of the letters about a step: they go, they wait until somebody releases them, there are none."""


@dataclass(frozen=True)
class Placement:
    """What became of one applicant: done, or the reason why not. `waits`: done was that they wait for a place."""

    application_id: int
    name: str
    refusal: str | None = None
    waits: bool = False


def submit_application(
    *,
    form_key: str,
    scheme: str,
    given_name: str,
    family_name: str,
    email: str,
    pay_number: str | None,
    unit_id: int | None,
    motivation: str,
    line_manager_name: str,
    line_manager_email: str,
    at: datetime,
    intake_id: int | None = None,
    questions: Mapping[int, str] | None = None,
    late_reason: str | None = None,
    sent_from: str | None = None,
    recorded_by: int | None = None,
) -> Application:
    """A form that was filled in at once, on the London day of `at`: see `applying.submit_new`."""
    return submit_new(
        form_key=form_key,
        scheme=scheme,
        intake_id=intake_id,
        answers=Answers(
            given_name=given_name,
            family_name=family_name,
            email=email,
            pay_number=pay_number,
            unit_id=unit_id,
            motivation=motivation,
            line_manager_name=line_manager_name,
            line_manager_email=line_manager_email,
            questions=questions,
        ),
        at=at,
        on=at.astimezone(LONDON).date(),
        sent_from=sent_from,
        late_reason=late_reason,
        recorded_by=recorded_by,
    )


# --- steps -----------------------------------------------------------------------------------------------------------


def move_application(
    application_id: int,
    to: str,
    *,
    at: datetime,
    by: int,
    reason: str | None = None,
    letters: str = NONE,
    shown_version: int | None = None,
    feedback: str | None = None,
) -> Application:
    """The application goes to that stage. Raises DomainError for a step that is not permitted or lacks its reason.

    `shown_version` is the version of the application that the page showed: Conflict when it has changed since.
    """
    application = _lock_all([application_id])[0]
    if shown_version is not None and application.version != shown_version:
        raise Conflict(f"{application.reference} has changed since this page was opened. Look at it again.")
    if refusal := reason_not_to_move(application, to, reason, on=_day(at)):
        raise DomainError(refusal)
    if feedback:
        application.feedback = feedback
    _take(application, to, at=at, by=by, reason=reason, letters=letters)
    return application


def move_applications(
    application_ids: Collection[int],
    to: str,
    *,
    at: datetime,
    by: int,
    reason: str | None = None,
    letters: str = NONE,
    shown: Mapping[int, int] | None = None,
    feedback: str | None = None,
) -> list[Placement]:
    """Several at once, best rank first, so that places and the reserve list go to the right ones.

    One that cannot go there does not keep the others from it: the answer says so for each. `shown`: the versions that
    the page showed, by id. `feedback`: for whoever has none of their own yet.
    """
    moved = []
    for application in in_order_of_rank(_lock_all(application_ids)):
        refusal = reason_not_to_move(application, to, reason, on=_day(at))
        if shown is not None and shown.get(application.id, application.version) != application.version:
            refusal = "Has changed since this page was opened. Look again, then decide."
        if refusal is None:
            application.feedback = application.feedback or feedback or None
            _take(application, to, at=at, by=by, reason=reason, letters=letters)
        moved.append(Placement(application.id, application.name, refusal))
    return moved


def offer_the_next(intake_id: int, *, at: datetime, by: int, letters: str = SEND) -> Application:
    """Whoever is first on the reserve list gets a conditional offer, if a place is free. Raises DomainError."""
    lock_intake(intake_id)
    first = refuse_to_offer_from_the_reserve(next_in_line(intake_id), _day(at))
    return move_application(first.id, stages.CONDITIONAL_OFFER, at=at, by=by, letters=letters)


def _lock_all(application_ids: Collection[int]) -> list[Application]:
    """Their intakes first, then they, each in order of id, so that nobody waits for somebody who waits for them."""
    ids = sorted(set(application_ids))
    intakes = select(Application.intake_id).where(Application.id.in_(ids), Application.intake_id.is_not(None))
    for intake_id in sorted({int(found) for found in db.session.scalars(intakes) if found is not None}):
        lock_intake(intake_id)
    return [lock_application(application_id) for application_id in ids]


def _take(application: Application, to: str, *, at: datetime, by: int, reason: str | None, letters: str) -> None:
    on = _day(at)
    if application.stage == stages.LINE_MANAGER_SUPPORT:
        forget_support_asked(application, at=at)
    if to in stages.EXITS:
        leave_what_is_open(application, at=at)
    application.reserve_position = _last_in_line(application) + 1 if to == stages.RESERVE_LIST else None
    step = step_application(application, to, at=at, by=by, reason=reason)
    if to == stages.LINE_MANAGER_SUPPORT:
        ask_for_support(application, at=at, on=on)
    if application.intake_id is None:
        return
    if to in offers.OFFER_STAGES:
        make_offer(application, at=at, on=on, by=by)
    if letters != NONE and (template := letter_about(to)):
        applicant_link(application.id, now=at)
        outbox.queue(
            application.person_id,
            template,
            about_id=step.id,
            key=f"application-step:{step.id}",
            hold=hold_until_released(application) if letters == HOLD else None,
        )


def _last_in_line(application: Application) -> int:
    held = select(Application.reserve_position).where(
        Application.intake_id == application.intake_id, Application.reserve_position.is_not(None)
    )
    return max((number for number in db.session.scalars(held) if number is not None), default=0)


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def reason_not_to_move(
    application: Application, to: str, reason: str | None, *, on: date, taken: int | None = None
) -> str | None:
    """Why this application cannot go to that stage now; None when it can. Reads only.

    `taken`: the places of its intake that are spoken for, when the caller counts along in a preview.
    """
    if to == stages.ACCEPTED:
        return f"{application.reference} is accepted by placing the applicant on a cohort."
    if not stages.may_step(application.stage, to):
        return (
            f"{application.reference} is at “{stages.label(application.stage)}” and cannot go to "
            f"“{stages.label(to)}” from there."
        )
    if to in stages.NEEDS_A_REASON and not (reason or "").strip():
        return f"Write down why {application.reference} becomes “{stages.label(to)}”."
    if application.intake is None:
        return None
    return _reason_of_the_intake(application, to, on, taken)


def _reason_of_the_intake(application: Application, to: str, on: date, taken: int | None) -> str | None:
    intake, reference = application.intake, application.reference
    assert intake is not None
    if stages.is_beyond(to, stages.LINE_MANAGER_SUPPORT) and application.support != "confirmed":
        return f"{reference} has no line manager’s support yet. Ask for it, or record how you know of it."
    read_first = stages.is_beyond(to, stages.SIFT) or (
        to == stages.UNSUCCESSFUL and application.stage in (stages.SIFT, stages.SHORTLISTED)
    )
    if read_first and application.sift_total is None and intake.criteria_at("sift"):
        return f"{reference} has been read by {how_far_read(application.id, 'sift')} of {intake.sifters} sifters."
    met = application.interview_total is not None or not intake.criteria_at("interview")
    if stages.is_beyond(to, stages.INTERVIEW) and not met:
        return f"{reference} has not been marked by everybody who interviews."
    if application.stage == stages.RESERVE_LIST and to in offers.OFFER_STAGES and has_run_out(intake, on):
        return f"{reference} is on a reserve list that has run out. Change the last day of the list first, or close it."
    if to == stages.CONDITIONAL_OFFER:
        return reason_no_place_is_left(application, taken)
    return None


def count_places(application: Application) -> int:
    """For previews: the places of its intake that are spoken for now."""
    return places_spoken_for(application.intake_id) if application.intake_id else 0


# --- who somebody is -------------------------------------------------------------------------------------------------


def settle_identity(application_id: int, *, same_as: str | None) -> Application:
    """A manager has looked: the applicant is the person with that reference, or (None) nobody the register knew.

    Raises DomainError when there is no such person, or when the applicant has a place on a cohort already.
    """
    application = lock_application(application_id)
    application.identity_question = False
    if same_as is None:
        return application
    person = db.session.scalar(select(Person).where(Person.reference == same_as))
    if person is None:
        raise DomainError(f"There is nobody with the reference {same_as}. Check the reference.")
    if person.id == application.person_id:
        return application
    if db.session.scalar(select(Enrolment.id).where(Enrolment.application_id == application_id)):
        raise DomainError("The applicant has a place on a cohort already. Take it back first.")
    passing = application.person_id
    for person_id in sorted({passing, person.id}):
        lock_person(person_id)
    application.person_id = person.id
    # The record made by the form stays, since its receipt hangs on it, but no letter goes there again.
    change_address(passing, None)
    if person.email is None:
        change_address(person.id, application.email)
    return application


def withdraw_duplicate(application_id: int, *, of: str, at: datetime, by: int) -> Application:
    """A manager has looked: the same person applied twice, and the other application counts. Raises DomainError."""
    application = _lock_all([application_id])[0]
    other = db.session.scalar(
        select(Application).where(
            Application.reference == of,
            Application.intake_id == application.intake_id,
            Application.id != application.id,
            Application.stage.not_in((stages.DRAFT, stages.WITHDRAWN)),
        )
    )
    if other is None:
        raise DomainError(f"{of} is no application of the same intake that could count instead.")
    application.identity_question = False
    reason = f"The same person applied twice: {of} counts."
    if refusal := reason_not_to_move(application, stages.WITHDRAWN, reason, on=_day(at)):
        raise DomainError(refusal)
    _take(application, stages.WITHDRAWN, at=at, by=by, reason=reason, letters=NONE)
    return application
