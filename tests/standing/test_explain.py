"""What may be said of a verdict, to whom: data/field-access.csv, to the word and to the date."""

import csv
from datetime import date
from pathlib import Path

import pytest

from accreditation.core.permissions import ALLOWED, Permission, Role, Scope
from accreditation.people.rules import NOBODY, Grant, Subject, Viewer
from accreditation.standing.queries import (
    explain,
    next_step,
    preset,
    requirements,
    requirements_on,
    standing_from,
    timeline_of,
)
from accreditation.standing.queries.explain import NOT_SHOWN
from accreditation.standing.queries.lead_times import LeadTimes
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.history import History

ADA = Subject(person_id=5, unit_id=1)
TODAY = date(2027, 2, 2)
CODE = "INHOUSE-WPM"
FULL = [
    Fact("training", CODE, date(2026, 6, 1)),
    Fact("award", CODE, date(2026, 6, 1), date(2029, 6, 1)),
    Fact("clearance", "CTC", date(2026, 1, 1), date(2027, 4, 1)),
    Fact("case", "co_mediation", date(2026, 6, 1)),
    Fact("case", "co_mediation", date(2026, 6, 1)),
]
with (Path(__file__).parents[1] / "data" / "field-access.csv").open(encoding="utf-8") as lines:
    ACCESS = {row["field"]: row for row in csv.DictReader(lines)}


def viewer(role, scope=Scope.SERVICE, scope_id=None):
    return Viewer(9, frozenset({Grant(role, scope, scope_id)}))


MANAGER = viewer(Role.PRACTICE_MANAGER)
SELF = Viewer(5, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, 5)}))


@pytest.fixture(autouse=True)
def nothing_learned(monkeypatch):
    """No database here: nothing is known of lead times but what schemes and settings come with."""
    monkeypatch.setattr(requirements, "lead_times", lambda: LeadTimes({}, 63))


def standing(*facts, on=TODAY):
    return standing_from(History.of(preset(CODE)), ADA, facts or FULL, on)


def test_who_may_know_all_is_told_all():
    for who in (MANAGER, SELF):
        explained = explain(standing(), who)
        assert explained.sentence == "May work until 31 March 2027"
        assert (explained.limiting, explained.valid_through) == ("CTC clearance in force", date(2027, 3, 31))
        assert (explained.tone, explained.may_work, explained.in_full) == ("good", True, True)


@pytest.mark.parametrize("role", [Role.LINE_MANAGER, Role.HELPLINE_ADVISER, Role.AUDITOR, Role.VETTING_OFFICER])
def test_who_may_know_only_whether_is_told_only_that(role):
    assert ACCESS["may work today (yes / no)"][role.value] == "yes"
    explained = explain(standing(), viewer(role))
    assert explained.sentence == "May work"
    assert (explained.limiting, explained.valid_through, explained.failing, explained.renewal_due) == (
        None,
        None,
        (),
        (),
    )
    refused = explain(standing(*FULL[:2], Fact("suspension", None, date(2026, 7, 1))), viewer(role))
    assert (refused.sentence, refused.tone, refused.failing) == ("May not work", "bad", ())
    assert requirements_on(standing(), viewer(role)) == []
    assert timeline_of(standing(), viewer(role)) is None
    assert next_step(standing(), viewer(role)) is None


@pytest.mark.parametrize("who", [NOBODY, viewer(Role.ADMINISTRATOR), viewer(Role.PRACTICE_MANAGER, Scope.UNIT, 2)])
def test_a_stranger_is_told_nothing(who):
    assert explain(standing(), who).sentence == "Not shown to you"
    assert explain(standing(), who).may_work is False


@pytest.fixture
def without_clearance(monkeypatch):
    """A role that sees standings and not clearances."""
    allowed = frozenset({Permission.VIEW_STANDING, Permission.VIEW_MAY_WORK})
    monkeypatch.setitem(ALLOWED, Role.LINE_MANAGER, allowed)
    return viewer(Role.LINE_MANAGER)


def test_a_date_can_tell_as_much_as_a_name(without_clearance):
    explained = explain(standing(), without_clearance)
    assert (explained.sentence, explained.limiting, explained.valid_through) == ("May work", None, None)
    lapsed = explain(standing(on=date(2027, 4, 1)), without_clearance)
    assert lapsed.sentence == "May not work: lapsed"
    assert lapsed.failing == (NOT_SHOWN,)
    timeline = timeline_of(standing(), without_clearance)
    assert (timeline.deployable, timeline.co_mediating, timeline.first_end) == ((), (), None)
    assert "CTC clearance in force" not in [lane.label for lane in timeline.lanes]
    hidden = next(r for r in requirements_on(standing(), without_clearance) if not r.shown)
    assert (hidden.label, hidden.run, hidden.valid_through, hidden.last_useful_on) == (NOT_SHOWN, None, None, None)
    assert next_step(standing(), without_clearance) is None


@pytest.mark.parametrize(
    ("facts", "on", "sentence"),
    [
        (FULL[:1], TODAY, "Not yet accredited"),
        (FULL[:3], TODAY, "May co-mediate only, until 31 March 2027"),
        (FULL, date(2027, 4, 1), "May not work: lapsed since 1 April 2027"),
        ([*FULL, Fact("suspension", None, TODAY)], TODAY, "May not work: suspended"),
        ([*FULL, Fact("leave", None, TODAY, date(2027, 3, 1))], TODAY, "On leave until 28 February 2027"),
        ([*FULL, Fact("leave", None, TODAY)], TODAY, "On leave"),
        ([*FULL, Fact("withdrawal", None, TODAY)], TODAY, "Accreditation withdrawn"),
        ([*FULL, Fact("membership", None, date(2020, 1, 1), TODAY)], TODAY, "Left the service"),
    ],
)
def test_the_verdict_in_words(facts, on, sentence):
    assert explain(standing(*facts, on=on), MANAGER).sentence == sentence


def test_next_is_what_ends_first_less_its_lead_time():
    step = next_step(standing(), SELF)
    assert (step.requirement, step.by, step.valid_through) == ("ctc", date(2027, 1, 27), date(2027, 3, 31))
    assert step.too_late
    assert not next_step(standing(on=date(2027, 1, 27)), SELF).too_late
    assert next_step(standing(on=date(2027, 4, 1)), SELF).by is None
    assert next_step(standing(*FULL, Fact("withdrawal", None, TODAY)), SELF) is None


def test_each_requirement_has_its_dates():
    found = {r.code: r for r in requirements_on(standing(on=date(2027, 6, 1)), SELF)}
    assert (found["trained"].met, found["trained"].valid_through) == (True, None)
    assert (found["ctc"].met, found["ctc"].failing_since) == (False, date(2027, 4, 1))
    assert (found["award"].valid_through, found["award"].window_opens_on) == (date(2029, 5, 31), date(2029, 3, 3))


def test_the_timeline_has_a_lane_for_each_requirement():
    timeline = timeline_of(standing(), SELF)
    assert len(timeline.lanes) == 8
    assert [lane.label for lane in timeline.lanes if lane.limiting] == ["CTC clearance in force"]
    assert timeline.first_end == date(2027, 4, 1)
    assert [(span.starts_on, span.ends_on) for span in timeline.deployable] == [(date(2026, 6, 1), date(2027, 4, 1))]
