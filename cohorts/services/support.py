"""The line manager's word: asked for by letter, given through a link or recorded by hand."""

from datetime import date, datetime, timedelta

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.standing.services import clear_deadline, set_deadline
from cohorts.models import Application
from cohorts.queries.answers import unmet_questions
from cohorts.queries.applications import lock_application
from cohorts.rules.links import SUPPORT, end_of
from cohorts.rules.stages import LINE_MANAGER_SUPPORT, SIFT
from cohorts.services.links import find_link, make_link, revoke_links
from cohorts.services.steps import step_application

ASKED = "email/cohorts/support_asked.txt"
ANSWERED = "email/cohorts/support_answered.txt"
DEADLINE = "line_manager_support"
DAYS = 10
"""For an application without an intake, which would say otherwise."""
LINK_LASTS_LONGER = timedelta(days=30)
"""A word that comes late is still welcome: the manager decides whether it counts."""


def ask_for_support(application: Application, *, at: datetime, on: date) -> None:
    """The line manager gets a letter with a link. The caller holds the application's lock."""
    days = application.intake.support_days if application.intake else DAYS
    application.support, application.support_due_on = "asked", on + timedelta(days + 1)
    application.support_at = application.support_by = application.support_note = None
    _send(application, at=at)
    set_deadline(
        kind=DEADLINE,
        person_id=application.person_id,
        basis_date=application.support_due_on,
        source=("application", application.id),
    )


def _send(application: Application, *, at: datetime, key: str | None = None) -> bool:
    assert application.support_due_on is not None
    expires_at = end_of(application.support_due_on) + LINK_LASTS_LONGER
    link = make_link(application.id, SUPPORT, now=at, expires_at=max(expires_at, at + LINK_LASTS_LONGER))
    key = f"support-asked:{application.id}:{key or link.id}"
    return outbox.queue(application.person_id, ASKED, about_id=link.id, key=key) is not None


def remind_line_manager(application_id: int, *, at: datetime, on: date) -> bool:
    """The letter once more with a new link, at most once a day. False when it went today already."""
    application = lock_application(application_id)
    _refuse_unasked(application)
    key = f"support-asked:{application.id}:{on.isoformat()}"
    if db.session.query(outbox.Letter.id).filter_by(key=key).first():
        return False
    return _send(application, at=at, key=on.isoformat())


def change_line_manager(application_id: int, *, name: str, email: str, at: datetime, on: date) -> None:
    """Another line manager, or a corrected address: what was sent before stops working. Raises DomainError."""
    application = lock_application(application_id)
    if email.lower() == application.email:
        raise DomainError("The line manager’s address cannot be the applicant’s own.")
    application.line_manager_name, application.line_manager_email = name, email
    if application.stage == LINE_MANAGER_SUPPORT:
        ask_for_support(application, at=at, on=on)
    else:
        revoke_links(application_id, SUPPORT, now=at)


def answer_by_link(token: str, *, supports: bool, words: str | None, at: datetime) -> None:
    """What the line manager says through the link, which stops working. Raises DeadLink, DomainError."""
    application = lock_application(find_link(token, SUPPORT, now=at).application_id)
    find_link(token, SUPPORT, now=at)  # once more, under the lock: of two answers at once the first counts
    _answer(application, supports=supports, words=words, at=at, by=None)


def record_support(application_id: int, *, supports: bool, words: str, at: datetime, by: int) -> None:
    """What the line manager told the office. Raises DomainError without words on how it is known."""
    application = lock_application(application_id)
    if not words.strip():
        raise DomainError("Write down how you know, such as “by telephone on 3 March”.")
    _answer(application, supports=supports, words=words, at=at, by=by)


def _answer(application: Application, *, supports: bool, words: str | None, at: datetime, by: int | None) -> None:
    _refuse_unasked(application)
    if not supports and not (words or "").strip():
        raise DomainError("Say in a few words why not, so that we can tell the applicant what would help.")
    application.support = "confirmed" if supports else "declined"
    application.support_at, application.support_by, application.support_note = at, by, words or None
    revoke_links(application.id, SUPPORT, now=at)
    clear_deadline(source=("application", application.id), kind=DEADLINE)
    if supports and not application.identity_question and not unmet_questions(application.id):
        step_application(application, SIFT, at=at, by=by, reason="The line manager supports the application.")
    outbox.queue(
        application.person_id,
        ANSWERED,
        about_id=application.id,
        key=f"support-answered:{application.id}:{at:%Y%m%dT%H%M%S}",
    )


def _refuse_unasked(application: Application) -> None:
    if application.stage != LINE_MANAGER_SUPPORT or application.support != "asked":
        raise DomainError(f"{application.reference} does not wait for a line manager’s word any more.")


def forget_support_asked(application: Application, *, at: datetime) -> None:
    """The application goes elsewhere: nobody is asked any more."""
    revoke_links(application.id, SUPPORT, now=at)
    clear_deadline(source=("application", application.id), kind=DEADLINE)
