"""Whatever leaves the register as a file says on itself who took it, when and how much, and the trail says so too."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.audit import AuditDetail, AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.sheets import XLSX, Column, Table, write_workbook
from accreditation.people.rules import Grant, Viewer
from accreditation.people.services import note_export
from tests import factories
from tests.security.doors import doors
from tests.security.world import belongings, of_everybody

PDF = "application/pdf"
EVERYBODY = [Grant(role, Scope.SERVICE) for role in (Role.PRACTICE_MANAGER, Role.VETTING_OFFICER, Role.AUDITOR)]
TAKES_NOTHING_AWAY = {
    "GET /cohorts/<int:cohort_id>/workbook.xlsx": "a form to be filled in",
    "GET /cohorts/<int:cohort_id>/uploads/<int:upload_id>/errors.xlsx": "gives back what its reader brought",
}


def says_who_took_it(kind: str, content: bytes) -> bool:
    if kind == PDF:
        return all("Exported by" in page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    book = load_workbook(BytesIO(content))
    above = [
        str(row[0]) for sheet in book.worksheets for row in sheet.iter_rows(max_row=2, max_col=1, values_only=True)
    ]
    return sum(text.startswith("Exported by ") for text in above) == len(book.worksheets)


def exports() -> list[str]:
    """What the trail says of files that were handed out, as text, the newest last."""
    query = select(AuditDetail.text).join(AuditEntry, AuditEntry.seq == AuditDetail.seq)
    return list(db.session.scalars(query.where(AuditEntry.action.like("exported %")).order_by(AuditEntry.seq)))


def test_every_file_says_who_took_it_and_the_trail_says_how_much(app, sign_in, today):
    person = factories.person(name="Ada Okafor", unit="Croydon")
    objects = belongings(person, factories.provider().id) | of_everybody()
    browser, seen, silent = sign_in(*EVERYBODY), set(), []
    for door in doors(app):
        path = door.filled(objects) if door.method == "GET" else None
        if path is None or "." not in path.rpartition("/")[2]:
            continue
        before = exports()
        answer = browser.get(path)
        if answer.status_code != 200 or answer.mimetype not in (XLSX, PDF):
            continue
        seen.add(door.name)
        noted = exports()[len(before) :]
        told = len(noted) == 1 and '"rows"' in noted[0] and '"people"' in noted[0]
        if door.name not in TAKES_NOTHING_AWAY and not (told and says_who_took_it(answer.mimetype, answer.data)):
            silent.append(door.name)
    assert silent == []
    assert len(seen - set(TAKES_NOTHING_AWAY)) > 7, seen


@pytest.mark.parametrize("marking", [None, "OFFICIAL"])
def test_the_check_notices_a_file_that_says_nothing(marking):
    assert not says_who_took_it(XLSX, write_workbook([Table("A", [Column("B")], [("c",)])], classification=marking))


@pytest.mark.parametrize(
    ("rows", "people", "said"),
    [
        (0, 0, "no rows."),
        (1, 0, "1 row, about nobody by name."),
        (755, 0, "755 rows, about nobody by name."),
        (1, 1, "1 row about 1 person."),
        (25, 21, "25 rows about 21 people."),
    ],
)
def test_a_notice_says_how_much_and_about_how_many(app, today, rows, people, said):
    ada = factories.person(name="Ada Okafor")
    with transaction():
        notice = note_export("the cases", Viewer(ada.id, frozenset()), rows=rows, people=people, at=clock.now())
    assert notice.words.endswith(f": {said}")
    assert notice.words.startswith("Exported by Ada Okafor on ")
