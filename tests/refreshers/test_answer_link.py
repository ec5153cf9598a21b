"""The link in the letter about a moved day: it shows the change, changes nothing when opened, and answers once."""

import re
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from sqlalchemy import select, text

from accreditation.core.database import db, transaction
from accreditation.core.outbox import FACTS, Letter
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking
from accreditation.refreshers.services import answering as answering_module
from accreditation.refreshers.services import bookings as bookings_module
from accreditation.refreshers.services import links
from accreditation.refreshers.services.links import DeadLink, answer_by_link, find_asked, token_of
from tests import factories
from tests.racing import race, slow_down

DAY, MOVED = date(2027, 2, 2), date(2027, 3, 9)
NOON = datetime(2027, 2, 2, 12, tzinfo=UTC)


def state(booking_id: int) -> tuple[str, date | None]:
    db.session.expire_all()
    booking = db.session.get_one(Booking, booking_id)
    return booking.state, booking.confirmed_on


def move(day_id: int, version: int = 1, on: date = DAY, **changes) -> None:
    with transaction():
        services.change_day(day_id, factories.day_details(held_on=MOVED, **changes), version=version, on=on)


@pytest.fixture
def asked(app, today):
    """A seat on a day that was moved from 2 to 9 March."""
    day = factories.refresher_day(title="Risk")
    seat = factories.booking(factories.accredited_mediator(name="Ada Okafor").id, day.id)
    move(day.id, title="Risk")
    return seat.id, day.id


def token(booking_id: int) -> str:
    return str(FACTS["email/refreshers/day_moved.txt"](booking_id)["answer_link"]).rpartition("/")[2]


def words(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_opening_it_shows_the_change_and_confirms_nothing(asked, client):
    booking_id, _ = asked
    address = f"/refreshers/answer/{token(booking_id)}"
    for _ in range(3):  # a scanner of mail, then the person
        page = client.get(address)
        assert page.status_code == 200
    assert "2 March 2027" in words(page)
    assert "9 March 2027" in words(page)
    assert state(booking_id) == ("booked", None)
    assert client.head(address).status_code == 200
    assert client.post(address, data={}).status_code == 200  # no button, no answer
    assert client.post(address, data={"answer": "perhaps"}).status_code == 200
    assert state(booking_id) == ("booked", None)


@pytest.mark.parametrize(
    ("answer", "said", "becomes"),
    [
        ("come", "your seat is confirmed", ("booked", DAY)),
        ("give-back", "Your seat is given back", ("cancelled_by_mediator", None)),
    ],
)
def test_it_answers_once(asked, client, answer, said, becomes):
    booking_id, _ = asked
    address = f"/refreshers/answer/{token(booking_id)}"
    assert said in words(client.post(address, data={"answer": answer}))
    assert state(booking_id) == becomes
    other = "give-back" if answer == "come" else "come"
    for again in (client.post(address, data={"answer": other}), client.get(address)):
        assert again.status_code == 410
        assert "does not work any more" in words(again)
        assert "Ada" not in words(again)
    assert state(booking_id) == becomes


def test_a_seat_given_back_by_the_link_is_offered_to_whoever_waits(asked, client):
    booking_id, day_id = asked
    with transaction():
        services.change_day(day_id, factories.day_details(held_on=MOVED, title="Risk", capacity=1), version=2, on=DAY)
    waits = factories.booking(factories.person().id, day_id)
    assert waits.state == "waitlisted"
    client.post(f"/refreshers/answer/{token(booking_id)}", data={"answer": "give-back"})
    assert state(waits.id)[0] == "offered"


def test_another_move_or_another_place_replaces_it_or_does_not(asked):
    booking_id, day_id = asked
    first = token(booking_id)
    move(day_id, version=2, title="Risk", venue="Elsewhere")
    assert find_asked(first, on=DAY).id == booking_id  # nothing else is asked
    move(day_id, version=3, title="Risk", starts=time(11))
    with pytest.raises(DeadLink):
        find_asked(first, on=DAY)
    assert find_asked(token(booking_id), on=DAY).moved_from.date() == date(2027, 3, 2)  # as they last knew it


@pytest.mark.parametrize(("on", "works"), [(date(2027, 3, 8), True), (MOVED, True), (date(2027, 3, 10), False)])
def test_it_works_until_the_day_is_over(asked, client, on, works):
    booking_id, _ = asked
    address = f"/refreshers/answer/{token(booking_id)}"
    with time_machine.travel(datetime.combine(on, time(8), UTC), tick=False):
        assert client.get(address).status_code == (200 if works else 410)


def test_nobody_makes_one_up_and_one_of_somebody_else_opens_theirs_alone(asked, app, client):
    booking_id, day_id = asked
    other = factories.booking(factories.person().id, day_id)
    good = token(booking_id)
    number, _, proof = good.partition(".")
    for bad in (f"{other.id}.{proof}", f"{number}.{proof[:-1]}x", f"{number}.", "x", f"{number}.{proof}.{proof}"):
        assert client.get(f"/refreshers/answer/{bad}").status_code == 410
    app.config["SECRET_KEY"] = "another" * 8
    assert client.get(f"/refreshers/answer/{good}").status_code == 410


def test_the_token_lies_nowhere(asked, client, caplog):
    booking_id, _ = asked
    secret = token(booking_id).partition(".")[2]
    client.get(f"/refreshers/answer/{token(booking_id)}")
    client.post(f"/refreshers/answer/{token(booking_id)}", data={"answer": "come"})
    client.get(f"/refreshers/answer/{booking_id}.{secret}")
    assert secret not in caplog.text
    tables = db.metadata.sorted_tables
    assert db.session.scalars(select(Letter.id)).first()
    for table in tables:
        for row in db.session.execute(select(table)):
            assert secret not in str(tuple(row)), table.name
    said = db.session.execute(text("SELECT channel FROM audit_entry ORDER BY seq DESC")).scalars().first()
    assert said == "link"


def answer(booking_token: str, comes: bool) -> str:
    """Both have found the question open, and read the booking as it stands, before either writes."""
    slow_down(links, "find_asked")
    slow_down(*((answering_module, "_locked") if comes else (bookings_module, "would_be_late")))
    return answer_by_link(booking_token, comes=comes, on=DAY, at=NOON).state


@pytest.fixture
def two_answers(asked):
    """That she comes, and that she gives the seat back, by the same link."""
    secret = token_of(db.session.get_one(Booking, asked[0]))
    return (secret, True), (secret, False)


def test_of_two_answers_at_once_the_first_counts(asked, two_answers, app):
    answers = race(app.config["SETTINGS"], answer, *two_answers)
    assert answers in (["booked", "refused"], ["cancelled_by_mediator", "refused"])
    assert state(asked[0]) == (("booked", DAY) if "booked" in answers else ("cancelled_by_mediator", None))


def test_who_waited_for_the_lock_looks_again_at_what_was_asked(asked, monkeypatch):
    """The other answer, that she comes, is given between looking and locking."""
    booking_id, _ = asked
    secret, lock = token_of(db.session.get_one(Booking, booking_id)), links.lock_day

    def lock_after_the_other(day_id: int):
        services.confirm_booking(booking_id, on=DAY)
        return lock(day_id)

    monkeypatch.setattr(links, "lock_day", lock_after_the_other)
    with pytest.raises(DeadLink), transaction():
        answer_by_link(secret, comes=False, on=DAY, at=NOON)


def test_without_the_guards_both_are_told_that_theirs_counts(asked, two_answers, app):
    """The negative control: a seat that is confirmed and given back at once."""
    answers = race(app.config["SETTINGS"], answer, *two_answers, guarded=False)
    if db.engine.dialect.name == "sqlite":
        assert "crashed" in answers  # whoever writes second finds the database locked: an error page
    else:
        assert answers == ["booked", "cancelled_by_mediator"]
        assert state(asked[0]) == ("cancelled_by_mediator", DAY)
