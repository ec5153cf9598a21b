"""Cutting the tie between answers and applications for good, and deleting what is left when its time is over.

Callers hold the transaction.
"""

from datetime import date
from random import SystemRandom

from sqlalchemy import delete, insert, select

from accreditation.core import audit
from accreditation.core.calendar import anniversary
from accreditation.core.database import db
from accreditation.core.settings import get_setting
from cohorts.models import Application, EqualityColumn, EqualityForm
from cohorts.queries.equality import belongs_to
from cohorts.rules.equality.stages import Collection
from cohorts.services.equality.publishing import lock_state, publish_now
from cohorts.services.equality.tokens import token_of, token_of_nobody


def is_due_to_be_cut(collection: Collection, on: date) -> bool:
    return collection.cut_on(int(get_setting("equality_cut_months"))) <= on


def cut_tie(collection: Collection, *, on: date) -> bool:
    """The last figures, then every token becomes one of nobody's and the exact counts go; False if it was cut before.

    What stays are answers that belong to nobody, until `equality_keep_months` later, and the figures as published.
    """
    state = lock_state(collection.key)
    if state.cut_on is not None:
        return False
    publish_now(collection, state, on=on, counted_before=on)
    delete_on = anniversary(on, int(get_setting("equality_keep_months")))
    references = db.session.scalars(select(Application.reference).where(belongs_to(collection))).all()
    answers = [text for reference in references if (text := _take(token_of(reference))) is not None]
    SystemRandom().shuffle(answers)
    if answers:
        rows = [{"token": token_of_nobody(), "answers": text, "delete_on": delete_on} for text in answers]
        db.session.execute(insert(EqualityForm), rows)
    for column in db.session.scalars(select(EqualityColumn).where(EqualityColumn.collection_id == state.id)):
        column.counts = None
    state.cut_on = on
    db.session.flush()
    audit.note("cut the tie of equality answers", subject=("equality_collection", state.id))
    return True


def _take(token: str) -> str | None:
    """The answers filed under this token, which are no longer there afterwards."""
    found = delete(EqualityForm).where(EqualityForm.token == token).returning(EqualityForm.answers)
    return db.session.execute(found).scalars().one_or_none()


def delete_old_answers(*, on: date) -> int:
    """Answers that belong to nobody and whose time is over. How many there were."""
    gone = db.session.execute(
        delete(EqualityForm).where(EqualityForm.delete_on <= on).returning(EqualityForm.token)
    ).all()
    if gone:
        audit.note("deleted old equality answers")
    return len(gone)


def shuffle_answers(collection: Collection) -> None:
    """Store the forms of these applications anew in the order of their tokens.

    A database may keep rows in the order in which they came, and so in the order in which people applied.
    """
    references = db.session.scalars(select(Application.reference).where(belongs_to(collection))).all()
    kept = [(token, text) for token in map(token_of, references) if (text := _take(token)) is not None]
    if kept:
        db.session.execute(
            insert(EqualityForm), [{"token": token, "answers": text, "delete_on": None} for token, text in sorted(kept)]
        )
