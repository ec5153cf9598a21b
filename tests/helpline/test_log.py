"""Recording a past log: the sample workbook, rows as people write them, all or nothing, and never twice."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook as Book
from sqlalchemy import select

from accreditation.core.audit import AuditDetail
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.core.sheets import Cell, Row, Sheet, Workbook, read_workbook
from accreditation.core.sheets.values import kind_of
from accreditation.helpline.models import Contact
from accreditation.helpline.queries.log import plan_log, table_of
from accreditation.helpline.rules.log import LOG, read_row
from accreditation.helpline.services.log import record_log
from accreditation.people.rules import Grant
from tests import factories

SAMPLE = Path(__file__).parents[1] / "data" / "existing-register.xlsx"
TODAY, TEN = factories.TODAY, factories.TEN
ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
HEADINGS = ("When", "Mediator", "About", "Advice given by", "Mins", "Follow up by", "Notes")
GOOD = (datetime(2026, 9, 17, 17, 0), "M0017", "Agreement drafting", "J Okafor", 28, None, None)


def workbook(*rows: tuple) -> Workbook:
    sheet = [
        Row(number, tuple(Cell(place, kind_of(value), value) for place, value in enumerate(row) if value is not None))
        for number, row in enumerate((HEADINGS, *rows), 1)
    ]
    return Workbook((Sheet("Helpline log", tuple(sheet)),))


def read(**changes):
    named = dict(zip(("when", "mediator", "about", "adviser", "minutes", "follow_up", "notes"), GOOD, strict=True))
    table = table_of(workbook(tuple((named | changes).values())))
    texts = {heading.column: heading.text for heading in table.headings}
    return read_row(table.rows[0], table.columns, texts, on=TODAY, at=TEN)


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        (datetime(2026, 9, 17, 17, 0), datetime(2026, 9, 17, 16, 0, tzinfo=UTC)),  # summer time
        (datetime(2026, 12, 17, 17, 0), datetime(2026, 12, 17, 17, 0, tzinfo=UTC)),
        ("17/09/2026 17:00", datetime(2026, 9, 17, 16, 0, tzinfo=UTC)),
        ("17 September 2026 at 5:00pm", datetime(2026, 9, 17, 16, 0, tzinfo=UTC)),
        ("17 Sep 2026, 12.05 am", datetime(2026, 9, 16, 23, 5, tzinfo=UTC)),
    ],
)
def test_moments_are_by_the_clock_of_london(when, moment):
    assert read(when=when).details.contacted_at == moment


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"when": date(2026, 9, 17)}, "A", "a day without a time"),
        ({"when": "17/09/2026"}, "A", "not a day and a time"),
        ({"when": "31/09/2026 10:00"}, "A", "September"),
        ({"when": "17/09/2026 25:00"}, "A", "no such time"),
        ({"when": "17/09/2026 13:00pm"}, "A", "14:30 or 2:30pm"),
        ({"when": datetime(2026, 3, 29, 1, 30)}, "A", "no such time on that day"),
        ({"when": None}, "A", "missing"),
        ({"when": datetime(2027, 2, 2, 10, 1)}, "A", "still to come"),
        ({"mediator": None}, "B", "Nobody is named"),
        ({"about": "Gossip"}, "C", "no theme of the helpline"),
        ({"about": None}, "C", "The theme is missing"),
        ({"minutes": "a while"}, "E", "not a number of minutes"),
        ({"minutes": 0}, "E", "not a number of minutes"),
        ({"minutes": 601}, "E", "not a number of minutes"),
        ({"minutes": 2.5}, "E", "not a number of minutes"),
        ({"follow_up": date(2027, 2, 1)}, "F", "The day is over"),
        ({"follow_up": "soon"}, "F", "soon"),
        ({"notes": "Her vetting ran out"}, "G", "signposted to the vetting unit and never noted"),
        ({"about": "Vetting", "notes": "Something"}, "G", "never noted"),
    ],
)
def test_what_is_wrong_is_said_by_its_column(changes, column, said):
    row = read(**changes)
    assert row.details is None
    assert [problem.column for problem in row.problems] == [column]
    assert said in row.problems[0].sentence


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"minutes": "28 mins"}, ("minutes", 28)),
        ({"about": "RISK / safeguarding"}, ("category", "risk_safeguarding")),
        ({"about": "impasse_party_behaviour"}, ("category", "impasse_party_behaviour")),
        ({"about": "Vetting"}, ("outcome", "signposted")),
        ({"follow_up": date(2027, 2, 2)}, ("outcome", "call_back_due")),
        ({}, ("outcome", "closed")),
        ({"notes": "-"}, ("advice", "-")),
    ],
)
def test_rows_as_people_write_them(changes, expected):
    name, value = expected
    assert getattr(read(**changes).details, name) == value


def test_a_name_in_the_notes_is_warned_of():
    assert read(notes="Rang about Karen Jones again").names == ("Karen Jones",)


def plan(*rows: tuple):
    return plan_log(table_of(workbook(*rows)), on=TODAY, at=TEN)


def record(*rows: tuple, **options):
    with transaction():
        return record_log(table_of(workbook(*rows)), on=TODAY, at=TEN, imported_by=None, **options)


def row_of(who: str, **changes) -> tuple:
    named = dict(zip(("when", "mediator", "about", "adviser", "minutes", "follow_up", "notes"), GOOD, strict=True))
    return tuple((named | {"mediator": who} | changes).values())


def contacts() -> list[Contact]:
    return list(db.session.scalars(select(Contact).order_by(Contact.id)))


def test_a_mediator_is_found_by_reference_or_pay_number_and_never_by_a_name(app):
    ada = factories.mediator(name="Ada Okafor", pay_number="551")
    found = plan(row_of(ada.reference.lower()), row_of("551", minutes=5), row_of("Ada Okafor", minutes=6))
    assert [one.person.id if one.person else None for one in found.rows] == [ada.id, ada.id, None]
    assert [one.state for one in found.rows] == ["new", "new", "wrong"]
    assert "a name alone is never enough" in found.rows[2].wrong


def test_one_wrong_row_keeps_all_out_unless_it_is_left_out(app):
    ada = factories.mediator()
    rows = (row_of(ada.reference), row_of("M9999"))
    with pytest.raises(DomainError, match="1 row is to be corrected, so nothing was recorded"):
        record(*rows)
    assert contacts() == []
    record(*rows, leave_out=True)
    (contact,) = contacts()
    assert (contact.person_id, contact.adviser_id, contact.adviser_noted) == (ada.id, None, "J Okafor")


def test_the_same_log_twice_changes_nothing(app):
    ada = factories.mediator()
    rows = (row_of(ada.reference), row_of(ada.reference, minutes=7))
    record(*rows)
    trail = len(db.session.scalars(select(AuditDetail.text)).all())
    done = record(*rows)
    assert [one.state for one in done.rows] == ["there", "there"]
    assert len(contacts()) == 2
    assert len(db.session.scalars(select(AuditDetail.text)).all()) == trail
    record(*rows, row_of(ada.reference, minutes=8))  # the log has gone on since
    assert len(contacts()) == 3


def test_two_rows_that_say_the_same_are_asked_back(app):
    ada = factories.mediator()
    found = plan(row_of(ada.reference), row_of(ada.reference))
    assert [one.state for one in found.rows] == ["new", "wrong"]
    assert "Row 2 says the same" in found.rows[1].wrong


def test_words_that_look_like_names_are_looked_at_first(app):
    ada = factories.mediator()
    row = row_of(ada.reference, notes="Rang about Karen Jones")
    with pytest.raises(DomainError, match="Look at them"):
        record(row)
    assert contacts() == []
    record(row, names_seen=True)
    assert contacts()[0].advice == "Rang about Karen Jones"
    assert "Karen" not in " ".join(db.session.scalars(select(AuditDetail.text)))


def test_a_follow_up_of_a_log_is_owed_by_any_adviser(app):
    ada = factories.mediator()
    record(row_of(ada.reference, follow_up=date(2027, 2, 9)))
    assert (contacts()[0].owner_id, contacts()[0].follow_up_on) == (None, date(2027, 2, 9))


def upload_of(*rows: tuple) -> bytes:
    book = Book()
    book.active.title = "Mediators"
    book.active.append(["Ref", "Surname", "Forename(s)"])
    sheet = book.create_sheet("Helpline log")
    for row in (HEADINGS, *rows):
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_the_second_sheet_is_looked_at_given_back_and_recorded_on_screen(app, sign_in, today):
    ada, browser = factories.mediator(name="Ada Okafor"), sign_in(ADVISER)
    call_back = row_of(ada.reference, follow_up=date(2027, 2, 9))
    content = upload_of(call_back, row_of("M9999"), row_of(ada.reference, about="Gossip", minutes="x"))

    def send(step: str, content: bytes = content, **answers: str):
        form = {"file": (BytesIO(content), "register.xlsx"), "step": step, **answers}
        return browser.post("/helpline/log", data=form, content_type="multipart/form-data")

    assert "Leave out the rows" not in send("look", upload_of(call_back)).text  # there are none to be left out
    page = send("look").text
    assert "Leave out the rows to be corrected" in page
    assert "Column B, Mediator: Nobody has the reference or pay number “M9999”" in page
    assert "Column C, About: “Gossip” is no theme of the helpline" in page
    assert "Column E, Mins: “x” is not a number of minutes" in page
    assert "Record 1 contact" in page
    assert "9 Feb 2027" in page, "who records it sees that a call-back will be owed"
    assert contacts() == []
    back = read_workbook(send("correct").data)
    assert [row.cells[0].text for row in back.sheets[0].rows] == ["Row in the file", "3", "4"]
    assert "nothing was recorded" in send("record").text
    assert contacts() == []
    assert send("record", leave_out="y").status_code == 302
    assert len(contacts()) == 1
    assert "1 contact was" not in send("record", leave_out="y").text
    assert len(contacts()) == 1
    assert "Choose the spreadsheet" in browser.post("/helpline/log", data={"step": "look"}).text
    other = Book()
    other.active.append(["Nothing", "of", "ours"])
    empty = BytesIO()
    other.save(empty)
    assert "No row of headings was found" in send("look", empty.getvalue()).text


def test_the_command_looks_and_records(app, tmp_path, today):
    ada = factories.mediator()
    file, errors = tmp_path / "log.xlsx", tmp_path / "errors.xlsx"
    file.write_bytes(upload_of(row_of(ada.reference), row_of("M9999")))
    run = app.test_cli_runner().invoke
    looked = run(args=["import-helpline-log", str(file), "--errors", str(errors)])
    assert "Row 3: to be corrected. Mediator: Nobody has" in looked.output
    assert "1 to be recorded, 0 recorded before, 1 to be corrected." in looked.output
    assert errors.exists()
    assert contacts() == []
    assert "1 contact was recorded" in run(args=["import-helpline-log", str(file), "--confirm", "--leave-out"]).output
    assert "no contacts were" in run(args=["import-helpline-log", str(file), "--confirm", "--leave-out"]).output
    assert len(contacts()) == 1


def test_the_sample_workbook_is_read_whole_but_for_what_is_still_to_come():
    table = table_of(read_workbook(SAMPLE.read_bytes()))
    assert (table.sheet.title, table.unread, len(table.rows)) == ("Helpline log", [], 15)
    texts = {heading.column: heading.text for heading in table.headings}
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    rows = [read_row(row, table.columns, texts, on=date(2026, 11, 26), at=at) for row in table.rows]
    assert {row.number: row.problems[0].message for row in rows if row.problems} == {12: "This is still to come."}
    assert {row.details.category for row in rows if row.details} == {
        "agreement_drafting",
        "confidentiality_disclosure",
        "debrief_wellbeing",
        "impasse_party_behaviour",
        "process",
        "risk_safeguarding",
    }


def test_the_columns_of_the_sample_are_understood():
    table = table_of(workbook(GOOD))
    assert LOG.match(table.headings) == {
        0: "when", 1: "mediator", 2: "about", 3: "adviser", 4: "minutes", 5: "follow_up", 6: "advice",
    }  # fmt: skip
