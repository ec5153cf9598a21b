"""The two files of `evaluate`: what is refused, in one line that names the row or the requirement."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from accreditation.standing.cli.evaluating import evaluate_files
from accreditation.standing.rules.contract.moments import parse_known_on
from accreditation.standing.rules.contract.reading import Refused
from accreditation.standing.rules.contract.rows import read_evidence, row_as_json
from accreditation.standing.rules.contract.scheme_json import scheme_as_json
from accreditation.standing.rules.contract.schemes import read_scheme, read_scheme_file

AWARD = {"code": "award", "rule": "held", "kind": "award", "of": "X"}
ROW = {"id": 7, "kind": "clearance", "code": "CTC", "starts_on": "2026-01-01"}
CPD = {"code": "cpd", "rule": "accumulated", "kind": "cpd", "quantity": 6}
DAY = {"code": "day", "rule": "recurring", "kind": "refresher", "every_months": 12}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**ROW, "kind": "rumour"}, 'row 1 (id 7): kind "rumour" is unknown'),
        ({"id": 7, "starts_on": "2026-01-01"}, "row 1 (id 7): kind is missing"),
        ({**ROW, "kind": None}, "row 1 (id 7): kind is missing"),
        ({**ROW, "kind": ["award"]}, 'row 1 (id 7): kind ["award"] is unknown'),
        ({"id": 7, "kind": "cpd"}, "row 1 (id 7): starts_on is missing"),
        ({**ROW, "starts_on": "2026-02-30"}, 'row 1 (id 7): starts_on "2026-02-30" is not a day of the calendar'),
        ({**ROW, "starts_on": "20260201"}, 'row 1 (id 7): starts_on "20260201" is not a date written YYYY-MM-DD'),
        ({**ROW, "starts_on": "2026-W01-1"}, "is not a date written"),
        ({**ROW, "starts_on": "2026-01-01T00:00:00"}, "is not a date written"),
        ({**ROW, "starts_on": 20260101}, "starts_on 20260101 is not a date"),
        ({**ROW, "starts_on": "9999-12-31"}, "calendar's last day"),
        ({**ROW, "ends_on": "2026-01-01"}, "ends_on 2026-01-01 is not after starts_on 2026-01-01"),
        ({**ROW, "ends_on": "2025-12-31"}, "is not after"),
        ({**ROW, "ends_on": False}, "ends_on false is not a date"),
        ({**ROW, "kind": "cpd", "ends_on": "2026-02-01"}, "cpd is an event of one day and has no ends_on"),
        ({**ROW, "quantity": True}, "quantity true is not a number"),
        ({**ROW, "quantity": "3.5"}, 'quantity "3.5" is not a number'),
        ({**ROW, "quantity": -1}, "quantity -1 is not a number of 0 or more"),
        ({**ROW, "quantity": 10**30}, "quantity is out of any range"),
        ({**ROW, "code": 5}, "code 5 is not text"),
        ({**ROW, "scheme": []}, "scheme [] is not text"),
        ({**ROW, "id": 1.5}, "row 1: id 1.5 is neither a number nor text"),
        ({**ROW, "recorded_at": "2026-01-01T10:00:00"}, "has no offset from UTC"),
        ({**ROW, "recorded_at": "yesterday"}, "is not a moment"),
        ({**ROW, "voided_at": 0}, "voided_at 0 is not a moment"),
        ("row", 'row 1: expected an object, not "row"'),
        (None, "row 1: expected an object, not null"),
    ],
)
def test_a_wrong_row_is_refused(row, reason):
    with pytest.raises(Refused) as refusal:
        read_evidence(json.dumps([row]))
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith("row 1")


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ({"rule": "once", "kind": "training"}, "requirement 2: code is missing"),
        ({"code": "", "rule": "once", "kind": "training"}, "requirement 2: code is empty"),
        ({"code": "t", "kind": "training"}, 'requirement "t": rule is missing'),
        ({"code": "t", "rule": "twice", "kind": "training"}, 'requirement "t": rule "twice" is unknown'),
        ({"code": "t", "rule": "once"}, 'requirement "t": kind is missing'),
        ({"code": "t", "rule": "once", "kind": "award"}, 'requirement "t": kind "award" is an interval'),
        ({"code": "t", "rule": "held", "kind": "cpd"}, 'requirement "t": kind "cpd" is an event'),
        ({"code": "t", "rule": "once", "kind": "training", "of": 5}, "of 5 is neither a code nor a list"),
        ({"code": "t", "rule": "once", "kind": "training", "of": []}, "of [] is neither a code nor a list"),
        ({**DAY, "every_months": None}, 'requirement "day": every_months is missing'),
        ({**DAY, "every_days": 5}, "every_months and every_days exclude each other"),
        ({**DAY, "every_months": -1}, "every_months -1 is not a whole number of 0 or more"),
        ({**DAY, "every_months": True}, "every_months true is not a whole number"),
        ({**DAY, "every_months": 12.0}, "is not a whole number"),
        ({**DAY, "renew_from": "middle"}, 'renew_from "middle" is unknown'),
        ({**DAY, "also": {"kind": "training"}}, "is not a list"),
        ({**DAY, "also": [{"of": "X"}]}, 'requirement "day", also 1: kind is missing'),
        ({**DAY, "leave_moves": "yes"}, 'leave_moves "yes" is neither true nor false'),
        ({**DAY, "window_days": "60"}, 'window_days "60" is not a whole number'),
        ({**CPD, "quantity": None}, 'requirement "cpd": quantity is missing'),
        ({**CPD, "per_months": -12}, "per_months -12"),
        ({"code": "any", "rule": "any_of"}, 'requirement "any": requirements is missing'),
        ({"code": "any", "rule": "any_of", "requirements": [DAY]}, 'requirement "any", part 1: a part has no code'),
        ({"code": "any", "rule": "all_of", "requirements": [{"rule": "once"}]}, "part 1: kind is missing"),
        (AWARD, 'requirement "award": another one has the same code'),
        ({"code": "leave", "rule": "once", "kind": "training"}, 'requirement "leave": the code is reserved'),
        ("requirement", "requirement 2: expected an object"),
    ],
)
def test_a_wrong_requirement_is_refused(requirement, reason):
    with pytest.raises(Refused) as refusal:
        read_scheme({"code": "X", "requirements": [AWARD, requirement]})
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ([], "scheme: expected an object"),
        ({"requirements": [AWARD]}, "scheme: code is missing"),
        ({"code": "X"}, "scheme: requirements is missing"),
        ({"code": "X", "requirements": []}, 'no requirement holds an award of "X" itself'),
        ({"code": "Y", "requirements": [AWARD]}, 'no requirement holds an award of "Y" itself'),
        ({"code": "X", "requirements": [{**AWARD, "of": None}]}, "no requirement holds an award"),
        (
            {"code": "X", "requirements": [{"code": "a", "rule": "all_of", "requirements": [{**AWARD, "code": None}]}]},
            "no requirement holds an award",
        ),
        ({"code": "X", "requirements": [AWARD], "leave_cap_days": -1}, "leave_cap_days -1"),
        ({"code": "X", "requirements": [AWARD], "attendance_percent": 101}, "attendance_percent 101 is more than 100"),
        ({"code": "X", "requirements": [AWARD], "window_days": 1.5}, "window_days"),
    ],
)
def test_a_wrong_scheme_is_refused(scheme, reason):
    with pytest.raises(Refused) as refusal:
        read_scheme(scheme)
    assert reason in str(refusal.value)


def test_nothing_is_not_nought():
    """A null field is absent, so the scheme's window holds; nought is none."""
    scheme = read_scheme({"code": "X", "window_days": 90, "requirements": [{**AWARD, "window_days": None}]})
    assert scheme.window_of(scheme.requirements[0]) == 90
    scheme = read_scheme({"code": "X", "window_days": 90, "requirements": [{**AWARD, "window_days": 0}]})
    assert scheme.window_of(scheme.requirements[0]) == 0
    assert read_scheme({"code": "X", "requirements": [AWARD], "leave_cap_days": 0}).leave_cap_days == 0
    assert read_scheme({"code": "X", "requirements": [AWARD], "attendance_percent": 0}).attendance_percent is None
    assert read_scheme({"code": "X", "requirements": [AWARD], "leave_cap_days": None}).leave_cap_days == 365


def test_a_wrong_row_of_a_dossier_is_named_with_it():
    with pytest.raises(Refused, match='dossier "Ada", row 2: starts_on is missing'):
        read_evidence(json.dumps({"dossiers": {"Ada": [ROW, {"kind": "cpd"}]}}))


def test_rows_come_back_as_they_were():
    rows = [
        {**ROW, "ends_on": None, "recorded_at": "2026-01-02T08:00:00+00:00", "voided_at": None},
        {"id": "b", "kind": "cpd", "code": "A", "scheme": "X", "starts_on": "2026-01-01", "quantity": 3.5},
        {"id": 3, "kind": "case", "starts_on": "2026-01-01", "quantity": 2, "voided_at": "2026-02-01T00:00:00+01:00"},
    ]
    back = [row_as_json(fact) for fact in read_evidence(json.dumps(rows))]
    assert read_evidence(json.dumps(back)) == read_evidence(json.dumps(rows))
    assert back[1]["quantity"] == 3.5
    assert json.dumps(back[2]["quantity"]) == "2"


def test_a_scheme_comes_back_as_it_was():
    part = {"rule": "held", "kind": "clearance", "of": ["CTC", "NPPV3"]}
    scheme = read_scheme(
        {
            "code": "X",
            "requirements": [
                AWARD,
                {**DAY, "renew_from": "end", "also": [{"kind": "training", "of": "X"}], "leave_moves": True},
                {**CPD, "quantity": 3.5, "per_months": 12, "first_due_months": 0, "lead_only": True},
                {
                    "code": "either",
                    "rule": "any_of",
                    "requirements": [part, {"rule": "all_of", "requirements": [part]}],
                },
            ],
        }
    )
    assert read_scheme_file(json.dumps(scheme_as_json(scheme))) == scheme


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-05", datetime(2026, 6, 5, 22, 59, 59, 999999, UTC)),
        ("2026-06-05T12:00:00+02:00", datetime(2026, 6, 5, 10, tzinfo=UTC)),
        ("2026-06-05T12:00:00Z", datetime(2026, 6, 5, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_to_know_by(text, moment):
    assert parse_known_on(text) == moment


@pytest.fixture
def evaluate(tmp_path: Path):
    def evaluate(scheme: object, evidence: object, *options: str):
        files = []
        for name, content in (("scheme", scheme), ("evidence", evidence)):
            path = tmp_path / f"{name}.json"
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
            files += [f"--{name}", str(path)]
        return CliRunner().invoke(evaluate_files, [*files, *options])

    return evaluate


GOOD = {"code": "X", "requirements": [AWARD]}
ROWS = [{"id": 1, "kind": "award", "code": "X", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}]


def test_dossiers_are_answered_by_name(evaluate):
    done = evaluate(GOOD, {"dossiers": {"Ada": ROWS, "Ben": []}}, "--json", "--on", "2026-12-31")
    answers = json.loads(done.stdout)
    assert {name: answer["verdict"] for name, answer in answers.items()} == {
        "Ada": "deployable",
        "Ben": "not_accredited",
    }
    assert answers["Ada"]["because"] == {"award": [1]}


def test_what_was_known_on_a_day_includes_its_last_second_in_london(evaluate):
    rows = [{**ROWS[0], "recorded_at": "2026-06-05T22:59:59+00:00"}, {**ROWS[0], "id": 2, "recorded_at": None}]
    rows[1]["voided_at"] = "2026-06-05T23:00:00+00:00"
    late = json.loads(evaluate(GOOD, rows, "--on", "2026-06-01", "--known-on", "2026-06-05").stdout)
    assert late["because"] == {"award": [1, 2]}
    early = json.loads(evaluate(GOOD, rows, "--on", "2026-06-01", "--known-on", "2026-06-05T22:59:58+00:00").stdout)
    assert early["because"] == {"award": [2]}
    now = json.loads(evaluate(GOOD, rows, "--on", "2026-06-01").stdout)
    assert now["because"] == {"award": [1]}


@pytest.mark.parametrize(
    ("scheme", "evidence", "options", "reason"),
    [
        (b"{", ROWS, (), "not JSON"),
        (GOOD, b'[{"quantity": NaN}]', (), "NaN is not a number"),
        (GOOD, b"[" * 100_000, (), "nested too deeply"),
        (GOOD, b'[{"id": ' + b"9" * 5000 + b"}]", (), "too many digits"),
        (GOOD, b"\xff\xfe", (), "not UTF-8"),
        (GOOD, {"rows": []}, (), "expected a list of rows"),
        (GOOD, {"dossiers": []}, (), "expected a list of rows"),
        (GOOD, {"dossiers": {"A\nB": 5}}, (), 'dossier "A\\nB": expected a list'),
        (GOOD, 5, (), "expected a list of rows"),
        (GOOD, ROWS, ("--on", "2026-13-01"), "--on"),
        (GOOD, ROWS, ("--known-on", "2026-01-01T00:00:00"), "no offset"),
        (GOOD, [{"kind": "no\nsuch", "starts_on": "2026-01-01"}], (), "is unknown"),
    ],
)
def test_a_refusal_is_one_line_and_status_two(evaluate, scheme, evidence, options, reason):
    done = evaluate(scheme, evidence, *options)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_file_is_refused_in_one_line(tmp_path):
    done = CliRunner().invoke(evaluate_files, ["--scheme", str(tmp_path / "none"), "--evidence", "\0"])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
