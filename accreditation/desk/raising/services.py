"""Raising a correction and answering it. Callers hold the transaction; nothing here commits.

Nothing in the record changes by either: who answers puts it right where it stands, by the room's own rules.
"""

from datetime import datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotFound
from accreditation.core.settings import get_setting
from accreditation.desk.raising.models import RaisedCorrection
from accreditation.desk.raising.queries import own_fact
from accreditation.desk.raising.rules import OF_KIND
from accreditation.helpline.rules import signposting
from accreditation.people.services import lock_records
from accreditation.standing.services.overlays import refuse_own


def raise_correction(
    person_id: int, *, about: str, text: str, evidence_id: int | None, form_key: str, at: datetime
) -> RaisedCorrection:
    """What the mediator says is wrong in their own record. The same form sent twice raises it once.

    Raises DomainError without words or with words of a vetting matter, NotFound for a fact that is not theirs, Conflict
    where they have raised the same fact already and wait for the answer.
    """
    lock_records(person_id)
    if made := db.session.scalar(select(RaisedCorrection).where(RaisedCorrection.form_key == form_key)):
        if made.person_id != person_id:
            raise Conflict("This form was used already. Open it again.")
        return made
    _refuse_words(text, "Enter what is wrong, and what it should be.")
    if evidence_id is not None:
        if (fact := own_fact(person_id, evidence_id)) is None:
            raise NotFound("There is no such fact in your record.")
        about = OF_KIND[fact.kind]
        waits = select(RaisedCorrection.id).where(
            RaisedCorrection.evidence_id == evidence_id, RaisedCorrection.answered_at.is_(None)
        )
        if db.session.scalar(waits) is not None:
            raise Conflict("You have raised this already. The office has not answered yet.")
    raised = RaisedCorrection(
        person_id=person_id, about=about, evidence_id=evidence_id, text=text.strip(), raised_at=at, form_key=form_key
    )
    db.session.add(raised)
    db.session.flush()
    return raised


def answer_correction(raised_id: int, *, outcome: str, answer: str, at: datetime, answered_by: int) -> RaisedCorrection:
    """What came of it, in words that the mediator reads. The same answer twice changes nothing.

    Raises NotAllowed for one's own, DomainError without words or with words of a vetting matter, Conflict where it was
    answered otherwise.
    """
    raised = db.session.get_one(RaisedCorrection, raised_id, with_for_update=True)
    refuse_own(raised.person_id, answered_by)
    _refuse_words(answer, "Enter the answer, as the mediator will read it.")
    if raised.answered_at is not None:
        if (raised.outcome, raised.answer) == (outcome, answer.strip()):
            return raised
        raise Conflict("This was answered already.")
    raised.outcome, raised.answer = outcome, answer.strip()
    raised.answered_at, raised.answered_by = at, answered_by
    db.session.flush()
    return raised


def _refuse_words(text: str, missing: str) -> None:
    if not text.strip():
        raise DomainError(missing)
    if reason := signposting(text, unit=get_setting("vetting_contact")):
        raise DomainError(reason)
