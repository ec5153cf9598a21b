"""Who would get what on any day, the weekly letters and digests among it: what is foreseen is what then goes."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import GrantRow
from accreditation.people.rules import Grant, Viewer
from scheduler.jobs import tick
from scheduler.models import DigestItem, Obligation
from scheduler.queries import digest
from scheduler.services.digests import choose_digest
from scheduler.services.foreseeing import foresee
from scheduler.services.rules import install_usual_rules
from scheduler.services.steps import Pace
from scheduler.services.weekly import choose_weekly
from tests import factories
from tests.scheduler.ready import everything_in_order
from tests.statements import statements_counted

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
TUESDAY = date(2027, 2, 2)
BEFORE_EASTER = date(
    2027, 3, 23
)  # Good Friday, the clocks go on, and a Monday on which nobody works, all within a week
MONDAY = date(2027, 2, 8)
DAY = timedelta(days=1)
Goes = set[tuple[str, str, int]]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def mediator(name: str, *, weekly: bool = False, **ends: object):
    who = everything_in_order(name=name, email=f"{name.lower()}@example.uk", **ends)
    if weekly:
        with transaction():
            choose_weekly(who.id, True)
    return who


def manager(name: str, digest: str | None = None, subjects=(), *, unit_id: int | None = None, starts_on=None):
    """`digest` None: they have said nothing yet."""
    who = factories.person(name=name, email=f"{name.lower()}@example.uk")
    factories.grant(who.id, Role.PRACTICE_MANAGER, Scope.UNIT if unit_id else Scope.SERVICE, unit_id)
    with transaction():
        if starts_on:
            db.session.scalars(select(GrantRow).where(GrantRow.person_id == who.id)).one().starts_on = starts_on
        if digest:
            choose_digest(who.id, digest, subjects, now=clock.now())
    return who


def a_service(start: date) -> None:
    """Whoever chooses what there is to choose, with something ending on every side of the weekly letters."""

    def days(number: int) -> date:
        return start + timedelta(days=number)

    with transaction():
        install_usual_rules()
        set_setting("reminder_breaker", "100")  # what is held for a person is one more entry of a digest
    croydon, sutton = factories.unit("Croydon"), factories.unit("Sutton")
    mediator("Ada", weekly=True, ctc=days(60), award=days(35), cpd=days(36))
    mediator("Bob", weekly=True, ctc=days(42), award=days(44), cpd=days(73))
    mediator("Cal", ctc=days(34), award=days(60))
    mediator("Dee", weekly=True, ctc=days(10), refresher=days(66))
    mediator("Eve", ctc=days(-4), unit_id=croydon.id)
    mediator("Fay", ctc=days(-1), unit_id=croydon.id)
    mediator("Gus", weekly=True, ctc=days(-7))
    manager("Pat", "needed", ["clearance"])
    manager("Quinn", "always", ["clearance"], unit_id=croydon.id)
    manager("Rae", "never", ["clearance"])
    manager("Sam", "needed", unit_id=sutton.id)
    manager("Tess", "always", unit_id=sutton.id)
    manager("Uma")
    manager("Vic", starts_on=days(9))


def foreseen(start: date, days: int) -> dict[date, Goes]:
    """Each day to come as the page would show it, asked on the first."""
    viewer = Viewer(factories.person().id, frozenset({SERVICE}))
    found = {}
    for number in range(days):
        day = start + timedelta(days=number)
        gathered = foresee(viewer, day, today=start, now=clock.now()).gathered
        assert len({(one.person.id, one.is_digest) for one in gathered}) == len(gathered)
        assert {one.goes_at.astimezone(LONDON).date() for one in gathered} <= {day}
        found[day] = {(one.person.name, "digest" if one.is_digest else "weekly", one.items) for one in gathered}
    return found


def lived_through(app, deliver, server, moved, start: date, days: int) -> dict[date, Goes]:
    """The weekly letters and digests that then arrive, by day."""
    found: dict[date, Goes] = {}
    for number in range(days):
        day, before = start + timedelta(days=number), len(server.accepted)
        for moment in (at(day, 0, 1), at(day, 8)) if number else (clock.now(),):
            moved.move_to(moment)
            tick(app)
            db.session.rollback()  # what was read before is from before this beat
            deliver(pace=Pace(), even_if_paused=True)
        found[day] = {one for message in server.accepted[before:] for one in read(message)}
    return found


def read(message) -> Goes:
    """Who got which weekly letter, with how many items, as its subject says it."""
    name = message["To"].addresses[0].username.capitalize()
    if digest := re.match(r"Weekly digest, [^:]+: (an item|\d+ items|nothing) need", message["Subject"]):
        return {(name, "digest", number_of(digest[1]))}
    if weekly := re.match(r"(An item|\d+ items) on your mediator record: ", message["Subject"]):
        return {(name, "weekly", number_of(weekly[1]))}
    return set()


def number_of(words: str) -> int:
    first = words.split()[0].lower()
    return int(first) if first.isdecimal() else {"an": 1, "nothing": 0}[first]


@pytest.mark.parametrize("start", [TUESDAY, BEFORE_EASTER])
def test_what_is_foreseen_for_each_day_is_what_then_goes(app, mail, deliver, start):
    server = mail()
    with time_machine.travel(at(start, 10), tick=False) as moved:
        a_service(start)
        expected = foreseen(start, 14)
        went = lived_through(app, deliver, server, moved, start, 14)
    assert went == expected
    kinds = {kind for day in went.values() for _, kind, _ in day}
    assert kinds == {"weekly", "digest"}
    assert {name for day in went.values() for name, _, _ in day} >= {"Ada", "Bob", "Dee", "Pat", "Quinn", "Uma", "Vic"}
    assert sum(bool(day) for day in went.values()) >= 2


def test_asked_in_the_middle_of_the_week_what_waits_already_is_counted_too(app, mail, deliver):
    server = mail()
    with time_machine.travel(at(TUESDAY, 10), tick=False) as moved:
        a_service(TUESDAY)
        lived_through(app, deliver, server, moved, TUESDAY, 5)
        assert db.session.scalar(select(func.count()).select_from(DigestItem).where(DigestItem.digest_id.is_(None)))
        moved.move_to(at(MONDAY - DAY, 9))
        expected = foreseen(MONDAY - DAY, 9)
        assert lived_through(app, deliver, server, moved, MONDAY - DAY, 9) == expected
    assert expected[MONDAY]


def test_after_a_silence_what_the_next_beat_owes_is_foreseen_for_today(app, mail, deliver):
    server = mail()
    with time_machine.travel(at(TUESDAY, 10), tick=False) as moved:
        a_service(TUESDAY)
        moved.move_to(at(MONDAY + 9 * DAY, 10))  # a Wednesday: the digests of two weeks are due
        expected = foreseen(MONDAY + 9 * DAY, 6)
        assert lived_through(app, deliver, server, moved, MONDAY + 9 * DAY, 6) == expected
    assert {kind for _, kind, _ in expected[MONDAY + 9 * DAY]} == {"digest"}


def test_what_somebody_changes_in_between_is_not_foreseen(app, mail, deliver):
    """The control: the comparison notices a letter more or less, and a number that is another."""
    server = mail()
    with time_machine.travel(at(TUESDAY, 10), tick=False) as moved:
        a_service(TUESDAY)
        expected = foreseen(TUESDAY, 7)
        mediator("Zoe", weekly=True, ctc=TUESDAY + timedelta(days=60))
        went = lived_through(app, deliver, server, moved, TUESDAY, 7)
    assert went != expected
    assert went[MONDAY] - expected[MONDAY] >= {("Zoe", "weekly", 1)}


# --- on the page -----------------------------------------------------------------------------------------------------


def test_the_page_names_who_gets_a_weekly_letter_or_a_digest_and_how_a_reminder_comes(app, sign_in, today):
    a_service(today)
    page = sign_in(SERVICE).get("/reminders/preview?on=8 February 2027").text
    rows = re.sub(r"<[^>]+>|\s+", " ", page)
    for words in ("Ada", "Weekly letter", "Pat", "Weekly digest", "8 February 2027 at 8:00am"):
        assert words in rows
    assert "Nothing: they want it every week" in rows  # Tess
    assert "1 manager has no digest that day" in rows  # Sam
    page = sign_in(SERVICE).get("/reminders/preview").text
    assert "Ada (in the weekly letter of 8 Feb 2027)" in page
    page = sign_in(SERVICE).get("/reminders/preview?on=5 February 2027").text
    assert "Pat (in the digest of 8 Feb 2027)" in page
    assert "Weekly letters and digests that go" not in page


def test_a_manager_of_one_unit_sees_nobody_elses_weekly_letter(app, sign_in, today):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    for unit, name in ((croydon, "Ada"), (lambeth, "Bob")):
        mediator(name, weekly=True, ctc=today + timedelta(days=60), unit_id=unit.id)
    me, other = manager("Pat", "always", unit_id=croydon.id), manager("Quinn", "always", unit_id=lambeth.id)
    page = (
        sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id), person=me)
        .get("/reminders/preview?on=8 February 2027")
        .text
    )
    assert "Ada" in page
    assert "Pat" in page
    assert "Bob" not in page
    assert other.name not in page


def test_more_than_usual_is_said_to_be_held(app, sign_in, today):
    with transaction():
        set_setting("reminder_breaker", "2")
    for n in range(3):
        mediator(f"Ada{n}", ctc=today + timedelta(days=60), weekly=n == 0)
    page = sign_in(SERVICE).get("/reminders/preview").text
    assert "They would wait for your word" in page
    assert "More reminders at once than this service usually sends" in page
    page = sign_in(SERVICE).get("/reminders/preview?on=8 February 2027").text
    assert not re.search(r"Weekly letter\b", page)  # a new one would be held like the others
    assert factories.plan(today) == 3
    assert set(db.session.scalars(select(Letter.state))) == {"held"}


def test_nothing_is_written_by_looking(app, sign_in, today):
    a_service(today)
    db.session.rollback()
    counted = [select(func.count()).select_from(model) for model in (Letter, Obligation, DigestItem)]
    before = [db.session.scalar(one) for one in counted]
    for day in ("", "8 February 2027", "15 February 2027", "1 January 2028"):
        assert sign_in(SERVICE).get(f"/reminders/preview?on={day}").status_code == 200
    db.session.rollback()
    assert [db.session.scalar(one) for one in counted] == before


@pytest.mark.parametrize("asked", ["1/2/2027", "31/6/2027"])
def test_a_day_that_cannot_be_is_named_at_the_top_with_the_way_to_its_field(app, sign_in, today, asked):
    page = sign_in(SERVICE).get(f"/reminders/preview?on={asked}").text
    assert "There is a problem" in page
    assert '<a href="#on">' in page
    assert f'value="{asked}"' in page


@pytest.mark.parametrize("managers", [2, 9])
def test_however_many_managers_are_asked_about_together(app, today, monkeypatch, managers):
    """Beside the figures, which each room counts for each of them as on their first page."""
    monkeypatch.setattr(digest, "FIGURES", [])
    with transaction():
        install_usual_rules()
    units = [factories.unit("Croydon"), factories.unit("Sutton")]
    for number in range(managers):
        manager(f"Man{number}", "always", ["clearance"], unit_id=units[number % 2].id)
    for number in range(3):
        mediator(f"Med{number}", ctc=today - (7 + number) * DAY, unit_id=units[number % 2].id)
    with time_machine.travel(at(today, 9), tick=False):
        tick(app)
        viewer = Viewer(factories.person().id, frozenset({SERVICE}))
        counted = []
        for number in range(8):
            db.session.rollback()
            with statements_counted() as sent:
                found = foresee(viewer, today + number * DAY, today=today, now=clock.now())
            if found.gathered:
                assert len(found.gathered) == managers
                counted.append(len(sent))
    assert counted
    assert max(counted) <= 60, counted
    assert db.session.scalar(select(func.count(DigestItem.person_id.distinct()))) == managers
