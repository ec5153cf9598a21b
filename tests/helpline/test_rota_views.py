"""The pages of the rota, and where the helpline is shown to mediators."""

import re
from datetime import date, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import get_setting, set_setting
from accreditation.helpline.models import Shift, Swap
from accreditation.helpline.services import rota as services
from accreditation.people.rules import Grant
from tests import factories
from tests.statements import statements_counted

ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
WEEK = timedelta(7)
KEY = "a-form-that-was-opened-once"


@pytest.fixture
def opened(today):
    with transaction():
        for name, value in {
            "helpline_opens": "09:00",
            "helpline_closes": "17:00",
            "helpline_phone": "020 7946 0123",
        }.items():
            set_setting(name, value)


def adviser(sign_in, name: str):
    who = factories.adviser(name=name)
    return who, sign_in(ADVISER, person=who)


def shift_form(adviser_id: int, **changes) -> dict[str, object]:
    form = {"adviser": adviser_id, "first": "2 February 2027", "starts": "09:00", "ends": "13:00", "form_key": KEY}
    return {**form, **changes}


def test_a_manager_puts_a_weekly_pattern_on_the_rota_and_sees_the_gaps(app, sign_in, opened):
    ada = factories.adviser(name="Ada Okafor")
    manager = sign_in(MANAGER)
    form = shift_form(
        ada.id, first="15 March 2027", weekdays=["0", "1"], last="30 March 2027", without_holidays="y", ends="17:00"
    )
    page = manager.post("/helpline/rota/new", data=form, follow_redirects=True).text
    assert "5 shifts are on the rota. Left out as bank holidays: 29 March 2027." in page
    assert page.count("Ada Okafor") >= 2
    assert page.count("Nobody: a gap") == 3  # Wednesday to Friday
    assert manager.post("/helpline/rota/new", data=form).status_code == 302
    assert len(db.session.scalars(select(Shift)).all()) == 5  # the same form twice


def test_an_adviser_enters_and_takes_off_their_own_shifts_alone(app, sign_in, opened):
    ada, browser = adviser(sign_in, "Ada Okafor")
    ben = factories.adviser(name="Ben Lee")
    assert browser.post("/helpline/rota/new", data=shift_form(ada.id)).status_code == 302
    assert "Not a valid choice" in browser.post("/helpline/rota/new", data=shift_form(ben.id)).text
    his = factories.shift(ben.id, on=factories.TODAY + WEEK)
    for method in ("get", "post"):
        page = getattr(browser, method)(f"/helpline/rota/{his.id}/take-off")
        assert page.status_code in (403, 409)
        assert getattr(browser, method)(f"/helpline/rota/{his.id}/swap").status_code in (403, 409)
    mine = db.session.scalars(select(Shift).where(Shift.adviser_id == ada.id)).one()
    assert browser.post(f"/helpline/rota/{mine.id}/take-off", data={"which": "one"}).status_code == 302
    assert db.session.get_one(Shift, mine.id).cancelled_at
    assert not db.session.get_one(Shift, his.id).cancelled_at


def test_a_swap_is_asked_for_agreed_and_stands_in_the_history(app, sign_in, opened):
    ada, hers = adviser(sign_in, "Ada Okafor")
    ben, his = adviser(sign_in, "Ben Lee")
    shift = factories.shift(ada.id, on=factories.TODAY + WEEK)
    back = factories.shift(ben.id, on=factories.TODAY + 2 * WEEK, starts=time(13))
    path = f"/helpline/rota/{shift.id}/swap"
    assert "Ben Lee: Tuesday 16 February 2027, 1:00pm to 5:00pm" in hers.get(path).text
    page = hers.post(path, data={"of": ben.id, "in_return": back.id}, follow_redirects=True).text
    assert "You asked Ben Lee to take Tuesday 9 February 2027, 9:00am to 5:00pm, in return for" in page
    swap = db.session.scalars(select(Swap)).one()
    assert "Ada Okafor asks you" in his.get("/helpline/rota").text
    page = his.post(f"/helpline/rota/swaps/{swap.id}/agree", follow_redirects=True).text
    assert "The shift is yours" in page
    assert db.session.get_one(Shift, shift.id).adviser_id == ben.id
    history = sign_in(MANAGER).get("/helpline/rota/swaps").text
    assert "Ada Okafor" in history
    assert "Agreed" in history
    assert hers.post(f"/helpline/rota/swaps/{swap.id}/perhaps").status_code == 404


def test_nobody_meddles_with_a_request_of_two_others(app, sign_in, today):
    ada, ben = factories.adviser(), factories.adviser()
    swap = factories.swap(factories.shift(ada.id, on=factories.TODAY + WEEK).id, ben.id, ada.id)
    _, other = adviser(sign_in, "Cyd Moore")
    for answer in ("agree", "decline", "take_back"):
        assert other.post(f"/helpline/rota/swaps/{swap.id}/{answer}").status_code == 404
        assert sign_in(MANAGER).post(f"/helpline/rota/swaps/{swap.id}/{answer}").status_code == 403
    assert db.session.get_one(Swap, swap.id).answer is None


def test_without_hours_no_gap_is_claimed(app, sign_in, today):
    page = sign_in(MANAGER).get("/helpline/rota").text
    assert "has not set the times" in page
    assert "a gap" not in page.partition("Gaps of the next")[0]


@pytest.mark.parametrize("names", ["no", "yes"])
def test_mediators_read_number_hours_and_who_answers_where_the_service_wants_it(app, sign_in, opened, names):
    with transaction():
        set_setting("helpline_names", names)
    factories.shift(factories.adviser(name="Ada Okafor").id)
    mediator = factories.accredited_mediator(name="Bo Lind", trained_on=date(2026, 6, 1))
    page = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, mediator.id), person=mediator).get("/me").text
    assert '<a href="tel:02079460123">020 7946 0123</a>' in page
    assert "Monday to Friday, except bank holidays, 9:00am to 5:00pm." in page
    assert "On duty" in page
    assert ("Ada Okafor until 5:00pm" in page) == (names == "yes")
    assert ("Ada Okafor" in page) == (names == "yes")
    assert ("somebody answers until 5:00pm" in page) == (names == "no")


def test_a_service_without_a_helpline_says_nothing_of_one(app, sign_in, today):
    mediator = factories.accredited_mediator(trained_on=date(2026, 6, 1))
    page = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, mediator.id), person=mediator).get("/me").text
    assert "The helpline" not in page


def test_an_adviser_sees_on_the_first_page_until_when_they_are_on_duty(app, sign_in, opened):
    ada, browser = adviser(sign_in, "Ada Okafor")
    assert "On duty" not in browser.get("/helpline").text
    factories.shift(ada.id)
    assert "Ada Okafor until 5:00pm" in browser.get("/helpline").text


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        ("09:00", "", "Enter until when it is answered too"),
        ("", "17:00", "Enter from when it is answered too"),
        ("17:00", "09:00", "Enter a time after"),
        ("9 o’clock", "17:00", "Enter a time such as 09:00"),
        ("24:00", "17:00", "Enter a time such as 09:00"),
        ("09:00", "00:00", None),
        ("", "", None),
    ],
)
def test_the_hours_are_set_on_screen(app, sign_in, today, opens, closes, said):
    form = {
        "service_name": "Ours",
        "main_scheme": "INHOUSE-WPM",
        "cohort_capacity": "12",
        "clearance_lead_days": "63",
        "equality_cut_months": "12",
        "equality_keep_months": "12",
        "helpline_opens": opens,
        "helpline_closes": closes,
        "helpline_open_days": "every_day",
        "helpline_names": "yes",
    }
    page = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE)).post("/settings", data=form)
    if said:
        assert said in page.text
    else:
        assert page.status_code == 302
        assert (get_setting("helpline_opens"), get_setting("helpline_names")) == (opens, "yes")


def test_the_number_of_statements_does_not_grow(app, sign_in, opened):
    ada, browser = adviser(sign_in, "Ada Okafor")

    def more(number: int) -> None:
        other = factories.adviser()
        shift = factories.shift(other.id, on=factories.TODAY + timedelta(1 + number % 3))
        factories.swap(shift.id, ada.id, other.id)

    def count(path: str) -> int:
        with statements_counted() as sent:
            assert browser.get(path).status_code == 200
        return len(sent)

    mine = factories.shift(ada.id, on=factories.TODAY + WEEK)
    paths = ("/helpline/rota", "/helpline/rota/swaps", f"/helpline/rota/{mine.id}/swap")
    more(0)
    few = [count(path) for path in paths]
    for number in range(1, 5):
        more(number)
    assert [count(path) for path in paths] == few


def test_shifts_are_in_the_calendar_of_whose_they_are(app, sign_in, opened):
    ada, hers = adviser(sign_in, "Ada Okafor")
    ben, his = adviser(sign_in, "Ben Lee")
    shift = factories.shift(ada.id, on=factories.TODAY + WEEK)
    paths = []
    for browser in (hers, his):
        page = browser.post("/calendar/address", data={"feed": "own"}).text
        paths.append(re.search(r'value="http://localhost(/calendar/[\w-]{40,}\.ics)"', page)[1])

    def events(path: str) -> list:
        return list(Calendar.from_ical(app.test_client().get(path).data).walk("VEVENT"))

    (event,) = events(paths[0])
    assert str(event["SUMMARY"]) == "On duty on the helpline"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (shift.starts_at, shift.ends_at)
    assert events(paths[1]) == []
    swap = factories.swap(shift.id, ben.id, ada.id)
    with transaction():
        services.answer_swap(swap.id, agree=True, at=factories.TEN, answered_by=ben.id)
    assert events(paths[0]) == []
    assert [int(one["SEQUENCE"]) for one in events(paths[1])] == [2]
