"""What may be logged, what looks like a name, what became of a case, and how much is still to do: values in and out."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from accreditation.core.calendar import Span
from accreditation.core.private_text import names_in, reference_names
from accreditation.practice.rules.cases import CONCLUDED, Figures, Stated, Told, rate, state_of_case
from accreditation.practice.rules.entries import Details, Known, case_key, reasons_to_refuse, same_again
from accreditation.practice.rules.leave import became
from accreditation.practice.rules.progress import declared_codes, from_the_log, progress_in
from accreditation.standing.rules.evidence import Fact, dossier_of
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Asked, Held

ON, ONE = date(2027, 1, 12), Decimal(1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Spoke to Ann Jones about it", ["Ann Jones"]),
        ("Ann Jones rang.", ["Ann Jones"]),
        ("Mr Smith rang", ["Mr Smith"]),
        ("PC Brown was angry", ["PC Brown"]),
        ("J. Okafor will ring", ["J Okafor"]),
        ("Spoke with Karen", ["Karen"]),
        ("Met them in March. Will call on Monday.", []),
        ("Asked about HR, CTC and the Mediation Service.", []),
        ("Room booked twice. Will call back with another one.", []),
        ("She works in West Croydon", []),
        ("I told her what I'd do", []),
        (None, []),
    ],
)
def test_text_that_looks_like_a_name(text, found):
    assert names_in(text, known=["Croydon", "West Croydon"]) == found


@pytest.mark.parametrize(
    ("reference", "found"),
    [("MC-26-014", []), ("C-17", []), ("mc 26/14", []), ("Smith v Jones", ["Smith", "Jones"]), (None, [])],
)
def test_a_reference_that_looks_like_a_name(reference, found):
    assert reference_names(reference) == found


@pytest.mark.parametrize(
    ("one", "other", "same"), [("mc 26/14", "MC-26-14", True), ("MC-26-14", "MC-26-15", False), ("", "-", True)]
)
def test_two_ways_of_writing_one_case(one, other, same):
    assert (case_key(one) == case_key(other)) is same


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (Details("case", ON, ONE, "lead", hours=Decimal(0)), "hours of the case"),
        (Details("case", ON, ONE, "lead", outcome="won"), "outcome from the list"),
        (Details("case", ON, ONE, "lead", outcome="resolved"), "case reference"),
        (Details("declaration", ON, ONE, "insurance"), "last day of the insurance"),
        (Details("declaration", ON, ONE, "code-of-practice", ends_on=ON), "last day must not lie before"),
        (Details("declaration", ON, ONE), "what is declared"),
        (Details("cpd", ON, ONE, ends_on=date(2027, 2, 1)), "Only a declaration has a last day"),
    ],
)
def test_what_cannot_be_logged(details, said):
    assert said in " ".join(reasons_to_refuse(details))


@pytest.mark.parametrize(
    "details",
    [
        Details("case", ON, ONE, "lead", "MC-1", hours=Decimal("3.5"), outcome="resolved"),
        Details("declaration", ON, ONE, "code-of-practice"),
        Details("declaration", ON, ONE, "insurance", ends_on=date(2028, 1, 12)),
    ],
)
def test_what_can_be_logged(details):
    assert reasons_to_refuse(details) == []


def known(id_: int, **changes) -> Known:
    usual = {"person_id": 1, "kind": "case", "code": "lead", "done_on": ON, "quantity": ONE, "case_key": "MC1"}
    return Known(id_, **{**usual, **changes})


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (known(1), False),  # itself
        (known(2), True),
        (known(2, done_on=date(2026, 1, 1), code="observed"), True),  # one case, whenever and however
        (known(2, case_key="MC2"), False),
        (known(2, case_key=None), True),  # without a reference: by its day
        (known(2, case_key=None, done_on=date(2026, 1, 1)), False),
        (known(2, person_id=2), False),
        (known(2, kind="cpd", case_key=None), False),
    ],
)
def test_the_same_thing_logged_twice(other, same):
    assert same_again(known(1), other) is same
    assert same_again(other, known(1)) is same


LED, HELPED = Told(1, date(2027, 1, 10), "lead", "resolved"), Told(2, date(2027, 1, 20), "co_mediation", "not")


@pytest.mark.parametrize(
    ("stated", "told", "expected"),
    [
        (Stated(), [], (None, True, None, None, False)),
        (Stated(ON), [], (ON, False, None, None, False)),
        (Stated(), [LED], (LED.done_on, True, "resolved", LED.done_on, False)),
        (Stated(), [LED, HELPED], (LED.done_on, True, "resolved", LED.done_on, True)),
        (
            Stated(),
            [HELPED, Told(3, date(2027, 2, 1), "co_mediation", "not")],
            (HELPED.done_on, True, "not", date(2027, 2, 1), False),
        ),
        (Stated(ON, "partly", date(2027, 3, 1)), [LED, HELPED], (ON, False, "partly", date(2027, 3, 1), False)),
    ],
)
def test_what_became_of_a_case(stated, told, expected):
    found = state_of_case(stated, told)
    assert (found.counted_on, found.from_log, found.outcome, found.ended_on, found.disputed) == expected


def test_the_two_rates_of_the_founding_document_are_two():
    """Document 001: 8 referred, 2 resolved, 6 open: 25% of those referred, 100% of those concluded."""
    found = Figures(open=6, resolved=2)
    assert (found.conclusion_rate, found.concluded, found.referred) == ("25%", 2, 8)
    assert (found.resolution_rate, found.resolved, found.concluded) == ("100%", 2, 2)


def test_every_case_is_counted_once_and_no_rate_is_more_than_all():
    for numbers in product((0, 1, 3), repeat=6):
        found = Figures(*numbers)
        assert found.referred == sum(numbers)
        assert found.concluded == found.referred - found.open - found.withdrawn
        assert found.conclusion_rate == rate(found.concluded, found.referred)
        assert found.resolution_rate == rate(found.resolved, found.concluded)
    assert set(CONCLUDED) == {"resolved", "partly", "not", "concluded"}


@pytest.mark.parametrize(("part", "whole", "said"), [(0, 0, "no rate"), (0, 3, "0%"), (2, 3, "67%"), (1, 8, "13%")])
def test_a_rate_of_nothing_is_not_nought(part, whole, said):
    assert rate(part, whole) == said


TOTAL = Accumulated(Asked("supervision"), Decimal(4), 12, 12)
ALONE = Accumulated(Asked("supervision", frozenset({"one_to_one"})), Decimal(2), 12, 12)
BOTH = AllOf((TOTAL, ALONE))
AWARD = Fact("award", "S", date(2025, 1, 1), date(2030, 1, 1))


def supervised(*entries: tuple[date, str, str]):
    facts = [Fact("supervision", code, on, None, Decimal(hours)) for on, code, hours in entries]
    return dossier_of([AWARD, *facts], "S")


def test_every_part_of_a_composite_requirement_is_counted_by_itself():
    """Two of the four hours one to one: what is done, and what has to come before the earlier hours stop counting."""
    dossier = supervised((date(2026, 3, 1), "group", "3"), (date(2026, 6, 1), "one_to_one", "2"))
    on = date(2026, 12, 1)
    whole, alone = progress_in(BOTH, dossier, Span(date(2025, 1, 1), date(2027, 3, 1)), on).parts
    assert (whole.done, whole.still, whole.due_by) == (5, 2, date(2027, 2, 28))
    assert whole.done_words == "5 of 4 hours in 12 months"
    assert (alone.done, alone.still, alone.due_by) == (2, 2, date(2027, 5, 31))
    assert alone.done_words == "2 of 2 hours one to one in 12 months"


def test_what_is_not_yet_due_says_when_and_how_much():
    dossier = dossier_of([AWARD, Fact("supervision", "group", date(2025, 6, 1), None, Decimal(1))], "S")
    (part,) = progress_in(TOTAL, dossier, Span(date(2025, 1, 1), date(2026, 1, 1)), date(2025, 7, 1)).parts
    assert (part.done, part.still, part.due_by, part.met) == (1, 3, date(2025, 12, 31), True)


def test_what_is_overdue_is_due_now_and_what_waits_is_shown_beside():
    dossier = supervised((date(2026, 3, 1), "group", "1"))
    waiting = [Fact("supervision", "group", date(2026, 11, 1), None, Decimal("1.5"))]
    (part,) = progress_in(TOTAL, dossier, None, date(2026, 12, 1), waiting).parts
    assert (part.done, part.still, part.due_by, part.met, part.waiting) == (1, 3, None, False, Decimal("1.5"))


def test_a_waiver_leaves_the_rest_due_on_its_last_day():
    (part,) = progress_in(TOTAL, supervised(), Span(date(2026, 1, 1), date(2027, 1, 1)), date(2026, 6, 1)).parts
    assert (part.still, part.due_by) == (4, date(2026, 12, 31))


def test_either_part_will_do():
    progress = progress_in(AnyOf((TOTAL, ALONE)), supervised(), None, date(2026, 12, 1))
    assert progress.any_of
    assert [part.still for part in progress.parts] == [4, 2]


def test_which_requirements_come_from_the_log():
    insured = Held(Asked("declaration", frozenset({"insurance"})))
    assert [from_the_log(rule) for rule in (BOTH, insured, Held(Asked("clearance", frozenset({"CTC"}))))] == [
        True,
        True,
        False,
    ]
    assert declared_codes([AnyOf((insured, TOTAL)), insured]) == ["insurance"]


@pytest.mark.parametrize(
    ("state", "ended_on", "cancelled", "words", "ends_on", "stands"),
    [
        ("asked", None, False, "Waits for an answer", date(2027, 9, 1), False),
        ("declined", None, False, "Declined", date(2027, 9, 1), False),
        ("approved", None, False, "Agreed", date(2027, 9, 1), True),
        ("approved", date(2027, 9, 1), False, "Agreed", date(2027, 9, 1), True),
        ("approved", date(2027, 8, 31), False, "Agreed, and ended early", date(2027, 8, 31), True),
        ("approved", date(2027, 8, 31), True, "Agreed, then cancelled by the service", date(2027, 9, 1), False),
    ],
)
def test_what_became_of_leave_that_was_asked_for(state, ended_on, cancelled, words, ends_on, stands):
    found = became(state, Span(date(2027, 3, 1), date(2027, 9, 1)), ended_on=ended_on, cancelled=cancelled)
    assert (found.words, found.ends_on, found.stands) == (words, ends_on, stands)
