"""Between reviews: that something was reported, when, and who does what next by when. Never what was reported."""

from datetime import date

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.queries import lock_person
from accreditation.standing.services import clear_deadline, set_deadline
from vetting.models import AftercareFact

SOURCE = "clearance_aftercare"


def record_aftercare(
    person_id: int,
    *,
    kind: str,
    reported_on: date,
    next_action: str | None = None,
    owner_id: int | None = None,
    due_on: date | None = None,
    recorded_by: int | None,
) -> AftercareFact:
    """Reported to the vetting unit on that day. A next action has an owner and a last day; the owner owes it.

    Raises DomainError with every reason.
    """
    lock_person(person_id)
    fact = AftercareFact(
        person_id=person_id,
        kind=kind,
        reported_on=reported_on,
        next_action=next_action,
        owner_id=owner_id,
        due_on=due_on,
        recorded_by=recorded_by,
    )
    reasons = []
    if (next_action is None) != (due_on is None):
        reasons.append("A next action needs the day by which it is done, and a day needs an action.")
    if next_action and owner_id is None:
        reasons.append("A next action needs somebody who sees to it.")
    if due_on and due_on < reported_on:
        reasons.append("The next action cannot be due before the report.")
    if reasons:
        raise DomainError(*reasons)
    db.session.add(fact)
    db.session.flush()
    _owe(fact)
    return fact


def finish_aftercare(fact_id: int, *, on: date) -> AftercareFact:
    """The next action has been done."""
    fact = _locked(fact_id)
    if fact.next_action is None or fact.done_on:
        raise DomainError("Nothing is to be done about this report.")
    fact.done_on = on
    db.session.flush()
    clear_deadline(source=(SOURCE, fact_id))
    return fact


def strike_out_aftercare(fact_id: int, *, on: date) -> None:
    """It was recorded in error."""
    fact = _locked(fact_id)
    fact.struck_out_on = on
    db.session.flush()
    clear_deadline(source=(SOURCE, fact_id))


def _locked(fact_id: int) -> AftercareFact:
    lock_person(db.session.get_one(AftercareFact, fact_id).person_id)
    fact = db.session.get_one(AftercareFact, fact_id, with_for_update=True, populate_existing=True)
    if fact.struck_out_on:
        raise DomainError("This report has been struck out.")
    return fact


def _owe(fact: AftercareFact) -> None:
    """The duty names its owner alone: whom it is about is not for the list of deadlines to tell."""
    if fact.due_on and fact.owner_id:
        set_deadline(
            kind="clearance_aftercare",
            owner_id=fact.owner_id,
            basis_date=days_after(fact.due_on, 1),
            source=(SOURCE, fact.id),
        )
