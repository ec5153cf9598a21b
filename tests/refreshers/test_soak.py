"""Many who book and give back at once, in real processes: never a seat too many, never somebody twice.

The sample runs with the suite; the full figures (40,000 attempts by 8 writers on each database) with `make soak`.
"""

import os
import random
from dataclasses import replace
from time import perf_counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from accreditation.app import create_app
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.refreshers import services
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.queries.bookings import find_live_booking
from accreditation.refreshers.rules import ENDED, SEATED
from accreditation.refreshers.services import bookings as bookings_module
from tests import factories
from tests.forking import PROCESSES
from tests.racing import take_the_guards_away

BOOKED_OF_TEN = 8
"""Attempts to book, out of ten; the others give a seat back, so that seats stay contested."""

PATIENCE = 20.0
"""Seconds that a writer without guards waits for the others to have counted the seats as well."""


def one_attempt(person_id: int, day_id: int, books: bool) -> str:
    with transaction():
        if books:
            return services.book_seat(person_id, day_id, on=factories.TODAY, booked_by=person_id, or_wait=True).state
        held = find_live_booking(person_id, day_id)
        if held is None:
            return "nothing to give back"
        return services.cancel_booking(held.id, on=factories.TODAY).state


def keep_trying(settings, seed, attempts, people, days, guarded, barrier, meeting, answers) -> None:
    """One writer: so many attempts, and for each what came of it and how many milliseconds it took."""
    booked_of_ten = BOOKED_OF_TEN
    if not guarded:
        take_the_guards_away()
        quick, booked_of_ten = bookings_module.seats_taken, 10
        bookings_module.seats_taken = lambda day_id: (quick(day_id), meeting.wait(timeout=PATIENCE))[0]
    chance, found = random.Random(seed), []
    app = create_app(replace(settings))
    barrier.wait(timeout=60)
    for _ in range(attempts):
        person_id, day_id, books = chance.choice(people), chance.choice(days), chance.randrange(10) < booked_of_ten
        with app.app_context():
            began = perf_counter()
            try:
                answer = one_attempt(person_id, day_id, books)
            except DomainError:
                answer = "refused"
            except DBAPIError as error:
                answer = f"crashed: {str(error.orig).splitlines()[0]}"
            found.append((answer, (perf_counter() - began) * 1000))
    answers.put(found)


def storm(app, *, writers, attempts, people, days, seats, guarded=True):
    """What came of all attempts with their times, and how often a seat too many or a second booking is found after."""
    who = [factories.person().id for _ in range(people)]
    where = [factories.refresher_day(capacity=seats).id for _ in range(days)]
    barrier, meeting, answers = PROCESSES.Barrier(writers), PROCESSES.Barrier(writers), PROCESSES.Queue()
    db.session.remove()
    runners = [
        PROCESSES.Process(
            target=keep_trying,
            args=(app.config["SETTINGS"], seed, attempts, who, where, guarded, barrier, meeting, answers),
        )
        for seed in range(writers)
    ]
    for runner in runners:
        runner.start()
    found = [one for _ in runners for one in answers.get(timeout=3600)]
    for runner in runners:
        runner.join(timeout=60)
    return found, overbooked(), doubly_booked()


def crashed(found: list[tuple[str, float]]) -> list[str]:
    return [answer for answer, _ in found if answer.startswith("crashed")]


def overbooked() -> int:
    """Days with more people seated than there are seats."""
    seated = func.count(Booking.id).filter(Booking.state.in_(SEATED))
    query = (
        select(RefresherDay.id)
        .join(Booking, Booking.day_id == RefresherDay.id)
        .group_by(RefresherDay.id, RefresherDay.capacity)
        .having(seated > RefresherDay.capacity)
    )
    return len(db.session.scalars(query).all())


def doubly_booked() -> int:
    """People with two live bookings for one day."""
    live = select(Booking.person_id).where(Booking.state.not_in(ENDED))
    return len(db.session.scalars(live.group_by(Booking.person_id, Booking.day_id).having(func.count() > 1)).all())


def test_a_sample_of_the_storm_leaves_no_seat_too_many(app):
    found, too_many, twice = storm(app, writers=3, attempts=20, people=9, days=2, seats=3)
    assert len(found) == 60
    assert {answer for answer, _ in found} >= {"booked", "waitlisted"}
    assert (crashed(found), too_many, twice) == ([], 0, 0)


def test_without_the_guards_the_sample_goes_wrong(app):
    """The negative control, where all have counted before any writes: SQLite breaks off, PostgreSQL seats too many."""
    found, too_many, twice = storm(app, writers=3, attempts=1, people=40, days=1, seats=2, guarded=False)
    assert too_many or twice or crashed(found)


@pytest.mark.soak
def test_forty_thousand_attempts_by_eight_writers(app, capsys):
    began = perf_counter()
    found, too_many, twice = storm(app, writers=8, attempts=5000, people=400, days=40, seats=12)
    seconds, times = perf_counter() - began, sorted(took for _, took in found)
    p50, p95, p99 = (times[int(len(times) * part)] for part in (0.5, 0.95, 0.99))
    counted = {answer: sum(one == answer for one, _ in found) for answer in sorted({one for one, _ in found})}
    with capsys.disabled():
        print(
            f"\n{db.engine.dialect.name}: {len(found):,} attempts by 8 writers in {seconds:.0f} s, load of the machine "
            f"{os.getloadavg()[1]:.1f}: {counted}; {too_many} overbooked, {twice} doubly booked; "
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, longest {times[-1]:.0f} ms"
        )
    assert (len(found), crashed(found), too_many, twice) == (40_000, [], 0, 0)
    assert p95 < 150
