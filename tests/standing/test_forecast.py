"""The forecast: what it counts is what the engine says of each person on each day, on both databases."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from accreditation.core.calendar import FOREVER
from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.queries.changes import Week, arriving_page, count_arriving, count_dropping, dropping_page
from accreditation.standing.queries.expiry import count_ending, ending_page, expiry_calendar
from accreditation.standing.queries.forecast import forecast
from accreditation.standing.queries.schemes import get_scheme
from accreditation.standing.queries.standing import standing_on
from accreditation.standing.rules.forecast import (
    Ends,
    Herd,
    Runs,
    by_month,
    herds,
    months_from,
    number_of_point,
    points_from,
    sweep,
)
from accreditation.standing.rules.verdict import Verdict
from accreditation.standing.services import declare, declaring_many
from tests import factories

SCHEME = factories.SCHEME
TODAY = factories.TODAY  # a Tuesday
MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


@pytest.mark.parametrize(
    ("on", "second"),
    [
        (date(2027, 2, 1), date(2027, 2, 8)),  # on a Monday the next point is a week away
        (date(2027, 2, 2), date(2027, 2, 8)),
        (date(2027, 2, 7), date(2027, 2, 8)),
    ],
)
def test_the_first_point_is_today_and_the_others_are_mondays(on, second):
    points = points_from(on)
    assert (points[0], points[1], len(points)) == (on, second, 53)
    assert {point.weekday() for point in points[1:]} == {0}
    assert points[52] == second + timedelta(weeks=51)


@pytest.mark.parametrize("weekday", range(7))
def test_a_day_belongs_to_the_first_point_on_or_after_it(weekday):
    on = date(2027, 2, 1) + timedelta(weekday)
    points = points_from(on)
    for number in range(-3, 370):
        day = on + timedelta(number)
        slowly = next((place for place, point in enumerate(points) if point >= day), len(points))
        assert min(number_of_point(on, day), len(points)) == slowly, day


def test_the_sweep_says_what_a_count_at_each_point_says():
    random = Random(3)
    for _ in range(200):
        points = points_from(date(2027, 2, 1) + timedelta(random.randrange(7)), 6)
        runs = []
        for _ in range(random.randrange(12)):
            start = random.randrange(7)
            runs.append(Runs(None, start, random.randrange(start, 8), random.randrange(1, 4)))
        counted = sweep(points, runs)
        for place, point in enumerate(counted):
            assert point.number == sum(one.number for one in runs if one.starts_at <= place < one.ends_at)
        for one, after in pairwise(counted):
            assert after.number == one.number - one.dropped_out + one.came_in


@pytest.mark.parametrize(("number", "working", "found"), [(4, 10, 0), (5, 50, 1), (5, 51, 0), (6, 60, 1), (6, 61, 0)])
def test_a_herd_is_five_at_least_and_one_in_ten_of_those_who_work_today(number, working, found):
    ends = [Ends(date(2027, 6, 1), "ctc", number - 2), Ends(date(2027, 6, 1), "refresher", 2)]
    assert len(herds([*ends, Ends(date(2027, 6, 2), "ctc", 1)], working)) == found


def test_a_herd_is_named_by_its_last_good_day_and_what_is_mostly_behind_it():
    ends = [Ends(date(2027, 6, 1), "refresher", 2), Ends(date(2027, 6, 1), "ctc", 5)]
    assert herds(ends, 20) == [Herd(date(2027, 5, 31), 7, "ctc", 5)]


def test_twelve_months_begin_with_the_rest_of_this_one():
    months = months_from(TODAY)
    assert [months[number].name for number in (0, 1, -1)] == ["2027-02", "2027-03", "2028-01"]
    assert (months[0].first, months[0].last, months[1].first) == (TODAY, date(2027, 2, 28), date(2027, 3, 1))
    ends = [
        Ends(TODAY, "past", 1),
        Ends(TODAY + timedelta(1), "ctc", 1),  # its last good day is today
        Ends(date(2027, 3, 1), "ctc", 1),
        Ends(date(2027, 3, 2), "ctc", 1),
        Ends(date(2028, 2, 1), "ctc", 1),
        Ends(date(2028, 2, 2), "late", 1),
        Ends(FOREVER, "never", 1),
    ]
    assert by_month(months, ends) == {"ctc": [2, 1, *[0] * 9, 1]}


def a_register(random: Random, people: int) -> list[int]:
    """People whose clocks begin and end all around the year to come, some of them more than once."""
    units = [factories.unit(name).id for name in ("Camden", "Croydon")] + [None]
    ids = [factories.person(unit_id=random.choice(units)).id for _ in range(people)]

    def day(first: int, last: int) -> date:
        return TODAY + timedelta(random.randrange(first, last))

    with transaction(), declaring_many():
        for person_id in ids:
            _fact(person_id, "training", SCHEME, day(-700, -100))
            _fact(person_id, "award", SCHEME, day(-700, 20), day(61, 500))
            for _ in range(random.randrange(1, 3)):
                start = day(-400, 200)
                _fact(person_id, "clearance", "CTC", start, start + timedelta(random.randrange(1, 600)))
            for _ in range(random.randrange(1, 4)):
                _fact(person_id, "refresher", None, day(-400, 0))
            for _ in range(random.choice([1, 2, 2, 2])):
                _fact(person_id, "case", "co_mediation", day(-300, 0))
            if random.random() < 0.4:
                start = day(-30, 300)
                _fact(person_id, random.choice(["suspension", "leave"]), None, start, start + timedelta(days=9))
    return ids


def _fact(person_id, kind, code, starts_on, ends_on=None):
    source = ("test", 1)
    declare(person_id, kind=kind, code=code, starts_on=starts_on, ends_on=ends_on, source=source, recorded_by=None)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weekday", [0, 1, 6])
def test_the_forecast_counts_what_the_engine_says_of_each_person(app, seed, weekday):
    scheme, on = get_scheme(SCHEME), TODAY - timedelta(1) + timedelta(weekday)
    ids = a_register(Random(seed), 14)
    standings = {person_id: standing_on(person_id, scheme, on) for person_id in ids}

    def working(day: date, unit: object = "any") -> set[int]:
        """By the engine, person by person."""
        return {
            person_id
            for person_id, standing in standings.items()
            if unit in ("any", standing.whose.unit_id)
            and standing.result.period_on(day)
            and standing.result.period_on(day).verdict is Verdict.DEPLOYABLE
        }

    found = forecast(MANAGER, scheme, on)
    assert any(point.came_in for point in found.points)
    assert any(point.dropped_out for point in found.points)
    for point in found.points:
        assert point.number == len(working(point.on)), point
    for unit in found.units:
        assert [point.number for point in unit.points] == [len(working(p.on, unit.unit_id)) for p in unit.points]
        assert forecast(MANAGER, scheme, on, unit.unit_id).points == unit.points if unit.unit_id else True
    assert forecast(MANAGER, scheme, on, by_unit=False).points == found.points

    for place, point in enumerate(found.points[:-1]):
        week = Week(scheme, point.on, found.points[place + 1].on)
        gone = {day for day in _days(week) if working(day - timedelta(1)) - working(day)}
        dropped = dropping_page(MANAGER, week, on).rows
        arrived = arriving_page(MANAGER, week, on).rows
        assert {one.last_day + timedelta(1) for one in dropped} == gone
        assert sum(len(working(day - timedelta(1)) - working(day)) for day in _days(week)) == len(dropped)
        assert sum(len(working(day) - working(day - timedelta(1))) for day in _days(week)) == len(arrived)
        assert (len(dropped), len(arrived)) == (point.dropped_out, point.came_in)
        assert (count_dropping(MANAGER, week), count_arriving(MANAGER, week)) == (len(dropped), len(arrived))
        assert point.number - len(dropped) + len(arrived) == found.points[place + 1].number


def _days(week: Week) -> list[date]:
    return [week.after + timedelta(number) for number in range(1, (week.by - week.after).days + 1)]


@pytest.mark.parametrize("seed", range(2))
def test_the_calendar_counts_the_lists_behind_it_and_what_the_engine_says(app, seed):
    scheme = get_scheme(SCHEME)
    ids = a_register(Random(seed), 25)
    months = months_from(TODAY)
    expected: dict[tuple[str, str], int] = {}
    for person_id in ids:
        standing = standing_on(person_id, scheme, TODAY)
        if standing.verdict is Verdict.DEPLOYABLE:
            for code, spans in standing.result.requirements.items():
                for span in spans:
                    last = span.ends_on - timedelta(1)
                    if TODAY in span and last <= months[-1].last:
                        expected[code, f"{last:%Y-%m}"] = expected.get((code, f"{last:%Y-%m}"), 0) + 1
    lines = expiry_calendar(MANAGER, scheme, TODAY, months)
    found = {
        (line.code, month.name): number
        for line in lines
        for month, number in zip(months, line.counts, strict=True)
        if number
    }
    assert found == expected
    assert found
    for (code, name), number in found.items():
        month = next(month for month in months if month.name == name)
        listed = ending_page(MANAGER, scheme, TODAY, month, code=code).rows
        assert len(listed) == number == count_ending(MANAGER, scheme, TODAY, month, code=code)
        assert all(one.status.code == code and month.first <= one.status.valid_through <= month.last for one in listed)
