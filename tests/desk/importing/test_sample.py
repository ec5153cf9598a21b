"""The sample register in full, from the file to everybody's verdict, on both databases."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from accreditation.awards.models import Award
from accreditation.core import clock, uploads
from accreditation.core.calendar import anniversary
from accreditation.core.database import Base, db, transaction
from accreditation.core.errors import Conflict
from accreditation.core.outbox import Letter
from accreditation.core.sheets.errors import error_file
from accreditation.core.uploads import wrong_with
from accreditation.desk.importing.queries.drafts import upload_of
from accreditation.desk.importing.queries.plans import plan_of
from accreditation.desk.importing.rules.plan import Status
from accreditation.desk.importing.services import drafts
from accreditation.people.models import Person
from accreditation.standing.models import Evidence
from accreditation.standing.queries import get_scheme, standing_on
from tests import factories
from tests.reading import read_here
from vetting.models import Clearance, ClearanceApplication, ClearanceCorrection
from vetting.services import move_application

SAMPLE = Path(__file__).parents[2] / "data" / "existing-register.xlsx"
TODAY = factories.TODAY
SCHEME = "INHOUSE-WPM"


def draft_of(data: bytes, name: str = "register.xlsx", tracked_from: date = TODAY):
    workbook = read_here(data)
    return drafts.new_draft(
        workbook, file_name=name, scheme=SCHEME, tracked_from=tracked_from, owner_id=None, at=clock.now()
    )


def plan_for(data: bytes):
    return plan_of(upload_of(draft_of(data)), on=TODAY)


def import_file(data: bytes, **options):
    draft = draft_of(data, **options)
    with transaction():
        kept = uploads.keep(draft, at=clock.now())
        return drafts.import_draft(kept.id, digest=None, on=TODAY, at=clock.now(), imported_by=None).outcome


def everything_recorded() -> dict[str, int]:
    """Rows by table, without what an import keeps of itself and the trail."""
    apart = {"import_draft", "audit_entry", "audit_detail", "audit_head", "number_series"}
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
        if table.name not in apart
    }


@pytest.fixture
def sample() -> bytes:
    return SAMPLE.read_bytes()


def test_the_preview_of_the_sample_names_every_row(app, today, sample):
    plan = plan_for(sample)
    by_number = {row.number: row for row in plan.rows}
    assert {status.value: count for status, count in plan.counts.items()} == {
        "new": 60,
        "duplicate": 1,
        "refused": 1,
        "skipped": 1,
    }
    assert by_number[27].status is Status.DUPLICATE
    assert "row 26" in by_number[27].why
    assert by_number[69].status is Status.SKIPPED
    refused = by_number[38]
    assert refused.status is Status.REFUSED
    assert [(problem.column, problem.heading) for problem in refused.problems] == [
        ("E", "E-mail"),
        ("I", "Result"),
        ("J", "Date passed"),
        ("K", "CTC granted"),
        ("L", "CTC expiry"),
    ]
    assert all(problem.message and problem.remedy for problem in refused.problems)
    questions = {number: row.questions for number, row in by_number.items() if row.questions}
    assert sorted(questions) == [10, 11, 12, 16, 36, 67]
    assert "row 67, Łukasz Gill M0060" in questions[16][0]
    assert "Same name and address as row 36" in questions[11][0]
    assert "Same name as row 12" in questions[10][0]
    assert plan.letters == 0
    assert plan.unread == ()


def test_a_preview_writes_nothing(app, today, sample):
    before = everything_recorded()
    plan_for(sample)
    assert everything_recorded() == before


def test_every_good_row_comes_in_and_nobody_is_written_to(app, today, sample):
    import_file(sample)
    assert db.session.scalar(select(func.count(Person.id))) == 60
    assert set(db.session.scalars(select(Letter.state))) == {"held"}  # what was due already waits for a person
    person = db.session.scalar(select(Person).where(Person.reference == "M0047"))
    assert (person.name, person.pay_number, person.unit.name) == ("Tariq Okonkwo-Reid", "825729", "Brent")
    assert (person.holder_kind, person.email) == ("employee", "tariq.okonkwo-reid@example.police.uk")
    zoe = db.session.scalar(select(Person).where(Person.reference == "M0027"))
    assert zoe.email == "zoë.xu@example.police.uk"
    assert db.session.scalar(select(func.count(Person.id)).where(Person.reference == "M9999")) == 0


def test_the_same_file_again_changes_nothing(app, today, sample):
    import_file(sample)
    before = everything_recorded()
    plan = plan_for(sample)
    assert plan.counts[Status.UNCHANGED] == 60
    assert plan.to_write == []
    import_file(sample)
    assert everything_recorded() == before


# Everybody's verdict, worked out beside the product from the cells alone.


def as_day(value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value in (None, "-", "n/a"):
        return None
    for style in ("%d/%m/%Y", "%d.%m.%Y", "%d %B %Y"):
        try:
            return datetime.strptime(value, style).date()
        except ValueError:
            continue
    raise AssertionError(value)


def plus_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def expected(row: list, on: date, tracked_from: date) -> tuple[str, list[str], date | None]:
    """The verdict, what fails, and the last good day, by hand."""
    passed, granted, expiry, refresher = (as_day(value) for value in row[9:13])
    if row[8].strip().upper() not in ("P", "PASS"):
        return "not_accredited", [], None
    ends = {"award": plus_years(passed, 3)}
    if granted and expiry:
        ends["ctc"] = expiry + timedelta(1)
    covered = plus_years(passed, 1)  # the course counts as the first refresher
    if refresher:
        renewed_in_time = covered - timedelta(60) <= refresher < covered
        covered = plus_years(passed, 2) if renewed_in_time else max(covered, plus_years(refresher, 1))
    ends["refresher"] = covered
    for waived in ("practice", "supervision", "cpd"):
        ends[waived] = plus_years(tracked_from, 1)
    order = ["award", "ctc", "refresher", "practice", "supervision", "cpd"]
    failing = [code for code in order if on >= ends.get(code, date.min)]
    if failing:
        return "lapsed", failing, None
    return "deployable", [], min(ends.values()) - timedelta(1)


@pytest.mark.parametrize("on", [date(2026, 11, 22), TODAY, date(2027, 6, 1), date(2028, 2, 1), date(2028, 2, 2)])
def test_everybodys_verdict_is_what_the_sheet_says(app, today, sample, on):
    import_file(sample, tracked_from=TODAY)
    sheet = openpyxl.load_workbook(io.BytesIO(sample))["Mediators"]
    scheme = get_scheme(SCHEME)
    seen = set()
    for row in sheet.iter_rows(min_row=5, max_row=67, values_only=True):
        reference = row[0]
        if reference in (None, "M9999") or reference in seen:
            continue
        seen.add(reference)
        person_id = db.session.scalar(select(Person.id).where(Person.reference == reference))
        standing = standing_on(person_id, scheme, on)
        verdict, failing, valid_through = expected(list(row), on, TODAY)
        assert standing.verdict.value == verdict, reference
        if verdict != "not_accredited":
            assert list(standing.failing) == failing, reference
            assert standing.valid_through == valid_through, reference
    assert len(seen) == 60


def test_what_the_sheet_never_recorded_is_waived_with_its_reason(app, today, sample):
    import_file(sample, tracked_from=date(2026, 1, 31))
    person_id = db.session.scalar(select(Person.id).where(Person.reference == "M0002"))
    facts = db.session.scalars(select(Evidence).where(Evidence.person_id == person_id, Evidence.kind == "waiver"))
    waived = {fact.code: (fact.starts_on, fact.ends_on, fact.reason, fact.scheme) for fact in facts}
    passed, why = date(2026, 1, 24), "Not recorded before the register began"
    assert waived == {
        "comediation": (passed, None, why, SCHEME),
        "practice": (passed, date(2027, 1, 31), why, SCHEME),
        "supervision": (passed, date(2027, 1, 31), why, SCHEME),
        "cpd": (passed, date(2027, 1, 31), why, SCHEME),
    }
    failed = db.session.scalar(select(Person.id).where(Person.reference == "M0001"))
    kinds = db.session.scalars(select(Evidence.kind).where(Evidence.person_id == failed)).all()
    assert kinds == ["clearance"]


def test_an_award_runs_for_the_term_from_the_date_passed(app, today, sample):
    import_file(sample)
    awards = {award.person.reference: (award.starts_on, award.ends_on) for award in db.session.scalars(select(Award))}
    assert awards["M0002"] == (date(2026, 1, 24), anniversary(date(2026, 1, 24), 36))
    assert len(awards) == 60 - 6  # four fails and two refers


def corrected(data: bytes, **cells) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_error_file_is_corrected_and_comes_in(app, today, sample):
    import_file(sample)
    upload = upload_of(draft_of(sample))
    plan = plan_of(upload, on=TODAY)
    errors = error_file(upload.sheet, upload.headings, wrong_with(upload, plan))
    sheet = openpyxl.load_workbook(io.BytesIO(errors)).active
    assert [cell.value for cell in sheet[1]][:2] == ["Row in the file", "Ref"]
    assert sheet["A2"].value == 38
    wrong = sheet["O2"].value
    assert "Date passed: 31/06/2025 is not a date. June has 30 days." in wrong
    assert len(wrong.splitlines()) == 5
    again = plan_for(errors)
    assert again.counts == {Status.REFUSED: 1}
    mended = corrected(errors, F2="ivy@example.org", J2="Pass", K2="30/06/2025", L2="03/04/2025", M2=date(2035, 4, 3))
    plan = plan_for(mended)
    assert plan.counts == {Status.NEW: 1}
    import_file(mended)
    assert db.session.scalar(select(func.count(Person.id))) == 61


def test_a_later_expiry_and_a_newer_refresher_are_changes(app, today, sample):
    import_file(sample)
    changed = corrected(sample, L6=date(2031, 10, 28), M6=date(2026, 12, 1))
    plan = plan_for(changed)
    (row,) = plan.to_write
    assert (row.number, row.status) == (6, Status.MATCHES)
    assert [step.sentence for step in row.steps] == [
        "CTC granted on 28 October 2025: valid through 28 October 2031. In the register: to 28 October 2030",
        "Refresher day on 1 December 2026",
    ]
    clearances = db.session.scalar(select(func.count(Clearance.id)))
    import_file(changed)
    assert plan_for(changed).to_write == []
    assert plan_for(sample).to_write == []  # the older file brings nothing back
    assert db.session.scalar(select(func.count(Clearance.id))) == clearances  # the same one, with another end
    (kept,) = db.session.scalars(select(ClearanceCorrection))
    assert (kept.was_ends_on, kept.ends_on) == (date(2030, 10, 29), date(2031, 10, 29))


def test_a_grant_in_the_file_is_the_decision_on_the_application_here(app, today):
    ada = factories.mediator(name="Ada Okafor", reference="M0001")
    waiting = factories.clearance_application(ada.id, on=date(2026, 11, 2))
    with transaction():
        move_application(waiting.id, to="submitted", on=date(2026, 11, 3), recorded_by=None)
    sheet = openpyxl.Workbook()
    sheet.active.append(["Ref", "Surname", "Forename", "CTC granted", "CTC expires"])
    sheet.active.append(["M0001", "Okafor", "Ada", date(2027, 1, 11), date(2037, 1, 10)])
    out = io.BytesIO()
    sheet.save(out)
    import_file(out.getvalue())
    assert db.session.scalars(select(ClearanceApplication.state)).one() == "granted"
    assert db.session.scalars(select(Clearance.application_id)).one() == waiting.id
    assert plan_for(out.getvalue()).to_write == []


def test_the_register_changed_since_the_preview(app, today, sample):
    draft = draft_of(sample)
    digest = plan_of(upload_of(draft), on=TODAY).digest
    factories.person(name="Ursula Evans", reference="M0001")
    before = everything_recorded()
    with pytest.raises(Conflict, match="Nothing was imported"), transaction():
        kept = uploads.keep(draft, at=clock.now())
        drafts.import_draft(kept.id, digest=digest, on=TODAY, at=clock.now(), imported_by=None)
    assert everything_recorded() == before


def test_a_confirmation_sent_twice_imports_once(app, today, sample):
    draft = draft_of(sample)
    with transaction():
        draft_id = uploads.keep(draft, at=clock.now()).id
    for _ in range(2):
        with transaction():
            drafts.import_draft(draft_id, digest=None, on=TODAY, at=clock.now(), imported_by=None)
    assert db.session.scalar(select(func.count(Person.id))) == 60


def test_a_row_without_reference_gets_one_that_no_other_row_has(app, today):
    sheet = openpyxl.Workbook()
    sheet.active.append(["Ref", "Surname", "Forename", "Unit"])
    sheet.active.append([None, "Okafor", "Ada", "brent"])
    sheet.active.append(["M0001", "Yates", "Ben", "Brent"])
    out = io.BytesIO()
    sheet.save(out)
    import_file(out.getvalue())
    people = {person.name: person for person in db.session.scalars(select(Person))}
    assert people["Ben Yates"].reference == "M0001"
    assert people["Ada Okafor"].reference == "M0002"
    assert people["Ada Okafor"].unit_id == people["Ben Yates"].unit_id
