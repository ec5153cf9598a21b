"""What an applicant does with their own answers, by their own link. Callers hold the transaction.

The audit trail learns that somebody's answers were saved or deleted, and not whose; the letters never speak of it.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from cohorts.models import Application, EqualityForm
from cohorts.queries.applications import lock_application
from cohorts.queries.equality import collection_of, is_cut, questions
from cohorts.rules.links import APPLICANT
from cohorts.services.equality.tokens import token_of
from cohorts.services.links import find_link


class TieIsCut(DomainError):
    """Nobody can find the answers of this application any more, not even its applicant."""

    def __init__(self) -> None:
        super().__init__(
            "Answers and applications of this time have been separated for good, so nobody can find yours any more: "
            "not the service, and not you."
        )


class NotSentYet(DomainError):
    """A draft has no equality form: the questions come after applying."""

    def __init__(self) -> None:
        super().__init__("These questions come after you have sent your application.")


def find_answers(token: str, *, at: datetime) -> dict[str, str] | None:
    """The applicant's own answers by the code of the question; None when they returned no form.

    Raises DeadLink, NotSentYet, TieIsCut.
    """
    application = find_link(token, APPLICANT, now=at).application
    _refuse(application)
    text = db.session.scalar(select(EqualityForm.answers).where(EqualityForm.token == token_of(application.reference)))
    return json.loads(text) if text is not None else None


def save_answers(token: str, answers: Mapping[str, str], *, at: datetime) -> None:
    """The applicant's form from now on: what is not among the answers is not answered. Saved twice, it is saved once.

    Raises DeadLink, NotSentYet, TieIsCut, DomainError for an answer that the form does not have.
    """
    application = lock_application(find_link(token, APPLICANT, now=at).application_id)
    _refuse(application)
    known = {question.code: {answer.code for answer in question.answers} for question in questions()}
    if any(answer not in known.get(code, ()) for code, answer in answers.items()):
        raise DomainError("One of these answers is not among those to choose from. Open the form again.")
    text = json.dumps({code: answers[code] for code in known if code in answers})
    form = _form_of(application)
    if form is None:
        db.session.add(EqualityForm(token=token_of(application.reference), answers=text))
    else:
        form.answers = text
    db.session.flush()
    audit.note("saved equality answers")


def delete_answers(token: str, *, at: datetime) -> bool:
    """The applicant's form is gone; whether there was one. Raises DeadLink, NotSentYet, TieIsCut."""
    application = lock_application(find_link(token, APPLICANT, now=at).application_id)
    _refuse(application)
    found = delete(EqualityForm).where(EqualityForm.token == token_of(application.reference))
    gone = bool(db.session.execute(found.returning(EqualityForm.token)).all())
    if gone:
        audit.note("deleted equality answers")
    return gone


def _form_of(application: Application) -> EqualityForm | None:
    return db.session.get(EqualityForm, token_of(application.reference), populate_existing=True)


def _refuse(application: Application) -> None:
    collection = collection_of(application)
    if collection is None:
        raise NotSentYet
    if is_cut(collection):
        raise TieIsCut
