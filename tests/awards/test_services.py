from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from accreditation.awards import services
from accreditation.awards.models import Award
from accreditation.awards.queries.given import awards_of
from accreditation.awards.queries.ready import due_for_renewal, ready_to_award
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Evidence
from accreditation.standing.queries import get_scheme, standing_on
from tests import factories

TODAY = factories.TODAY
MANAGER = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
READY = {"trained_on": date(2026, 6, 1)}  # the refresher still runs on the day the tests take place


def standing(person_id, on=TODAY):
    return standing_on(person_id, get_scheme("INHOUSE-WPM", on), on)


def practised(who, on=TODAY - timedelta(30)):
    """Everything that a mediator does in a year."""
    for kind, code, quantity in (("case", "lead", 2), ("supervision", None, 4), ("cpd", None, 6)):
        factories.evidence(who.id, kind, on, code=code, quantity=quantity)
    for _ in range(2):
        factories.evidence(who.id, "case", on, code="co_mediation")
    return who


def test_an_award_changes_the_standing(app):
    who = factories.ready_mediator(**READY)
    award = factories.award(who.id)
    assert (award.number, award.starts_on, award.ends_on) == ("WPM-2027-0001", TODAY, date(2030, 2, 2))
    assert standing(who.id).verdict == "co_mediation_only"  # the supervised cases come after the award
    assert db.session.scalars(select(Letter.template)).all() == ["email/awards/awarded.txt"]


def test_a_refusal_gives_every_reason_and_changes_nothing(app):
    who = factories.person()
    with pytest.raises(services.NotReady) as refusal:
        factories.award(who.id)
    assert len(refusal.value.reasons) == 3  # trained, cleared, refreshed
    assert not db.session.scalar(select(func.count(Award.id)))
    assert not db.session.scalar(select(func.count(Letter.id)))


def test_an_award_twice_is_refused(app):
    who = factories.ready_mediator(**READY)
    factories.award(who.id)
    with pytest.raises(services.NotReady, match="already"):
        factories.award(who.id)
    assert len(awards_of(who.id)) == 1


def test_numbers_come_once_and_without_gaps(app):
    awarded = [factories.award(factories.ready_mediator(**READY).id).number for _ in range(3)]
    with pytest.raises(services.NotReady):
        factories.award(factories.person().id)
    last_year = factories.award(factories.ready_mediator(**READY).id, on=date(2026, 12, 1))
    following = factories.award(factories.ready_mediator(**READY).id)
    assert [*awarded, following.number] == [f"WPM-2027-000{n}" for n in (1, 2, 3, 4)]
    assert last_year.number == "WPM-2026-0001"


def test_a_renewal_in_the_window_keeps_the_anniversary(app):
    who = practised(factories.ready_mediator(**READY))
    with transaction():
        first = services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 3, 1), recorded_by=None)
        first_id = first.id
    renewed = factories.award(who.id)
    assert (renewed.starts_on, renewed.ends_on, renewed.renews_id) == (date(2027, 3, 1), date(2030, 3, 1), first_id)
    with pytest.raises(services.NotReady, match="already"):
        factories.award(who.id)


def test_a_past_award_asks_no_questions_and_writes_no_letter(app):
    who = factories.person()
    with transaction():
        award = services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 2, 29), recorded_by=None)
    assert (award.number, award.ends_on) == ("WPM-2024-0001", date(2027, 3, 1))
    assert db.session.scalars(select(Evidence.kind)).all() == ["award"]
    assert not db.session.scalar(select(func.count(Letter.id)))
    with pytest.raises(DomainError, match="recorded already"), transaction():
        services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 2, 29), recorded_by=None)


def test_several_at_once_are_what_one_by_one_would_be(app):
    ready, missing = factories.ready_mediator(**READY), factories.person()
    single = factories.ready_mediator(**READY)
    by = factories.person().id
    alone = factories.award(single.id, awarded_by=by)
    with transaction():
        answers = services.award_several([missing.id, ready.id], "INHOUSE-WPM", on=TODAY, awarded_by=by)
    assert [answer.number for answer in answers] == ["WPM-2027-0002", None]
    assert len(answers[1].reasons) == 3
    both = [
        (award.starts_on, award.ends_on, award.renews_id, award.awarded_by) for award in (alone, awards_of(ready.id)[0])
    ]
    assert both[0] == both[1]
    letters = db.session.execute(select(Letter.person_id, Letter.template).order_by(Letter.id)).all()
    assert letters == [(single.id, services.AWARDED), (ready.id, services.AWARDED)]


# --- who is ready --------------------------------------------------------------------------------------------------


def names(found):
    return [one.person.name for one in found]


def test_ready_are_those_who_meet_everything_but_the_award(app):
    factories.ready_mediator(name="Ada Okafor", **READY)
    factories.ready_mediator(name="Not Cleared", trained_on=date(2026, 6, 1), cleared_until=TODAY)
    factories.ready_mediator(name="Too Long", trained_on=date(2026, 2, 1))  # the refresher has run out
    factories.person(name="Nothing Yet")
    accredited = factories.ready_mediator(name="Has One", **READY)
    factories.award(accredited.id)
    gone = factories.ready_mediator(name="Suspended One", **READY)
    factories.evidence(gone.id, "suspension", TODAY - timedelta(5))
    assert names(ready_to_award(MANAGER, TODAY)) == ["Ada Okafor"]


def test_a_lapsed_award_makes_ready_again(app):
    factories.accredited_mediator(name="Ben Cole", trained_on=date(2026, 6, 1), awarded_on=date(2023, 6, 1))
    [one] = ready_to_award(MANAGER, TODAY)
    assert (one.person.name, one.dates.kind) == ("Ben Cole", "return")


@pytest.mark.parametrize(("days", "due"), [(91, False), (90, True), (1, True), (0, False)])
def test_renewals_are_due_in_their_window(app, days, due):
    who = practised(factories.ready_mediator(**READY))
    ends_on = TODAY + timedelta(days)
    factories.evidence(who.id, "award", date(2024, 6, 1), code="INHOUSE-WPM", ends_on=ends_on)
    assert bool(due_for_renewal(MANAGER, TODAY)) is due
    assert bool(ready_to_award(MANAGER, TODAY)) is (days == 0)


def test_each_sees_their_own_people(app):
    unit = factories.unit("Croydon")
    factories.ready_mediator(name="Ours", unit_id=unit.id, **READY)
    factories.ready_mediator(name="Theirs", **READY)
    viewer = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id)}))
    assert names(ready_to_award(viewer, TODAY)) == ["Ours"]
    assert names(ready_to_award(MANAGER, TODAY)) == ["Ours", "Theirs"]


def test_the_list_costs_the_same_for_any_number_of_people(app):
    def statements():
        db.session.rollback()
        db.session.expunge_all()
        seen = []

        def listener(*details):
            seen.append(details[2])

        event.listen(db.engine, "before_cursor_execute", listener)
        count = len(ready_to_award(MANAGER, TODAY))
        event.remove(db.engine, "before_cursor_execute", listener)
        return count, len(seen)

    factories.ready_mediator(**READY)
    first = statements()
    for _ in range(5):
        factories.ready_mediator(**READY)
    assert [first[0], statements()[0]] == [1, 6]
    assert first[1] == statements()[1]
