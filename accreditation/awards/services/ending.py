"""Taking an accreditation away and giving it back, once two people have decided it. Nothing here commits.

The pages propose and confirm (`services.deciding`). Use cases that had a second person of their own, such as undoing
a release of results, come in here: each function records the decision as confirmed and carries it out.
"""

import secrets
from datetime import date, datetime

from accreditation.awards.models import Award, AwardDecision
from accreditation.awards.queries.endings import (
    SOURCE,
    awards_in_scheme,
    days_of,
    going_with,
    held,
    withdrawals_in_force,
)
from accreditation.awards.rules.ending import (
    REINSTATE,
    VOID,
    WITHDRAW,
    Asked,
    reasons_against,
    withdrawn_days,
    withdrawn_until,
)
from accreditation.awards.services.letters import queue_change
from accreditation.core import audit
from accreditation.core.calendar import Span
from accreditation.core.database import db
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.people.queries import counted_id
from accreditation.people.services import lock_records
from accreditation.standing.models import Evidence
from accreditation.standing.queries.evidence import evidence_from
from accreditation.standing.services import declare, declaring_many, void


def withdraw_award(
    award_id: int,
    *,
    withdrawn_on: date,
    reason_class: str,
    reason: str,
    at: datetime,
    proposed_by: int,
    confirmed_by: int,
    tell: bool = True,
) -> AwardDecision:
    """The accreditation is taken away: `withdrawn_on` is the first day without it; what held before, held.

    Every award of that scheme that would run beyond the day goes with it. `reason_class`: one of
    `rules.ending.REASONS["withdraw"]`. `tell`: whether a letter goes to the mediator. Raises DomainError with every
    reason why it cannot be, NotAllowed where both are one person.
    """
    asked = Asked(WITHDRAW, withdrawn_on, reason_class, reason)
    return _decided(award_id, asked, at=at, by=(proposed_by, confirmed_by), tell=tell)


def void_award(
    award_id: int,
    *,
    reason_class: str,
    reason: str,
    at: datetime,
    proposed_by: int | None,
    confirmed_by: int,
    tell: bool = True,
) -> AwardDecision:
    """The accreditation never held: its evidence is struck out. One that is withdrawn already may be voided too.

    `reason_class`: one of `rules.ending.REASONS["void"]`; undoing results says "result". `proposed_by` None: nobody
    proposed it, it follows from taking back what the award rests on; then who awarded it cannot confirm it. Raises
    DomainError with every reason why it cannot be (`reasons_not_to_void` asks before), NotAllowed where the second
    person is missing.
    """
    starts_on = db.session.get_one(Award, award_id).starts_on
    asked = Asked(VOID, starts_on, reason_class, reason)
    return _decided(award_id, asked, at=at, by=(proposed_by, confirmed_by), tell=tell)


def reinstate_award(
    award_id: int,
    *,
    reinstated_on: date,
    reason_class: str,
    reason: str,
    at: datetime,
    proposed_by: int,
    confirmed_by: int,
    tell: bool = True,
) -> AwardDecision:
    """A withdrawn accreditation holds again from `reinstated_on`, the day assessed, to the end of its term.

    From the day of the withdrawal itself: as if it had never been withdrawn.
    """
    asked = Asked(REINSTATE, reinstated_on, reason_class, reason)
    return _decided(award_id, asked, at=at, by=(proposed_by, confirmed_by), tell=tell)


def reasons_not_to_void(award_id: int) -> list[str]:
    """Why this award cannot be voided from the start as things are; nothing if it can. For who asks first."""
    award = db.session.get_one(Award, award_id)
    return reasons_against(held(award), Asked(VOID, award.starts_on, "other", "asked before"))


def _decided(award_id: int, asked: Asked, *, at: datetime, by: tuple[int | None, int], tell: bool) -> AwardDecision:
    proposed_by, confirmed_by = by
    award = lock_award(award_id)
    first = award.awarded_by if proposed_by is None else proposed_by
    if counted_id(confirmed_by) in {counted_id(one) for one in (first, award.person_id) if one is not None}:
        raise NotAllowed("A second person has to confirm this.")
    decision = make_decision(award, asked, form_key=secrets.token_urlsafe(24), at=at, proposed_by=proposed_by)
    db.session.add(_confirmed(decision, at=at, confirmed_by=confirmed_by, alone=False))
    carry_out(decision, award, at=at, confirmed_by=confirmed_by, alone=False, tell=tell)
    return decision


def lock_award(award_id: int) -> Award:
    """Nobody else changes the accreditations of this person until the transaction ends."""
    lock_records(db.session.get_one(Award, award_id).person_id)
    return db.session.get_one(Award, award_id, populate_existing=True)


def make_decision(award: Award, asked: Asked, *, form_key: str, at: datetime, proposed_by: int | None) -> AwardDecision:
    """A proposal, if it can be as things are. Raises DomainError with every reason."""
    if reasons := reasons_against(held(award), asked):
        raise DomainError(*reasons)
    return AwardDecision(
        award_id=award.id,
        person_id=award.person_id,
        scheme=award.scheme,
        act=asked.act,
        effective_on=asked.effective_on,
        reason_class=asked.reason_class,
        reason=asked.reason.strip(),
        proposed_by=proposed_by,
        proposed_at=at,
        form_key=form_key,
    )


def _confirmed(decision: AwardDecision, *, at: datetime, confirmed_by: int, alone: bool) -> AwardDecision:
    decision.state, decision.decided_by, decision.decided_at, decision.alone = "confirmed", confirmed_by, at, alone
    return decision


def carry_out(
    decision: AwardDecision,
    award: Award,
    *,
    at: datetime,
    confirmed_by: int,
    alone: bool,
    tell: bool = True,
) -> None:
    """What was proposed is done, if it still can be: the world may have changed since."""
    asked = Asked(decision.act, decision.effective_on, decision.reason_class, decision.reason)
    if reasons := reasons_against(held(award), asked):
        raise DomainError(*reasons)
    _confirmed(decision, at=at, confirmed_by=confirmed_by, alone=alone)
    db.session.flush()
    with declaring_many():
        {WITHDRAW: _withdraw, VOID: _void, REINSTATE: _reinstate}[decision.act](decision, award)
    if alone:
        audit.note_exception(("award_decision", decision.id), about_id=decision.person_id, act=decision.act)
    if tell:
        queue_change(decision)


def _withdraw(decision: AwardDecision, award: Award) -> None:
    on = decision.effective_on
    going = going_with(award, Asked(WITHDRAW, on, decision.reason_class, decision.reason))
    for one in going:
        _mark(one, decision, max(on, one.starts_on))
        one.reinstated_on = None
    db.session.flush()
    days = withdrawn_days([one.held() for one in going], on)
    _declare_withdrawal(decision, days, (SOURCE, decision.id))


def _void(decision: AwardDecision, award: Award) -> None:
    _mark(award, decision, award.starts_on)
    award.voided, award.reinstated_on = True, None
    db.session.flush()
    for fact in evidence_from(("award", award.id)):
        void(fact.id, reason="Voided from the start.", recorded_by=decision.decided_by)
    standing = [one.term for one in awards_in_scheme(award) if not one.voided]
    for fact in withdrawals_in_force(award):  # what they took away may be less now, or nothing
        ends_on = withdrawn_until(days_of(fact), standing)
        _shorten(fact, ends_on, decision, "An accreditation that it took away never held.")


def _reinstate(decision: AwardDecision, award: Award) -> None:
    on = decision.effective_on
    for one in awards_in_scheme(award):
        if one.is_withdrawn and on < one.term.ends_on:
            one.reinstated_on = max(on, one.withdrawn_on or on)
    db.session.flush()
    for fact in withdrawals_in_force(award):
        if fact.source_type == SOURCE and on < days_of(fact).ends_on:
            decision.ends_id = fact.source_id
        _shorten(fact, on, decision, "Reinstated.")


def _shorten(fact: Evidence, ends_on: date, decision: AwardDecision, reason: str) -> None:
    """The withdrawal lasts no longer than to that day: struck out, and declared anew where any of it is left."""
    if days_of(fact).ends_on <= ends_on:
        return
    void(fact.id, reason=reason, recorded_by=decision.decided_by)
    if fact.starts_on < ends_on:
        _declare_withdrawal(decision, Span(fact.starts_on, ends_on), (fact.source_type, fact.source_id))


def _mark(award: Award, decision: AwardDecision, on: date) -> None:
    award.withdrawn_on, award.withdrawal_reason = on, decision.reason
    award.withdrawn_by, award.withdrawn_at = decision.decided_by, decision.decided_at


def _declare_withdrawal(decision: AwardDecision, days: Span, source: tuple[str, int]) -> None:
    declare(
        decision.person_id,
        kind="withdrawal",
        starts_on=days.starts_on,
        ends_on=days.ends_on,
        scheme=decision.scheme,
        source=source,
        recorded_by=decision.decided_by,
    )
