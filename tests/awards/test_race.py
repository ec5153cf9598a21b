"""Two managers at once, in two real processes, and the control without the guards."""

from datetime import timedelta

from accreditation.awards.queries.given import awards_of
from accreditation.awards.rules.ending import Asked
from accreditation.awards.services import awarding, deciding, ending
from accreditation.core.database import transaction
from accreditation.standing.queries import facts_of
from accreditation.standing.rules.evidence import known
from tests import factories
from tests.factories.awards import NOW
from tests.racing import race, slow_down


def award(person_id: int) -> str:
    slow_down(awarding, "readiness")
    awarding.award_accreditation(person_id, "INHOUSE-WPM", on=factories.TODAY, awarded_by=None)
    return "awarded"


def race_to_award(app, *, guarded):
    who = factories.ready_mediator(trained_on=factories.TODAY).id
    answers = race(app.config["SETTINGS"], award, (who,), (who,), guarded=guarded)
    return answers, len(awards_of(who))


def test_two_managers_at_once_make_one_award(app):
    assert race_to_award(app, guarded=True) == (["awarded", "refused"], 1)


def test_without_the_guards_the_race_is_lost(app):
    """The negative control: if this fails, the test above proves nothing."""
    assert race_to_award(app, guarded=False) == (["awarded", "crashed"], 1)


def confirm(decision_id: int, by: int) -> str:
    slow_down(deciding, "who_decides")
    deciding.confirm_decision(decision_id, on=factories.TODAY, at=NOW, confirmed_by=by)
    return "confirmed"


def withdrawals(person_id):
    return [fact.starts_on for fact in known(facts_of(person_id), None) if fact.kind == "withdrawal"]


def race_to_confirm(app, *, guarded):
    who = factories.ready_mediator(trained_on=factories.TODAY).id
    decision = factories.award_decision(factories.award(who).id).id
    seconders = [factories.practice_manager().id for _ in range(2)]
    arguments = [(decision, by) for by in seconders]
    answers = race(app.config["SETTINGS"], confirm, *arguments, guarded=guarded)
    return answers, len(withdrawals(who))


def test_two_second_persons_at_once_withdraw_once(app):
    assert race_to_confirm(app, guarded=True) == (["confirmed", "refused"], 1)


def test_without_the_guards_two_second_persons_are_not_told_apart(app):
    """The negative control. PostgreSQL lets both through, SQLite breaks the second one off in the middle."""
    answers, _ = race_to_confirm(app, guarded=False)
    assert answers != ["confirmed", "refused"]


def propose(award_id: int, act: str, by: int) -> str:
    slow_down(deciding, "refuse_second_proposal")
    asked = Asked(act, factories.TODAY, "other", "Both at once.")
    deciding.propose(award_id, asked, form_key=f"race-{act}-{by:016}", on=factories.TODAY, at=NOW, proposed_by=by)
    return "proposed"


def race_to_propose(app, *, guarded):
    award = factories.award(factories.ready_mediator(trained_on=factories.TODAY).id).id
    managers = [factories.practice_manager().id for _ in range(2)]
    arguments = [(award, act, by) for act, by in zip(("withdraw", "void"), managers, strict=True)]
    return race(app.config["SETTINGS"], propose, *arguments, guarded=guarded)


def test_two_proposals_at_once_are_one(app):
    assert race_to_propose(app, guarded=True) == ["proposed", "refused"]


def test_without_the_guards_the_index_still_keeps_one_proposal(app):
    """The negative control: somebody gets an error page."""
    assert race_to_propose(app, guarded=False) == ["crashed", "proposed"]


def renew(person_id: int) -> str:
    slow_down(awarding, "readiness")
    awarding.award_accreditation(person_id, "INHOUSE-WPM", on=factories.TODAY, awarded_by=None)
    return "awarded"


def take(award_id: int, by: tuple[int, int]) -> str:
    slow_down(ending, "going_with")
    proposed_by, confirmed_by = by
    ending.withdraw_award(
        award_id,
        withdrawn_on=factories.TODAY,
        reason_class="conduct",
        reason="At once.",
        at=NOW,
        proposed_by=proposed_by,
        confirmed_by=confirmed_by,
    )
    return "withdrawn"


def renew_or_take(award_or_person: int, by: tuple[int, int] | None) -> str:
    return take(award_or_person, by) if by else renew(award_or_person)


def race_to_renew_and_withdraw(app, *, guarded):
    """Whoever comes first: nobody ends up with a renewal that outlives the withdrawal."""
    who = factories.ready_mediator(trained_on=factories.TODAY).id
    with transaction():
        early = awarding.record_past_award(who, "INHOUSE-WPM", on=factories.TODAY - timedelta(200), recorded_by=None).id
    by = factories.person().id, factories.person().id
    answers = race(app.config["SETTINGS"], renew_or_take, (who, None), (early, by), guarded=guarded)
    left = [one.number for one in awards_of(who) if not one.is_withdrawn]
    return answers, left


def test_a_renewal_and_a_withdrawal_at_once_leave_no_award_standing(app):
    answers, left = race_to_renew_and_withdraw(app, guarded=True)
    assert answers in (["refused", "withdrawn"], ["awarded", "withdrawn"])
    assert left == []


def test_without_the_guards_a_renewal_outlives_the_withdrawal_or_somebody_crashes(app):
    """The negative control."""
    answers, left = race_to_renew_and_withdraw(app, guarded=False)
    assert left or "crashed" in answers
