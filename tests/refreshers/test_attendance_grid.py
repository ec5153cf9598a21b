"""The attendance grid by keyboard, and the sheet to print with its code."""

import re
from datetime import date
from decimal import Decimal

import pytest
import segno

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.refreshers.models import Booking
from accreditation.refreshers.rules import MARKS
from accreditation.refreshers.rules.cells import LETTERS, cell_of, read_cell
from accreditation.standing.queries import evidence_of
from accreditation.web.qr import qr_code
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
DAY = date(2027, 2, 2)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("", None),
        (" ", None),
        ("P", ("attended", None)),
        ("p ", ("attended", None)),
        ("a", ("apologies", None)),
        ("L", ("late_apologies", None)),
        ("N", ("did_not_attend", None)),
        ("0.25", ("part_attended", Decimal("0.25"))),
        ("3,5", ("part_attended", Decimal("3.5"))),
        ("24", ("part_attended", Decimal(24))),
    ],
)
def test_what_a_cell_says(typed, means):
    assert read_cell(typed) == means


@pytest.mark.parametrize("typed", ["X", "PP", "present", "0", "24.25", "25", "-1", "2.555", "1e1", "٣"])
def test_what_says_nothing_is_refused(typed):
    with pytest.raises(ValueError, match="Enter"):
        read_cell(typed)


def test_every_mark_is_shown_as_it_is_typed():
    assert set(LETTERS.values()) | {"part_attended"} == set(MARKS)
    for state in MARKS:
        hours = Decimal("2.50") if state == "part_attended" else None
        assert read_cell(cell_of(state, hours)) == (state, hours)
    assert [cell_of(state, None) for state in ("booked", "waitlisted", "offered")] == ["", "", ""]


def test_only_who_was_present_has_evidence(sign_in, today):
    day = factories.refresher_day(held_on=DAY)
    bookings = [factories.booking(factories.person().id, day.id) for _ in range(6)]
    marks = ("P", "2.5", "A", "L", "N", "")
    grid = {f"b{one.id}-mark": mark for one, mark in zip(bookings, marks, strict=True)}
    grid |= {f"b{one.id}-was": "booked" for one in bookings}
    page = sign_in(MANAGER).post(f"/refreshers/{day.id}/attendance", data=grid, follow_redirects=True)
    assert "Attendance saved for 5 people" in page.text
    states = [db.session.get_one(Booking, one.id).state for one in bookings]
    assert states == ["attended", "part_attended", "apologies", "late_apologies", "did_not_attend", "booked"]
    assert [bool(evidence_of(one.person_id)) for one in bookings] == [True, False, False, False, False, False]


def test_the_code_says_the_address_and_nothing_of_anybody(sign_in, today):
    ada = factories.person(name="Ada Okafor")
    day = factories.refresher_day(held_on=DAY)
    factories.booking(ada.id, day.id)
    page = sign_in(MANAGER).get(f"/refreshers/{day.id}/sign-in-sheet").text
    address = re.search(r"recorded at<br>(\S+)</p>", page)[1]
    assert address.endswith(f"/refreshers/{day.id}/attendance")
    assert str(qr_code(address, "QR code of the attendance page")) in page
    assert page.count("<svg") - page.count('class="shape') >= 1
    assert " style=" not in str(qr_code(address, "x"))


def test_the_squares_of_the_code_are_those_of_the_address():
    drawn = str(qr_code("https://register.example/refreshers/7/attendance", "Attendance & more"))
    assert "Attendance &amp; more" in drawn
    expected = segno.make("https://register.example/refreshers/7/attendance", error="m", micro=False)
    size = expected.symbol_size(scale=4, border=4)[0]
    assert f'viewBox="0 0 {size} {size}"' in drawn
    assert drawn != str(qr_code("https://register.example/refreshers/8/attendance", "Attendance & more"))
