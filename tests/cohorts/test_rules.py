from datetime import date

import pytest

from cohorts.rules import stages
from cohorts.rules.results import Entry, Frame, faults_of, outcomes_of, read_outcome, release_refusals, same_name
from cohorts.rules.states import shown_state

FRAME = Frame(date(2027, 1, 4), date(2027, 1, 9), date(2027, 2, 2), ("pass", "refer", "fail", "absent", "deferred"))


@pytest.mark.parametrize(
    ("before", "after", "permitted"),
    [
        ("submitted", "sift", True),
        ("submitted", "conditional_offer", True),
        ("submitted", "offered_place", False),
        ("submitted", "accepted", False),
        ("sift", "submitted", False),
        ("interview", "reserve_list", True),
        ("reserve_list", "conditional_offer", True),
        ("conditional_offer", "vetting", True),
        ("conditional_offer", "offered_place", True),
        ("vetting", "conditional_offer", False),
        ("offered_place", "accepted", True),
        ("accepted", "withdrawn", True),
        ("accepted", "ineligible", False),
        ("deferred", "reserve_list", True),
        ("unsuccessful", "sift", False),
        ("withdrawn", "submitted", False),
        ("draft", "submitted", True),
        ("draft", "sift", False),
    ],
)
def test_an_application_goes_only_where_it_may(before, after, permitted):
    assert stages.may_step(before, after) is permitted


def test_nobody_gets_a_place_before_a_conditional_offer():
    before_the_offer = stages.WAY[: stages.WAY.index("conditional_offer")]
    assert not any(stages.may_step(stage, "offered_place") for stage in before_the_offer)
    assert not stages.READY_FOR_A_PLACE & set(before_the_offer)


def test_every_stage_has_its_words():
    assert set(stages.LABELS) == set(stages.STAGES)


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (Entry("M1", "pass"), []),
        (Entry("M1"), []),
        (Entry("M1", "fail"), ["note"]),
        (Entry("M1", "refer", note="  "), ["note"]),
        (Entry("M1", "fail", note="Talked too much."), []),
        (Entry("M1", "absent"), []),
        (Entry("M1", None, note="Good"), ["outcome"]),
        (Entry("M1", "merit"), ["outcome"]),
        (Entry("M1", "pass", date(2027, 2, 2)), []),
        (Entry("M1", "pass", date(2027, 2, 3)), ["event_on"]),
        (Entry("M1", "pass", date(2027, 1, 4)), []),
        (Entry("M1", "pass", date(2027, 1, 3)), ["event_on"]),
        (Entry("M1", "fail", date(2027, 2, 3)), ["event_on", "note"]),
        (Entry("M1", "fail", note="x" * 2001), ["note"]),
    ],
)
def test_each_field_says_what_is_wrong_with_it(entry, wrong):
    assert [fault.field for fault in faults_of(entry, FRAME)] == wrong


def test_a_scheme_may_know_no_refer():
    frame = Frame(FRAME.starts_on, FRAME.assessment_on, FRAME.today, outcomes_of(may_refer=False))
    assert [fault.field for fault in faults_of(Entry("M1", "refer", note="Again."), frame)] == ["outcome"]


def test_without_a_day_of_assessment_each_result_needs_its_own():
    frame = Frame(FRAME.starts_on, None, FRAME.today, FRAME.outcomes)
    assert [fault.field for fault in faults_of(Entry("M1", "pass"), frame)] == ["event_on"]


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ("Pass", "pass"),
        ("PASSED", "pass"),
        ("p", "pass"),
        (" fail. ", "fail"),
        ("F", "fail"),
        ("Referred", "refer"),
        ("deferred", "deferred"),
        ("a", "absent"),
        ("maybe", None),
        ("1", None),
        ("", None),
    ],
)
def test_outcomes_are_read_as_people_write_them(typed, outcome):
    assert read_outcome(typed) == outcome


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada Okafor", "Okafor, Ada", True),
        ("Zoë Żak", "zoe zak", True),
        ("Ada  Okafor ", "Ada Okafor", True),
        ("Ada Okafor", "Ada Okafar", False),
        ("Ada Okafor", "", False),
    ],
)
def test_names_are_compared_as_people_write_them(one, other, same):
    assert same_name(one, other) is same


def test_the_second_person_is_neither_submitter_nor_candidate():
    assert not release_refusals(1, {2}, {3})
    assert len(release_refusals(1, {1}, {3})) == 1
    assert len(release_refusals(1, {1}, {1})) == 2


@pytest.mark.parametrize(("taken", "shown"), [(11, "open"), (12, "full"), (13, "full")])
def test_full_is_counted(taken, shown):
    assert shown_state("open", taken, 12) == shown
    assert shown_state("assessment", taken, 12) == "assessment"
