"""The full figures of the import of the vetting unit's list."""

from datetime import date
from time import perf_counter

import pytest
from sqlalchemy import insert

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.sheets import Column, Table, read_workbook, write_workbook
from accreditation.people.models import Person
from accreditation.people.rules import search_text, sort_name
from tests import factories
from vetting.queries.listing import plan_of, upload_of
from vetting.rules.listing.plan import Status
from vetting.services import listing

ROWS = 5000
HEADINGS = ("Ref", "Pay number", "Surname", "Forename(s)", "Level", "Status", "Granted", "Expiry", "Vetting ref")


def people() -> list[dict[str, object]]:
    return [
        {
            "reference": f"M{number:05}",
            "given_name": "Ada",
            "family_name": f"Okafor{number}",
            "sort_name": sort_name("Ada", f"Okafor{number}"),
            "search_text": search_text("Ada", f"Okafor{number}", f"M{number:05}", f"P{number}"),
            "pay_number": f"P{number}",
            "version": 1,
        }
        for number in range(ROWS)
    ]


def rows() -> list[list[object]]:
    """One in ten is trouble: nobody's reference, and half of those with a day that there is not."""
    return [
        [
            f"M{number:05}" if number % 10 else f"X{number}",
            f"P{number}" if number % 10 else None,
            f"Okafor{number}",
            "Ada",
            "CTC",
            "Granted",
            date(2025, 3, 3) if number % 20 else "31/06/2025",
            date(2030, 3, 2),
            f"V{number}",
        ]
        for number in range(ROWS)
    ]


@pytest.mark.soak  # a figure about time: not for a machine that does other things beside
def test_five_thousand_rows_are_previewed_in_under_three_times_the_bare_reading(app):
    with db.engine.begin() as connection:
        connection.execute(insert(Person.__table__), people())
    data = write_workbook([Table("List", [Column(title) for title in HEADINGS], rows())])
    began = perf_counter()
    workbook = read_workbook(data)
    reading = perf_counter() - began
    began = perf_counter()
    draft = listing.new_list(workbook, file_name="list.xlsx", level="CTC", owner_id=None, at=clock.now())
    plan = plan_of(upload_of(draft), on=factories.TODAY)
    planning = perf_counter() - began
    assert plan.counts == {Status.REFUSED: ROWS // 10, Status.NEW: ROWS - ROWS // 10}
    ratio = (reading + planning) / reading
    print(
        f"\n{ROWS:,} rows: bare reading {reading:.2f} s, with the preview {reading + planning:.2f} s, ratio {ratio:.2f}"
    )
    assert ratio < 3
