"""Applying, moving an application along, settling who somebody is.

Callers hold the transaction; nothing here commits.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.numbers import next_number
from accreditation.people.models import Person
from accreditation.people.queries import lock_person
from accreditation.people.services import add_person, change_address
from cohorts.models import Application, ApplicationStep, Enrolment
from cohorts.queries.applications import find_application_by_form, lock_application, somebody_is_alike
from cohorts.rules import stages


@dataclass(frozen=True)
class Placement:
    """What became of one applicant: done, or the reason why not."""

    application_id: int
    name: str
    refusal: str | None = None


RECEIPT = "email/cohorts/application_received.txt"


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
    sent_from: str | None = None,
    recorded_by: int | None = None,
) -> Application:
    """A new application with its own reference, and its receipt by letter. The same form again: the one it made.

    The applicant becomes a new person without a pay number, whoever they say they are: a form that anybody can fill in
    attaches nothing to a record that is there already. If the register holds somebody alike, a manager is asked.
    """
    if made := find_application_by_form(form_key):
        return made
    number = next_number(f"application {at.year}")
    if made := find_application_by_form(form_key):
        return made  # the same form was sent at the same moment, and the series let it in first
    person = add_person(given_name=given_name, family_name=family_name, unit_id=unit_id, email=email)
    application = Application(
        reference=f"APP-{at.year}-{number:04}",
        form_key=form_key,
        person_id=person.id,
        scheme=scheme,
        stage=stages.SUBMITTED,
        channel="web" if recorded_by is None else "office",
        given_name=given_name,
        family_name=family_name,
        email=email.lower(),
        pay_number=pay_number,
        unit_id=unit_id,
        motivation=motivation,
        line_manager_name=line_manager_name,
        line_manager_email=line_manager_email,
        agreed_at=at,
        submitted_at=at,
        sent_from=sent_from,
        recorded_by=recorded_by,
    )
    db.session.add(application)
    db.session.flush()
    application.identity_question = somebody_is_alike(application)
    _note_step(application.id, None, stages.SUBMITTED, at=at, by=recorded_by, reason=None)
    outbox.queue(person.id, RECEIPT, about_id=application.id, key=f"application-received:{application.id}")
    return application


def move_application(application_id: int, to: str, *, at: datetime, by: int, reason: str | None = None) -> Application:
    """The application goes to that stage. Raises DomainError for a step that is not permitted or lacks its reason."""
    application = lock_application(application_id)
    if refusal := reason_not_to_move(application, to, reason):
        raise DomainError(refusal)
    step_application(application, to, at=at, by=by, reason=reason)
    return application


def move_applications(
    application_ids: Collection[int], to: str, *, at: datetime, by: int, reason: str | None = None
) -> list[Placement]:
    """Several at once. One that cannot go there does not keep the others from it: the answer says so for each."""
    moved = []
    for application_id in sorted(set(application_ids)):
        application = lock_application(application_id)
        refusal = reason_not_to_move(application, to, reason)
        if refusal is None:
            step_application(application, to, at=at, by=by, reason=reason)
        moved.append(Placement(application_id, application.name, refusal))
    return moved


def reason_not_to_move(application: Application, to: str, reason: str | None) -> str | None:
    """Why this application cannot go to that stage now; None when it can. Reads only."""
    if to == stages.ACCEPTED:
        return f"{application.reference} is accepted by placing the applicant on a cohort."
    if not stages.may_step(application.stage, to):
        return (
            f"{application.reference} is at “{stages.label(application.stage)}” and cannot go to "
            f"“{stages.label(to)}” from there."
        )
    if to in stages.NEEDS_A_REASON and not (reason or "").strip():
        return f"Write down why {application.reference} becomes “{stages.label(to)}”."
    return None


def step_application(application: Application, to: str, *, at: datetime, by: int | None, reason: str | None) -> None:
    """For services that have asked the rules already and hold the application's lock."""
    before, application.stage = application.stage, to
    _note_step(application.id, before, to, at=at, by=by, reason=reason)


def _note_step(
    application_id: int, before: str | None, after: str, *, at: datetime, by: int | None, reason: str | None
) -> None:
    db.session.add(
        ApplicationStep(
            application_id=application_id, before=before, after=after, at=at, taken_by=by, reason=reason or None
        )
    )


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
