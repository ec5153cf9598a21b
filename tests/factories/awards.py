"""Accreditations, as the office would name them."""

from datetime import UTC, date, datetime
from itertools import count

from accreditation.awards import services
from accreditation.awards.models import Award, AwardBatch, AwardDecision
from accreditation.awards.rules.ending import Asked
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from tests.factories.accounts import account
from tests.factories.days import TODAY
from tests.factories.people import grant, person

__all__ = ["award", "award_batch", "award_decision", "practice_manager", "reinstate", "void", "withdraw"]

NOW = datetime(2027, 2, 2, 10, tzinfo=UTC)
_serial = count(1)


def award(person_id: int, *, on: date = TODAY, scheme: str = "INHOUSE-WPM", awarded_by: int | None = None) -> Award:
    """An accreditation awarded to somebody who is ready for it."""
    with transaction():
        return services.award_accreditation(person_id, scheme, on=on, awarded_by=awarded_by)


def award_batch(*person_ids: int, on: date = TODAY) -> AwardBatch:
    """One decision about these people, whatever came of it."""
    by = person().id
    with transaction():
        return services.award_several(
            person_ids, "INHOUSE-WPM", on=on, at=NOW, awarded_by=by, form_key=f"factory-batch-key-{next(_serial)}"
        )


def practice_manager(
    *, role: Role = Role.PRACTICE_MANAGER, scope: Scope = Scope.SERVICE, scope_id: int | None = None, **facts
) -> Person:
    """Somebody who can sign in and manages the service, or a unit of it."""
    who = person(**facts)
    grant(who.id, role, scope, scope_id)
    account(who.id)
    return who


def award_decision(
    award_id: int,
    *,
    act: str = "withdraw",
    effective_on: date | None = None,
    reason_class: str = "other",
    reason: str = "The private reason of a decision",
    proposed_by: int | None = None,
) -> AwardDecision:
    """A proposal that waits for a second person; by default to withdraw from today, or from the award's first day."""
    starts_on = db.session.get_one(Award, award_id).starts_on
    on = effective_on or (starts_on if act == "void" else max(TODAY, starts_on))
    by = proposed_by or practice_manager().id
    with transaction():
        return services.propose(
            award_id,
            Asked(act, on, reason_class, reason),
            form_key=f"factory-award-key-{next(_serial)}",
            on=TODAY,
            at=NOW,
            proposed_by=by,
        )


def withdraw(award_id: int, on: date, **details) -> AwardDecision:
    """Withdrawn from that day, as two people decided."""
    facts = {"reason_class": "conduct", "reason": "Complaint upheld.", "at": NOW, **_two_people(details)}
    with transaction():
        return services.withdraw_award(award_id, withdrawn_on=on, **facts)


def void(award_id: int, **details) -> AwardDecision:
    """Voided from the start, as two people decided."""
    facts = {"reason_class": "mistake", "reason": "The wrong person.", "at": NOW, **_two_people(details)}
    with transaction():
        return services.void_award(award_id, **facts)


def reinstate(award_id: int, on: date, **details) -> AwardDecision:
    """Given back from that day, as two people decided."""
    facts = {"reason_class": "assessed", "reason": "Observed again.", "at": NOW, **_two_people(details)}
    with transaction():
        return services.reinstate_award(award_id, reinstated_on=on, **facts)


def _two_people(details):
    return {"proposed_by": person().id, "confirmed_by": person().id, **details}
