"""Reports of mail servers: only one about a letter of ours counts, and nothing is ever written in answer."""

import mailbox
from email import message_from_string

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.people import services as people
from accreditation.people.models import ContactAddress
from scheduler.jobs import tick
from scheduler.models import LetterAttempt
from scheduler.rules.bounces import read_report
from scheduler.services import bounces
from scheduler.services.bounces import read_bounces
from scheduler.services.smtp import Conversation
from tests import factories

REPORT = """From: MAILER-DAEMON@relay.example
To: register@example.police.uk
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <report@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; ada@example.police.uk
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: {returned}

Message-ID: {message_id}
Subject: News 1

{rest}
--b--
"""
HOLIDAY = """From: ada@example.police.uk
Auto-Submitted: auto-replied
Subject: Out of office
References: {message_id}

I am away until Monday. {message_id}
"""


def report(
    message_id, *, action="failed", status="5.1.1", said="550 5.1.1 <ada@example.police.uk>: unknown", whole=False
):
    returned = "message/rfc822" if whole else "text/rfc822-headers"
    return REPORT.format(
        message_id=message_id,
        action=action,
        status=status,
        said=said,
        returned=returned,
        rest="Dear Ada," if whole else "",
    )


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_names_the_letter_and_why_without_addresses(whole):
    found = read_report(report("<abc@example.police.uk>", whole=whole).encode())
    assert (found.message_id, found.kind, found.status) == ("<abc@example.police.uk>", "failed", "5.1.1")
    assert found.words == "550 5.1.1 (an address): unknown"


@pytest.mark.parametrize(
    "content",
    [
        HOLIDAY.format(message_id="<abc@x>"),
        report("no number"),
        report("<abc@x>", action="delivered"),
        report("<abc@x>").replace("multipart/report", "multipart/mixed"),
        report("<abc@x>").replace("delivery-status;", "feedback-report;"),
        report("<abc@x>").replace("message/delivery-status", "text/plain"),
        "",
        "\0\xff" * 50,
        "x" * 2_000_000,
    ],
)
def test_everything_else_is_no_report(content):
    assert read_report(content.encode("latin-1", "replace")) is None


def sent_letter(app, mail, deliver) -> Letter:
    mail()
    letter_id = factories.letter()
    assert deliver().states == {"sent": 1}
    return factories.letter_row(letter_id)


def put_in(place, *texts: str) -> None:
    place.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (place / f"{number}.eml").write_text(text)


def test_a_letter_that_came_back_is_a_persons_to_see_to_and_the_address_is_marked(app, mail, deliver, tmp_path):
    letter = sent_letter(app, mail, deliver)
    place = tmp_path / "bounces"
    put_in(place, report(letter.message_id), report(letter.message_id))
    assert read_bounces(place) == {"came back": 1, "ignored": 1}
    letter = factories.letter_row(letter.id)
    assert letter.state == "undeliverable"
    assert letter.reason == "It came back: 5.1.1 550 5.1.1 (an address): unknown"
    assert db.session.scalar(select(ContactAddress.undeliverable_since)) is not None
    assert read_bounces(place) == {}
    assert len(list((place / "read").iterdir())) == 2


@pytest.mark.parametrize(
    ("changes", "state", "marked"),
    [
        ({"action": "delayed", "status": "4.4.1"}, "sent", False),
        ({"status": "5.7.1", "said": "550 5.7.1 refused by policy"}, "undeliverable", False),
        ({"status": "5.2.2"}, "undeliverable", True),
    ],
)
def test_a_delay_changes_nothing_and_a_policy_is_not_the_mailboxs_fault(
    app, mail, deliver, tmp_path, changes, state, marked
):
    letter = sent_letter(app, mail, deliver)
    put_in(tmp_path / "bounces", report(letter.message_id, **changes))
    read_bounces(tmp_path / "bounces")
    assert factories.state_of(letter.id) == state
    assert (db.session.scalar(select(ContactAddress.undeliverable_since)) is not None) == marked


def test_who_has_moved_since_is_not_marked(app, mail, deliver, tmp_path):
    letter = sent_letter(app, mail, deliver)
    with transaction():
        people.change_address(letter.person_id, "new@example.police.uk")
    put_in(tmp_path / "bounces", report(letter.message_id))
    assert read_bounces(tmp_path / "bounces") == {"came back": 1}
    assert db.session.scalars(select(ContactAddress.undeliverable_since)).all() == [None, None]


def test_a_flood_of_answers_and_forged_reports_changes_nothing_and_gets_no_answer(app, mail, deliver, tmp_path):
    """F40: a loop needs an answer, and there is none."""
    letter = sent_letter(app, mail, deliver)
    queued = factories.letter()
    never_sent = factories.letter_row(queued).message_id
    flood = [HOLIDAY.format(message_id=letter.message_id), report("<forged@elsewhere>"), report(never_sent)] * 40
    put_in(tmp_path / "bounces", *flood)
    assert read_bounces(tmp_path / "bounces") == {"ignored": 120}
    assert (factories.state_of(letter.id), factories.state_of(queued)) == ("sent", "queued")
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 2


def test_an_mbox_and_a_maildir_are_read_too(app, mail, deliver, tmp_path):
    letter = sent_letter(app, mail, deliver)
    box = mailbox.mbox(tmp_path / "mail")
    box.add(message_from_string(HOLIDAY.format(message_id=letter.message_id)))
    box.add(message_from_string(report(letter.message_id)))
    box.close()
    assert read_bounces(tmp_path / "mail") == {"came back": 1, "ignored": 1}
    assert read_bounces(tmp_path / "mail") == {}
    assert (tmp_path / "mail").stat().st_size == 0
    assert (tmp_path / "mail.read").stat().st_size > 0
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(message_from_string(HOLIDAY.format(message_id=letter.message_id)))
    assert read_bounces(tmp_path / "maildir") == {"ignored": 1}
    assert read_bounces(tmp_path / "maildir") == {}
    assert len(maildir) == 1
    maildir.close()


def test_the_beat_reads_the_mailbox_that_is_set_up(app, mail, deliver, tmp_path, today):
    from dataclasses import replace

    letter = sent_letter(app, mail, deliver)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], bounces=tmp_path / "bounces")
    tick(app)  # before there is anything
    put_in(tmp_path / "bounces", report(letter.message_id))
    tick(app)
    assert factories.state_of(letter.id) == "undeliverable"


@pytest.mark.parametrize("action", ["failed", "delayed"])
def test_a_report_that_is_quicker_than_the_record_of_the_answer_counts(
    app, mail, deliver, tmp_path, monkeypatch, action
):
    """The server has taken it and reports on it, while its answer waits to be recorded with the next letter's dot."""
    mail()
    letters = [factories.letter_row(factories.letter()) for _ in range(2)]
    first, message_id = letters[0].id, letters[0].message_id
    put_in(tmp_path / "bounces", report(message_id, action=action))
    content, found = Conversation.content, []

    def second(self, text):
        if self.carried == 1:
            found.append((factories.state_of(first), read_bounces(tmp_path / "bounces")))
        content(self, text)

    monkeypatch.setattr(Conversation, "content", second)
    came_back = action == "failed"
    assert deliver().states == {"sent": 1 if came_back else 2}
    assert found == [("handing_over", {"came back" if came_back else "delayed": 1})]
    assert factories.state_of(first) == ("undeliverable" if came_back else "sent")


@pytest.mark.parametrize("action", ["failed", "delayed"])
@pytest.mark.parametrize(
    ("state", "resends", "counts"),
    [(state, 1, False) for state in ("held", "superseded", "cancelled", "failed", "undeliverable")]
    + [(state, 0, False) for state in ("queued", "retry_wait", "claimed", "handing_over")]
    + [(state, 1, True) for state in ("queued", "retry_wait", "claimed", "handing_over")],
)
def test_a_report_counts_for_what_may_have_gone_out_and_is_not_decided(app, tmp_path, state, resends, counts, action):
    letter = factories.letter_row(factories.letter())
    with transaction():
        row = db.session.get_one(Letter, letter.id)
        row.state, row.resends = state, resends
    put_in(tmp_path / "bounces", report(letter.message_id, action=action))
    came_back = action == "failed"
    what = "ignored" if not counts else "came back" if came_back else "delayed"
    assert read_bounces(tmp_path / "bounces") == {what: 1}
    assert factories.state_of(letter.id) == ("undeliverable" if counts and came_back else state)
    steps = select(func.count()).select_from(LetterAttempt)
    assert db.session.scalar(steps) == counts


def test_a_report_about_a_letter_to_an_address_of_its_own_marks_nothing(app, mail, deliver, tmp_path, monkeypatch):
    letter = sent_letter(app, mail, deliver)
    monkeypatch.setattr(bounces, "OWN_ADDRESS", {letter.template})
    put_in(tmp_path / "bounces", report(letter.message_id))
    assert read_bounces(tmp_path / "bounces") == {"came back": 1}
    assert db.session.scalar(select(ContactAddress.undeliverable_since)) is None


@pytest.mark.parametrize("kind", ["folder", "mbox"])
def test_a_flood_is_read_in_parts(app, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(bounces, "AT_ONCE", 2)
    place = tmp_path / "bounces"
    if kind == "folder":
        put_in(place, *["x"] * 3)
    else:
        box = mailbox.mbox(place)
        for _ in range(3):
            box.add(message_from_string(HOLIDAY.format(message_id="<x@y>")))
        box.close()
    assert [read_bounces(place), read_bounces(place), read_bounces(place)] == [{"ignored": 2}, {"ignored": 1}, {}]
