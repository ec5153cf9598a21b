"""The pages: what they show, to whom, and what a person may decide."""

import re
import threading
from dataclasses import replace
from datetime import timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine
from sqlalchemy import select, text

from accreditation.core import clock, outbox
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.migrate import newest_revision
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import ContactAddress
from accreditation.people.rules import Grant, Viewer
from scheduler.jobs import tick
from scheduler.queries.letters import GROUPS, LetterFilter, kinds, letters_count, undeliverable, undeliverable_count
from tests import factories
from tests.scheduler.ready import everything_in_order

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
ADMINISTRATOR = Grant(Role.ADMINISTRATOR, Scope.SERVICE)


def put(letter_id: int, state: str, **values: object) -> None:
    with transaction():
        letter = db.session.get_one(Letter, letter_id)
        letter.state = state
        for name, value in values.items():
            setattr(letter, name, value)


def test_the_list_shows_every_state_and_counts_what_needs_a_person(app, sign_in, today):
    for state in ("queued", "sent", "held", "failed", "undeliverable", "in_doubt", "superseded"):
        put(factories.letter(name=f"Ada {state.capitalize()}"), state, reason=f"because {state}")
    manager = sign_in(MANAGER)
    page = manager.get("/reminders").text
    assert "4 letters wait for a decision" in page
    assert page.count("because ") == 7
    viewer = Viewer(manager.person_id, frozenset({MANAGER}))
    assert undeliverable_count(viewer) == len(undeliverable(viewer)) == 4
    for group in GROUPS:
        page = manager.get(f"/reminders?state={group}").text
        assert page.count("because ") == letters_count(viewer, LetterFilter(group)), group
    assert manager.get("/reminders?q=ada+fail").text.count("because ") == 1


def test_the_list_can_be_limited_to_one_kind_of_letter_by_its_name(app, sign_in, today):
    who = factories.person(name="Ada Okafor", email="ada@example.uk")
    for template, times in (("email/cohorts/placed.txt", 60), ("email/practice/confirm_asked.txt", 1)):
        for number in range(times):
            with transaction():
                outbox.queue(who.id, template, about_id=1, key=f"{template}:{number}")
    manager = sign_in(MANAGER)
    asked = manager.get("/reminders?kind=practice/confirm_asked").text
    assert "1 letter, the newest first" in asked
    assert asked.count("Practice entries for a line manager to confirm</a>") == 1
    page = manager.get("/reminders?state=waiting&kind=cohorts/placed&q=ada").text
    assert page.count(">Place in a cohort</a>") == 50
    assert "60 letters, the newest first" in page
    further = unescape(re.search(r'href="(/reminders\?[^"]*place=[^"]*)"', page)[1])
    assert "kind=cohorts%2Fplaced" in further
    assert manager.get(further).text.count(">Place in a cohort</a>") == 10
    assert "61 letters, the newest first" in manager.get("/reminders?kind=cohorts/nothing").text
    offered = [words for _, words in kinds()]
    assert offered == sorted(offered, key=str.casefold)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_may_not_open_the_letters_is_told_whom_to_ask(app, sign_in, today, role):
    put(factories.letter(), "failed")
    reader = sign_in(Grant(role, Scope.SERVICE))
    assert reader.get("/reminders").status_code == 403
    page = reader.get("/status").text
    assert "1 letter waits for a decision of a practice manager: ask one to look under Reminders" in page
    assert "/reminders" not in page
    put(factories.letter(email="no2@example.uk"), "queued", not_before=clock.now() - timedelta(minutes=6))
    page = reader.get("/status").text  # neither hides the other
    assert "1 letter should have gone" in page
    assert "1 letter waits for a decision" in page


def test_the_list_is_paged_by_key(app, sign_in, today):
    who = factories.person(email="ada@example.uk")
    for _ in range(60):
        factories.letter_to(who.id)
    manager = sign_in(MANAGER)
    page = manager.get("/reminders").text
    assert page.count("/reminders/letters/") == 50
    assert "Next page" in page
    assert manager.get("/reminders?place=rubbish").status_code == 400


def test_strangers_are_turned_away(app, sign_in, today):
    unit, other = factories.unit("Croydon"), factories.unit("Lambeth")
    letter_id = factories.letter(unit_id=unit.id)
    put(letter_id, "held")
    mediator = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, 1))
    for path in ("/reminders", "/reminders/rules", "/reminders/held", f"/reminders/letters/{letter_id}", "/status"):
        assert mediator.get(path).status_code == 403
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, other.id))
    assert elsewhere.get(f"/reminders/letters/{letter_id}").status_code == 404
    assert elsewhere.post(f"/reminders/letters/{letter_id}/release").status_code == 404
    assert elsewhere.post("/reminders/held/release", data={"up_to": 10**6}).status_code == 302
    assert "No letter has been owed yet" in elsewhere.get("/reminders").text
    assert factories.state_of(letter_id) == "held"
    assert app.test_client().get("/reminders").status_code == 302


@pytest.mark.parametrize(
    ("state", "decision", "after"),
    [
        ("held", "release", "queued"),
        ("held", "close", "cancelled"),
        ("failed", "try-again", "queued"),
        ("undeliverable", "try-again", "queued"),
        ("in_doubt", "resend", "queued"),
        ("in_doubt", "close", "cancelled"),
        ("queued", "hold", "held"),
        ("retry_wait", "hold", "held"),
        ("queued", "reached", "cancelled"),
        ("held", "reached", "cancelled"),
        ("undeliverable", "reached", "cancelled"),
        ("claimed", "hold", "claimed"),
        ("handing_over", "reached", "handing_over"),
        ("sent", "resend", "sent"),
        ("queued", "close", "queued"),
        ("held", "resend", "held"),
        ("superseded", "release", "superseded"),
    ],
)
def test_a_person_decides_and_it_is_in_the_trail(app, sign_in, today, state, decision, after):
    letter_id = factories.letter()
    put(letter_id, state)
    manager = sign_in(MANAGER)
    manager.post(f"/reminders/letters/{letter_id}/{decision}", follow_redirects=True)
    assert factories.state_of(letter_id) == after
    entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "letter")))
    assert len(entries) == (state != after)
    assert all(entry.actor_id == manager.person_id for entry in entries)


def test_a_letter_in_doubt_is_sent_again_once_under_the_same_number(app, sign_in, today, mail, deliver):
    server = mail(lambda phase, session: "accept+drop" if phase == "before dot" else None)
    letter_id = factories.letter()
    deliver()
    manager = sign_in(MANAGER)
    for _ in range(2):
        manager.post(f"/reminders/letters/{letter_id}/resend")
        deliver()
    assert server.message_ids() == [factories.letter_row(letter_id).message_id] * 2
    assert "sent again once already" in manager.get(f"/reminders/letters/{letter_id}").text


def test_trying_an_undeliverable_letter_again_takes_the_mark_from_the_address(app, sign_in, today, mail, deliver):
    refusals = ["550 5.1.1 no such user"]
    mail(lambda phase, session: refusals.pop() if phase == "rcpt" and refusals else None)
    letter_id = factories.letter()
    deliver()
    page = sign_in(MANAGER).post(f"/reminders/letters/{letter_id}/try-again", follow_redirects=True)
    assert "It is tried again within a minute." in page.text
    assert db.session.scalar(select(ContactAddress.undeliverable_since)) is None
    assert deliver().states == {"sent": 1}


def test_held_letters_are_released_as_they_were_shown_and_looked_at_once_more(app, sign_in, today, mail, deliver):
    server = mail()
    with transaction():
        set_setting("reminder_breaker", "2")
    people = [everything_in_order(ctc=today + timedelta(days=30), email=f"no{n}@example.uk") for n in range(3)]
    assert factories.plan(today) == 3
    factories.evidence(people[0].id, "clearance", today, code="CTC", ends_on=today + timedelta(days=999))
    manager = sign_in(MANAGER)
    assert "Release 3 letters" in manager.get("/reminders/held").text
    up_to = max(db.session.scalars(select(Letter.id)))
    late = factories.letter()
    put(late, "held")
    page = manager.post("/reminders/held/release", data={"up_to": up_to}, follow_redirects=True)
    assert "3 letters are on the way." in page.text
    assert deliver().states == {"sent": 2, "superseded": 1}
    assert factories.state_of(late) == "held"
    assert len(server.accepted) == 2


def test_the_why_page_says_what_was_owed_what_comes_and_what_keeps_letters_away(app, sign_in, today):
    who = everything_in_order(ctc=today + timedelta(days=45), email=None)
    factories.plan(today)
    page = sign_in(MANAGER).get(f"/reminders/person/{who.reference}").text
    for words in (
        "60 days before",
        "A more urgent reminder was due too",
        "There is no address to write to",
        "30 days before",
    ):
        assert words in page
    factories.evidence(who.id, "leave", today - timedelta(days=1))
    assert "They are on leave" in sign_in(MANAGER).get(f"/reminders/person/{who.reference}").text


def test_probes_answer_without_signing_in(app):
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").status_code == 200
    with db.engine.begin() as somebody_else:
        somebody_else.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    with db.engine.begin() as somebody_else:  # the next test may get this database
        somebody_else.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest_revision()})
    assert (answer.status_code, answer.json) == (503, {"status": "migrations missing"})


def test_the_status_page_says_when_the_scheduler_last_looked(app, sign_in, today):
    administrator = sign_in(ADMINISTRATOR)
    assert "It has not run yet" in administrator.get("/status").text
    factories.letter()
    tick(app)
    page = administrator.get("/status").text
    assert "2 February 2027 at 10:00am" in page
    assert "Waiting to go" in page


def test_the_attention_list_and_the_status_page_say_when_the_scheduler_is_silent(app, sign_in, today):
    everything_in_order(ctc=today + timedelta(days=400))
    tick(app)
    manager, administrator = sign_in(MANAGER), sign_in(ADMINISTRATOR)
    for minutes, said in ((9, False), (10, True)):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
            for page in (manager.get("/"), administrator.get("/status")):
                assert ("The scheduler has been silent since 2 February 2027 at 10:00am" in page.text) == said
            done = app.test_cli_runner().invoke(args=["doctor"])
            assert ("silent" in done.output, done.exit_code) == (said, int(said))
            assert app.test_client().get("/readyz").status_code == 200  # about the database and its schema alone


def test_a_sign_of_life_goes_out_after_each_beat(app, today, monkeypatch):
    """To an address outside, which raises the alarm when it stays away. One that is out of reach stops nothing."""

    class Alive(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    asked = []
    with HTTPServer(("127.0.0.1", 0), Alive) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/abc"
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], ping_url=url)
        tick(app)
    assert asked == ["/abc"]
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], ping_url="http://127.0.0.1:1/abc")
    tick(app)
