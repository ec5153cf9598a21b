"""What a manager's weekly digest brings in place of letters, as they chose."""

from datetime import date, timedelta

import time_machine
from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow
from accreditation.people.rules import Grant
from scheduler.jobs import tick
from scheduler.models import DigestItem, Obligation
from scheduler.queries.why import obligations_about
from scheduler.rules.ladders import DIGEST
from scheduler.rules.weekly import week_of
from scheduler.services import digests
from scheduler.services.digests import choose_digest, owe_digests
from scheduler.services.journal import line_about
from scheduler.services.steps import Pace
from tests import factories
from tests.factories import SCHEME
from tests.scheduler.ready import everything_in_order
from tests.scheduler.test_digest import EIGHT, MONDAY, TUESDAY, WEEK, manager, sent_to_manager


def letters_to(who) -> list[tuple[str, str]]:
    db.session.rollback()
    rows = select(Letter.template, Letter.state).where(Letter.person_id == who.id).order_by(Letter.id)
    return [(template.rpartition("/")[2], state) for template, state in db.session.execute(rows)]


def test_what_a_manager_chose_comes_in_it_and_the_last_word_by_itself(app, mail, deliver):
    """7 days after it ran out in the digest, 14 days after in a letter. Another manager has both singly."""
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        late = everything_in_order(ctc=clock.today() - timedelta(days=7))
        who, other = manager(subjects=["clearance"]), manager("other@example.uk")
        factories.plan(clock.today())
        assert letters_to(who) == []
        assert letters_to(other) == [("item_overdue.txt", "queued")]
        [line] = [line for line in obligations_about(late.id) if line.audience == "practice_manager"]
        assert (line.waits_for, len(line.letters)) == (1, 1)
        moved.move_to(EIGHT)
        tick(app)
        deliver(pace=Pace(), even_if_paused=True)
        assert ("digest.txt", "sent") in letters_to(who)
        assert letters_to(who).count(("item_overdue.txt", "sent")) == 0
        [line] = [line for line in obligations_about(late.id) if line.stage == -7]
        assert sorted(letter.called for letter in line.letters) == ["Reminder to staff", "Weekly digest"]
        moved.move_to(TUESDAY + WEEK)
        tick(app)
        db.session.rollback()  # what was read above is from before this beat
        deliver(pace=Pace(), even_if_paused=True)
        assert letters_to(who).count(("item_overdue.txt", "sent")) == 1
    [(_, text)] = sent_to_manager(server)
    assert f"An item on the record of {late.reference} was due by 25 January 2027:\n" in text
    assert f"/mediators/{late.reference}" in text


def test_what_is_done_by_then_is_left_out(app, mail, deliver):
    server = mail()
    with time_machine.travel(TUESDAY, tick=False) as moved:
        late = everything_in_order(ctc=clock.today() - timedelta(days=7))
        who = manager(subjects=["clearance"])
        factories.plan(clock.today())
        moved.move_to(EIGHT)
        tick(app)
        factories.evidence(late.id, "clearance", MONDAY, code="CTC", ends_on=date(2037, 1, 1))
        deliver(pace=Pace(), even_if_paused=True)
        assert letters_to(who) == [("digest.txt", "superseded")]
        states = select(Obligation.state).where(Obligation.person_id == late.id, Obligation.stage == -7)
        assert list(db.session.scalars(states)) == ["superseded"]
    assert sent_to_manager(server) == []


def test_it_comes_with_what_waits_for_it_even_for_who_has_no_digest_by_then(app):
    with time_machine.travel(TUESDAY, tick=False) as moved:
        everything_in_order(ctc=clock.today() - timedelta(days=7))
        who = manager(subjects=["clearance"])
        factories.plan(clock.today())
        with transaction():
            choose_digest(who.id, "never", ["clearance"], now=clock.now())
        moved.move_to(EIGHT)
        with transaction():
            assert owe_digests(MONDAY, EIGHT) == 1
        everything_in_order(ctc=MONDAY - timedelta(days=7))
        factories.plan(MONDAY)  # from now on by itself: who has no digest has nothing in it
        assert letters_to(who) == [("digest.txt", "queued"), ("item_overdue.txt", "queued")]


def test_when_the_manager_goes_the_next_one_is_told(app):
    with time_machine.travel(TUESDAY, tick=False):
        everything_in_order(ctc=clock.today() - timedelta(days=7))
        who = manager(subjects=["clearance"])
        factories.plan(clock.today())
        with transaction():
            db.session.scalars(select(GrantRow).where(GrantRow.person_id == who.id)).one().ends_on = clock.today()
        successor = manager("next@example.uk")
        assert factories.plan(clock.today()) == 0
        with transaction():
            owe_digests(clock.today(), clock.now())
        assert factories.plan(clock.today()) == 1
        assert letters_to(successor) == [("item_overdue.txt", "queued")]
        assert db.session.scalar(select(func.count()).select_from(DigestItem)) == 0


def test_nothing_goes_into_a_digest_while_reminders_are_held(app, monkeypatch):
    """A person is to look at each of them first, and a digest shows none."""
    monkeypatch.setattr("scheduler.services.planning.too_many", lambda *_, **__: True)
    with time_machine.travel(TUESDAY, tick=False):
        everything_in_order(ctc=clock.today() - timedelta(days=7))
        who = manager(subjects=["clearance"])
        factories.plan(clock.today())
        assert letters_to(who) == [("item_overdue.txt", "held")]


def test_the_journal_outside_knows_what_a_digest_told_of(app):
    with time_machine.travel(TUESDAY, tick=False) as moved:
        late = everything_in_order(ctc=clock.today() - timedelta(days=7))
        manager(subjects=["clearance"])
        factories.plan(clock.today())
        moved.move_to(EIGHT)
        tick(app)
        letter = db.session.scalars(select(Letter).where(Letter.template == digests.DIGEST_LETTER)).one()
        told = {(key["person_id"], key["subject"]) for key in line_about(letter).about}
    assert told == {(letter.person_id, DIGEST), (late.id, f"requirement:{SCHEME}:ctc")}


def test_a_manager_chooses_on_their_own_page(app, sign_in, today):
    who = factories.person()
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE), person=who)
    assert "Nothing needs your attention today." in browser.get("/reminders/digest").text
    wanted = {"digest": "always", "subjects": ["clearance", "return_from_leave"]}
    assert browser.post("/reminders/digest", data=wanted).status_code == 302
    page = browser.get("/reminders/digest").text
    assert page.count("checked") == 3
    assert browser.post("/reminders/digest", data={"digest": "daily"}).status_code == 200
    assert browser.post("/reminders/digest", data={"digest": "always", "subjects": ["award"]}).status_code == 200
    assert browser.get("/reminders/digest").text.count("checked") == 3
    assert week_of(today) == date(2027, 2, 1)
