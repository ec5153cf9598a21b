"""The results workbook there and back, and what people and programs do to it on the way."""

import io
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.queries import find_person_by_reference
from accreditation.people.rules import Grant
from cohorts.models import Cohort, Result, ResultUpload
from cohorts.queries.results import candidates_of, said_of_parts
from cohorts.services.release import release_results
from cohorts.services.results import record_results
from tests import factories
from tests.cohorts import books
from tests.cohorts.books import DAY, NOTE, OUTCOME, REFERENCE, changed, filled, handed_out
from tests.cohorts.spoilt import (
    GOOD,
    MUTATIONS,
    REFUSED,
    broken_files,
)
from tests.factories import cohorts as office

pytestmark = pytest.mark.usefixtures("read_here")

XLSX = "results.xlsx"


@pytest.fixture
def cohort(app, today):
    return factories.cohort("Spring 2027", candidates=4)


@pytest.fixture
def trainer(sign_in, cohort):
    return sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))


def upload(client, cohort_id, data, name=XLSX):
    return client.post(f"/cohorts/{cohort_id}/uploads", data={"file": (io.BytesIO(data), name)}, follow_redirects=True)


def address(page):
    return page.request.path


def confirm(client, page):
    return client.post(address(page), follow_redirects=True)


def recorded(cohort_id):
    db.session.rollback()
    found = select(Result).where(Result.cohort_id == cohort_id).order_by(Result.person_id, Result.attempt)
    return [(r.outcome, r.event_on, r.note, r.state, r.attempt, r.course) for r in db.session.scalars(found)]


def letters():
    db.session.rollback()
    return db.session.scalar(select(func.count(Letter.id)))


def test_the_workbook_is_ready_to_be_filled_in(trainer, cohort):
    answer = trainer.get(f"/cohorts/{cohort.id}/workbook")
    assert answer.headers["Content-Disposition"].endswith("results-Spring-2027.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Results", "Instructions"]
    sheet = book["Results"]
    first = books.head_of(sheet) + 1
    assert sheet.protection.sheet
    assert [sheet.cell(first, column).protection.locked for column in range(1, 7)] == [True] * 3 + [False] * 3
    [rule] = sheet.data_validations.dataValidation
    assert rule.formula1 == '"Pass,Refer,Fail,Absent,Deferred"'
    references = [sheet.cell(first + place, REFERENCE).value for place in range(4)]
    assert sorted(references) == sorted(office.references(cohort.id))
    assert any(f"cohort {cohort.id}, version" in str(cell.value) for row in sheet["A1:A4"] for cell in row)


def test_there_and_back(trainer, cohort):
    before = letters()
    data = filled(cohort.id, ("Pass",), ("Fail", "20/01/2027", "Took sides."), ("absent", datetime(2027, 1, 21)))
    page = upload(trainer, cohort.id, data)
    assert "Nothing has been recorded yet" in page.text
    assert "No letters go out now" in page.text
    assert "(3 letters)" in page.text
    assert recorded(cohort.id) == []
    page = confirm(trainer, page)
    assert "3 results added" in page.text
    assert sorted(recorded(cohort.id)) == sorted(
        [
            ("pass", cohort.assessment_on, None, "draft", 1, "Spring 2027"),
            ("fail", date(2027, 1, 20), "Took sides.", "draft", 1, "Spring 2027"),
            ("absent", date(2027, 1, 21), None, "draft", 1, "Spring 2027"),
        ]
    )
    assert letters() == before


def test_the_same_upload_twice_changes_nothing(trainer, cohort):
    data = filled(cohort.id, ("Pass",), ("Pass",))
    first = upload(trainer, cohort.id, data)
    confirm(trainer, first)
    once, version = recorded(cohort.id), office.version(cohort.id)
    assert "says what is recorded already" in upload(trainer, cohort.id, data).text
    assert "Nothing was changed" in confirm(trainer, first).text  # the button of the first preview again
    assert (recorded(cohort.id), office.version(cohort.id)) == (once, version)


def test_a_stale_workbook_is_explained_and_never_overwrites(trainer, cohort):
    data = filled(cohort.id, ("Pass",), ("Pass",), ("Pass",), ("Pass",))
    factories.drafts(cohort.id, "absent")
    before = recorded(cohort.id)
    page = upload(trainer, cohort.id, data)
    assert "The cohort has changed since this workbook was downloaded" in page.text
    assert "Absent, 23 Jan 2027, draft" in page.text
    assert "Record " not in page.text.split("<main")[1]
    assert "Nothing was recorded" in confirm(trainer, page).text
    assert recorded(cohort.id) == before


def test_a_workbook_that_became_stale_after_its_preview_is_refused(trainer, cohort):
    page = upload(trainer, cohort.id, filled(cohort.id, ("Pass",)))
    factories.drafts(cohort.id, "absent")
    before = recorded(cohort.id)
    assert "Nothing was recorded" in confirm(trainer, page).text
    assert recorded(cohort.id) == before


def test_one_wrong_cell_keeps_everything_out_and_says_where(trainer, cohort):
    page = upload(trainer, cohort.id, filled(cohort.id, ("Pass",), ("Fail",), ("Maybe",), ("Pass", "31/06/2027")))
    assert "3 rows have something to mend" in page.text
    for said in ("A fail needs a note", "“Maybe” is not an outcome", "June has 30 days"):
        assert said in page.text
    assert "Nothing was recorded" in confirm(trainer, page).text
    assert recorded(cohort.id) == []


def test_the_file_to_mend_can_be_corrected_and_uploaded_again(trainer, cohort):
    page = upload(trainer, cohort.id, filled(cohort.id, ("Pass",), ("Fail", "20/01/2027")))
    back = trainer.get(f"{address(page)}/to-mend").data
    sheet = load_workbook(io.BytesIO(back))["Results"]
    first = books.head_of(sheet) + 1
    assert [sheet.cell(first + place, 7).value for place in range(2)] == [
        None,
        "Note: A fail needs a note that says why. Write one.",
    ]

    def mend(book, sheet, first):
        sheet.cell(first + 1, NOTE).value = "Took sides."

    page = confirm(trainer, upload(trainer, cohort.id, changed(back, mend)))
    assert "2 results added" in page.text
    assert ("fail", date(2027, 1, 20), "Took sides.", "draft", 1, "Spring 2027") in recorded(cohort.id)


def test_a_later_upload_takes_the_place_of_the_one_before(trainer, cohort):
    first = upload(trainer, cohort.id, filled(cohort.id, ("Pass",)))
    upload(trainer, cohort.id, filled(cohort.id, ("Pass",), ("Pass",)))
    assert "A later upload took the place" in confirm(trainer, first).text
    assert recorded(cohort.id) == []
    states = db.session.scalars(select(ResultUpload.state).order_by(ResultUpload.id)).all()
    assert states == ["discarded", "waiting"]


def test_a_workbook_of_another_cohort_is_refused(trainer, cohort):
    other = factories.cohort(candidates=1)
    page = upload(trainer, cohort.id, handed_out(other.id))
    assert "made for another cohort" in page.text
    assert recorded(cohort.id) == []


def test_csv_as_excel_saves_it_will_do(trainer, cohort):
    one = office.references(cohort.id)[0]
    name = find_person_by_reference(one).name
    text = (
        f"Workbook of cohort {cohort.id}, version {office.version(cohort.id)}. Keep this line.\n"
        f"Reference;Name;Attempt;Outcome;Date of assessment;Note\n{one};{name};1;Pass;20/01/2027;\n"
    )
    page = confirm(trainer, upload(trainer, cohort.id, text.encode("cp1252"), "results.csv"))
    assert "1 result added" in page.text


ANSWERS = [
    # outcome, day, note, role-play, portfolio, talk, first criterion, second criterion
    ("pass", "", "", "pass", "pass", "", "Met", "Not met"),
    ("", "20/01/2027", "Took sides.", "fail", "pass", "", "", ""),
    ("refer", "21 January 2027", "Again.", "refer", "pass", "pass", "", ""),
    ("", "", "", "", "pass", "", "", ""),
]


def by_workbook(trainer, cohort_id):
    confirm(trainer, upload(trainer, cohort_id, filled_whole(cohort_id)))


def filled_whole(cohort_id):
    def fill(book, sheet, first):
        columns = {sheet.cell(first - 1, column).value: column for column in range(1, 13)}
        places = [OUTCOME, DAY, NOTE, columns["Observed role-play"], columns["Portfolio"], columns["Talk"]]
        places += [columns["Observed role-play: Listens"], columns["Observed role-play: Stays impartial"]]
        for row, answer in enumerate(ANSWERS, first):
            for column, value in zip(places, answer, strict=True):
                sheet.cell(row, column).value = value or None

    return changed(handed_out(cohort_id), fill)


def typed(cohort_id, who, answer):
    parts = db.session.get_one(Cohort, cohort_id).assessment.rules
    fields = ["outcome", "event_on", "note", *(part.field for part in parts)]
    fields += [one.field for one in parts[0].criteria]
    return {f"{field}-{who.enrolment.id}": value for field, value in zip(fields, answer, strict=True)}


def by_grid(trainer, cohort_id):
    fields = {"version": office.version(cohort_id)}
    for who, answer in zip(candidates_of(cohort_id), ANSWERS, strict=True):
        fields |= typed(cohort_id, who, answer)
    assert trainer.post(f"/cohorts/{cohort_id}/results", data=fields).status_code == 302


def one_by_one(trainer, cohort_id):
    for who, answer in zip(candidates_of(cohort_id), ANSWERS, strict=True):
        fields = typed(cohort_id, who, answer) | {"version": office.version(cohort_id)}
        path = f"/cohorts/{cohort_id}/places/{who.enrolment.id}/result"
        assert trainer.post(path, data=fields).status_code == 302


def test_every_door_leaves_the_same_rows_and_letters(sign_in, app, today):
    """One way of recording: typed one by one, typed into the grid, or uploaded."""
    kept, assessment_id = [], None
    for door in (one_by_one, by_grid, by_workbook):
        cohort = factories.cohort(candidates=4)
        assessment_id = assessment_id or factories.assessment(cohort_id=cohort.id).id
        trainer = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))
        before = letters()
        door(trainer, cohort.id)
        rows = [row[:5] for row in recorded(cohort.id)]
        parts = [
            (who.open.outcome, sorted(said_of_parts(who.open).items())) for who in candidates_of(cohort.id) if who.open
        ]
        factories.submitted_results(cohort.id)
        releaser = factories.person().id
        ids = list(db.session.scalars(select(Result.id).filter_by(cohort_id=cohort.id, state="submitted")))
        with transaction():
            release_results(cohort.id, ids, at=office.NOW, released_by=releaser)
        after = sorted(row[:5] for row in recorded(cohort.id))
        templates = select(Letter.template).order_by(Letter.id.desc()).limit(letters() - before)
        kept.append((rows, parts, after, sorted(db.session.scalars(templates))))
    assert kept[0] == kept[1] == kept[2]
    assert [outcome for outcome, _ in kept[0][1]] == ["pass", "fail", "refer", "pending"]
    assert len(kept[0][3]) == 3


def test_whatever_people_do_to_a_workbook_is_understood_or_refused_in_words(trainer, cohort):
    blank = handed_out(cohort.id)
    for number, (change, expected) in enumerate(MUTATIONS):
        try:
            page = upload(trainer, cohort.id, changed(blank, change))
        except Exception as error:
            raise AssertionError(f"mutation {number}") from error
        assert page.status_code == 200, number
        said = confirm(trainer, page).text if "/uploads/" in address(page) else page.text
        if expected == GOOD:
            assert GOOD in said, number
            take_back(cohort.id)
            blank = handed_out(cohort.id)
        elif expected == REFUSED:
            assert "error-message" in said or "has changed since" in said, number
        else:
            assert "Nothing was changed" in said, number
        assert recorded(cohort.id) == [], number


def take_back(cohort_id):
    entries = [office.entry(reference, None) for reference in office.references(cohort_id)]
    by = factories.person().id
    with transaction():
        record_results(cohort_id, entries, version=office.version(cohort_id), on=factories.TODAY, recorded_by=by)


def test_a_broken_file_is_refused_in_words(trainer, cohort):
    whole = filled(cohort.id, ("Pass",))
    for number, data in enumerate(broken_files(whole)):
        page = upload(trainer, cohort.id, data)
        assert page.status_code == 200, number
        if "/uploads/" not in address(page):
            assert "error-message" in page.text, number
        assert recorded(cohort.id) == [], number


def test_without_a_file_the_page_says_so(trainer, cohort):
    page = trainer.post(f"/cohorts/{cohort.id}/uploads", data={})
    assert "Choose the workbook" in page.text


def test_a_resit_is_asked_for_in_the_next_workbook(trainer, cohort):
    factories.released_results(cohort.id, "pass", "refer")
    sheet = load_workbook(io.BytesIO(handed_out(cohort.id)))["Results"]
    first = books.head_of(sheet) + 1
    rows = {
        sheet.cell(first + r, REFERENCE).value: [sheet.cell(first + r, c).value for c in (3, OUTCOME)] for r in range(4)
    }
    one, two, *_ = office.references(cohort.id)
    assert (rows[one], rows[two]) == ([1, "Pass"], [2, None])
    page = upload(trainer, cohort.id, handed_out(cohort.id))
    assert "says what is recorded already" in page.text


def test_a_late_day_is_the_day_of_the_event(trainer, cohort):
    day = factories.TODAY - timedelta(1)
    confirm(trainer, upload(trainer, cohort.id, filled(cohort.id, ("Pass", day.strftime("%d/%m/%Y")))))
    assert recorded(cohort.id)[0][1] == day


def test_who_chooses_so_records_the_right_rows_and_leaves_out_the_others(trainer, cohort):
    page = upload(trainer, cohort.id, filled(cohort.id, ("Pass",), ("Fail",), ("Maybe",), ("Pass", "31/06/2027")))
    assert "Record 1 result, leave out 3 rows" in page.text
    other = trainer.post(address(page), data={"leave_out": 2}, follow_redirects=True)
    assert "Look at the preview again" in other.text
    assert recorded(cohort.id) == []
    done = trainer.post(address(page), data={"leave_out": 3}, follow_redirects=True)
    assert "1 result added" in done.text
    assert [row[0] for row in recorded(cohort.id)] == ["pass"]
    mended = upload(trainer, cohort.id, filled(cohort.id, ("Pass",), ("Fail", None, "Took sides.")))
    assert "1 result added" in confirm(trainer, mended).text


def test_nothing_is_left_out_of_a_workbook_that_is_right_or_stale(trainer, cohort):
    right = upload(trainer, cohort.id, filled(cohort.id, ("Pass",)))
    assert "leave out" not in right.text
    stale = filled(cohort.id, ("Pass",), ("Maybe",))
    factories.drafts(cohort.id, "absent")
    page = upload(trainer, cohort.id, stale)
    assert "leave out" not in page.text
    assert "Nothing was recorded" in trainer.post(address(page), data={"leave_out": 1}, follow_redirects=True).text
