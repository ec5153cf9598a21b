"""Times from submission to decision, what is too late already, renewals by month, levelling, and asking for many."""

import re
from datetime import date, timedelta
from io import BytesIO
from itertools import product

import openpyxl
import pytest
from sqlalchemy import func, select

from accreditation.core.calendar import anniversary
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from tests import factories
from vetting import services
from vetting.models import ClearanceApplication
from vetting.queries.asking import Asked, Which
from vetting.queries.boards import ending_page
from vetting.queries.counting import board_numbers, count_of, forecast_of
from vetting.queries.lead_times import decision_times, lead_days
from vetting.rules.forecast import level_load
from vetting.rules.lead_times import submit_by, times_of
from vetting.rules.levels import levels

OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
AUDITOR = Grant(Role.AUDITOR, Scope.SERVICE)
VIEWER = Viewer(0, frozenset({OFFICER}))
LEADS = dict.fromkeys(levels(), 63)
TODAY = factories.TODAY


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "median", "p90"),
    [([5], 5, 5), ([1, 2], 1, 2), (range(1, 11), 5, 9), (range(1, 21), 10, 18), ([9, 1, 5], 5, 9)],
)
def test_a_percentile_is_a_figure_that_occurred(days, median, p90):
    found = times_of(days)
    assert found is not None
    assert (found.median, found.p90) == (median, p90)


def test_without_decisions_there_are_no_times():
    assert times_of([]) is None


def decide(days: int, *, to: str = "refused", decided_on: date = TODAY, level: str = "CTC") -> None:
    submitted = decided_on - timedelta(days)
    application = factories.clearance_application(factories.mediator().id, level=level, on=submitted)
    with transaction():
        services.move_application(application.id, to="submitted", on=submitted, recorded_by=None)
        if to == "granted":
            services.grant_clearance(application.id, on=decided_on, ends_on=None, recorded_by=None)
        else:
            services.move_application(application.id, to=to, on=decided_on, recorded_by=None)


def test_decisions_of_the_last_two_years_are_counted_by_level(app):
    decide(40)
    decide(50, to="granted")
    decide(99, to="discontinued")  # stopped without a decision
    decide(60, decided_on=anniversary(TODAY, -24))  # too long ago, by a day
    decide(30, decided_on=anniversary(TODAY, -24) + timedelta(1))
    decide(20, level="SC")
    found = decision_times(TODAY)
    assert (found["CTC"].decisions, found["CTC"].median, found["CTC"].p90) == (3, 40, 50)
    assert found["SC"].decisions == 1


def test_after_twenty_decisions_nine_in_ten_of_them_are_the_lead_time(app):
    for days in range(1, 20):
        decide(days)
    assert lead_days()["CTC"] == 63
    decide(20)
    assert (lead_days()["CTC"], lead_days()["SC"]) == (18, 63)


# --- too late, and in time -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_left", "which"),
    [
        (0, Which.OVERDUE),
        (1, Which.TOO_LATE),
        (63, Which.TOO_LATE),  # decided on the first day without
        (64, Which.TO_START),  # decided on the last good day
        (93, Which.TO_START),
        (94, None),
    ],
)
def test_what_to_start_and_what_is_too_late_to_the_day(app, days_left, which):
    factories.clearance(factories.mediator().id, ends_on=TODAY + timedelta(days_left))
    found = [each for each in Which if count_of(VIEWER, Asked(TODAY, LEADS, each)) and each is not Which.ENDING]
    assert found == ([which] if which else [])
    numbers = board_numbers(VIEWER, TODAY, LEADS)  # the same, in one pass
    assert [each for each in Which if each is not Which.ENDING and getattr(numbers, each.value)] == found


def test_each_level_has_its_own_lead_time(app):
    leads = {**LEADS, "DV": 120}
    for level in ("CTC", "DV"):
        factories.clearance(factories.mediator().id, level=level, ends_on=TODAY + timedelta(100))
    page = ending_page(VIEWER, Asked(TODAY, leads, Which.TOO_LATE), place=None, address=str)
    assert [(row.level, row.submit_by) for row in page.rows] == [("DV", TODAY + timedelta(99 - 120))]


def test_who_has_been_asked_for_is_neither_too_late_nor_to_start(app):
    ada = factories.mediator()
    factories.clearance(ada.id, ends_on=TODAY + timedelta(10))
    factories.clearance_application(ada.id)
    assert [count_of(VIEWER, Asked(TODAY, LEADS, each)) for each in (Which.TOO_LATE, Which.TO_START)] == [0, 0]


# --- forecast --------------------------------------------------------------------------------------------------------


def test_renewals_stand_in_the_month_of_their_end_and_of_their_last_day_to_submit(app):
    factories.clearance(factories.mediator().id, ends_on=date(2027, 6, 1))  # valid through 31 May, submit by 29 March
    factories.clearance(factories.mediator().id, ends_on=date(2027, 3, 1))  # too late
    factories.clearance(factories.mediator().id, ends_on=date(2029, 2, 1))  # the last month of the horizon
    factories.clearance(factories.mediator().id, ends_on=date(2029, 2, 2))  # beyond it, but submitted within
    found = forecast_of(VIEWER, TODAY, LEADS, 6)
    ending = {month.first: month.ending for month in found.months if month.ending}
    due = {month.first: month.due for month in found.months if month.due}
    assert len(found.months) == 24
    assert ending == {date(2027, 5, 1): 1, date(2027, 2, 1): 1, date(2029, 1, 1): 1}
    assert due == {date(2027, 3, 1): 1, date(2028, 11, 1): 2}
    assert found.too_late == 1


def test_the_peak_is_as_low_as_it_can_be_and_nothing_is_asked_for_late_or_too_early():
    """Every load of four months against every way of moving one renewal at a time."""
    for due in product(range(5), repeat=4):
        for early in (0, 1, 2):
            found = level_load(due, early)
            assert sum(found.loads) == sum(due)
            assert all(0 < move.due_in - move.to <= early for move in found.moves)
            changed = list(due)
            for move in found.moves:
                changed[move.due_in] -= move.number
                changed[move.to] += move.number
            assert tuple(changed) == found.loads
            assert max(found.loads) == lowest_peak(due, early), (due, early)


def lowest_peak(due: tuple[int, ...], early: int) -> int:
    """By Hall's theorem: the months a to b bear at least what is due in them and can go nowhere else."""
    peak = due[0]
    for first in range(len(due)):
        for last in range(first, len(due)):
            # What is due from first + early on up to last cannot be asked for before `first`; in the first month
            # nothing can be moved away at all.
            bound = sum(due[month] for month in range(last + 1) if month - early >= first or first == 0)
            peak = max(peak, -(-bound // (last - first + 1)))
    return peak


def test_a_peak_is_brought_forward_and_little_else():
    found = level_load([1, 1, 9, 1], 2)
    assert found.loads == (4, 4, 3, 1) or max(found.loads) == 4
    assert level_load([3, 3, 3], 6).moves == ()
    assert level_load([9, 0, 0], 6).loads == (9, 0, 0)
    assert level_load([], 6).loads == ()


def test_no_valid_period_gets_shorter(app):
    """Asking early moves no date: the clearance that is held keeps its own end."""
    ada = factories.mediator()
    clearance = factories.clearance(ada.id, ends_on=date(2027, 12, 1))
    with transaction():
        services.start_applications([(ada.id, "CTC")], on=TODAY, sponsor=None, recorded_by=None)
    db.session.refresh(clearance)
    assert clearance.ends_on == date(2027, 12, 1)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_figures_tell_no_names(sign_in):
    ada = factories.mediator(name="Ada Okafor")
    factories.clearance(ada.id, ends_on=TODAY + timedelta(30))
    for grant in (OFFICER, MANAGER, AUDITOR):
        page = sign_in(grant).get("/vetting/figures").text
        assert "will lapse even if submitted today" in page
        assert "Ada Okafor" not in page
        assert ('href="/vetting?list=late"' in page) == (grant is not AUDITOR)


def test_an_auditor_reads_yes_or_no_and_masks(sign_in):
    ada = factories.mediator(name="Ada Okafor")
    factories.clearance(ada.id, level="SC", granted_on=date(2026, 1, 1), ends_on=date(2031, 11, 18))
    page = sign_in(AUDITOR).get("/vetting/cleared").text
    assert "Ada Okafor" in page
    assert "Masked" in page
    assert "17 Nov 2031" not in page
    assert "17 Nov 2031" in sign_in(MANAGER).get("/vetting/cleared").text


def test_many_are_asked_for_after_a_look_at_who_they_are(sign_in):
    ada, bea = factories.mediator(name="Ada Okafor"), factories.mediator(name="Bea Begum")
    for person in (ada, bea):
        factories.clearance(person.id, ends_on=TODAY + timedelta(70))
    officer = sign_in(OFFICER)
    preview = officer.get("/vetting/initiate?list=start").text
    assert "Ask for 2 clearances" in preview
    factories.clearance_application(bea.id)  # meanwhile
    shown = re.findall(r'name="pick" value="(\d+)"', preview)
    form = {"initiated_on": "2/2/2027", "sponsor": "HR", "pick": shown}
    page = officer.post("/vetting/initiate", data=form).text
    assert "1 application is under way" in page
    made = db.session.scalars(select(ClearanceApplication).where(ClearanceApplication.person_id == ada.id)).one()
    assert (made.state, made.sponsor) == ("initiated", "HR")
    assert page.count("Left out") == 1
    assert officer.post("/vetting/initiate", data=form).text.count("Left out") == 2  # a second click starts nothing
    assert db.session.scalar(select(func.count()).select_from(ClearanceApplication)) == 2


def test_those_picked_and_nobody_else(sign_in):
    people = [factories.mediator() for _ in range(3)]
    ids = [factories.clearance(person.id, ends_on=TODAY + timedelta(70)).id for person in people]
    officer = sign_in(OFFICER)
    assert "Ask for 2 clearances" in officer.get(f"/vetting/initiate?pick={ids[0]}&pick={ids[2]}").text
    officer.post("/vetting/initiate", data={"initiated_on": "2/2/2027", "pick": [str(ids[0]), str(ids[2])]})
    asked = set(db.session.scalars(select(ClearanceApplication.person_id)))
    assert asked == {people[0].id, people[2].id}
    assert "Nobody was picked" in officer.get("/vetting/initiate?pick=999").text


def test_the_file_has_what_the_list_has(sign_in):
    for days in (10, 70, 400):
        factories.clearance(factories.mediator().id, ends_on=TODAY + timedelta(days))
    response = sign_in(MANAGER).get("/vetting/clearances.xlsx?list=start")
    sheet = openpyxl.load_workbook(BytesIO(response.data)).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[2] == "CTC"]
    assert [row[5].date() for row in rows] == [submit_by(TODAY + timedelta(70), 63)]


def test_the_board_says_what_to_do(sign_in):
    for days in (10, 70, 400):
        factories.clearance(factories.mediator().id, ends_on=TODAY + timedelta(days))
    board = sign_in(OFFICER).get("/vetting").text
    assert "Will lapse even if submitted today" in board
    assert "To start" in board
    assert 'name="pick"' in board
    assert 'name="pick"' not in sign_in(MANAGER).get("/vetting").text
    for name in ("start", "late", "overdue", "progress", "dates", "reports"):
        assert sign_in(OFFICER).get(f"/vetting?list={name}").status_code == 200
