"""Attendance: what is typed, one way for page and workbook, and what it means for results."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.sheets import read_workbook
from accreditation.people.rules import Grant
from cohorts.exports.attendance import attendance_workbook
from cohorts.models import Attendance, AttendanceUpload, Cohort, CohortSession, Enrolment
from cohorts.queries.attendance import attendance_of, reasons_against_results
from cohorts.queries.results import candidates_of
from cohorts.queries.sessions import held_sessions
from cohorts.rules.attendance_sheet import AttendanceFileRefused, read_attendance, typed
from cohorts.services import attendance, places, results
from tests import factories
from tests.cohorts.test_views import provider_grant
from tests.factories import TODAY
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW

# --- recording -----------------------------------------------------------------------------------------------------


def trained(candidates=2, sessions=2, percent=None):
    """A cohort whose training is over, with its sessions. Its id and those of the sessions."""
    cohort_id = factories.cohort("Spring", candidates=candidates).id
    ids = [
        factories.training_session(cohort_id, f"Day {number}", on=TODAY - office.timedelta(40 - number)).id
        for number in range(1, sessions + 1)
    ]
    with transaction():
        db.session.get_one(Cohort, cohort_id).attendance_percent = percent
    return cohort_id, ids


def version(cohort_id):
    return db.session.get_one(Cohort, cohort_id, populate_existing=True).attendance_version


def record(cohort_id, *cells, made_from=None, at=NOW):
    with transaction():
        return attendance.record_attendance(
            cohort_id, cells, version=version(cohort_id) if made_from is None else made_from, at=at, recorded_by=None
        )


def everybody(cohort_id, session_ids, text="P"):
    return [typed(who, session, text) for who in office.references(cohort_id) for session in session_ids]


def marks(cohort_id):
    rows = db.session.scalars(select(Attendance).order_by(Attendance.enrolment_id, Attendance.session_id))
    return [(row.enrolment_id, row.session_id, row.mark, row.minutes) for row in rows]


def test_marks_are_recorded_changed_and_taken_back(app):
    cohort_id, (first, second) = trained(candidates=1)
    [who] = office.references(cohort_id)
    assert record(cohort_id, typed(who, first, "P"), typed(who, second, "3.5")).added == 2
    assert record(cohort_id, typed(who, first, "present"), typed(who, second, "3.5")).unchanged == 2
    done = record(cohort_id, typed(who, first, "A"), typed(who, second, ""))
    assert (done.changed, done.removed) == (1, 1)
    [row] = marks(cohort_id)
    assert row[1:] == (first, "apology", None)


def test_as_many_hours_as_the_session_has_are_present(app):
    cohort_id, (first, _) = trained(candidates=1)
    [who] = office.references(cohort_id)
    record(cohort_id, typed(who, first, "6"))
    assert marks(cohort_id)[0][2:] == ("present", None)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (lambda who, session: typed(who, session, "7"), "7 hours are more than the 6"),
        (lambda who, session: typed(who, session, "x"), "says nothing of attendance"),
        (lambda who, session: typed("M9999", session, "P"), "no candidate M9999"),
        (lambda who, session: typed(who, 0, "P"), "no such session"),
        (lambda who, session: typed(who, session, "P", name="Somebody Else"), "into one row"),
    ],
)
def test_one_wrong_cell_keeps_everything_out(app, cell, words):
    cohort_id, (first, second) = trained(candidates=1)
    [who] = office.references(cohort_id)
    with pytest.raises(attendance.AttendanceRefused, match=words):
        record(cohort_id, typed(who, second, "P"), cell(who, first))
    assert marks(cohort_id) == []


def test_a_session_that_has_not_begun_takes_no_marks(app):
    cohort_id, (first, _) = trained(candidates=1)
    [who] = office.references(cohort_id)
    starts_at = held_sessions(cohort_id)[0].starts_at
    with pytest.raises(attendance.AttendanceRefused, match="has not begun"):
        record(cohort_id, typed(who, first, "P"), at=starts_at - office.timedelta(seconds=1))
    assert record(cohort_id, typed(who, first, "P"), at=starts_at).added == 1


def test_a_stale_page_overwrites_nothing_and_repeats_nothing(app):
    cohort_id, (first, _) = trained(candidates=1)
    [who] = office.references(cohort_id)
    old = version(cohort_id)
    record(cohort_id, typed(who, first, "A"))
    with pytest.raises(attendance.StaleAttendance):
        record(cohort_id, typed(who, first, "P"), made_from=old)
    assert record(cohort_id, typed(who, first, "A"), made_from=old).unchanged == 1


# --- what results rest on ------------------------------------------------------------------------------------------


def test_without_enough_attendance_there_is_no_reason_for_a_result(app):
    cohort_id, ids = trained(candidates=3, percent=80)
    full, short, unrecorded = office.references(cohort_id)
    record(cohort_id, *(typed(full, one, "P") for one in ids))
    record(cohort_id, typed(short, ids[0], "P"), typed(short, ids[1], "3"))  # 9 of 12 hours: 75%
    record(cohort_id, typed(unrecorded, ids[0], "P"))
    places = {who.person.reference: who.enrolment.id for who in candidates_of(cohort_id)}
    found = reasons_against_results(db.session.get_one(Cohort, cohort_id))
    assert set(found) == {places[short], places[unrecorded]}
    assert "Attended 9 of 12 hours (75%); 80% are asked for." in found[places[short]]
    assert "“Day 2” is not recorded" in found[places[unrecorded]]
    record(cohort_id, typed(short, ids[1], "3.6"))  # 9.6 of 12 hours: exactly 80%
    assert places[short] not in reasons_against_results(db.session.get_one(Cohort, cohort_id))


def test_a_result_is_refused_until_attendance_is_recorded(app):
    cohort_id, ids = trained(candidates=1, percent=100)
    [who] = office.references(cohort_id)
    by = factories.person().id

    def give(outcome):
        with transaction():
            results.record_results(
                cohort_id, [office.entry(who, outcome)], version=office.version(cohort_id), on=TODAY, recorded_by=by
            )

    for outcome in ("pass", "fail"):
        with pytest.raises(results.ResultsRefused, match="is not recorded"):
            give(outcome)
    give("absent")
    record(cohort_id, *everybody(cohort_id, ids))
    give("pass")
    with pytest.raises(attendance.AttendanceRefused, match="a result that rests on this"):
        record(cohort_id, typed(who, ids[0], "N"))


def test_a_scheme_that_asks_for_none_has_no_reasons(app):
    cohort_id, _ = trained()
    assert reasons_against_results(db.session.get_one(Cohort, cohort_id)) == {}


# --- page and workbook ---------------------------------------------------------------------------------------------


def book_of(cohort_id, change=None):
    cohort = db.session.get_one(Cohort, cohort_id, populate_existing=True)
    content = attendance_workbook(cohort, candidates_of(cohort_id), held_sessions(cohort_id), attendance_of(cohort_id))
    if change is None:
        return content
    book = load_workbook(BytesIO(content))
    change(book["Attendance"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(cohort_id, content):
    titles = {session.id: session.title for session in held_sessions(cohort_id)}
    return read_attendance(read_workbook(content), cohort_id=cohort_id, sessions=titles)


def test_the_workbook_as_handed_out_says_what_is_recorded(app):
    cohort_id, ids = trained()
    record(cohort_id, *everybody(cohort_id, ids[:1], "2.5"))
    sheet = sheet_of(cohort_id, book_of(cohort_id))
    assert record(cohort_id, *sheet.cells, made_from=sheet.version).unchanged == 4


def fill(sheet):
    head = next(row for row in sheet.iter_rows() if row[0].value == "Reference")[0].row
    for number, marks_of in enumerate((("P", "A"), (3.5, "n")), head + 1):
        for column, mark in enumerate(marks_of, 3):
            sheet.cell(number, column).value = mark


def test_page_and_workbook_leave_the_same_rows(sign_in, today):
    cohort_id, ids = trained()
    sheet = sheet_of(cohort_id, book_of(cohort_id, fill))
    record(cohort_id, *sheet.cells, made_from=sheet.version)
    by_book = marks(cohort_id)
    record(cohort_id, *everybody(cohort_id, ids, ""))
    assert marks(cohort_id) == []
    client = sign_in(provider_grant(db.session.get_one(Cohort, cohort_id)))
    by_name = [who.enrolment.id for who in candidates_of(cohort_id)]
    typed_in = {
        f"mark-{session}-{place}": text
        for place, row in zip(by_name, (("p", "a"), ("3.5", "No-show")), strict=True)
        for session, text in zip(ids, row, strict=True)
    }
    page = client.post(
        f"/cohorts/{cohort_id}/attendance",
        data=typed_in | {"version": str(version(cohort_id))},
        follow_redirects=True,
    ).text
    assert "Attendance saved: 4 marks added." in page
    assert marks(cohort_id) == by_book


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda sheet: sheet.delete_rows(1, 3), "which cohort"),
        (lambda sheet: sheet.delete_cols(3, 2), "column for a session"),
        (lambda sheet: sheet.delete_cols(2), "no heading Name"),
        (lambda sheet: _head(sheet, 3, "Day 9, 1 Jan 2027 [999]"), "no session of this cohort"),
        (lambda sheet: _head(sheet, 4, None, of=3), "is there twice"),
    ],
)
def test_a_workbook_that_is_not_this_one_is_refused(app, change, words):
    cohort_id, _ = trained()
    with pytest.raises(AttendanceFileRefused, match=words):
        sheet_of(cohort_id, book_of(cohort_id, change))


def _head(sheet, column, text, of=None):
    head = next(row for row in sheet.iter_rows() if row[0].value == "Reference")
    head[column - 1].value = head[of - 1].value if of else text


def test_an_upload_is_looked_at_first_and_recorded_once(sign_in, today):
    cohort_id, _ = trained()
    client = sign_in(provider_grant(db.session.get_one(Cohort, cohort_id)))
    path = f"/cohorts/{cohort_id}/attendance/uploads"
    wrong = BytesIO(book_of(cohort_id, lambda sheet: (fill(sheet), _cell(sheet, "maybe"))))
    page = client.post(path, data={"file": (wrong, "wrong.xlsx")}, follow_redirects=True).text
    assert "Nothing can be recorded yet" in page
    assert "“maybe” says nothing of attendance" in page
    file = BytesIO(book_of(cohort_id, fill))
    page = client.post(path, data={"file": (file, "attendance.xlsx")}, follow_redirects=True).text
    assert "Record 4 marks" in page
    assert marks(cohort_id) == []
    upload_id = db.session.scalars(select(AttendanceUpload.id).order_by(AttendanceUpload.id.desc())).first()
    assert "4 marks added" in client.post(f"{path}/{upload_id}", follow_redirects=True).text
    assert "Nothing has changed" in client.post(f"{path}/{upload_id}", follow_redirects=True).text
    assert len(marks(cohort_id)) == 4


def _cell(sheet, text):
    sheet.cell(sheet.max_row, 3).value = text


def test_a_refused_page_keeps_what_was_typed_and_says_where(sign_in, today):
    cohort_id, (first, _) = trained(candidates=1)
    place = candidates_of(cohort_id)[0].enrolment.id
    client = sign_in(provider_grant(db.session.get_one(Cohort, cohort_id)))
    data = {f"mark-{first}-{place}": "maybe", "version": str(version(cohort_id))}
    page = client.post(f"/cohorts/{cohort_id}/attendance", data=data).text
    assert f'href="#mark-{first}-{place}"' in page
    assert 'value="maybe"' in page
    assert "Nothing was saved" in page


def test_who_sees_one_units_people_records_nobodys_attendance(sign_in, today):
    cohort_id, _ = trained(candidates=1)
    unit = factories.unit()
    with transaction():
        db.session.scalars(select(Enrolment)).one().person.unit_id = unit.id
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id))
    assert manager.get(f"/cohorts/{cohort_id}/attendance").status_code == 403


# --- brought along from the cohort before ----------------------------------------------------------------------------


def moved(place_id, to_cohort_id):
    with transaction():
        return places.transfer_place(place_id, to_cohort_id, on=TODAY, at=NOW, by=None, reason="Ill that week.").id


def test_who_is_transferred_repeats_nothing_that_they_attended(app):
    """Two days of six hours, 100 % asked for: the first day on the old cohort, the second on the new one."""
    old_id, (first, second) = trained(candidates=1)
    [who] = office.references(old_id)
    record(old_id, typed(who, first, "P"), typed(who, second, "N"))
    [place_id] = db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == old_id)).all()
    new = factories.cohort("Summer")
    new_id, sessions = new.id, []
    for number in (1, 2):
        sessions.append(
            factories.training_session(new_id, f"New {number}", on=TODAY - office.timedelta(40 - number)).id
        )
    with transaction():
        db.session.get_one(Cohort, new_id).attendance_percent = 100
    new_place = moved(place_id, new_id)
    before = attendance_of(new_id)[new_place]
    assert (before.minutes, before.brought, before.counted, before.percent) == (0, 360, 360, 50)
    assert "is not recorded" in reasons_against_results(db.session.get_one(Cohort, new_id))[new_place]
    record(new_id, typed(who, sessions[1], "5"))
    short = reasons_against_results(db.session.get_one(Cohort, new_id))[new_place]
    assert "Attended 11 of 12 hours (91%, 6 hours on a cohort before)" in short
    record(new_id, typed(who, sessions[1], "P"))
    assert reasons_against_results(db.session.get_one(Cohort, new_id)) == {}
    with transaction():
        results.record_results(new_id, [office.entry(who)], version=office.version(new_id), on=TODAY, recorded_by=1)
    with pytest.raises(attendance.AttendanceRefused):  # a result rests on it now, also on what was brought along
        record(new_id, typed(who, sessions[1], "5"))


def test_who_went_there_and_back_has_attended_each_session_once(app):
    old_id, (first, _) = trained(candidates=1)
    [who] = office.references(old_id)
    record(old_id, typed(who, first, "P"))
    [place_id] = db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == old_id)).all()
    new_id = factories.cohort("Summer").id
    session_id = factories.training_session(new_id, "New").id
    there = moved(place_id, new_id)
    record(new_id, typed(who, session_id, "3"))
    assert attendance_of(new_id)[there].brought == 360
    assert moved(there, old_id) == place_id
    back = attendance_of(old_id)[place_id]
    assert (back.minutes, back.brought, back.counted) == (360, 180, 540)


def test_a_session_that_was_called_off_is_not_brought_along(app):
    old_id, (first, _) = trained(candidates=1)
    [who] = office.references(old_id)
    record(old_id, typed(who, first, "P"))
    [place_id] = db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == old_id)).all()
    new_id = factories.cohort("Summer").id
    there = moved(place_id, new_id)
    with transaction():
        session = db.session.get_one(CohortSession, first)
        session.cancelled_at, session.cancelled_because = NOW, "The room was flooded."
    assert attendance_of(new_id)[there].brought == 0


def test_the_page_says_what_was_brought_along(sign_in):
    old_id, (first, _) = trained(candidates=1)
    [who] = office.references(old_id)
    record(old_id, typed(who, first, "P"))
    [place_id] = db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == old_id)).all()
    new_id = factories.cohort("Summer").id
    factories.training_session(new_id, "New")
    moved(place_id, new_id)
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)).get(f"/cohorts/{new_id}/attendance").text
    assert "6 h from the cohort before" in page
