"""Which verdict prevails, what limits it, and what a waiver does: read through the files of `evaluate`."""

import json
from datetime import date

import pytest

from accreditation.standing.rules.contract.results import evaluation
from accreditation.standing.rules.contract.rows import read_evidence
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.rules.evidence import known

SCHEME = {
    "code": "X",
    "requirements": [
        {"code": "trained", "rule": "once", "kind": "training", "lead_only": True},
        {"code": "award", "rule": "held", "kind": "award", "of": "X"},
    ],
}
BASE = [
    {"id": 1, "kind": "award", "code": "X", "starts_on": "2026-01-01", "ends_on": "2027-01-01"},
    {"id": 2, "kind": "training", "starts_on": "2026-01-01"},
]


def ask(rows, on=None, scheme=SCHEME):
    facts = read_evidence(json.dumps(rows))
    return evaluation(read_scheme_file(json.dumps(scheme)), known(facts, None), on and date.fromisoformat(on))


@pytest.mark.parametrize(
    ("extra", "on", "verdict"),
    [
        ([], "2025-12-31", "not_accredited"),
        ([], "2026-01-01", "deployable"),
        ([], "2026-12-31", "deployable"),
        ([], "2027-01-01", "lapsed"),
        ([{"kind": "leave", "starts_on": "2026-03-01", "ends_on": "2026-04-01"}], "2026-03-01", "on_leave"),
        ([{"kind": "leave", "starts_on": "2026-03-01", "ends_on": "2026-04-01"}], "2026-04-01", "deployable"),
        ([{"kind": k, "starts_on": "2026-03-01"} for k in ("leave", "suspension")], "2026-03-01", "suspended"),
        ([{"kind": k, "starts_on": "2026-03-01"} for k in ("suspension", "withdrawal")], "2026-03-01", "withdrawn"),
        ([{"kind": "suspension", "starts_on": "2025-03-01"}], "2025-12-31", "not_accredited"),
        ([{"kind": "membership", "starts_on": "2025-01-01", "ends_on": "2025-06-01"}], "2025-05-31", "not_accredited"),
        ([{"kind": "membership", "starts_on": "2025-01-01", "ends_on": "2025-06-01"}], "2025-06-01", "left"),
        (
            [
                {"kind": "membership", "starts_on": "2025-01-01", "ends_on": "2025-06-01"},
                {"kind": "membership", "starts_on": "2026-02-01"},
            ],
            "2026-02-01",
            "deployable",
        ),
    ],
)
def test_the_first_verdict_that_applies(extra, on, verdict):
    assert ask([*BASE, *extra], on)["verdict"] == verdict


def test_without_what_only_a_lead_needs_one_may_co_mediate():
    assert ask(BASE[:1], "2026-05-01")["verdict"] == "co_mediation_only"


@pytest.mark.parametrize(
    ("kind", "limiting"), [("suspension", "suspension"), ("leave", "leave"), ("withdrawal", "withdrawal")]
)
def test_an_overlay_to_come_limits(kind, limiting):
    answer = ask([*BASE, {"kind": kind, "starts_on": "2026-09-01"}], "2026-05-01")
    assert (answer["limiting"], answer["limiting_end"], answer["valid_through"]) == (
        limiting,
        "2026-09-01",
        "2026-08-31",
    )


def test_the_end_of_membership_limits():
    answer = ask([*BASE, {"kind": "membership", "starts_on": "2020-01-01", "ends_on": "2026-07-01"}], "2026-05-01")
    assert (answer["limiting"], answer["valid_through"]) == ("membership", "2026-06-30")


def test_a_waiver_counts_as_met_and_is_said_to_support():
    rows = [*BASE, {"id": 3, "kind": "waiver", "code": "award", "starts_on": "2026-12-01", "ends_on": "2027-03-01"}]
    answer = ask(rows, "2026-12-15")
    assert (answer["limiting"], answer["valid_through"]) == ("award", "2027-02-28")
    assert answer["because"] == {"trained": [2], "award": [1, 3]}
    assert ask(rows, "2027-02-28")["because"]["award"] == [3]


def test_no_rows_no_periods():
    assert ask([]) == {"periods": [], "requirements": {"trained": [], "award": []}}
    assert ask([], "2026-01-01")["verdict"] == "not_accredited"


def test_what_never_ends_is_null():
    rows = [{"id": 1, "kind": "award", "code": "X", "starts_on": "2026-01-01"}, BASE[1]]
    assert ask(rows)["periods"] == [
        {
            "starts_on": "2026-01-01",
            "ends_on": None,
            "verdict": "deployable",
            "failing": [],
            "limiting": None,
            "limiting_end": None,
            "valid_through": None,
        }
    ]


def test_the_ends_of_the_calendar_are_survived():
    scheme = {
        **SCHEME,
        "window_days": 10**9,
        "requirements": [
            *SCHEME["requirements"],
            {"code": "r", "rule": "recurring", "kind": "cpd", "every_days": 10**12, "renew_from": "end"},
            {"code": "s", "rule": "accumulated", "kind": "cpd", "quantity": 1, "per_months": 10**9},
        ],
    }
    rows = [
        {"kind": "award", "code": "X", "starts_on": "0001-01-01", "ends_on": "9999-12-31"},
        {"kind": "training", "starts_on": "0001-01-01"},
        {"kind": "cpd", "starts_on": "0001-01-02"},
        {"kind": "cpd", "starts_on": "9999-12-30"},
        {"kind": "leave", "starts_on": "9999-12-30"},
    ]
    assert [p["verdict"] for p in ask(rows, scheme=scheme)["periods"]] == ["lapsed", "deployable", "on_leave"]
    assert ask(rows, "9999-12-30", scheme)["verdict"] == "on_leave"
