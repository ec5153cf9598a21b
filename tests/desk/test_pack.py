"""The evidence pack: one answer with everything behind it, as far as its reader may know, and nothing else."""

import re
from datetime import date, datetime
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import select, text

from accreditation.core import audit
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.services import void
from tests import factories
from tests.desk.people import MANAGER, own, working_mediator

SECRETS = ("REF-777", "Only the officer reads this", "Struck out for a secret reason", "An operation")


@pytest.fixture
def ada(app):
    """Cleared by a record with a reference and notes; one clearance struck out since, and a call to the helpline."""
    with time_machine.travel("2026-09-02T09:00:00+00:00", tick=False):
        ada = working_mediator(name="Ada Okafor", unit="Croydon")
        factories.evidence(ada.id, "cpd", date(2026, 9, 2), code="=HYPERLINK(1)", quantity=2)
        factories.clearance(ada.id, reference=SECRETS[0], notes=SECRETS[1], level="SC")
    with time_machine.travel("2027-01-10T14:30:00+00:00", tick=False):
        wrong = factories.evidence(ada.id, "clearance", date(2026, 10, 1), code="SC", ends_on=date(2031, 1, 1))
    with time_machine.travel("2027-01-11T14:30:00+00:00", tick=False), transaction():
        void(wrong.id, reason=SECRETS[2], recorded_by=None)
    with time_machine.travel("2027-01-12T14:30:00+00:00", tick=False):
        factories.contact(ada.id)
        leave = {"ends_on": date(2020, 1, 2), "reason": SECRETS[3], "source": ("import_draft", 1)}
        factories.evidence(ada.id, "leave", date(2020, 1, 1), **leave)
    return ada


def pack(client, person, **arguments):
    answer = client.get(f"/mediators/{person.reference}/pack.xlsx", query_string=arguments)
    assert answer.status_code == 200, answer.text
    return load_workbook(BytesIO(answer.data)), answer


def rows(book, sheet):
    """The rows below the headings, each by its heading (the first of two that are called the same)."""
    lines = [[cell.value for cell in row] for row in book[sheet].iter_rows()]
    top = next(number for number, line in enumerate(lines) if number and sum(cell is not None for cell in line) > 1)
    return [dict(reversed(list(zip(lines[top], line, strict=True)))) for line in lines[top + 1 :]]


def answer_of(book):
    return {row[0].value: row[1].value for row in book["Answer"].iter_rows() if row[0].value}


def everything(book):
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def test_the_answer_stands_first_with_a_header_for_the_file(ada, today, sign_in):
    book, response = pack(sign_in(MANAGER), ada, on="2027-02-01", known="2027-01-10")
    assert book.sheetnames == ["Answer", "Requirements", "Rules", "Evidence", "Changed since", "Audit trail"]
    assert f'filename="evidence-pack-{ada.reference}-2027-02-01.xlsx"' in response.headers["Content-Disposition"]
    said = answer_of(book)
    assert book["Answer"]["A1"].value == said["Protective marking"] == "OFFICIAL-SENSITIVE"
    assert said["Title"] == f"Evidence pack: Ada Okafor ({ada.reference})"
    assert said["Version"].startswith("on 1 February 2027, as known on 10 January 2027; written 2 February 2027")
    assert said["Suitable for publication"] == "No"
    assert said["Author"].startswith("Person No")
    assert said["Answer"] == "Could work until 31 August 2027"
    assert said["Ends first"] == "Refresher day in the last twelve months"
    assert said["The same day, as known when this was written"] == "Could work until 31 August 2027"
    assert said["Judged by"].startswith("version 1 of the rules, in effect from 1 January 1900")
    assert said["Unit"] == "Croydon"


def test_each_requirement_names_the_evidence_behind_it(ada, today, sign_in):
    book, _ = pack(sign_in(MANAGER), ada)
    evidence = {row["Number"]: row for row in rows(book, "Evidence")}
    by_code = {row["Code"]: row for row in rows(book, "Requirements")}
    assert by_code["refresher"]["On that day"] == "Met"
    assert by_code["refresher"]["Last good day"] == datetime(2027, 8, 31)
    behind = [int(number) for number in str(by_code["ctc"]["Evidence (numbers of the sheet Evidence)"]).split(", ")]
    assert {evidence[number]["What"] for number in behind} == {"Clearance"}
    assert {evidence[number]["Known and standing at that moment"] for number in behind} == {"yes"}
    struck = [row for row in evidence.values() if row["Struck out"]]
    assert [(row["Struck out"], row["Known and standing at that moment"]) for row in struck] == [
        (datetime(2027, 1, 11, 14, 30), "no")
    ]
    assert any("anniversary" in row["What it asks for"] for row in rows(book, "Rules"))


def test_what_has_changed_since_and_what_counted_then(ada, today, sign_in):
    book, _ = pack(sign_in(MANAGER), ada, known="2027-01-10")
    changes = rows(book, "Changed since")
    assert [(row["What"], row["About"].partition(",")[0]) for row in changes] == [
        ("Struck out", "Clearance: SC"),
        ("Recorded", "Leave"),
    ]
    counted = {row["Number"]: row["Known and standing at that moment"] for row in rows(book, "Evidence")}
    assert counted[changes[0]["Number"]] == "yes"


def test_nothing_in_it_becomes_a_formula(ada, today, sign_in):
    book, _ = pack(sign_in(MANAGER), ada)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


@pytest.mark.parametrize("who", ["manager", "self"])
def test_it_holds_nothing_that_is_not_its_reader_s(ada, today, sign_in, who):
    client = sign_in(MANAGER) if who == "manager" else sign_in(own(ada), person=ada)
    sign_in(Grant(Role.VETTING_OFFICER, Scope.SERVICE)).get(f"/vetting/{ada.reference}")
    book, _ = pack(client, ada, known="2027-01-10")
    words = everything(book)
    for secret in (*SECRETS, "helpline"):
        assert secret not in words, secret
    looks = [row for row in rows(book, "Audit trail") if str(row["What"]).startswith("read ")]
    assert bool(looks) is (who == "manager"), "who looked is told to the office, not to the person"


def test_its_position_in_the_trail_can_be_checked_later(ada, today, sign_in, app):
    book, _ = pack(sign_in(MANAGER), ada)
    said = answer_of(book)
    seq, noted = int(said["Position of the audit trail"].split()[1]), said["Its hash"]
    own_entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "exported an evidence pack"))
    assert (own_entry.seq, own_entry.hash, own_entry.about_id) == (seq, noted, ada.id)
    factories.person()
    assert audit.holds(seq, noted)
    run = app.test_cli_runner().invoke
    right = run(args=["standing", "verify", str(seq), noted])
    assert (right.exit_code, "stands as it was noted" in right.stdout) == (0, True)
    for wrong in ((str(seq - 1), noted), (str(seq + 99), noted), (str(seq), noted[::-1])):
        assert run(args=["standing", "verify", *wrong]).exit_code == 1


def test_it_is_noted_with_its_rows_before_it_is_handed_out(ada, today, sign_in):
    client = sign_in(MANAGER)
    book, _ = pack(client, ada, on="2027-02-01", known="2027-01-10")
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "exported an evidence pack"))
    assert (entry.actor_id, entry.about_id) == (client.person_id, ada.id)
    detail = db.session.execute(text("SELECT text FROM audit_detail WHERE seq = :seq"), {"seq": entry.seq}).scalar()
    handed_out = sum(len(rows(book, sheet)) for sheet in ("Requirements", "Evidence", "Changed since", "Audit trail"))
    assert f'"rows": {handed_out}' in detail
    assert '"known": "2027-01-10"' in detail


def test_no_note_no_pack(ada, today, sign_in, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("the trail cannot be written")

    client = sign_in(MANAGER)
    monkeypatch.setattr(audit, "note", fails)
    with pytest.raises(RuntimeError):
        client.get(f"/mediators/{ada.reference}/pack.xlsx")


def test_strangers_take_nothing_away(ada, today, sign_in):
    lambeth = factories.unit("Lambeth")
    path = f"/mediators/{ada.reference}/pack.xlsx"
    assert sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id)).get(path).status_code == 404
    ben = working_mediator(name="Ben Baker")
    assert sign_in(own(ben), person=ben).get(path).status_code == 404
    for role in (Role.VETTING_OFFICER, Role.HELPLINE_ADVISER, Role.AUDITOR, Role.ADMINISTRATOR):
        assert sign_in(Grant(role, Scope.SERVICE)).get(path).status_code == 403
    assert db.session.scalar(select(AuditEntry).where(AuditEntry.action == "exported an evidence pack")) is None


def test_a_bad_date_makes_no_pack(ada, today, sign_in):
    refused = sign_in(MANAGER).get(f"/mediators/{ada.reference}/pack.xlsx?on=31/6/2027")
    assert (refused.status_code, "June has 30 days" in refused.text) == (422, True)


def test_it_is_offered_where_it_may_be_taken(ada, today, sign_in):
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}?on=2027-02-01").text
    assert f"/mediators/{ada.reference}/pack.xlsx?on=2027-02-01" in page
    assert "pack.xlsx" in sign_in(own(ada), person=ada).get("/me").text
    officer = sign_in(Grant(Role.VETTING_OFFICER, Scope.SERVICE))
    assert "pack.xlsx" not in officer.get(f"/mediators/{ada.reference}").text


def test_the_command_writes_it_as_a_manager_may_read_it(ada, today, app, tmp_path):
    db.session.rollback()
    run, file = app.test_cli_runner().invoke, tmp_path / "pack.xlsx"
    done = run(args=["standing", "pack", ada.reference, str(file), "--on", "2027-02-01", "--known-on", "2027-01-10"])
    assert done.exit_code == 0, done.output
    book = load_workbook(file)
    assert re.search(rf"holds \d+ rows about {ada.reference}: Could work until 31 August 2027\.", done.stdout)
    assert answer_of(book)["Author"] == "The command line of this service"
    assert SECRETS[2] not in everything(book)
    for wrong in (("NOBODY", str(file)), (ada.reference, str(file), "--on", "31/6/2027")):
        done = run(args=["standing", "pack", *wrong])
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
