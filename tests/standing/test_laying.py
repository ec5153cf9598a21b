"""What may be laid over a standing, and what it moves: the day before, the day and the day after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accreditation.core.calendar import FOREVER, Span
from accreditation.standing.queries import preset
from accreditation.standing.rules.effects import moves
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.laying import (
    LAID_KINDS,
    NEUTRAL,
    leave_types,
    overlapping,
    reasons_not_to_end,
    reasons_to_refuse,
)
from tests.factories import laid

FIRST, LAST = date(2027, 3, 1), date(2027, 6, 1)
CODE = "INHOUSE-WPM"
TODAY = date(2027, 2, 2)


@pytest.mark.parametrize("kind", LAID_KINDS)
def test_what_has_days_a_reason_and_an_authority_may_be_laid_over(kind):
    requirement = "refresher" if kind in ("waiver", "extension") else None
    assert reasons_to_refuse(laid(kind, FIRST, LAST, requirement=requirement)) == []


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (laid("leave", FIRST, None), "only a suspension may be without an end"),
        (laid("waiver", FIRST, None, requirement="cpd"), "only a suspension may be without an end"),
        (laid("extension", FIRST, None, requirement="cpd"), "only a suspension may be without an end"),
        (laid("suspension", FIRST, FIRST), "must not lie before"),
        (laid("leave", FIRST, FIRST - timedelta(1)), "must not lie before"),
        (laid("leave", FIRST, LAST, leave_type=None), "what kind of leave"),
        (laid("leave", FIRST, LAST, leave_type="holiday"), "what kind of leave"),
        (laid("waiver", FIRST, LAST), "Choose the requirement"),
        (laid("suspension", FIRST, None, reason=" "), "Enter the reason"),
        (laid("suspension", FIRST, None, authority=" "), "Enter who decided"),
    ],
)
def test_what_is_missing_is_said(decision, words):
    reasons = reasons_to_refuse(decision)
    assert len(reasons) == 1
    assert words in reasons[0]


def test_every_reason_is_said_at_once():
    assert len(reasons_to_refuse(laid("leave", FIRST, None, leave_type=None, reason="", authority=""))) == 4


@pytest.mark.parametrize(
    ("ends_on", "refused"), [(date(2032, 2, 29), False), (date(2032, 3, 1), False), (date(2032, 3, 2), True)]
)
def test_five_years_is_the_longest_that_is_not_a_suspension(ends_on, refused):
    assert bool(reasons_to_refuse(laid("leave", FIRST, ends_on))) is refused
    assert not reasons_to_refuse(laid("suspension", FIRST, ends_on))


def test_the_kinds_of_leave_are_data():
    assert list(leave_types()) == [
        "maternity", "paternity", "adoption", "sickness", "career_break", "secondment", "other",
    ]  # fmt: skip


def test_the_ledger_never_says_why():
    assert set(NEUTRAL) == set(LAID_KINDS)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "overlaps"),
    [
        (FIRST - timedelta(10), FIRST, False),
        (FIRST - timedelta(10), FIRST + timedelta(1), True),
        (FIRST, LAST, True),
        (LAST - timedelta(1), LAST + timedelta(9), True),
        (LAST, LAST + timedelta(9), False),
    ],
)
@pytest.mark.parametrize("kind", ["suspension", "leave"])
def test_days_are_counted_once(kind, starts_on, ends_on, overlaps):
    there = Fact(kind, None, FIRST, LAST)
    assert (overlapping([there], laid(kind, starts_on, ends_on)) is there) is overlaps


def test_one_without_an_end_overlaps_whatever_comes_after():
    there = Fact("suspension", None, FIRST)
    assert overlapping([there], laid("suspension", date(2199, 1, 1))) is there
    assert overlapping([there], laid("suspension", FIRST - timedelta(5), FIRST)) is None
    assert overlapping([there], laid("suspension", FIRST - timedelta(5))) is there


@pytest.mark.parametrize(
    ("there", "wanted", "overlaps"),
    [(None, None, True), (None, "A", True), ("A", None, True), ("A", "A", True), ("A", "B", False)],
)
def test_what_is_meant_for_another_scheme_does_not_overlap(there, wanted, overlaps):
    fact = Fact("suspension", None, FIRST, scheme=there)
    assert bool(overlapping([fact], laid("suspension", FIRST, scheme=wanted))) is overlaps


def test_waivers_overlap_only_of_one_requirement_and_kinds_never_mix():
    cpd = Fact("waiver", "cpd", FIRST, LAST)
    assert overlapping([cpd], laid("waiver", FIRST, LAST, requirement="cpd")) is cpd
    assert overlapping([cpd], laid("waiver", FIRST, LAST, requirement="refresher")) is None
    assert overlapping([cpd], laid("extension", FIRST, LAST, requirement="cpd")) is None
    assert overlapping([Fact("leave", None, FIRST, LAST)], laid("suspension", FIRST)) is None


@pytest.mark.parametrize(
    ("kind", "ended_on", "possible"),
    [
        ("suspension", FIRST, False),
        ("suspension", FIRST + timedelta(1), True),
        ("suspension", LAST - timedelta(1), True),
        ("suspension", LAST, False),
        ("leave", LAST, True),  # the return, as planned
        ("leave", LAST + timedelta(1), False),
        ("waiver", LAST, False),
    ],
)
def test_it_ends_within_its_own_days(kind, ended_on, possible):
    assert (reasons_not_to_end(kind, Span(FIRST, LAST), ended_on) == []) is possible


def test_an_open_suspension_ends_on_any_day_after_its_first():
    assert reasons_not_to_end("suspension", Span(FIRST, FOREVER), date(2199, 1, 1)) == []


# --- what it moves ---------------------------------------------------------------------------------------------------

FACTS = [
    Fact("training", CODE, date(2026, 6, 1)),
    Fact("award", CODE, date(2026, 6, 1), date(2029, 6, 1)),
    Fact("clearance", "CTC", date(2026, 1, 1), date(2028, 4, 1)),
    Fact("case", "co_mediation", date(2026, 6, 1)),
    Fact("case", "co_mediation", date(2026, 6, 1)),
]


def moved(*added, facts=FACTS, on=TODAY):
    scheme = preset(CODE)
    return {move.code: move for move in moves(evaluate(scheme, facts), evaluate(scheme, [*facts, *added]), on)}


@pytest.mark.parametrize("days", [1, 30, 364, 365, 366, 400])
def test_leave_moves_what_says_so_by_its_days_up_to_the_cap_and_never_a_clearance(days):
    found = moved(Fact("leave", None, FIRST, FIRST + timedelta(days)))
    capped = min(days, 365)
    leave_moves = {
        requirement.code for requirement in preset(CODE).requirements if getattr(requirement.rule, "leave_moves", False)
    }
    assert "refresher" in leave_moves
    assert {code: move.days for code, move in found.items() if move.changes} == dict.fromkeys(
        {code for code in leave_moves if found[code].before and found[code].before.ends_on < FOREVER}, capped
    )
    for code in ("ctc", "award"):
        assert (found[code].days, found[code].changes) == (0, False)
    assert found["refresher"].through_before == date(2027, 5, 31)
    assert found["refresher"].through_after == date(2027, 5, 31) + timedelta(capped)


def test_a_suspension_moves_nothing():
    assert not any(move.changes for move in moved(Fact("suspension", None, FIRST)).values())


@pytest.mark.parametrize(
    ("starts_on", "through", "gained"),
    [
        (date(2027, 6, 1), date(2027, 8, 31), [Span(date(2027, 6, 1), date(2027, 9, 1))]),  # from the day it ends on
        (date(2027, 6, 2), date(2027, 5, 31), [Span(date(2027, 6, 2), date(2027, 9, 1))]),  # a day is left uncovered
        (date(2027, 5, 1), date(2027, 8, 31), [Span(date(2027, 6, 1), date(2027, 9, 1))]),
    ],
)
def test_an_extension_moves_one_requirement_to_its_own_last_day(starts_on, through, gained):
    found = moved(Fact("extension", "refresher", starts_on, date(2027, 9, 1)))
    assert found["refresher"].through_after == through
    assert list(found["refresher"].gained) == gained
    assert [code for code, move in found.items() if move.changes] == ["refresher"]


def test_taking_one_away_loses_what_it_gave():
    waiver = Fact("waiver", "refresher", date(2027, 6, 1), date(2027, 9, 1))
    scheme = preset(CODE)
    (found,) = (
        move for move in moves(evaluate(scheme, [*FACTS, waiver]), evaluate(scheme, FACTS), TODAY) if move.changes
    )
    assert (found.code, found.days, found.gained) == ("refresher", -92, ())
    assert list(found.lost) == [Span(date(2027, 6, 1), date(2027, 9, 1))]


def test_a_run_without_an_end_has_no_days_to_move():
    (trained,) = [move for move in moved().values() if move.code == "trained"]
    assert (trained.days, trained.through_before, trained.changes) == (None, None, False)


def test_what_is_met_again_had_no_last_day():
    lapsed = [replace(FACTS[0], starts_on=date(2025, 6, 1)), *FACTS[1:]]
    found = moved(Fact("waiver", "refresher", TODAY, date(2027, 5, 1)), facts=lapsed)["refresher"]
    assert (found.before, found.after, found.days) == (None, Span(TODAY, date(2027, 5, 1)), None)
