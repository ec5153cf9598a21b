"""What an applicant does: save, come back, send, withdraw, think again.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.numbers import next_number
from accreditation.people.queries import lock_person
from accreditation.people.services import add_person, change_address, rename_person
from cohorts.models import Application, ApplicationAnswer, ApplicationStep
from cohorts.queries.applications import (
    find_application_by_form,
    last_step_of,
    lock_application,
    somebody_is_alike,
)
from cohorts.queries.intakes import find_intake
from cohorts.queries.offers import open_offer
from cohorts.rules import stages
from cohorts.rules.links import APPLICANT, OFFER
from cohorts.services.interviews import give_up_slot
from cohorts.services.letters import ABOUT_STEPS
from cohorts.services.links import applicant_link, find_link, revoke_links
from cohorts.services.offers import close_offer, restart_offer
from cohorts.services.steps import note_step, step_application
from cohorts.services.support import ask_for_support, forget_support_asked

RECEIPT = "email/cohorts/application_received.txt"
LINK = "email/cohorts/application_link.txt"
WITHDRAWN = "email/cohorts/application_withdrawn.txt"
EDITED = (
    "given_name", "family_name", "pay_number", "unit_id", "motivation", "line_manager_name", "line_manager_email",
)  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What the form says. `questions`: answers by id of the question; what was left empty is left out."""

    given_name: str
    family_name: str
    email: str
    pay_number: str | None = None
    unit_id: int | None = None
    motivation: str = ""
    line_manager_name: str = ""
    line_manager_email: str = ""
    questions: Mapping[int, str] | None = None


class TooLate(DomainError):
    """The intake takes no applications on that day."""


def refuse_if_closed(intake_id: int | None, on: date, *, late_until: date | None = None) -> None:
    """Raises TooLate with a sentence the applicant can act on; None: there is no intake that could close."""
    if intake_id is None or (late_until is not None and on < late_until):
        return
    intake = find_intake(intake_id)
    if not intake.is_open(on):
        raise TooLate(
            f"Applications for {intake.title} are not open today. Ask the service: there may be a reason to let "
            "you apply all the same. Copy your answers first if you want to keep them."
        )


def save_draft(
    *,
    form_key: str,
    scheme: str,
    intake_id: int | None,
    answers: Answers,
    at: datetime,
    on: date,
    sent_from: str | None = None,
    late_until: date | None = None,
    late_reason: str | None = None,
    recorded_by: int | None = None,
) -> Application:
    """What has been typed so far, and a letter with the link to come back. The same form again changes what it made.

    Raises TooLate. Whether the service knows the address already changes nothing that can be seen from outside.
    """
    refuse_if_closed(intake_id, on, late_until=late_until)
    made = find_application_by_form(form_key)
    if made is None:
        number = next_number(f"application {at.year}")
        made = find_application_by_form(form_key)
    if made is not None:
        return change_draft(made.id, answers, at=at, on=on)
    draft = _new(
        f"APP-{at.year}-{number:04}",
        form_key=form_key,
        scheme=scheme,
        intake_id=intake_id,
        answers=answers,
        at=at,
        sent_from=sent_from,
        recorded_by=recorded_by,
    )
    draft.late_until, draft.late_reason = late_until, late_reason
    note_step(draft.id, None, stages.DRAFT, at=at, by=recorded_by, reason=late_reason)
    link = applicant_link(draft.id, now=at)
    outbox.queue(draft.person_id, LINK, about_id=link.id, key=f"application-link:{link.id}:{at:%Y%m%dT%H%M%S}")
    return draft


def change_draft(application_id: int, answers: Answers, *, at: datetime, on: date) -> Application:
    """What is in the draft from now on. Raises TooLate, or DomainError when it has been sent already."""
    application = lock_application(application_id)
    if application.stage != stages.DRAFT:
        raise DomainError("This application has been sent already, so its answers stay as they are.")
    refuse_if_closed(application.intake_id, on, late_until=application.late_until)
    _fill(application, answers)
    return application


def send_draft(application_id: int, answers: Answers, *, at: datetime, on: date) -> Application:
    """The draft becomes an application. Sent twice, it is sent once. Raises TooLate, DomainError."""
    application = lock_application(application_id)
    if application.submitted_at is not None:
        return application
    application = change_draft(application_id, answers, at=at, on=on)
    application.submitted_at = at
    step_application(application, stages.SUBMITTED, at=at, by=application.recorded_by, reason=None)
    _is_submitted(application, at=at, on=on)
    return application


def submit_new(
    *,
    form_key: str,
    scheme: str,
    intake_id: int | None,
    answers: Answers,
    at: datetime,
    on: date,
    sent_from: str | None = None,
    late_reason: str | None = None,
    recorded_by: int | None = None,
) -> Application:
    """A new application with its own reference, and its receipt by letter. The same form again: the one it made.

    The applicant becomes a new person without a pay number, whoever they say they are: a form that anybody can fill in
    attaches nothing to a record that is there already. If the register, or the same intake, holds somebody alike, a
    manager is asked. `late_reason`: the office takes it after the closing day. Raises TooLate.
    """
    if made := find_application_by_form(form_key):
        return send_draft(made.id, answers, at=at, on=on) if made.stage == stages.DRAFT else made
    if not (recorded_by and late_reason):
        refuse_if_closed(intake_id, on)
    number = next_number(f"application {at.year}")
    if made := find_application_by_form(form_key):
        return made  # the same form was sent at the same moment, and the series let it in first
    application = _new(
        f"APP-{at.year}-{number:04}",
        form_key=form_key,
        scheme=scheme,
        intake_id=intake_id,
        answers=answers,
        at=at,
        sent_from=sent_from,
        recorded_by=recorded_by,
    )
    application.late_reason = late_reason
    application.stage, application.submitted_at = stages.SUBMITTED, at
    note_step(application.id, None, stages.SUBMITTED, at=at, by=recorded_by, reason=late_reason)
    _is_submitted(application, at=at, on=on)
    return application


def _new(
    reference: str,
    *,
    form_key: str,
    scheme: str,
    intake_id: int | None,
    answers: Answers,
    at: datetime,
    sent_from: str | None,
    recorded_by: int | None,
) -> Application:
    person = add_person(
        given_name=answers.given_name,
        family_name=answers.family_name,
        unit_id=answers.unit_id,
        email=answers.email,
    )
    application = Application(
        reference=reference,
        form_key=form_key,
        person_id=person.id,
        scheme=scheme,
        intake_id=intake_id,
        stage=stages.DRAFT,
        channel="web" if recorded_by is None else "office",
        given_name=answers.given_name,
        family_name=answers.family_name,
        email=answers.email.lower(),
        pay_number=answers.pay_number,
        unit_id=answers.unit_id,
        motivation=answers.motivation,
        line_manager_name=answers.line_manager_name,
        line_manager_email=answers.line_manager_email,
        begun_at=at,
        sent_from=sent_from,
        recorded_by=recorded_by,
    )
    db.session.add(application)
    db.session.flush()
    _answer_questions(application, answers)
    return application


def _fill(application: Application, answers: Answers) -> None:
    for name in EDITED:
        setattr(application, name, getattr(answers, name))
    person = lock_person(application.person_id)
    rename_person(person.id, given_name=answers.given_name, family_name=answers.family_name)
    person.unit_id = answers.unit_id
    if application.email != answers.email.lower():
        application.email = answers.email.lower()
        change_address(person.id, answers.email)
    _answer_questions(application, answers)


def _answer_questions(application: Application, answers: Answers) -> None:
    given = dict(answers.questions or {})
    found = select(ApplicationAnswer).where(ApplicationAnswer.application_id == application.id)
    kept = {row.question_id: row for row in db.session.scalars(found)}
    for question_id, row in kept.items():
        if question_id not in given:
            db.session.delete(row)
    for question_id, answer in given.items():
        if question_id in kept:
            kept[question_id].answer = answer
        else:
            db.session.add(ApplicationAnswer(application_id=application.id, question_id=question_id, answer=answer))
    db.session.flush()


def _is_submitted(application: Application, *, at: datetime, on: date) -> None:
    """What follows from sending: a receipt, a question to the manager, and one to the line manager."""
    if application.line_manager_email.lower() == application.email:
        raise DomainError("Your line manager’s e-mail address cannot be your own.")
    application.agreed_at = at
    db.session.flush()
    application.identity_question = somebody_is_alike(application)
    applicant_link(application.id, now=at)
    outbox.queue(application.person_id, RECEIPT, about_id=application.id, key=f"application-received:{application.id}")
    if application.intake_id is not None:
        step_application(application, stages.LINE_MANAGER_SUPPORT, at=at, by=None, reason=None)
        ask_for_support(application, at=at, on=on)


# --- changing one's mind ---------------------------------------------------------------------------------------------


def withdraw_by_link(token: str, *, words: str | None, at: datetime) -> Application:
    """The applicant gives up; a letter says so, in case it was not them. Raises DeadLink, DomainError."""
    application = lock_application(find_link(token, APPLICANT, now=at).application_id)
    if application.stage == stages.WITHDRAWN:
        return application
    if not stages.may_step(application.stage, stages.WITHDRAWN):
        raise DomainError("This application has been decided, so there is nothing to withdraw.")
    leave_what_is_open(application, at=at)
    reason = words or "Withdrawn by the applicant."
    step = step_application(application, stages.WITHDRAWN, at=at, by=None, reason=reason)
    outbox.queue(application.person_id, WITHDRAWN, about_id=step.id, key=f"application-step:{step.id}")
    return application


def take_back_withdrawal(token: str, *, at: datetime, on: date) -> Application:
    """Until the closing day the application goes on where it stood. Raises DeadLink, TooLate, DomainError."""
    application = lock_application(find_link(token, APPLICANT, now=at).application_id)
    step = withdrawal_to_take_back(application, on)
    if step is None or step.before is None:
        raise DomainError("The withdrawal cannot be taken back any more. Ask the service.")
    step_application(application, step.before, at=at, by=None, reason="The applicant took the withdrawal back.")
    if step.before == stages.LINE_MANAGER_SUPPORT and application.support == "asked":
        ask_for_support(application, at=at, on=on)
    return application


def withdrawal_to_take_back(application: Application, on: date) -> ApplicationStep | None:
    """The applicant's own last step, while the intake is open and the place it had is nobody else's yet."""
    if application.stage != stages.WITHDRAWN or application.intake is None:
        return None
    if not (application.intake.is_open(on) or (application.late_until is not None and on < application.late_until)):
        return None
    step = last_step_of(application.id)
    early = (stages.DRAFT, stages.SUBMITTED, stages.LINE_MANAGER_SUPPORT, stages.SIFT)
    return step if step.taken_by is None and step.before in early else None


def leave_what_is_open(application: Application, *, at: datetime) -> None:
    """Whoever leaves the way gives back what was kept for them: a line manager's question, an offer, a turn."""
    forget_support_asked(application, at=at)
    close_offer(application, "declined", at=at, words=None)
    revoke_links(application.id, OFFER, now=at)
    give_up_slot(application, at=at)
    application.reserve_position = None


def send_link_again(email: str, *, at: datetime) -> int:
    """A letter with their link to everybody who applied with this address. How many; nobody outside learns it."""
    rows = select(Application.id).where(Application.email == email.lower()).order_by(Application.id)
    sent = 0
    for application_id in db.session.scalars(rows).all():
        application = lock_application(application_id)
        link = applicant_link(application_id, now=at)
        key = f"application-link:{link.id}:{at:%Y%m%dT%H%M%S}"
        sent += outbox.queue(application.person_id, LINK, about_id=link.id, key=key) is not None
    return sent


def make_links_useless(application_id: int, *, at: datetime, on: date) -> int:
    """For a link that went astray: every link of the applicant stops working, and they get new ones.

    How many stopped. An offer that waits for its answer is sent again with its letter.
    """
    application = lock_application(application_id)
    gone = revoke_links(application_id, APPLICANT, OFFER, now=at)
    link = applicant_link(application_id, now=at)
    outbox.queue(application.person_id, LINK, about_id=link.id, key=f"application-link:{link.id}:{at:%Y%m%dT%H%M%S}")
    if offer := open_offer(application_id):
        restart_offer(offer, application, at=at, on=on)
        step = last_step_of(application_id)
        template = ABOUT_STEPS[offer.stage]
        key = f"application-step:{step.id}:{at:%Y%m%dT%H%M%S}"
        outbox.queue(application.person_id, template, about_id=step.id, key=key)
    return gone
