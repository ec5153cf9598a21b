"""Days with several topics, planned in one go, and changed together."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.refreshers import services
from accreditation.refreshers.models import RefresherDay
from accreditation.refreshers.queries import suggested
from accreditation.refreshers.queries.days import later_of_series
from accreditation.refreshers.queries.suggested import SuggestedTopic, suggested_topics, suggests_topics
from accreditation.refreshers.rules import Mark, facts_of_attending
from accreditation.refreshers.rules.series import Pattern, dates_of, what_speaks_against
from accreditation.standing.queries import evidence_of
from tests import factories

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
DAY = date(2027, 2, 2)
FORM = {
    "title": "Risk and rest",
    "topics": ["risk_management", "wellbeing"],
    "held_on": "2 March 2027",
    "starts": "09:30",
    "ends": "16:30",
    "venue": "Empress State Building",
    "capacity": "12",
    "cost_code": "LD-4711",
    "materials": "https://example.org/reading\nRead the two pages before you come",
}
SERIES = FORM | {"repeats": "weekly", "apart": "4", "number": "3"}


def dates() -> list[date]:
    return list(db.session.scalars(select(RefresherDay.held_on).order_by(RefresherDay.id)))


def series(*days: date, **details) -> list[RefresherDay]:
    with transaction():
        return services.add_series(factories.day_details(**details), days)


@pytest.mark.parametrize(
    ("first", "pattern", "expected"),
    [
        (date(2027, 3, 2), Pattern("weekly", 2, 3), [date(2027, 3, 2), date(2027, 3, 16), date(2027, 3, 30)]),
        # the second Tuesday stays the second Tuesday, across the end of the year
        (
            date(2027, 11, 9),
            Pattern("monthly_weekday", 1, 3),
            [date(2027, 11, 9), date(2027, 12, 14), date(2028, 1, 11)],
        ),
        # a fifth Monday becomes the last where there are four, and the fifth again where there are five
        (
            date(2027, 3, 29),
            Pattern("monthly_weekday", 1, 3),
            [date(2027, 3, 29), date(2027, 4, 26), date(2027, 5, 31)],
        ),
        # counted from the first: the 31st is the first of the next month once, and the 31st again after it
        (date(2027, 1, 31), Pattern("monthly_date", 1, 3), [date(2027, 1, 31), date(2027, 3, 1), date(2027, 3, 31)]),
        (date(2027, 3, 2), Pattern("monthly_date", 6, 1), [date(2027, 3, 2)]),
    ],
)
def test_dates_are_counted_from_the_first(first, pattern, expected):
    assert dates_of(first, pattern) == expected


def test_what_speaks_against_a_date_is_said():
    days = [date(2027, 3, 25), date(2027, 3, 26), date(2027, 3, 27), date(2027, 3, 30)]
    found = what_speaks_against(days, {date(2027, 3, 30): "Spring day"})
    assert [one.against for one in found] == [(), ("A bank holiday",), ("Saturday",), ("“Spring day” is on that day",)]


def test_every_topic_is_a_fact_and_the_day_counts_once():
    facts = facts_of_attending(("risk_management", "wellbeing"), DAY)
    assert [(fact.code, fact.quantity) for fact in facts] == [("risk_management", None), ("wellbeing", 0)]
    assert [fact.code for fact in facts_of_attending((None,), DAY)] == [None]


def test_attending_brings_every_topic_and_a_correction_takes_all_back(app, today):
    ada = factories.person()
    day = factories.refresher_day(further_topics=("wellbeing",))
    booking = factories.booking(ada.id, day.id)
    for was, state, codes in (
        ("booked", "attended", ["risk_management", "wellbeing"]),
        ("attended", "did_not_attend", []),
    ):
        with transaction():
            services.record_attendance(day.id, [Mark(booking.id, was, state)], on=date(2027, 3, 2), recorded_by=None)
        assert sorted(fact.code for fact, void in evidence_of(ada.id) if void is None) == codes


def test_a_series_is_shown_first_and_planned_as_ticked(sign_in, today):
    browser = sign_in(SERVICE)
    factories.refresher_day(title="There already", held_on=date(2027, 3, 30))
    page = browser.post("/refreshers/new", data=SERIES)
    assert "Nothing has been planned yet" in page.text
    assert "“There already” is on that day" in page.text
    assert page.text.count("checked") == 2  # the date that is taken is not ticked
    assert dates() == [date(2027, 3, 30)]
    ticked = {"confirmed": "yes", "date": ["2027-03-02", "2027-04-27", "2027-04-28"]}
    page = browser.post("/refreshers/new", data=SERIES | ticked, follow_redirects=True)
    assert "2 refresher days are planned" in page.text
    first, second = db.session.scalars(select(RefresherDay).where(RefresherDay.title == "Risk and rest"))
    assert (first.held_on, second.held_on) == (date(2027, 3, 2), date(2027, 4, 27))  # 28 April was never offered
    assert first.series_id == second.series_id == first.id
    assert (first.topic, first.further_topics, first.cost_code) == ("risk_management", ("wellbeing",), "LD-4711")
    page = browser.get(f"/refreshers/{first.id}").text
    for said in ("Risk management, Debriefing and wellbeing", "LD-4711", "1 planned day follows", "Materials"):
        assert said in page
    assert 'rel="noreferrer">https://example.org/reading</a>' in page


def test_a_series_with_no_date_ticked_plans_nothing(sign_in, today):
    page = sign_in(SERVICE).post("/refreshers/new", data=SERIES | {"confirmed": "yes"})
    assert "Choose at least one date" in page.text
    assert dates() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"number": ""}, "how many days"), ({"number": "25"}, "from 2 to 24"), ({"apart": "13"}, "from 1 to 12")],
)
def test_a_pattern_that_is_none_is_refused_in_words(sign_in, today, changed, said):
    assert said in sign_in(SERVICE).post("/refreshers/new", data=SERIES | changed).text
    assert dates() == []


def test_the_office_alone_reads_the_cost_code(sign_in, today):
    ada = factories.accredited_mediator()
    day = factories.refresher_day(cost_code="LD-4711", materials="Two pages")
    browser = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    assert "LD-4711" not in browser.get(f"/refreshers/{day.id}").text
    assert "Two pages" not in browser.get(f"/refreshers/{day.id}").text  # it is for those who have a seat
    factories.booking(ada.id, day.id)
    assert "Two pages" in browser.get(f"/refreshers/{day.id}").text


def test_this_and_the_later_ones_move_alike_and_the_earlier_ones_stay(app, today):
    _, second, third = series(date(2027, 3, 2), date(2027, 4, 6), date(2027, 5, 4), title="Old words")
    assert [day.id for day in later_of_series(second)] == [third.id]
    booked = factories.booking(factories.person().id, third.id)
    with transaction():
        services.change_this_and_later(
            second.id, factories.day_details(title="New words", held_on=date(2027, 4, 7)), version=1, on=DAY
        )
    assert dates() == [date(2027, 3, 2), date(2027, 4, 7), date(2027, 5, 5)]
    assert list(db.session.scalars(select(RefresherDay.title).order_by(RefresherDay.id))) == [
        "Old words",
        "New words",
        "New words",
    ]
    told = select(Letter.about_id).where(Letter.template.in_(["email/refreshers/day_moved.txt", CHANGED]))
    assert list(db.session.scalars(told)) == [booked.id]


CHANGED = "email/refreshers/day_changed.txt"


def test_if_one_of_the_later_days_cannot_be_so_none_is_changed(app, today):
    first, second = series(date(2027, 3, 2), date(2027, 4, 6), capacity=2)
    for _ in range(2):
        factories.booking(factories.person().id, second.id)
    with pytest.raises(DomainError, match="6 April 2027: 2 people have a seat"), transaction():
        services.change_this_and_later(first.id, factories.day_details(capacity=1), version=1, on=DAY)
    assert list(db.session.scalars(select(RefresherDay.capacity))) == [2, 2]
    with transaction():
        services.change_day(first.id, factories.day_details(capacity=5), version=1, on=DAY)
    with pytest.raises(Conflict), transaction():
        services.change_this_and_later(first.id, factories.day_details(capacity=9), version=1, on=DAY)


def test_the_choice_is_offered_for_a_series_alone(sign_in, today):
    browser = sign_in(SERVICE)
    alone = factories.refresher_day()
    first, last = series(date(2027, 3, 2), date(2027, 4, 6))
    offered = "This day and the later ones"
    assert [offered in browser.get(f"/refreshers/{day.id}/edit").text for day in (alone, first, last)] == [
        False,
        True,
        False,
    ]
    data = FORM | {"version": "1", "reach": "later", "title": "Both"}
    assert "The change is saved" in browser.post(f"/refreshers/{first.id}/edit", data=data, follow_redirects=True).text
    assert list(db.session.scalars(select(RefresherDay.title).where(RefresherDay.series_id.is_not(None)))) == [
        "Both",
        "Both",
    ]


def test_what_other_rooms_suggest_is_shown_beside_the_topics(sign_in, today, monkeypatch):
    monkeypatch.setattr(suggested, "SOURCES", [])
    browser = sign_in(SERVICE)
    assert "Suggested topics" not in browser.get("/refreshers/new").text

    @suggests_topics
    def asked_most(on: date) -> list[SuggestedTopic]:
        return [SuggestedTopic("Confidentiality", f"12 questions before {on:%Y}")]

    assert "12 questions before 2027" in browser.get("/refreshers/new").text

    @suggests_topics
    def suggested_by_advisers(on: date) -> list[SuggestedTopic]:
        return [SuggestedTopic("Impasse", "suggested once"), SuggestedTopic("confidentiality", "suggested twice")]

    assert suggested_topics(today) == [
        SuggestedTopic("Confidentiality", "12 questions before 2027; suggested twice"),
        SuggestedTopic("Impasse", "suggested once"),
    ]
