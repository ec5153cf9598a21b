"""Proposing what is to become of an accreditation, and the second person's answer. Nothing here commits."""

from datetime import date, datetime

from sqlalchemy import select

from accreditation.awards.models import Award, AwardDecision
from accreditation.awards.queries.seconders import who_decides
from accreditation.awards.rules.ending import OPEN, Asked, reasons_not_to_confirm, seconders
from accreditation.awards.services.ending import carry_out, lock_award, make_decision
from accreditation.awards.services.letters import ask_to_confirm
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.queries import counted_id, of_one_person

REFUSE_OWN = "Somebody else has to refuse it. You can take your own proposal back."


def propose(award_id: int, asked: Asked, *, form_key: str, on: date, at: datetime, proposed_by: int) -> AwardDecision:
    """Ask a second person to withdraw, void or reinstate. Nothing changes until they confirm; they are told by letter.

    The same form sent twice is one proposal. Raises DomainError with every reason, NotAllowed about oneself, Conflict
    where another proposal about this person's accreditation waits.
    """
    award = lock_award(award_id)
    if made := db.session.scalar(select(AwardDecision).where(AwardDecision.form_key == form_key)):
        return made
    if counted_id(proposed_by) == counted_id(award.person_id):
        raise NotAllowed("This is your own accreditation. Ask another practice manager.")
    refuse_second_proposal(award)
    decision = make_decision(award, asked, form_key=form_key, at=at, proposed_by=proposed_by)
    db.session.add(decision)
    db.session.flush()
    who = who_decides(award.person_id, on)
    ask_to_confirm(decision, seconders(counted_id(proposed_by), who.concerned, who.managers) or set(who.administrators))
    return decision


def refuse_second_proposal(award: Award) -> None:
    """Raises Conflict where a decision about the accreditation in this scheme waits already."""
    waiting = db.session.scalar(
        select(AwardDecision).where(
            of_one_person(AwardDecision.person_id, award.person_id),
            AwardDecision.scheme == award.scheme,
            AwardDecision.state == OPEN,
        )
    )
    if waiting:
        raise Conflict(f"A decision about {waiting.award.number} waits for a second person. That one comes first.")


def confirm_decision(decision_id: int, *, on: date, at: datetime, confirmed_by: int) -> AwardDecision:
    """The second person's yes: it is carried out as proposed. `on`: the day of `at`, on which roles are looked at.

    Raises NotAllowed who may not, Conflict where it was decided meanwhile, DomainError where it can no longer be.
    """
    decision, award = _locked(decision_id)
    who, by = who_decides(decision.person_id, on), counted_id(confirmed_by)
    proposer = counted_id(decision.proposed_by or 0)
    if reasons := reasons_not_to_confirm(
        by,
        proposed_by=proposer,
        concerned=who.concerned,
        managers=who.managers,
        administrators=who.administrators,
    ):
        raise NotAllowed(*reasons)
    carry_out(decision, award, at=at, confirmed_by=confirmed_by, alone=by not in who.managers)
    return decision


def refuse_decision(decision_id: int, *, note: str, on: date, at: datetime, refused_by: int) -> AwardDecision:
    """The second person's no, with its reason: nothing changes."""
    decision, _ = _locked(decision_id)
    who, by = who_decides(decision.person_id, on), counted_id(refused_by)
    if by == counted_id(decision.proposed_by or 0):
        raise NotAllowed(REFUSE_OWN)
    if reasons := reasons_not_to_confirm(
        by,
        proposed_by=counted_id(decision.proposed_by or 0),
        concerned=who.concerned,
        managers=who.managers,
        administrators=who.administrators,
    ):
        raise NotAllowed(*reasons)
    if not note.strip():
        raise DomainError("Write down why it is refused.")
    _close(decision, "refused", note, at=at, by=refused_by)
    return decision


def take_back_decision(decision_id: int, *, at: datetime, taken_back_by: int) -> AwardDecision:
    """The proposer thought again. Pressing twice does it once."""
    decision, _ = _locked(decision_id, already="taken_back")
    if counted_id(taken_back_by) != counted_id(decision.proposed_by or 0):
        raise NotAllowed("Only the one who proposed it can take it back. You can refuse it.")
    if decision.state == OPEN:
        _close(decision, "taken_back", None, at=at, by=taken_back_by)
    return decision


def _close(decision: AwardDecision, state: str, note: str | None, *, at: datetime, by: int) -> None:
    decision.state, decision.decided_at, decision.decided_by = state, at, by
    decision.decided_note = note.strip() if note else None
    db.session.flush()


def _locked(decision_id: int, already: str | None = None) -> tuple[AwardDecision, Award]:
    """The decision and its award, the person locked first. Raises Conflict where it no longer waits."""
    award = lock_award(db.session.get_one(AwardDecision, decision_id).award_id)
    decision = db.session.get_one(AwardDecision, decision_id, with_for_update=True, populate_existing=True)
    if decision.state not in (OPEN, already):
        raise Conflict("It was decided in the meantime. Look at it again.")
    return decision, award
