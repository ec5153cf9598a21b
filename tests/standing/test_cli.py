"""The commands that read the database: what they print is what `evaluate` reads and says."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from accreditation.core.database import db, transaction
from accreditation.standing import services
from tests import factories


@pytest.fixture
def run(app, today):
    runner = app.test_cli_runner()

    def run(*words: str):
        db.session.rollback()
        done = runner.invoke(args=list(words))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


@pytest.fixture
def ada(app, today):
    ada = factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 6, 1))
    factories.evidence(ada.id, "cpd", date(2026, 7, 1), quantity=Decimal("3.5"))
    wrong = factories.evidence(ada.id, "suspension", date(2026, 8, 1))
    with transaction():
        services.void(wrong.id, reason="The wrong person", recorded_by=None)
    return ada


def test_show_answers_as_evaluate_does_from_what_the_database_prints(run, ada, tmp_path):
    scheme, evidence = tmp_path / "scheme.json", tmp_path / "evidence.json"
    scheme.write_text(run("schemes", "show", "INHOUSE-WPM", "--json").stdout)
    evidence.write_text(run("standing", "dossier", ada.reference, "--json").stdout)
    files = ("--scheme", str(scheme), "--evidence", str(evidence))
    for on, verdict in (("2027-02-02", "deployable"), ("2026-08-05", "deployable"), ("2027-06-01", "lapsed")):
        shown = json.loads(run("standing", "show", ada.reference, "--on", on, "--json").stdout)
        assert shown.pop("reference") == ada.reference
        assert shown.pop("scheme") == "INHOUSE-WPM"
        assert shown == json.loads(run("standing", "evaluate", *files, "--on", on, "--json").stdout)
        assert shown["verdict"] == verdict
    known = run("standing", "show", ada.reference, "--known-on", "2027-02-01", "--json").stdout
    assert json.loads(known)["verdict"] == "not_accredited"


def test_show_says_it_in_words(run, ada):
    shown = run("standing", "show", ada.reference).stdout
    assert "May work until 31 May 2027." in shown
    assert "Refresher day in the last twelve months ends first: valid through 31 May 2027." in shown
    assert "Next: Attend a refresher day, by 31 May 2027. Up to the mediator." in shown
    then = run("standing", "show", ada.reference, "--on", "2026-12-01").stdout
    assert "Could work until 31 May 2027." in then
    assert "Next: " not in then


def test_show_says_when_it_is_too_late(run):
    ben = factories.accredited_mediator(trained_on=date(2026, 6, 1), cleared_until=date(2027, 3, 1))
    shown = run("standing", "show", ben.reference).stdout
    assert "Will lapse even if submitted today: decisions take 63 days" in shown
    assert "Next: Apply for CTC clearance, which should have begun by 27 December 2026." in shown


@pytest.mark.parametrize(
    "words",
    [
        ("standing", "show", "NOBODY"),
        ("standing", "dossier", "NOBODY", "--json"),
        ("schemes", "show", "NONE", "--json"),
        ("schemes", "install", "NONE"),
        ("schemes", "install", "INHOUSE-WPM"),
    ],
)
def test_a_refusal_is_one_line_and_status_two(run, ada, words):
    done = run(*words)
    assert (done.exit_code, done.stderr.count("\n"), done.stdout) == (2, 1, "")


def test_a_preset_is_installed_by_command(run):
    assert "is installed" in run("schemes", "install", "COM-ACC").stdout
    assert "COM-ACC        in use" in run("schemes", "list").stdout


def test_check_finds_what_somebody_did_to_the_projection(run, ada):
    done = run("check")
    assert (done.exit_code, "1 people: 0 differ" in done.stdout) == (0, True)
    assert "Audit trail verified" in done.stdout
    with transaction():
        db.session.execute(text("UPDATE standing_period SET verdict = 'deployable' WHERE verdict = 'lapsed'"))
    done = run("check")
    assert (done.exit_code, f"person {ada.id} differs" in done.stdout) == (1, True)
    assert "The standing of 1 people is recomputed." in run("standing", "rebuild").stdout
    assert run("check").exit_code == 0


def test_check_finds_a_projection_of_somebody_without_evidence(run, ada):
    other = factories.person()
    with transaction():
        db.session.execute(text(f"UPDATE standing_period SET person_id = {other.id} WHERE person_id = {ada.id}"))
    done = run("check")
    assert done.exit_code == 1
    assert f"person {other.id} differs" in done.stdout


def test_show_as_known_says_what_has_changed_since(run, ada):
    shown = run("standing", "show", ada.reference, "--known-on", "2027-02-01").stdout
    assert "Not yet accredited." in shown
    assert "Before the register began nothing was known." in shown
    assert "Changed since 1 February 2027 at 11:59pm:" in shown
    assert "2 February 2027 at 10:00am: recorded: CPD, 1 July 2026, 3.5 hours, by the service itself" in shown
    assert "struck out: Suspension, 1 August 2026, no end, by the service itself (The wrong person)" in shown
    assert "Nothing has changed since" in run("standing", "show", ada.reference, "--known-on", "2027-02-02").stdout
