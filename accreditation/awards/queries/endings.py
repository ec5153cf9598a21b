"""What stands about an accreditation when one is taken away or given back, and what that would do."""

from collections.abc import Sequence

from sqlalchemy import select

from accreditation.awards.models import Award
from accreditation.awards.queries.given import awards_of
from accreditation.awards.rules.ending import REINSTATE, VOID, Asked, Held, withdrawn_days, withdrawn_until
from accreditation.core.calendar import FOREVER, Span
from accreditation.core.database import db
from accreditation.people.queries import of_one_person
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries.effects import facts_now, facts_without
from accreditation.standing.queries.evidence import evidence_from
from accreditation.standing.rules.evidence import Fact

SOURCE = "award_decision"
"""What a withdrawal in the ledger follows from."""


def held(award: Award) -> Held:
    """The award as the rules look at it, with what renews it."""
    renewed_by = select(Award.number).where(Award.renews_id == award.id, ~Award.voided).limit(1)
    return award.held(db.session.scalar(renewed_by))


def awards_in_scheme(award: Award) -> list[Award]:
    """Every award of the person in the scheme, this one among them, the first one first."""
    return [one for one in awards_of(award.person_id) if one.scheme == award.scheme]


def going_with(award: Award, asked: Asked) -> list[Award]:
    """The awards of the person in the scheme that are withdrawn, or reinstated, together with this one."""
    taken = asked.act == REINSTATE
    if asked.act == VOID:
        return [award]
    return [
        one
        for one in awards_in_scheme(award)
        if not one.voided and one.is_withdrawn is taken and asked.effective_on < one.term.ends_on
    ]


def withdrawals_in_force(award: Award) -> list[Evidence]:
    """The withdrawals in the scheme that stand. Those from before there were decisions follow from the award itself."""
    query = (
        select(Evidence)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(
            of_one_person(Evidence.person_id, award.person_id),
            Evidence.kind == "withdrawal",
            Evidence.scheme == award.scheme,
            Evidence.source_type.in_((SOURCE, "award")),
            EvidenceVoid.id.is_(None),
        )
        .order_by(Evidence.id)
    )
    return list(db.session.scalars(query))


def days_of(fact: Evidence) -> Span:
    return Span(fact.starts_on, fact.ends_on or FOREVER)


def facts_with(award: Award, asked: Asked) -> tuple[Sequence[Fact], Sequence[Fact]]:
    """The person's facts as they are, and as they would be if this were done: for a preview."""
    before = facts_now(award.person_id)
    if asked.act not in (VOID, REINSTATE):
        days = withdrawn_days([one.held() for one in going_with(award, asked)], asked.effective_on)
        return before, [*before, _withdrawal(award, days)]
    gone: set[int | str | None] = set()
    shorter: list[Fact] = []
    standing = [one.term for one in awards_in_scheme(award) if not one.voided and one.id != award.id]
    if asked.act == VOID:
        gone |= {fact.id for fact in evidence_from(("award", award.id))}
    for fact in withdrawals_in_force(award):
        days = days_of(fact)
        ends_on = withdrawn_until(days, standing) if asked.act == VOID else min(days.ends_on, asked.effective_on)
        if ends_on < days.ends_on:
            gone.add(fact.id)
            if days.starts_on < ends_on:
                shorter.append(_withdrawal(award, Span(days.starts_on, ends_on)))
    return before, [*facts_without(before, gone), *shorter]


def _withdrawal(award: Award, days: Span) -> Fact:
    ends_on = None if days.ends_on == FOREVER else days.ends_on
    return Fact("withdrawal", None, days.starts_on, ends_on, scheme=award.scheme)
