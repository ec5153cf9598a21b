"""Withdrawn from a date, voided from the start, reinstated: what the ledger says afterwards, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.awards import services
from accreditation.awards.models import Award, AwardDecision
from accreditation.awards.queries.given import awards_of
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role
from accreditation.standing.models import Evidence
from accreditation.standing.queries import facts_of, get_scheme, standing_on
from accreditation.standing.rules.evidence import known
from tests import factories
from tests.factories.awards import NOW

TODAY = factories.TODAY
READY = {"trained_on": date(2026, 6, 1)}
CO = "co_mediation_only"


def verdicts(person_id, *days):
    return [str(standing_on(person_id, get_scheme("INHOUSE-WPM", on), on).verdict) for on in days]


def accredited(*, on=TODAY - timedelta(30)):
    who = factories.ready_mediator(**READY)
    return who, factories.award(who.id, on=on)


def confirm(decision, by, on=TODAY):
    with transaction():
        return services.confirm_decision(decision.id, on=on, at=NOW, confirmed_by=by.id)


def withdrawals(person_id):
    facts = known(facts_of(person_id), None)
    return [(fact.starts_on, fact.ends_on) for fact in facts if fact.kind == "withdrawal"]


def test_a_withdrawal_takes_the_award_away_from_its_day(app):
    who, award = accredited()
    factories.withdraw(award.id, TODAY)
    assert verdicts(who.id, TODAY - timedelta(1), TODAY) == [CO, "withdrawn"]
    with pytest.raises(services.NotReady, match="withdrawn"):
        factories.award(who.id)
    with pytest.raises(DomainError, match="withdrawn already"):
        factories.withdraw(award.id, TODAY)


def test_from_the_first_day_withdrawing_and_voiding_are_different_things(app):
    (ada, one), (ben, other) = accredited(), accredited()
    factories.withdraw(one.id, one.starts_on)
    factories.void(other.id)
    assert verdicts(ada.id, TODAY) == ["withdrawn"]
    assert verdicts(ben.id, TODAY) == ["not_accredited"]
    assert factories.award(ben.id).number == "WPM-2027-0003"  # the number of the voided one never comes again
    with pytest.raises(services.NotReady):
        factories.award(ada.id)


def test_withdrawing_takes_the_renewal_along_that_has_not_begun(app):
    who = factories.ready_mediator(**READY)
    with transaction():
        first = services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 3, 1), recorded_by=None).id
    for kind, code, quantity in (("case", "lead", 2), ("supervision", None, 4), ("cpd", None, 6)):
        factories.evidence(who.id, kind, TODAY - timedelta(9), code=code, quantity=quantity)
    for _ in range(2):
        factories.evidence(who.id, "case", TODAY - timedelta(9), code="co_mediation")
    factories.award(who.id)
    factories.withdraw(first, TODAY)
    assert [(one.withdrawn_on, one.voided) for one in awards_of(who.id)] == [
        (TODAY, False),
        (date(2027, 3, 1), False),
    ]
    assert withdrawals(who.id) == [(TODAY, date(2030, 3, 1))]
    assert verdicts(who.id, date(2027, 3, 1)) == ["withdrawn"]


def test_what_is_renewed_is_not_voided_before_what_renews_it(app):
    who = factories.ready_mediator(**READY)
    first = factories.award(who.id, on=date(2026, 12, 1))
    renewal = factories.award(who.id, on=TODAY)
    assert renewal.renews_id == first.id
    assert services.reasons_not_to_void(first.id) == [f"{renewal.number} renews {first.number}. Void that one first."]
    with pytest.raises(DomainError, match="Void that one first"):
        factories.void(first.id)
    factories.void(renewal.id)
    factories.void(first.id)
    assert verdicts(who.id, TODAY) == ["not_accredited"]


def test_voiding_a_withdrawn_award_takes_the_withdrawal_along(app):
    who, award = accredited()
    factories.withdraw(award.id, TODAY)
    factories.void(award.id)
    assert withdrawals(who.id) == []
    assert verdicts(who.id, TODAY) == ["not_accredited"]
    assert factories.award(who.id).kind == "first"


@pytest.mark.parametrize("back", [TODAY, TODAY + timedelta(1), TODAY + timedelta(40)])
def test_reinstated_it_holds_again_from_the_day_assessed(app, back):
    who, award = accredited()
    factories.withdraw(award.id, TODAY)
    factories.reinstate(award.id, back)
    assert withdrawals(who.id) == ([(TODAY, back)] if back > TODAY else [])
    assert verdicts(who.id, back - timedelta(1), back) == [CO if back == TODAY else "withdrawn", CO]
    assert db.session.get(Award, award.id).reinstated_on == back
    withdrawn, reinstated = db.session.scalars(select(AwardDecision).order_by(AwardDecision.id)).all()
    assert reinstated.ends_id == withdrawn.id
    factories.withdraw(award.id, back + timedelta(1))  # and it can be taken away again
    assert verdicts(who.id, back, back + timedelta(1)) == [CO, "withdrawn"]


def test_withdrawn_before_there_were_decisions_it_can_be_reinstated_too(app):
    who, award = accredited()
    with transaction():
        row = db.session.get_one(Award, award.id)
        row.withdrawn_on, row.withdrawal_reason = TODAY, "An earlier register"
        services.ending.declare(
            who.id,
            kind="withdrawal",
            starts_on=TODAY,
            ends_on=row.ends_on,
            scheme="INHOUSE-WPM",
            source=("award", row.id),
            recorded_by=None,
        )
    assert verdicts(who.id, TODAY) == ["withdrawn"]
    factories.reinstate(award.id, TODAY + timedelta(9))
    assert verdicts(who.id, TODAY, TODAY + timedelta(9)) == ["withdrawn", CO]
    stands = {fact.kind for fact in known(facts_of(who.id), None)}
    assert "award" in stands


# --- two people ----------------------------------------------------------------------------------------------------


def test_nothing_changes_until_a_second_person_confirms(app):
    who, award = accredited()
    one, other = factories.practice_manager(), factories.practice_manager()
    decision = factories.award_decision(award.id, proposed_by=one.id)
    assert verdicts(who.id, TODAY) == [CO]
    told = select(Letter.person_id).where(Letter.template == services.TO_CONFIRM)
    assert db.session.scalars(told).all() == [other.id]
    confirm(decision, other)
    assert verdicts(who.id, TODAY) == ["withdrawn"]
    changed = select(Letter.person_id).where(Letter.template == services.CHANGED)
    assert db.session.scalars(changed).all() == [who.id]
    assert db.session.get(AwardDecision, decision.id).alone is False
    with pytest.raises(Conflict):
        confirm(decision, other)


def test_the_proposer_cannot_confirm_and_nor_can_the_one_concerned(app):
    one, other = factories.practice_manager(), factories.practice_manager()
    who, award = accredited()
    decision = factories.award_decision(award.id, proposed_by=one.id)
    with pytest.raises(NotAllowed, match="You proposed this"):
        confirm(decision, one)
    factories.grant(who.id, Role.PRACTICE_MANAGER, factories.Scope.SERVICE)
    factories.account(who.id)
    with pytest.raises(NotAllowed, match="about yourself"):
        confirm(decision, who)
    own = factories.ready_mediator(**READY)
    factories.grant(own.id, Role.PRACTICE_MANAGER, factories.Scope.SERVICE)
    with pytest.raises(NotAllowed, match="your own"):
        factories.award_decision(factories.award(own.id).id, proposed_by=own.id)
    confirm(decision, other)


def test_an_administrator_confirms_only_where_there_is_one_manager_and_it_is_marked(app):
    who, award = accredited()
    one, administrator = factories.practice_manager(), factories.practice_manager(role=Role.ADMINISTRATOR)
    other = factories.practice_manager()
    decision = factories.award_decision(award.id, proposed_by=one.id)
    with pytest.raises(NotAllowed, match="Another practice manager"):
        confirm(decision, administrator)
    with transaction():
        account = db.session.scalars(select(Account).where(Account.person_id == other.id)).one()
        account.disabled_at = NOW
    confirm(decision, administrator)
    assert db.session.get(AwardDecision, decision.id).alone is True
    noted = select(AuditEntry.about_id).where(AuditEntry.action == "confirmed without a second practice manager")
    assert db.session.scalars(noted).all() == [who.id]


def test_a_manager_of_another_unit_is_no_second_person(app):
    unit = factories.unit("Croydon")
    who = factories.ready_mediator(unit_id=unit.id, **READY)
    award = factories.award(who.id)
    decision = factories.award_decision(award.id)
    elsewhere = factories.practice_manager(scope=factories.Scope.UNIT, scope_id=factories.unit("Bromley").id)
    here = factories.practice_manager(scope=factories.Scope.UNIT, scope_id=unit.id)
    with pytest.raises(NotAllowed):
        confirm(decision, elsewhere)
    confirm(decision, here)


def test_one_decision_at_a_time_and_the_same_form_once(app):
    _, award = accredited()
    one = factories.practice_manager()
    first = factories.award_decision(award.id, proposed_by=one.id)
    with pytest.raises(Conflict, match="waits for a second person"):
        factories.award_decision(award.id, act="void", reason_class="mistake", proposed_by=one.id)
    with transaction():
        again = services.propose(
            award.id,
            services.deciding.Asked("withdraw", TODAY, "other", "x"),
            form_key=first.form_key,
            on=TODAY,
            at=NOW,
            proposed_by=one.id,
        )
        assert again.id == first.id
    other = factories.practice_manager().id
    with pytest.raises(NotAllowed, match="Only the one who proposed"), transaction():
        services.take_back_decision(first.id, at=NOW, taken_back_by=other)
    for _ in range(2):
        with transaction():
            assert services.take_back_decision(first.id, at=NOW, taken_back_by=one.id).state == "taken_back"
    factories.award_decision(award.id, act="void", reason_class="mistake", proposed_by=one.id)


def test_refused_nothing_changes_and_the_reason_is_kept(app):
    who, award = accredited()
    one, other = factories.practice_manager(), factories.practice_manager()
    decision = factories.award_decision(award.id, proposed_by=one.id)

    def refuse(by, note):
        with transaction():
            services.refuse_decision(decision.id, note=note, on=TODAY, at=NOW, refused_by=by.id)

    with pytest.raises(NotAllowed):
        refuse(one, "No")
    with pytest.raises(DomainError, match="why it is refused"):
        refuse(other, " ")
    refuse(other, "The complaint was not upheld.")
    assert verdicts(who.id, TODAY) == [CO]
    assert db.session.get(AwardDecision, decision.id).decided_note == "The complaint was not upheld."


def test_what_can_no_longer_be_is_not_confirmed(app):
    _, award = accredited()
    one, other = factories.practice_manager(), factories.practice_manager()
    decision = factories.award_decision(award.id, proposed_by=one.id)
    factories.void(award.id)  # an undo of results came between
    with pytest.raises(DomainError, match="never held"):
        confirm(decision, other)


def test_one_person_alone_decides_nothing(app):
    _, award = accredited()
    one = factories.person()
    with pytest.raises(NotAllowed):
        factories.void(award.id, proposed_by=one.id, confirmed_by=one.id)
    assert not db.session.scalar(select(Evidence.id).where(Evidence.kind == "withdrawal"))
