"""The pages and files of the reports: figures equal their lists and the command line, and a second person signs off."""

import json
import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import Person
from accreditation.people.rules import Grant, Viewer
from accreditation.practice.services.cases import state_outcome
from accreditation.reports.models import SteeringReport
from accreditation.reports.queries.steering import MEASURES, ask, contents_of
from accreditation.reports.rules.periods import Period
from accreditation.reports.services.steering import sign_off_report
from tests import factories
from tests.reports.reading import files_agree, pdf_text
from tests.statements import statements_counted

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
AUDITOR = Grant(Role.AUDITOR, Scope.SERVICE)
ADMINISTRATOR = Grant(Role.ADMINISTRATOR, Scope.SERVICE)
DAYS = "from=2026-02-01&through=2027-02-02"
PERIOD = Period(date(2026, 2, 1), date(2027, 2, 3))


@pytest.fixture
def service(app, today):
    """Somebody behind every figure, and somebody beside it who must not be counted."""
    cohort = factories.cohort(title="Spring 2026")
    for _ in range(3):
        factories.candidate(cohort.id)
    factories.released_results(cohort.id, "pass", "fail", "pass")
    factories.accredited_mediator(name="Works On", trained_on=date(2026, 9, 1))
    factories.lapsed_mediator()
    factories.person(name="Only A. Person")
    factories.application(name="Ada Applicant")
    resolved = factories.mediation_case("C-1")
    factories.mediation_case("C-2")
    with transaction():
        state_outcome(resolved.id, outcome="resolved", ended_on=date(2027, 1, 5), on=factories.TODAY, stated_by=None)
    person = factories.mediator()
    for _ in range(6):
        factories.contact(person.id)
    return cohort


def figures_of(page: str) -> dict[str, int]:
    found = re.findall(
        r'/reports/steering/([a-z-]+)\?[^"]*">.*?data-label="Number"[^>]*>\s*<span class="value">([\d,]+)', page, re.S
    )
    return {code: int(number.replace(",", "")) for code, number in found}


def test_every_figure_equals_the_list_behind_it_its_file_and_the_command_line(service, sign_in, app):
    manager = sign_in(MANAGER)
    shown = figures_of(manager.get(f"/reports/steering?{DAYS}").text)
    assert set(shown) == set(MEASURES)
    assert sum(map(bool, shown.values())) > 8, shown
    for code, number in shown.items():
        page = manager.get(f"/reports/steering/{code}?{DAYS}").text
        assert page.count('<th scope="row"') == number, code
        book = load_workbook(BytesIO(manager.get(f"/reports/steering/{code}.xlsx?{DAYS}").data))
        assert book.active.max_row - 4 == number, code
    said = app.test_cli_runner().invoke(
        args=["reports", "steering", "--from", "2026-02-01", "--through", "2027-02-02", "--json"]
    )
    printed = {one["code"]: one["number"] for one in json.loads(said.output)["figures"]}
    assert {code: printed[code] for code in shown} == shown


def test_the_figures_are_what_the_office_would_count(service, sign_in):
    shown = figures_of(sign_in(MANAGER).get(f"/reports/steering?{DAYS}").text)
    assert (shown["first-assessed"], shown["first-passed"]) == (3, 2)
    assert (shown["applied"], shown["applied-passed"]) == (1, 0)
    assert (shown["referred"], shown["conclusion-rate"], shown["resolution-rate"]) == (2, 1, 1)
    assert shown["active"] == 2
    assert shown["deployable"] == 1


def test_the_number_of_statements_does_not_grow_with_people(service, app):
    viewer = Viewer(1, frozenset({MANAGER}))

    def asked() -> int:
        with statements_counted() as counted:
            contents_of(ask(viewer, PERIOD, factories.TODAY))
        return len(counted)

    before = asked()
    for _ in range(5):
        factories.accredited_mediator()
    assert asked() == before


def test_a_manager_of_one_unit_counts_their_own_people(service, sign_in):
    unit = factories.unit("Croydon")
    factories.accredited_mediator(unit_id=unit.id)
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id))
    page = manager.get(f"/reports/steering?{DAYS}").text
    assert figures_of(page)["active"] == 1
    assert "of the people you manage" in page
    assert "Prepare a report" not in page
    assert manager.get("/reports/prepare").status_code == 403


def test_an_auditor_reads_figures_and_learns_no_name(service, sign_in):
    auditor = sign_in(AUDITOR)
    page = auditor.get(f"/reports/steering?{DAYS}").text
    assert "Active mediators" in page
    assert not figures_of(page)
    assert auditor.get(f"/reports/steering/active?{DAYS}").status_code == 403
    assert auditor.get(f"/reports/steering/active.xlsx?{DAYS}").status_code == 403


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=31/06/2026", "June has 30 days"),
        ("from=2027-02-01&through=2027-01-01", "is before the first"),
        ("from=1/2/27", "year"),
        ("from=2027-02-03&through=2027-02-04", "is still to come"),
    ],
)
def test_days_that_make_no_period_are_said_back_with_the_reason(service, sign_in, query, words):
    manager = sign_in(MANAGER)
    page = manager.get(f"/reports/steering?{query}").text
    assert "There is a problem" in page
    assert words in page
    assert "<title>Error:" in page
    assert manager.get(f"/reports/steering.xlsx?{query}").status_code == 422


def prepared(manager) -> SteeringReport:
    answer = manager.post(
        "/reports/prepare",
        data={
            "title": "Year to February 2027",
            "starts_on": "1 February 2026",
            "through": "2 February 2027",
            "classification": "OFFICIAL-SENSITIVE",
        },
    )
    assert answer.status_code == 302, answer.text
    return db.session.get_one(SteeringReport, int(answer.location.rsplit("/", 1)[1]))


def test_an_administrator_signs_off_only_for_want_of_another_manager_and_is_counted(service, sign_in):
    author, administrator = sign_in(MANAGER), sign_in(ADMINISTRATOR)
    first = f"/reports/{factories.steering_report(by=author.person_id).id}"
    later = f"/reports/{factories.steering_report(by=author.person_id).id}"
    assert (
        "The report is signed off."
        in administrator.post(f"{first}/sign-off", data={"seen": 1}, follow_redirects=True).text
    )
    assert figures_of(author.get(f"/reports/steering?{DAYS}").text)["exceptions"] == 1
    behind = author.get(f"/reports/steering/exceptions?{DAYS}").text
    assert "A report to the steering group" in behind
    assert "2 Feb 2027" in behind
    assert "A report to the steering group" in administrator.get("/exceptions").text

    second = sign_in(MANAGER)
    refused = administrator.post(f"{later}/sign-off", data={"seen": 1}, follow_redirects=True).text
    assert "Another practice manager can sign this off." in refused
    assert "The report is signed off." in second.post(f"{later}/sign-off", data={"seen": 1}, follow_redirects=True).text
    assert figures_of(author.get(f"/reports/steering?{DAYS}").text)["exceptions"] == 1, "a manager is no exception"


def test_a_report_is_prepared_commented_signed_off_by_another_and_then_stays(service, sign_in):
    manager, second = sign_in(MANAGER), sign_in(MANAGER)
    report = prepared(manager)
    path = f"/reports/{report.id}"
    kept = manager.post(path, data={"seen": 1, "summary": "A <b>good</b> year.", "training": "Spring went well."})
    assert kept.status_code == 302
    assert "A &lt;b&gt;good&lt;/b&gt; year." in manager.get(path).text
    assert "Somebody else must sign it off" in manager.get(f"{path}/sign-off").text
    refused = manager.post(f"{path}/sign-off", data={"seen": 2}, follow_redirects=True)
    assert "You prepared this report. Somebody else must sign it off." in refused.text
    signed = second.post(f"{path}/sign-off", data={"seen": 2}, follow_redirects=True)
    assert "The report is signed off." in signed.text
    before = signed.text[signed.text.index("Cohorts and results") :]
    factories.accredited_mediator(name="Came Later")
    after = second.get(path).text
    assert after[after.index("Cohorts and results") :].split("<footer")[0] == before.split("<footer")[0]
    late = manager.post(path, data={"seen": 3, "summary": "Better still."})
    assert late.status_code == 403
    assert db.session.get_one(SteeringReport, report.id).commentary["summary"] == "A <b>good</b> year."


def test_an_administrator_signs_off_where_there_is_one_manager(service, sign_in):
    report = prepared(sign_in(MANAGER))
    page = sign_in(ADMINISTRATOR).post(f"/reports/{report.id}/sign-off", data={"seen": 1}, follow_redirects=True)
    assert "The report is signed off." in page.text
    assert sign_in(AUDITOR).post(f"/reports/{report.id}/sign-off", data={"seen": 1}).status_code == 403


def test_who_wrote_meanwhile_is_not_overwritten(service, sign_in):
    manager, second = sign_in(MANAGER), sign_in(MANAGER)
    report = prepared(manager)
    second.post(f"/reports/{report.id}", data={"seen": 1, "summary": "Hers"})
    page = manager.post(f"/reports/{report.id}", data={"seen": 1, "summary": "Mine"})
    assert "Somebody has changed this report since you opened it" in page.text
    assert "Mine" in page.text
    assert db.session.get_one(SteeringReport, report.id).commentary == {"summary": "Hers"}


def test_the_constraint_holds_where_the_service_does_not_look(service, sign_in, app, monkeypatch):
    report = prepared(sign_in(MANAGER))
    report_id, author = report.id, report.prepared_by
    contents = contents_of(ask(Viewer(1, frozenset({MANAGER})), PERIOD, factories.TODAY))
    monkeypatch.setattr("accreditation.reports.services.steering.NotAllowed", lambda *_: None)
    with pytest.raises(Exception, match=r"second_person|exceptions must derive"), transaction():
        sign_off_report(report_id, contents, seen=1, signed_off_by=author, on=factories.TODAY, now=report.prepared_at)


def test_a_draft_can_be_discarded_and_a_signed_report_cannot(service, sign_in):
    manager, second = sign_in(MANAGER), sign_in(MANAGER)
    first, other = prepared(manager).id, prepared(manager).id
    assert "Discard this draft?" in manager.get(f"/reports/{first}/discard").text
    manager.post(f"/reports/{first}/discard", data={"seen": 1})
    assert manager.get(f"/reports/{first}").status_code == 404
    second.post(f"/reports/{other}/sign-off", data={"seen": 1})
    page = manager.post(f"/reports/{other}/discard", data={"seen": 2}, follow_redirects=True).text
    assert "It stays as it is." in page


def test_the_pdf_is_tagged_headed_and_its_text_can_be_read(service, sign_in):
    manager = sign_in(MANAGER)
    report = prepared(manager)
    manager.post(
        f"/reports/{report.id}", data={"seen": 1, "summary": '#import "x"; *not bold* $x$ [a] {b}\nSecond line'}
    )
    answer = manager.get(f"/reports/{report.id}.pdf")
    assert answer.mimetype == "application/pdf"
    pdf = PdfReader(BytesIO(answer.data))
    catalogue = pdf.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"].lower() == "en-gb"
    assert pdf.metadata.title == "Year to February 2027"
    assert pdf.metadata.author == db.session.get_one(Person, report.prepared_by).name
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    author = db.session.get_one(Person, report.prepared_by).name
    for words in (
        "OFFICIAL-SENSITIVE",
        "draft version 2",
        "1 February 2026 to 2 February 2027",
        author,
        '#import "x"; *not bold* $x$ [a] {b}',
        "Second line",
        "Passed at the first attempt 2 3 assessed for the first time: pass, refer or fail 66.7%",
        f"Page {len(pdf.pages)} of {len(pdf.pages)}",
    ):
        assert words in text, words
    assert all("OFFICIAL-SENSITIVE" in page.extract_text() for page in pdf.pages)


def test_every_file_is_noted_before_it_is_handed_out(service, sign_in):
    manager = sign_in(MANAGER)
    report = prepared(manager)
    for path in (
        f"/reports/steering.xlsx?{DAYS}",
        f"/reports/steering/active.xlsx?{DAYS}",
        f"/reports/{report.id}.pdf",
        f"/reports/{report.id}.xlsx",
    ):
        before = db.session.query(AuditEntry).filter(AuditEntry.action.like("exported%")).count()
        assert manager.get(path).status_code == 200
        after = db.session.query(AuditEntry).filter(AuditEntry.action.like("exported%")).count()
        assert after == before + 1, path


def test_the_workbook_says_what_each_number_is_out_of(service, sign_in):
    book = load_workbook(BytesIO(sign_in(MANAGER).get(f"/reports/steering.xlsx?{DAYS}").data))
    rows = {row[1]: row for row in book["Figures"].iter_rows(values_only=True)}
    assert rows["Passed at the first attempt"][2:6] == (
        2,
        3,
        "assessed for the first time: pass, refer or fail",
        0.667,
    )
    assert "Exact period: 1 February 2026 to 2 February 2027" in [
        row[0] for row in book["Figures"].iter_rows(values_only=True)
    ]


def test_page_workbook_and_pdf_of_a_report_say_the_same(service, sign_in):
    manager = sign_in(MANAGER)
    report = prepared(manager)
    page = manager.get(f"/reports/{report.id}").text
    workbook, pdf = (manager.get(f"/reports/{report.id}.{ending}").data for ending in ("xlsx", "pdf"))
    files_agree(page, workbook, pdf)
    files_agree(manager.get(f"/reports/steering?{DAYS}").text, manager.get(f"/reports/steering.xlsx?{DAYS}").data)
    about = {row[0]: row[1] for row in load_workbook(BytesIO(workbook))["About"].iter_rows(values_only=True)}
    assert about["Period"] == "1 February 2026 to 2 February 2027"
    assert about["Title and version"] == "Year to February 2027, draft version 1"
    assert about["Signed off by"] == "not yet: a draft"
    assert all(f"{name} {about[name]}" in pdf_text(pdf) for name in ("Period", "Title and version", "Author"))


def test_the_standards_say_what_is_held_here_and_what_is_not(service, sign_in):
    page = sign_in(MANAGER).get("/reports/standards").text
    assert page.count('<section aria-labelledby="standard-') == 10
    assert "Held here" in page
    assert "Not held here" in page
    assert "Vetting currency" in page


def test_the_way_to_other_reports_is_shown_to_who_may_go_it(service, sign_in):
    page = sign_in(MANAGER).get("/reports").text
    assert [path in page for path in ('"/practice/figures"', '"/forecast"', '"/equality"')] == [True] * 3
    assert '"/forecast"' not in sign_in(AUDITOR).get("/reports").text.split("<footer")[0]
