"""Who is new, who is known and why, what differs, and what has to be asked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accreditation.core.calendar import FOREVER, Span
from accreditation.desk.importing.rules.clearances import KnownClearance, Waiting
from accreditation.desk.importing.rules.following import waivers
from accreditation.desk.importing.rules.known import Known, Register
from accreditation.desk.importing.rules.plan import Plan, Status
from accreditation.desk.importing.rules.planning import plan_rows
from accreditation.desk.importing.rules.rows import Entry, Held, Problem
from accreditation.standing.queries.presets import preset
from accreditation.standing.rules.awards import award_span
from accreditation.standing.rules.requirements import Accumulated, AllOf, Asked, Recurring, Step
from accreditation.standing.rules.requirements import Held as HeldRule
from accreditation.standing.rules.scheme import Requirement, Scheme

SCHEME = preset("INHOUSE-WPM")


def term(on):
    return award_span(SCHEME, on)


ADA = Entry(
    5,
    reference="M0001",
    given_name="Ada",
    family_name="Okafor",
    pay_number="514002",
    email="ada@example.org",
    unit="Lambeth",
    holder_kind="employee",
    outcome="pass",
    result_on=date(2025, 3, 14),
    clearances=(Held("CTC", date(2025, 1, 9), date(2035, 1, 9)),),
    refresher_on=date(2026, 2, 2),
)
KNOWN = Known(
    1,
    "M0001",
    "Ada",
    "Okafor",
    "514002",
    "ada@example.org",
    "Lambeth",
    "employee",
    frozenset({("pass", date(2025, 3, 14))}),
    (Span(date(2025, 3, 14), date(2028, 3, 14)),),
    (KnownClearance(7, "CTC", date(2025, 1, 9), date(2035, 1, 10)),),
    frozenset({date(2026, 2, 2)}),
)


def plan(*entries, known=(), decisions=None):
    return plan_rows(entries, Register(known), term, decisions or {})


def only(*entries, **options):
    (row,) = plan(*entries, **options)
    return row


def test_somebody_unknown_is_new_with_everything_that_follows():
    row = only(ADA)
    assert row.status is Status.NEW
    assert [step.sentence for step in row.steps] == [
        "Added to the register",
        "Pass on 14 March 2025",
        "Accredited from 14 March 2025, valid through 13 March 2028",
        "CTC granted on 9 January 2025, valid through 9 January 2035",
        "Refresher day on 2 February 2026",
    ]


@pytest.mark.parametrize("outcome", ["refer", "fail"])
def test_a_fail_or_refer_is_a_result_without_award(outcome):
    steps = [type(step).__name__ for step in only(replace(ADA, outcome=outcome)).steps]
    assert steps == ["AddPerson", "AddResult", "AddClearance", "AddRefresher"]


def test_the_same_row_again_is_unchanged():
    row = only(ADA, known=[KNOWN])
    assert (row.status, row.steps) == (Status.UNCHANGED, ())
    assert row.why.startswith("Reference M0001 is Ada Okafor in the register.")


def test_a_pay_number_alone_is_the_same_person_too():
    row = only(replace(ADA, reference=""), known=[KNOWN])
    assert row.status is Status.UNCHANGED
    assert row.why.startswith("Pay number 514002 is Ada Okafor")


def test_blank_cells_erase_nothing():
    bare = Entry(5, reference="M0001", given_name="Ada", family_name="Okafor")
    assert only(bare, known=[KNOWN]).status is Status.UNCHANGED


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"given_name": "Adaeze"}, "Name: Ada Okafor becomes Adaeze Okafor"),
        ({"email": "a.okafor@example.org"}, "E-mail address: ada@example.org becomes a.okafor@example.org"),
        ({"unit": "Brent"}, "Unit: Lambeth becomes Brent"),
        ({"holder_kind": "contractor"}, "Employee or contractor: employee becomes contractor"),
        ({"refresher_on": date(2026, 9, 1)}, "Refresher day on 1 September 2026"),
        (
            {"clearances": (Held("CTC", date(2025, 1, 9), date(2036, 1, 9)),)},
            "CTC granted on 9 January 2025: valid through 9 January 2036. In the register: to 9 January 2035",
        ),
        (
            {"clearances": (Held("SC", date(2025, 1, 9), date(2030, 1, 9)),)},
            "SC granted on 9 January 2025, valid through 9 January 2030",
        ),
        ({"outcome": "fail", "result_on": date(2025, 1, 1)}, "Fail on 1 January 2025"),
    ],
)
def test_what_differs_is_said_and_would_be_written(changes, sentence):
    row = only(replace(ADA, **changes), known=[KNOWN])
    assert row.status is Status.MATCHES
    assert [step.sentence for step in row.steps] == [sentence]


def test_an_address_in_other_capitals_is_the_same_address():
    assert only(replace(ADA, email="Ada@Example.org"), known=[KNOWN]).status is Status.UNCHANGED


def test_an_earlier_end_of_a_clearance_is_asked_about_and_not_taken_over():
    row = only(replace(ADA, clearances=(Held("CTC", date(2025, 1, 9), date(2030, 1, 9)),)), known=[KNOWN])
    assert row.status is Status.UNCHANGED
    assert "runs to 9 January 2035 in the register and to 9 January 2030 in the file" in row.questions[0]


LATER = replace(ADA, clearances=(Held("CTC", date(2025, 1, 9), date(2036, 1, 9)),))


def with_clearance(**details) -> Known:
    return replace(KNOWN, clearances=(replace(KNOWN.clearances[0], **details),))


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"stands": False}, "it is no longer granted here"),
        ({"shortened": True}, "its end was brought forward by the risk owner"),
    ],
)
def test_a_later_end_never_undoes_a_decision(details, said):
    row = only(LATER, known=[with_clearance(**details)])
    assert (row.status, row.steps) == (Status.UNCHANGED, ())
    assert said in row.questions[0]


def test_an_old_file_does_not_bring_back_what_was_corrected_here():
    corrected = with_clearance(former=frozenset({(date(2025, 1, 9), date(2036, 1, 10))}))
    row = only(LATER, known=[corrected])
    assert (row.status, row.steps, row.questions) == (Status.UNCHANGED, (), ())


def test_a_date_that_was_missing_here_is_filled_in():
    row = only(ADA, known=[with_clearance(granted_on=None, to_be_asked=True)])
    assert [step.sentence for step in row.steps] == [
        "CTC granted on 9 January 2025: valid through 9 January 2035. In the register: a date was missing"
    ]


@pytest.mark.parametrize(("since", "decides"), [(date(2034, 8, 1), 11), (date(2034, 8, 2), None)])
def test_a_renewal_is_a_clearance_of_its_own_and_the_decision_on_what_was_asked_for(since, decides):
    known = replace(KNOWN, waiting=(Waiting(11, "CTC", since), Waiting(12, "SC", date(2020, 1, 1))))
    row = only(replace(ADA, clearances=(Held("CTC", date(2034, 8, 1), date(2044, 7, 31)),)), known=[known])
    assert [step.application_id for step in row.steps] == [decides]


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (Held("CTC", date(2025, 1, 9), None), "no expiry is given. It is not recorded"),
        (Held("CTC", None, date(2035, 1, 9)), "not since when. It is not recorded"),
    ],
)
def test_half_a_clearance_is_asked_about_and_not_recorded(held, sentence):
    row = only(replace(ADA, clearances=(held,)))
    assert row.status is Status.NEW
    assert "AddClearance" not in [type(step).__name__ for step in row.steps]
    assert sentence in row.questions[0]
    assert only(replace(ADA, clearances=(held,)), known=[KNOWN]).questions == ()  # the register knows it already


@pytest.mark.parametrize("passed", [date(2025, 3, 15), date(2028, 3, 13), date(2022, 3, 15)])
def test_a_pass_that_would_overlap_the_award_is_refused(passed):
    row = only(replace(ADA, result_on=passed, refresher_on=None), known=[KNOWN])
    assert row.status is Status.REFUSED
    assert "would overlap" in row.problems[0].message


@pytest.mark.parametrize("passed", [date(2028, 3, 14), date(2022, 3, 14)])
def test_a_pass_beside_the_award_is_a_further_award(passed):
    row = only(replace(ADA, result_on=passed, refresher_on=None), known=[KNOWN])
    assert [type(step).__name__ for step in row.steps] == ["AddResult", "AddAward"]


BEN = replace(
    KNOWN, person_id=2, reference="M0002", given_name="Ben", family_name="Yates", pay_number="111", email=None
)


def test_a_reference_and_pay_number_of_two_people_are_refused():
    row = only(replace(ADA, pay_number="111"), known=[KNOWN, BEN])
    assert row.status is Status.REFUSED
    assert "Reference M0001 is Ada Okafor" in row.problems[0].message
    assert "pay number 111 is Ben Yates (M0002)" in row.problems[0].message


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"given_name": "Zofia", "family_name": "Begum"}, "M0001 is Ada Okafor in the register and Zofia Begum"),
        ({"pay_number": "999"}, "has pay number 514002 in the register; the file says 999"),
        ({"reference": "X7"}, "Pay number 514002 is Ada Okafor (M0001) in the register; the file says X7"),
    ],
)
def test_an_identifier_that_something_speaks_against_needs_a_decision(changes, sentence):
    entry = replace(ADA, **changes)
    row = only(entry, known=[KNOWN])
    assert row.status is Status.DECISION
    assert sentence in row.why
    assert [choice.value for choice in row.choices] == ["same", "leave"]
    assert only(entry, known=[KNOWN], decisions={5: "leave"}).status is Status.LEFT_OUT
    same = only(entry, known=[KNOWN], decisions={5: "same"})
    assert (same.status, same.person_id) in {(Status.MATCHES, 1), (Status.UNCHANGED, 1)}
    assert only(entry, known=[KNOWN], decisions={5: "person:99"}).status is Status.DECISION


def test_a_shared_name_or_address_is_a_question_and_never_a_match():
    other = replace(ADA, number=9, reference="M0030", pay_number="163607")
    first, second = plan(ADA, other)
    assert (first.status, second.status) == (Status.NEW, Status.NEW)
    assert first.questions == ("Same name and address as row 9, Ada Okafor M0030: check that these are two people.",)
    assert "row 5, Ada Okafor M0001" in second.questions[0]
    (row,) = plan(replace(other, email="else@example.org"), known=[KNOWN])
    assert row.status is Status.NEW
    assert row.questions == ("Same name as Ada Okafor (M0001) in the register: check that these are two people.",)
    (row,) = plan(replace(other, given_name="Bo", email="ADA@example.org"), known=[KNOWN])
    assert row.questions[0].startswith("Same address as Ada Okafor")


def test_without_identifier_a_known_name_or_address_needs_a_decision():
    nameless = replace(ADA, reference="", pay_number="")
    row = only(nameless, known=[KNOWN])
    assert row.status is Status.DECISION
    assert "Ada Okafor (M0001) in the register has the same name and address" in row.why
    assert [choice.value for choice in row.choices] == ["new", "person:1", "leave"]
    assert only(nameless, known=[KNOWN], decisions={5: "new"}).status is Status.NEW
    assert only(nameless, known=[KNOWN], decisions={5: "person:1"}).status is Status.UNCHANGED
    assert only(nameless).status is Status.NEW
    first, second = plan(ADA, replace(nameless, number=9))
    assert (first.status, second.status) == (Status.NEW, Status.DECISION)
    assert "row 5, Ada Okafor M0001, has the same name and address" in second.why


def test_the_same_row_twice_in_a_file_is_named_and_adds_nothing():
    first, second = plan(ADA, replace(ADA, number=6))
    assert (first.status, second.status) == (Status.NEW, Status.DUPLICATE)
    assert "The same as row 5" in second.why
    assert first.questions == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"result_on": date(2025, 3, 15)}, "the same reference M0001 and says something else (date of the result)"),
        ({"reference": "M0009"}, "the same pay number 514002 and says something else (reference)"),
        ({"email": ""}, "(e-mail address)"),
    ],
)
def test_rows_that_contradict_each_other_are_both_refused(changes, sentence):
    first, second, third = plan(ADA, replace(ADA, number=6, **changes), replace(ADA, number=7))
    assert {first.status, second.status, third.status} == {Status.REFUSED}
    assert "Row 6 has" in first.problems[0].message
    assert "Row 5 has" in second.problems[0].message
    assert sentence in second.problems[0].message


def test_two_rows_that_are_one_person_of_the_register_are_both_refused():
    by_pay_number = replace(ADA, number=6, reference="")
    rows = plan(replace(ADA, pay_number=""), by_pay_number, known=[KNOWN])
    assert [row.status for row in rows] == [Status.REFUSED, Status.REFUSED]
    assert "and so is row 6" in rows[0].problems[0].message


def test_a_row_with_a_bad_cell_is_refused_with_every_problem_in_the_order_of_the_sheet():
    bad = replace(ADA, problems=(Problem("K", "b", "", ""), Problem("AA", "c", "", ""), Problem("E", "a", "", "")))
    row, good = plan(bad, replace(ADA, number=6))
    assert (row.status, good.status) == (Status.REFUSED, Status.NEW)
    assert [problem.column for problem in row.problems] == ["E", "K", "AA"]
    assert row.why == "3 things are wrong."


def test_the_digest_changes_with_what_would_be_written_and_with_nothing_else():
    def digest(entry, known=()):
        return Plan("INHOUSE-WPM", date(2026, 11, 22), tuple(plan(entry, known=known))).digest

    assert digest(ADA) == digest(ADA)
    assert digest(ADA) != digest(ADA, [KNOWN])
    assert digest(ADA) != digest(replace(ADA, refresher_on=date(2026, 2, 3)))


# What the sheet never recorded

FIELDS = ["reference", "family_name", "given_name", "result", "result_on", "granted:CTC", "expires:CTC", "refresher_on"]
AWARDED, TRACKED = date(2025, 3, 14), date(2026, 11, 22)


def test_what_no_column_records_gets_one_waiver_each_until_its_own_period_has_run():
    found = {
        w.requirement: (w.starts_on, w.ends_on)
        for w in waivers(SCHEME, FIELDS, awarded_on=AWARDED, tracked_from=TRACKED)
    }
    assert found == {
        "comediation": (AWARDED, None),
        "practice": (AWARDED, date(2027, 11, 22)),
        "supervision": (AWARDED, date(2027, 11, 22)),
        "cpd": (AWARDED, date(2027, 11, 22)),
    }


def test_without_a_refresher_column_refreshers_are_waived_and_clearance_never_is():
    found = {w.requirement for w in waivers(SCHEME, ["result", "result_on"], awarded_on=AWARDED, tracked_from=TRACKED)}
    assert found == {"comediation", "refresher", "practice", "supervision", "cpd"}


def test_a_waiver_that_would_end_before_the_award_is_left_out():
    found = waivers(SCHEME, FIELDS, awarded_on=AWARDED, tracked_from=date(2024, 3, 14))
    assert [w.requirement for w in found] == ["comediation"]


def test_a_composite_is_waived_for_the_longest_of_its_parts_and_not_at_all_if_it_asks_for_clearance():
    cpd = Accumulated(Asked("cpd"), Decimal(6), 24)
    day = Recurring(Asked("observation"), Step(months=12))
    cleared = HeldRule(Asked("clearance", ("CTC",)))
    award = Requirement("award", HeldRule(Asked("award", ("X",))))
    scheme = Scheme("X", (award, Requirement("a", AllOf((cpd, day))), Requirement("b", AllOf((cpd, cleared)))))
    found = waivers(scheme, FIELDS, awarded_on=AWARDED, tracked_from=TRACKED)
    assert [(w.requirement, w.ends_on) for w in found] == [("a", date(2028, 11, 22))]
    assert FOREVER not in [w.ends_on for w in found]
