"""The picture of a standing: every date of it stands in the table, and the bars stand where the dates are."""

from datetime import date

from accreditation.core.calendar import FOREVER, Span
from accreditation.web.timeline import Lane, draw_timeline

TODAY = date(2027, 2, 2)
TRAINED = Lane("Trained", [Span(date(2020, 1, 1), FOREVER)])
REFRESHER = Lane(
    "Refresher day",
    [Span(date(2025, 3, 5), date(2026, 3, 5)), Span(date(2026, 3, 15), date(2027, 3, 15))],
    Span(date(2027, 1, 14), date(2027, 3, 15)),
)
NEVER = Lane("Supervision", [])


def drawn(*lanes, **options):
    return draw_timeline(lanes, [Span(date(2026, 3, 15), date(2027, 3, 15))], today=TODAY, finding="x", **options)


def test_the_table_says_both_days_inclusive():
    rows = [(row.name, row.first, row.last) for row in drawn(TRAINED, REFRESHER, NEVER).rows]
    assert rows == [
        ("Trained", date(2020, 1, 1), None),
        ("Refresher day", date(2025, 3, 5), date(2026, 3, 4)),
        ("Refresher day, again", date(2026, 3, 15), date(2027, 3, 14)),
        ("Supervision", None, None),
        ("May work", date(2026, 3, 15), date(2027, 3, 14)),
    ]


def test_each_lane_says_how_it_stands_today():
    assert [lane.until_word + lane.until for lane in drawn(TRAINED, REFRESHER, NEVER).lanes] == [
        "no end",
        "until 14 Mar 2027",
        "not met",
        "until 14 Mar 2027",
    ]


def test_bars_stay_inside_the_picture_and_in_order():
    picture = drawn(TRAINED, REFRESHER, first_end=date(2027, 3, 15))
    for lane in picture.lanes:
        for bar in [*lane.bars, *lane.windows]:
            assert 0 <= bar.x <= 100
            assert 0 < bar.width <= 100.4 - bar.x
    assert picture.today.x < picture.end.x < 100
    assert picture.end.label == "Ends first: 14 Mar 2027"


def test_a_record_of_nothing_can_be_drawn():
    picture = draw_timeline([], [], today=TODAY, finding="Not yet accredited")
    assert [lane.until for lane in picture.lanes] == ["not met"]


def test_dates_far_away_do_not_squeeze_the_present():
    picture = drawn(Lane("CTC clearance", [Span(date(1990, 1, 1), date(2090, 1, 1))]))
    assert 30 < picture.today.x < 70
