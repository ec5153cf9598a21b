"""The audit trail on screen."""

from datetime import timedelta

from sqlalchemy import text

from accreditation.core.database import db, transaction
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
