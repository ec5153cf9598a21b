"""How long things take: the days kept here, the last day to begin, and what is said when that has passed."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.queries import next_step, requirements_on, standing_on
from accreditation.standing.queries.lead_times import find_lead_time
from accreditation.standing.services import clear_lead_time, set_lead_time
from tests import factories

TODAY = factories.TODAY
CODE = "INHOUSE-WPM"
MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
NINE_OF_TEN = "9 of 10 decisions here took up to 71 days (34 decisions)"


def mediator(*, good_days: int, **details):
    """May work today; the clearance's last good day is so many days from today."""
    return factories.accredited_mediator(
        trained_on=date(2026, 9, 1), cleared_until=TODAY + timedelta(good_days + 1), **details
    )


def ctc(person, viewer=MANAGER, on=TODAY):
    statuses = requirements_on(standing_on(person.id, CODE, on), viewer)
    return next(status for status in statuses if status.code == "ctc")


def self_of(person):
    return Viewer(person.id, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, person.id)}))


@pytest.mark.parametrize(("good_days", "lapses"), [(62, True), (63, False), (64, False)])
def test_it_will_lapse_even_if_submitted_today_is_exact_to_the_day(app, today, good_days, lapses):
    ada = mediator(good_days=good_days)
    status, step = ctc(ada), next_step(standing_on(ada.id, CODE, TODAY), MANAGER)
    assert status.time_left.startswith("Will lapse even if submitted today") is lapses
    assert (step.requirement, step.too_late, step.by) == ("ctc", lapses, TODAY + timedelta(good_days - 63))
    assert step.time_left == status.time_left


def test_the_words_for_the_manager_say_how_long_and_on_what_that_rests(app, today):
    ada = mediator(good_days=20)
    assert ctc(ada).time_left == (
        "Will lapse even if submitted today: decisions take 63 days (as this service has set it), "
        "and 22 February 2027 is the last good day."
    )
    with transaction():
        set_lead_time("clearance", "CTC", 71, NINE_OF_TEN)
    assert f"decisions take 71 days ({NINE_OF_TEN})" in ctc(ada).time_left


def test_the_mediator_is_told_that_and_not_how_long_decisions_take(app, today):
    """field-access.csv, row "lead times and forecasts"."""
    ada = mediator(good_days=20)
    with transaction():
        set_lead_time("clearance", "CTC", 71, NINE_OF_TEN)
    assert ctc(ada, self_of(ada)).time_left == "Will lapse even if submitted today."


@pytest.mark.parametrize(
    ("asked_ago", "said"),
    [
        (10, "so the decision is expected by 27 March 2027, after the last good day."),
        (43, "so the decision is expected by 22 February 2027."),
        (64, "so the decision was expected by 1 February 2027 and is overdue."),
    ],
)
def test_what_is_asked_for_is_not_asked_again(app, today, asked_ago, said):
    ada = mediator(good_days=20)
    asked_on = TODAY - timedelta(asked_ago)
    factories.evidence(ada.id, "clearance_application", asked_on, code="SC")
    status = ctc(ada)
    assert status.asked_on == asked_on
    assert status.time_left.startswith("Asked for on ")
    assert status.time_left.endswith(said)
    step = next_step(standing_on(ada.id, CODE, TODAY), MANAGER)
    assert step.requirement != "ctc"
    assert ctc(ada, self_of(ada)).time_left.endswith("; the decision is awaited.")


@pytest.mark.parametrize(
    ("code", "from_day", "to_day", "open_on_the_day"),
    [
        ("CTC", -5, None, True),
        ("DV", -5, None, True),
        ("NPPV3", -5, None, False),
        ("CTC", -5, 0, False),
        ("CTC", -5, 1, True),
        ("CTC", 1, None, False),
    ],
)
def test_an_application_counts_while_it_is_open_and_for_its_level(app, today, code, from_day, to_day, open_on_the_day):
    ada = mediator(good_days=20)
    ends_on = None if to_day is None else TODAY + timedelta(to_day)
    factories.evidence(ada.id, "clearance_application", TODAY + timedelta(from_day), code=code, ends_on=ends_on)
    assert bool(ctc(ada).asked_on) is open_on_the_day


def test_a_clearance_that_ends_later_may_have_to_be_asked_for_first(app, today):
    ada = factories.accredited_mediator(trained_on=date(2026, 4, 15), cleared_until=date(2027, 5, 15))
    standing = standing_on(ada.id, CODE, TODAY)
    assert standing.limiting == "refresher"
    step = next_step(standing, MANAGER)
    assert (step.requirement, step.by) == ("ctc", date(2027, 5, 14) - timedelta(63))


def test_a_missing_clearance_says_when_it_could_be_there(app, today):
    ada = mediator(good_days=-1)
    status = ctc(ada)
    assert (status.met, "begun today, done by about 6 April 2027." in status.time_left) == (False, True)
    assert ctc(ada, self_of(ada)).time_left == ""


def test_the_nearest_knowledge_counts(app, today):
    ada = mediator(good_days=200)

    def days():
        status = ctc(ada)
        return (status.valid_through - status.last_useful_on).days

    assert days() == 63
    with transaction():
        set_setting("clearance_lead_days", "84")
    assert days() == 84
    with transaction():
        set_lead_time("clearance", None, 50, "25 decisions of any level")
    assert days() == 50
    with transaction():
        set_lead_time("clearance", "CTC", 71, NINE_OF_TEN)
    assert days() == 71
    with transaction():
        set_lead_time(CODE, "ctc", 90, "The unit’s own word")
    assert days() == 90
    with transaction():
        clear_lead_time(CODE, "ctc")
        clear_lead_time("clearance", "CTC")
    assert days() == 50


def test_another_kind_of_requirement_takes_its_time_too(app, today):
    ada = factories.accredited_mediator(trained_on=date(2026, 2, 20))
    with transaction():
        set_lead_time("refresher", None, 30, "Refresher days are a month apart")
    status = next(
        one for one in requirements_on(standing_on(ada.id, CODE, TODAY), self_of(ada)) if one.code == "refresher"
    )
    assert "even if begun today: it takes 30 days (Refresher days are a month apart)" in status.time_left


def test_saying_it_twice_writes_it_once(app, today):
    with transaction():
        set_lead_time("clearance", "CTC", 71, NINE_OF_TEN)
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with time_machine.travel("2027-02-03T10:00:00+00:00", tick=False), transaction():
        set_lead_time("clearance", "CTC", 71, NINE_OF_TEN)
    assert find_lead_time("clearance", "CTC").updated_at.day == 2
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries
    with time_machine.travel("2027-02-03T10:00:00+00:00", tick=False), transaction():
        set_lead_time("clearance", "CTC", 72, NINE_OF_TEN)
    assert (find_lead_time("clearance", "CTC").days, find_lead_time("clearance", "CTC").updated_at.day) == (72, 3)


@pytest.mark.parametrize(("days", "basis"), [(-1, "x"), (5, " ")])
def test_a_lead_time_rests_on_something(app, days, basis):
    with pytest.raises(ValueError), transaction():
        set_lead_time("clearance", "CTC", days, basis)
