"""Raising a correction and answering it. Callers hold the transaction; nothing here commits.

Nothing in the record changes by either: who answers puts it right where it stands, by the room's own rules.
"""

from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotFound
from accreditation.core.settings import get_setting
from accreditation.desk.raising.models import RaisedCorrection
from accreditation.desk.raising.queries import own_fact
from accreditation.desk.raising.rules import OF_KIND
from accreditation.helpline.rules import signposting
from accreditation.people.services import lock_records
from accreditation.standing.services.overlays import refuse_own

ANSWERED = "email/desk/correction_answered.txt"


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
    """What came of it, in words that the mediator reads, and a letter that there is an answer.

    The same answer twice changes nothing and writes no second letter.

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
    outbox.queue(raised.person_id, ANSWERED, about_id=raised.id, key=f"correction-answered:{raised.id}")
    return raised


def forget_texts(*, before: datetime, on: date, most: int = 200) -> int:
    """Remove what was said and answered where the answer is older than that moment, oldest first; how many.

    That something was raised, about what, and what came of it is counted for ever. What waits for an answer is kept.
    """
    rows = select(RaisedCorrection).where(
        RaisedCorrection.forgotten_on.is_(None), RaisedCorrection.answered_at < before
    )
    oldest = rows.order_by(RaisedCorrection.answered_at, RaisedCorrection.id).limit(most)
    found = list(db.session.scalars(oldest.with_for_update()))
    for raised in found:
        raised.text, raised.answer, raised.forgotten_on = "", "", on
    db.session.flush()
    return len(found)


@outbox.facts_for(ANSWERED, called="Answer to a correction that was raised")
def correction_answered(raised_id: int) -> dict[str, object]:
    """That there is an answer; the page says which, and whose. Never what was raised, nor what came of it."""
    raised = db.session.get_one(RaisedCorrection, raised_id)
    if raised.forgotten_on is not None:
        raise outbox.NoLongerTrue("The answer was removed by schedule.")
    return {
        "raised_on": raised.raised_at.astimezone(LONDON).date(),
        "link": f"{current_app.config['BASE_URL']}/me/corrections",
    }


def _refuse_words(text: str, missing: str) -> None:
    if not text.strip():
        raise DomainError(missing)
    if reason := signposting(text, unit=get_setting("vetting_contact")):
        raise DomainError(reason)
