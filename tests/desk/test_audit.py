"""The audit trail on screen."""

from datetime import timedelta

from sqlalchemy import select, text

from accreditation.accounts.services.sessions import open_session
from accreditation.core import audit, clock
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.desk.queries.trail import TrailAsked, trail_page
from accreditation.people.rules import Viewer
from accreditation.people.services import change_address
from tests import factories
from tests.desk.people import AUDITOR, MANAGER


def test_the_trail_says_who_did_what_about_whom(today, sign_in):
    ada = factories.person(name="Ada Okafor")
    page = sign_in(AUDITOR).get(f"/audit?about={ada.reference}").text
    assert "added" in page
    assert "Ada Okafor" in page
    assert "family name" in page


def test_a_sensitive_value_is_named_and_not_shown(today, sign_in):
    ada = factories.person(name="Ada Okafor", email="ada@example.police.uk")
    with transaction():
        change_address(ada.id, "new@example.police.uk")
    page = sign_in(AUDITOR).get("/audit").text
    assert "example.police.uk" not in page.replace("person-", "")
    assert "(not shown)" in page


def test_days_are_inclusive_at_both_ends(today, sign_in):
    ada = factories.person()
    auditor = sign_in(AUDITOR)
    about = f"/audit?about={ada.reference}"
    assert "added" in auditor.get(f"{about}&since=2/2/2027&until=2/2/2027").text
    for day in (today - timedelta(1), today + timedelta(1)):
        assert "No entries" in auditor.get(f"{about}&since={day}&until={day}").text


def test_a_day_that_cannot_be_read_is_explained(today, sign_in):
    page = sign_in(AUDITOR).get("/audit?since=2/2/27").text
    assert "<title>Error:" in page
    assert 'href="#filter-since"' in page


def test_the_chain_is_verified(today, sign_in):
    auditor = sign_in(AUDITOR)
    assert "The trail holds" in auditor.post("/audit/verify", follow_redirects=True).text


def test_a_broken_chain_is_said_where(today, sign_in):
    auditor = sign_in(AUDITOR)
    with db.engine.connect() as connection:
        connection.execute(text("UPDATE audit_detail SET text = '{}' WHERE seq = 1"))
        connection.commit()
    assert "broken at entry 1" in auditor.post("/audit/verify", follow_redirects=True).text


def test_others_do_not_read_it(today, sign_in):
    assert sign_in(MANAGER).get("/audit").status_code == 403


def test_who_signed_in_is_named_and_who_was_not_signed_in_is_said_to_be_so(client, today, sign_in):
    ada = factories.person(name="Ada Okafor")
    account = factories.account(ada.id)
    with transaction():
        open_session(account.id, now=clock.now())
    with audit.acting_as(None, "link"), transaction():
        audit.note("something by a link")
    with audit.acting_as(None, "web"), transaction():  # as entries of before sign-ins had somebody
        audit.note("signed in", about_id=ada.id)
    with audit.acting_as(None, "web"), transaction():
        audit.note("something", about_id=ada.id)
    actors = select(AuditEntry.action, AuditEntry.actor_id).order_by(AuditEntry.seq.desc()).limit(4)
    assert [tuple(row) for row in db.session.execute(actors)][::-1] == [
        ("signed in", ada.id),
        ("something by a link", None),
        ("signed in", None),
        ("something", None),
    ]
    viewer = Viewer(0, frozenset({AUDITOR}))
    latest = [row.actor for row in trail_page(viewer, TrailAsked(), place=None, size=4).rows][::-1]
    called = f"Ada Okafor ({ada.reference})"
    assert latest == [called, "Whoever had the link", called, "Somebody not signed in"]
    page = sign_in(AUDITOR).get(f"/audit?action=signed+in&actor={ada.reference}").text
    assert page.count('<td data-label="Who">') == 1
    assert "By a link in a letter" in sign_in(AUDITOR).get("/audit?channel=link").text
