"""Importing on screen: upload, preview, decide, confirm, and who may not."""

import io
import re
from datetime import date
from itertools import count
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.desk.importing.models import ImportDraft
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from tests import factories

pytestmark = pytest.mark.usefixtures("read_here")

SAMPLE = Path(__file__).parents[2] / "data" / "existing-register.xlsx"
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


@pytest.fixture
def manager_of(sign_in):
    """Somebody signed in with a grant whose reference is none of the sample's."""
    numbers = count(1)

    def manager_of(*grants):
        number = next(numbers)
        return sign_in(*grants, person=factories.person(name=f"Staff Person{number}", reference=f"S{number:04}"))

    return manager_of


def upload(client, data: bytes, name: str = "existing-register.xlsx", **fields):
    form = {"file": (io.BytesIO(data), name), "scheme": "INHOUSE-WPM", "tracked_from": "2 February 2027", **fields}
    return client.post("/mediators/import", data=form, content_type="multipart/form-data", follow_redirects=True)


def book(*rows, title: str = "Mediators") -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def draft_id() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.max(ImportDraft.id)))


def digest_in(page) -> str:
    return re.search(r'name="digest" value="([0-9a-f]+)"', page.text)[1]


def people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Person.id)))


def test_a_manager_imports_the_sample_and_finds_the_result_again(manager_of):
    manager = manager_of(MANAGER)
    before = people()
    page = upload(manager, SAMPLE.read_bytes())
    assert page.status_code == 200
    assert "This is a preview. Nothing has been written" in page.text
    assert "Import 60 rows" in page.text
    assert "31/06/2025 is not a date. June has 30 days." in page.text
    assert "letters would go out" in page.text
    assert people() == before
    number = draft_id()
    asked = manager.get(f"/mediators/import/{number}?status=questions")
    assert "6 rows of 63" in asked.text
    assert "Same name and address as row 67, Łukasz Gill M0060" in asked.text
    done = manager.post(f"/mediators/import/{number}/confirm", data={"digest": digest_in(page)}, follow_redirects=True)
    assert done.request.path == f"/mediators/import/{number}/result"
    assert "60 rows written" in done.text
    assert people() == before + 60
    errors = manager.get(f"/mediators/import/{number}/errors.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(errors.data)).active["B2"].value == "M9999"
    again = manager.get(f"/mediators/import/{number}", follow_redirects=True)
    assert again.request.path.endswith("/result")
    twice = manager.post(f"/mediators/import/{number}/confirm", data={"digest": "x"}, follow_redirects=True)
    assert twice.request.path.endswith("/result")
    assert people() == before + 60


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (SAMPLE.read_bytes()[:9000], "damaged or was only partly saved"),
        (b"a,b\n1,2\n", "No row of headings was found"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(manager_of, data, sentence):
    page = upload(manager_of(MANAGER), data)
    assert page.status_code == 200
    assert sentence in page.text
    assert "<title>Error:" in page.text
    assert 'id="file-error"' in page.text
    assert draft_id() is None


def test_without_a_file_or_with_a_future_day_the_form_says_so(manager_of):
    page = manager_of(MANAGER).post(
        "/mediators/import", data={"scheme": "INHOUSE-WPM", "tracked_from": "3 February 2027"}
    )
    assert "Choose the spreadsheet" in page.text
    assert "The date must be today or in the past" in page.text


def test_the_columns_can_be_matched_by_hand(manager_of):
    manager = manager_of(MANAGER)
    page = upload(manager, book(["Ref", "Course", "Unit", "Wer", "Wie"], ["M0001", "Spring", "Brent", "Okafor", "Ada"]))
    assert "Say which columns hold the surname and the forename(s)." in page.text
    assert "For example: Okafor" in page.text
    number = draft_id()
    match = {"column_0": "reference", "column_1": "course", "column_2": "unit", "column_3": "family_name"}
    page = manager.post(f"/mediators/import/{number}/columns", data={**match, "column_4": "not read"})
    assert page.status_code == 200
    assert "There is a problem" in page.text
    page = manager.post(
        f"/mediators/import/{number}/columns", data={**match, "column_4": "given_name"}, follow_redirects=True
    )
    assert "Ada Okafor" in page.text
    assert "Import 1 row" in page.text


def test_another_sheet_or_row_can_be_chosen(manager_of):
    manager = manager_of(MANAGER)
    upload(manager, SAMPLE.read_bytes())
    number = draft_id()
    page = manager.post(f"/mediators/import/{number}/table", data={"sheet": "0", "header_row": "3"})
    assert "That row is blank. Choose the row that names the columns." in page.text
    page = manager.post(
        f"/mediators/import/{number}/table", data={"sheet": "1", "header_row": "1"}, follow_redirects=True
    )
    assert "Sheet “Helpline log”, headings in row 1" in page.text
    page = manager.post(
        f"/mediators/import/{number}/table", data={"sheet": "0", "header_row": "4"}, follow_redirects=True
    )
    assert "Import 60 rows" in page.text


def test_a_decision_is_asked_kept_and_carried_out(manager_of):
    manager = manager_of(MANAGER)
    ada = factories.person(name="Ada Okafor", reference="M0500")
    page = upload(manager, book(["Surname", "Forename", "Unit"], ["OKAFOR", "Ada", "Brent"]))
    assert "Ada Okafor (M0500) in the register has the same name" in page.text
    assert "There is nothing to import" in page.text
    number = draft_id()
    page = manager.post(
        f"/mediators/import/{number}/decisions", data={"row_2": f"person:{ada.id}"}, follow_redirects=True
    )
    assert "Unit: Brent" in page.text
    before = people()
    manager.post(f"/mediators/import/{number}/confirm", data={"digest": digest_in(page)})
    assert people() == before
    assert db.session.get(Person, ada.id).unit.name == "Brent"


def test_a_register_that_changed_since_the_preview_is_shown_again(manager_of):
    manager = manager_of(MANAGER)
    page = upload(manager, SAMPLE.read_bytes())
    factories.person(name="Ursula Evans", reference="M0001")
    before = people()
    page = manager.post(f"/mediators/import/{draft_id()}/confirm", data={"digest": digest_in(page)})
    assert "The register has changed since this preview was made" in page.text
    assert people() == before
    manager.post(f"/mediators/import/{draft_id()}/confirm", data={"digest": digest_in(page)})
    assert people() == before + 59


def test_the_preview_filters_and_pages(manager_of):
    manager = manager_of(MANAGER)
    rows = [[f"M{number:04}", f"Surname{number:04}", "Ann", "Brent"] for number in range(1, 251)]
    upload(manager, book(["Ref", "Surname", "Forename", "Unit"], *rows))
    path = f"/mediators/import/{draft_id()}"
    page = manager.get(path)
    assert "Surname0100" in page.text
    assert "Surname0101" not in page.text
    page = manager.get(f"{path}?status=new&from=102")
    assert "Surname0101" in page.text
    assert "Surname0201" not in page.text
    assert "Surname0050" not in manager.get(f"{path}?status=refused").text
    assert manager.get(f"{path}?status=nonsense&from=x").status_code == 200


def test_a_draft_is_forgotten_on_request(manager_of):
    manager = manager_of(MANAGER)
    upload(manager, SAMPLE.read_bytes())
    number = draft_id()
    page = manager.post(f"/mediators/import/{number}/discard", follow_redirects=True)
    assert "is forgotten. Nothing was imported." in page.text
    assert manager.get(f"/mediators/import/{number}").status_code == 404


def test_only_a_manager_of_the_whole_service_imports(manager_of):
    unit = factories.unit("Brent")
    for stranger in (
        Grant(Role.ADMINISTRATOR, Scope.SERVICE),
        Grant(Role.AUDITOR, Scope.SERVICE),
        Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id),
    ):
        client = manager_of(stranger)
        assert client.get("/mediators/import").status_code == 403
        assert upload(client, SAMPLE.read_bytes()).status_code == 403
    assert draft_id() is None


def test_a_draft_is_its_owners_alone(manager_of):
    upload(manager_of(MANAGER), SAMPLE.read_bytes())
    number = draft_id()
    other = manager_of(MANAGER)
    before = people()
    for path in ("", "/errors.xlsx", "/result"):
        assert other.get(f"/mediators/import/{number}{path}").status_code == 404
    for path in ("/confirm", "/discard", "/columns", "/table", "/decisions"):
        assert other.post(f"/mediators/import/{number}{path}", data={"digest": "x"}).status_code == 404
    assert people() == before
    assert db.session.get(ImportDraft, number) is not None


def test_what_people_type_is_text_on_the_page(manager_of):
    nasty = "<svg onload=alert(1)>"
    page = upload(
        manager_of(MANAGER),
        book(["Ref", "Surname", "Forename", nasty], ["M0001", nasty, "{{ 7*7 }}", nasty]),
        name=f"../../{nasty}.xlsx",
    )
    assert nasty not in page.text
    assert "&lt;svg onload=alert(1)&gt;" in page.text
    assert "{{ 7*7 }}" in page.text


def test_expired_drafts_go_when_the_next_one_comes(manager_of, app):
    import time_machine

    manager = manager_of(MANAGER)
    upload(manager, SAMPLE.read_bytes())
    with time_machine.travel("2027-02-03T10:00:01+00:00", tick=False):
        upload(manager_of(MANAGER), SAMPLE.read_bytes(), tracked_from=date(2027, 2, 2).strftime("%d/%m/%Y"))
    db.session.rollback()
    assert db.session.scalar(select(func.count(ImportDraft.id))) == 1
