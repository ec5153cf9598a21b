"""Which reminders are owed on which day, to whom, and that none is owed twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import Person
from accreditation.standing.models import Evidence
from accreditation.standing.services import void
from accreditation.standing.services.deadlines import clear_deadline, set_deadline
from scheduler.models import Obligation, ReminderRule
from scheduler.services import owing
from scheduler.services.planning import HELD_BY_BREAKER, settle_reminders
from scheduler.services.rules import install_usual_rules, switch_off
from tests import factories
from tests.scheduler.ready import everything_in_order

ENDS = date(2027, 6, 15)
BEFORE = timedelta(days=1)


def obligations(*states: str) -> list[tuple[str, int, str]]:
    rows = (
        select(Obligation)
        .where(Obligation.state.in_(states or ("owed",)))
        .order_by(Obligation.stage, Obligation.subject)
    )
    db.session.rollback()
    return [(row.subject.rpartition(":")[2], row.stage, row.state) for row in db.session.scalars(rows)]


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


@pytest.mark.parametrize(
    ("kind", "ladder"),
    [
        ("ctc", (180, 90, 60, 30, 14, 7, 0)),
        ("award", (90, 60, 30, 14, 7, 0, -7)),
        ("refresher", (60, 30, 7)),
        ("cpd", (60, 30, 7)),
    ],
)
def test_each_stage_is_owed_from_its_day_on_and_not_a_day_earlier(app, kind, ladder):
    everything_in_order(**{kind: ENDS})
    for stage in ladder:
        day = ENDS - timedelta(days=stage)
        assert factories.plan(day - BEFORE) == 0
        assert [factories.plan(day), factories.plan(day)] == [1, 0]
        assert factories.plan(day + BEFORE) == 0
    assert obligations() == [(kind, stage, "owed") for stage in sorted(ladder)]


@pytest.mark.parametrize("silent_days", [1, 30, 200, 400])
def test_after_silence_one_letter_speaks_for_every_stage_that_was_missed(app, silent_days):
    everything_in_order(ctc=ENDS)
    assert factories.plan(ENDS - timedelta(days=180)) == 1
    assert factories.plan(ENDS - timedelta(days=180) + timedelta(days=silent_days)) == (silent_days >= 90)
    due = [stage for stage in (90, 60, 30, 14, 7, 0) if 180 - silent_days <= stage]
    assert obligations("owed", "collapsed") == sorted(
        [("ctc", 180, "owed")] + [("ctc", stage, "owed" if stage == min(due) else "collapsed") for stage in due],
        key=lambda row: row[1],
    )


def test_items_of_one_person_that_end_on_one_day_share_a_letter(app):
    everything_in_order(ctc=ENDS, refresher=ENDS, award=ENDS + timedelta(days=1))
    assert factories.plan(ENDS - timedelta(days=60)) == 2
    assert len(obligations()) == 3


def test_a_moved_end_is_a_new_reminder_and_moved_back_the_old_one(app, any_hour, mail, deliver):
    server = mail()
    with time_machine.travel(ENDS - timedelta(days=30)):
        who = everything_in_order(ctc=ENDS, email="ada@example.uk")
        assert factories.plan(clock.today()) == 1
        later = factories.evidence(who.id, "clearance", date(2020, 1, 1), code="CTC", ends_on=date(2029, 6, 15))
        assert factories.plan(clock.today()) == 0
        assert deliver().states == {"superseded": 1}
        assert obligations("owed", "superseded") == [("ctc", 30, "superseded")]
        with transaction():
            void(later.id, reason="typed wrongly", recorded_by=None)
        assert factories.plan(clock.today()) == 1
        assert [factories.plan(clock.today()), deliver().states] == [0, {"sent": 1}]
        later = factories.evidence(who.id, "clearance", date(2020, 1, 1), code="CTC", ends_on=date(2029, 6, 15))
        with transaction():
            void(later.id, reason="typed wrongly again", recorded_by=None)
        assert factories.plan(clock.today()) == 0
    assert len(server.accepted) == 1


def test_an_end_brought_forward_is_reminded_of_at_its_new_stage(app):
    who = everything_in_order(award=ENDS)
    assert factories.plan(ENDS - timedelta(days=90)) == 1
    with transaction():
        void(
            db.session.scalars(select(Evidence.id).filter_by(kind="award")).one(), reason="cut short", recorded_by=None
        )
    factories.evidence(who.id, "award", date(2020, 1, 1), code="INHOUSE-WPM", ends_on=ENDS - timedelta(days=61))
    assert factories.plan(ENDS - timedelta(days=90)) == 1
    assert obligations()[0] == ("award", 30, "owed")


@pytest.mark.parametrize(("days_left", "stage"), [(29, 30), (30, 30), (31, 60), (14, 14)])
def test_an_end_brought_forward_is_reminded_of_anew_also_where_its_stage_has_been_told(app, days_left, stage):
    """F26: told at 30 days of the old end, then of the new one, at the same stage, a more urgent or an earlier one."""
    on = ENDS - timedelta(days=30)
    who = everything_in_order(award=ENDS)
    assert factories.plan(on) == 1
    with transaction():
        void(db.session.scalars(select(Evidence.id).filter_by(kind="award")).one(), reason="wrong", recorded_by=None)
    new_end = on + timedelta(days=days_left)
    factories.evidence(who.id, "award", date(2020, 1, 2), code="INHOUSE-WPM", ends_on=new_end)
    assert factories.plan(on) == (new_end != ENDS)
    newest = select(Obligation).where(Obligation.basis_date == new_end, Obligation.state == "owed")
    assert [row.stage for row in db.session.scalars(newest)] == [stage]


@pytest.mark.parametrize("kind", ["leave", "withdrawal"])
def test_who_is_on_leave_or_withdrawn_hears_nothing_until_it_is_over(app, kind):
    who = everything_in_order(ctc=ENDS)
    code = "INHOUSE-WPM" if kind == "withdrawal" else None
    factories.evidence(who.id, kind, ENDS - timedelta(days=200), code=code, ends_on=ENDS - timedelta(days=20))
    assert factories.plan(ENDS - timedelta(days=21)) == 0
    assert factories.plan(ENDS - timedelta(days=20)) == 1


def test_who_left_or_was_never_accredited_hears_nothing(app):
    leaver = everything_in_order(ctc=ENDS)
    with transaction():
        db.session.get_one(Person, leaver.id).left_on = ENDS - timedelta(days=30)
    factories.ready_mediator(cleared_until=ENDS)
    assert factories.plan(ENDS - timedelta(days=30)) == 0
    assert factories.plan(ENDS - timedelta(days=31)) == 1


def test_a_suspended_mediator_is_reminded_because_the_clocks_run_on(app):
    who = everything_in_order(ctc=ENDS)
    factories.evidence(who.id, "suspension", ENDS - timedelta(days=100))
    assert factories.plan(ENDS - timedelta(days=30)) == 1


def test_a_form_handed_in_silences_the_mediators_reminders_and_not_the_managers(app):
    who = everything_in_order(ctc=ENDS)
    factories.evidence(who.id, "clearance_application", ENDS - timedelta(days=100), code="CTC")
    factories.grant(factories.person().id, Role.PRACTICE_MANAGER)
    assert factories.plan(ENDS) == 0
    assert factories.plan(ENDS + timedelta(days=7)) == 1


def test_something_met_again_after_a_gap_is_not_reminded_of(app):
    who = everything_in_order(refresher=ENDS)
    factories.evidence(who.id, "refresher", ENDS + timedelta(days=10), code="ROLE-PLAY")
    assert factories.plan(ENDS + timedelta(days=9)) == 1
    assert [row[1] for row in obligations()] == [7]
    everything_in_order(refresher=ENDS)
    assert factories.plan(ENDS + timedelta(days=11)) == 1  # the second one, who has not been there


def test_managers_are_told_of_what_ran_out_for_those_they_look_after(app):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    everything_in_order(ctc=ENDS, unit_id=croydon.id)
    for scope, unit in ((Scope.SERVICE, None), (Scope.UNIT, croydon), (Scope.UNIT, lambeth)):
        factories.grant(factories.person().id, Role.PRACTICE_MANAGER, scope, unit.id if unit else None)
    assert factories.plan(ENDS) == 1
    assert factories.plan(ENDS + timedelta(days=7)) == 2
    assert factories.plan(ENDS + timedelta(days=8)) == 0


def test_the_line_manager_of_one_person_or_of_a_unit_is_told_where_a_rule_says_so(app):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ada = everything_in_order(award=ENDS, unit_id=croydon.id)
    told = [factories.person() for _ in range(2)]
    factories.grant(told[0].id, Role.LINE_MANAGER, Scope.PERSON, ada.id)
    factories.grant(told[1].id, Role.LINE_MANAGER, Scope.UNIT, croydon.id)
    factories.grant(factories.person().id, Role.LINE_MANAGER, Scope.UNIT, lambeth.id)
    with transaction():
        install_usual_rules()
        db.session.add(ReminderRule(subject="award", stage=-14, audience="line_manager", active=True))
    factories.plan(ENDS + timedelta(days=13))
    assert factories.plan(ENDS + timedelta(days=14)) == 2
    assert [letter.person_id for letter in letters()[-2:]] == [one.id for one in told]


def test_a_clearance_review_is_the_vetting_officers(app):
    who = everything_in_order()
    officer = factories.person()
    factories.grant(officer.id, Role.VETTING_OFFICER)
    with transaction():
        set_deadline(kind="clearance_review", person_id=who.id, basis_date=ENDS, source=("clearance", 1))
    assert [factories.plan(ENDS - timedelta(days=days)) for days in (31, 30)] == [0, 1]
    assert letters()[-1].person_id == officer.id


def test_what_is_for_a_role_that_nobody_holds_waits_until_somebody_does(app):
    everything_in_order(ctc=ENDS)
    factories.plan(ENDS)
    assert factories.plan(ENDS + timedelta(days=7)) == 0
    factories.grant(factories.person().id, Role.PRACTICE_MANAGER)
    assert factories.plan(ENDS + timedelta(days=20)) == 1
    assert obligations("owed", "collapsed")[:2] == [("ctc", -14, "owed"), ("ctc", -7, "collapsed")]


def test_results_outstanding_are_asked_of_the_provider_then_told_to_the_manager(app):
    provider, other = factories.provider("CMP"), factories.provider("TCM")
    for body in (provider, other):
        factories.grant(factories.person().id, Role.TRAINING_PROVIDER, Scope.PROVIDER, body.id)
    factories.grant(factories.person().id, Role.PRACTICE_MANAGER)
    with transaction():
        set_deadline(kind="results_outstanding", provider_id=provider.id, basis_date=ENDS, source=("cohort", 1))
    assert [factories.plan(ENDS - BEFORE), factories.plan(ENDS)] == [0, 1]
    assert [letter.template for letter in letters()] == ["email/scheduler/results_due.txt"]
    assert factories.plan(ENDS + timedelta(days=7)) == 2
    with transaction():
        clear_deadline(source=("cohort", 1))
    assert factories.plan(ENDS + timedelta(days=14)) == 0


def test_more_than_usual_is_held_until_somebody_looks(app, deliver):
    with transaction():
        set_setting("reminder_breaker", "3")
    for _ in range(4):
        everything_in_order(ctc=ENDS)
    assert factories.plan(ENDS - timedelta(days=30)) == 4
    assert {(letter.state, letter.reason) for letter in letters()} == {("held", HELD_BY_BREAKER)}
    assert deliver().states == {}
    everything_in_order(ctc=ENDS)
    assert factories.plan(ENDS - timedelta(days=30)) == 1
    assert letters()[-1].state == "held"


def test_as_many_as_the_threshold_go_out(app):
    with transaction():
        set_setting("reminder_breaker", "3")
    for _ in range(3):
        everything_in_order(ctc=ENDS)
    factories.plan(ENDS - timedelta(days=30))
    assert {letter.state for letter in letters()} == {"queued"}


@pytest.mark.parametrize(("days_ago", "number", "state"), [(28, 6, "queued"), (28, 7, "held"), (29, 6, "held")])
def test_three_times_the_busiest_day_of_the_last_28_go_out(app, days_ago, number, state):
    today = datetime(2027, 6, 15, 12, tzinfo=UTC)
    with time_machine.travel(today - timedelta(days=days_ago), tick=False):
        for _ in range(2):
            everything_in_order(award=clock.today() + timedelta(days=60))
        assert factories.plan(clock.today()) == 2
    with transaction():
        set_setting("reminder_breaker", "0")
    with time_machine.travel(today, tick=False):
        for _ in range(number):
            everything_in_order(refresher=clock.today() + timedelta(days=59))
        assert factories.plan(clock.today()) == number
    assert letters()[-1].state == state


def test_an_import_settles_what_is_due_and_later_stages_come_as_usual(app):
    who, other = everything_in_order(ctc=ENDS), everything_in_order(ctc=ENDS)
    on = ENDS - timedelta(days=40)
    with transaction():
        install_usual_rules()
        assert settle_reminders(on, {who.id}, reason="Imported") == 1
    assert factories.plan(on) == 1
    assert [letter.person_id for letter in letters()] == [other.id]
    assert factories.plan(ENDS - timedelta(days=30)) == 2


def test_rules_are_installed_once_and_one_switched_off_stays_off(app):
    with transaction():
        added = install_usual_rules()
        rule = db.session.scalars(select(ReminderRule).filter_by(subject="clearance", stage=30)).one()
        switch_off(rule.id)
    with transaction():
        assert install_usual_rules() == 0
    assert added == db.session.scalar(select(func.count()).select_from(ReminderRule))
    everything_in_order(ctc=ENDS)
    assert factories.plan(ENDS - timedelta(days=60)) == 1
    assert factories.plan(ENDS - timedelta(days=30)) == 0


def test_one_record_that_cannot_be_planned_costs_nobody_else_theirs(app, monkeypatch):
    first, second = everything_in_order(ctc=ENDS), everything_in_order(ctc=ENDS)
    row = owing._row

    def broken_for_one(reminder, *others, **named):
        if reminder.person_id == first.id:
            raise ZeroDivisionError
        return row(reminder, *others, **named)

    with monkeypatch.context() as patch:
        patch.setattr(owing, "_row", broken_for_one)
        assert factories.plan(ENDS - timedelta(days=30)) == 1
    assert [letter.person_id for letter in letters()] == [second.id]
    assert factories.plan(ENDS - timedelta(days=30)) == 1


def test_a_leap_day_and_the_ends_of_months_are_days_like_others(app):
    ends = date(2028, 3, 1)  # valid through 29 February
    everything_in_order(ctc=ends)
    assert factories.plan(ends - timedelta(days=1)) == 1
    assert factories.plan(date(2028, 2, 29)) == 0
    assert factories.plan(ends) == 1


@pytest.mark.parametrize("night", ["2027-03-28", "2027-10-31"])
def test_when_the_clocks_change_each_reminder_is_owed_once(app, night):
    day = date.fromisoformat(night)
    everything_in_order(ctc=day + timedelta(days=30))
    everything_in_order(ctc=day + timedelta(days=31))
    owed = []
    for hour in range(-4, 30):
        with time_machine.travel(f"{night}T00:30:00+00:00", tick=False) as moved:
            moved.shift(timedelta(hours=hour))
            owed.append(factories.plan(clock.today()))
    assert sum(owed) == 4  # each at 60 days (passed long ago) or 30, and the second at 30 on its own day
    assert [row[1] for row in obligations()].count(30) == 2
