"""What the letters about an accreditation say. They tell that something was decided, never what or why: sign in."""

from accreditation.awards.models import Award, AwardDecision
from accreditation.awards.rules.ending import OPEN
from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for

AWARDED = "email/awards/awarded.txt"
CHANGED = "email/awards/changed.txt"
TO_CONFIRM = "email/awards/to_confirm.txt"


def queue_change(decision: AwardDecision) -> None:
    """Tell the person that something was decided about their accreditation, once."""
    outbox.queue(decision.person_id, CHANGED, about_id=decision.id, key=f"award-decision:{decision.id}")


def ask_to_confirm(decision: AwardDecision, person_ids: set[int]) -> None:
    """Tell those who may be the second person that a decision waits."""
    for person_id in sorted(person_ids):
        outbox.queue(person_id, TO_CONFIRM, about_id=decision.id, key=f"confirm-award:{decision.id}:{person_id}")


@facts_for(AWARDED, called="Accreditation awarded")
def awarded(award_id: int) -> dict[str, object]:
    award = db.session.get_one(Award, award_id)
    if award.voided or award.is_withdrawn:
        raise NoLongerTrue("The accreditation has been withdrawn since.")
    return {"number": award.number}


@facts_for(CHANGED, called="Accreditation changed")
def changed(decision_id: int) -> dict[str, object]:
    return {"number": db.session.get_one(AwardDecision, decision_id).award.number}


@facts_for(TO_CONFIRM, called="Accreditation decision to confirm")
def to_confirm(decision_id: int) -> dict[str, object]:
    decision = db.session.get_one(AwardDecision, decision_id)
    if decision.state != OPEN:
        raise NoLongerTrue("The decision has been made.")
    return {"number": decision.award.number}
