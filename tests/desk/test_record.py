"""A mediator's page, and one's own: what each viewer is told, and what they are not."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice.services import record_entry
from accreditation.refreshers.services import record_past_attendance
from accreditation.standing.services import void
from tests import factories
from tests.desk.people import MANAGER, own, working_mediator

TODAY = factories.TODAY


def test_the_manager_reads_verdict_requirements_timeline_and_evidence(today, sign_in):
    ada = working_mediator(name="Ada Okafor", cleared_until=date(2027, 3, 15))
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}").text
    assert "May work until 14 March 2027" in page
    assert "CTC clearance in force" in page
    assert "Apply for CTC clearance" in page
    assert '<svg class="timeline-picture"' in page
    assert "The same dates as a table" in page
    assert "Clearance: CTC" in page
    assert "Ends first: 14 Mar 2027" in page


def test_evidence_says_who_recorded_it_and_what_was_struck_out(today, sign_in):
    ada = working_mediator()
    officer = factories.person(name="Olga Officer")
    wrong = factories.evidence(ada.id, "cpd", TODAY - timedelta(3), quantity=2, recorded_by=officer.id)
    with transaction():
        void(wrong.id, reason="Entered twice", recorded_by=officer.id)
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}").text
    assert "2 hours" in page
    assert "by Olga Officer" in page
    assert "Struck out" in page
    assert "Entered twice" in page


def test_a_long_record_shows_the_newest_and_all_when_asked(today, sign_in):
    ada = working_mediator()
    for days in range(30):
        factories.evidence(ada.id, "cpd", TODAY - timedelta(days), quantity=1)
    client = sign_in(MANAGER)
    for start in (f"/mediators/{ada.reference}", "/me"):
        reader = client if start != "/me" else sign_in(own(ada), person=ada)
        page = reader.get(start).text
        total = int(re.search(r"These are the newest 20\. <a [^>]+>Show all (\d+)</a>", page)[1])
        rows = page[page.index('id="evidence"') :]
        assert (rows.count("<tr"), total > 30) == (21, True)
        link = re.search(r'href="([^"]+)">Show all', page)[1].replace("&amp;", "&")
        assert "evidence=all" in link
        rows = reader.get(link).text
        assert rows[rows.index('id="evidence"') :].count("<tr") == total + 1
        assert "Show all" not in rows


def test_evidence_leads_to_the_day_and_the_log_it_came_from(today, sign_in):
    ada = working_mediator()
    with transaction():
        booking = record_past_attendance(ada.id, attended_on=TODAY - timedelta(9), recorded_by=None)
        record_entry(ada.id, kind="cpd", done_on=TODAY - timedelta(5), quantity=1, recorded_by=None)
        day = booking.day_id
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}").text
    assert f'<a href="/refreshers/{day}">Refresher day</a>' in page
    link = re.search(r'<a href="([^"]+)">Practice log</a></span>', page)[1].replace("&amp;", "&")
    assert "CPD" in sign_in(MANAGER).get(link).text
    mine = sign_in(own(ada), person=ada).get("/me").text
    assert '<a href="/practice/mine">Practice log</a>' in mine
    assert f'<a href="/refreshers/{day}">Refresher day</a>' in mine


def test_a_line_manager_learns_whether_and_nothing_else(today, sign_in):
    unit = factories.unit()
    ada = working_mediator(unit_id=unit.id, cleared_until=TODAY, pay_number="pay 771-04", email="ada@example.police.uk")
    page = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, unit.id)).get(f"/mediators/{ada.reference}").text
    assert "May not work" in page
    words = ("CTC", "lapsed", "clearance", "Evidence", "Requirements", "pay 771-04", "ada@example", "2026", "timeline")
    for hidden in words:
        assert hidden not in page, hidden


def test_a_helpline_adviser_can_reach_them(today, sign_in):
    ada = working_mediator(email="ada@example.police.uk")
    page = sign_in(Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)).get(f"/mediators/{ada.reference}").text
    assert "ada@example.police.uk" in page
    assert "CTC" not in page


def test_a_mediator_reads_their_own_page_and_nobody_elses(today, sign_in):
    ada, ben = working_mediator(), working_mediator()
    client = sign_in(own(ada), person=ada)
    assert client.get(f"/mediators/{ada.reference}").status_code == 200
    other = client.get(f"/mediators/{ben.reference}")
    assert other.status_code == 404
    assert ben.name not in other.text
    assert client.get("/mediators/M9999").text.replace("M9999", "") == other.text.replace(ben.reference, "")


def test_a_manager_of_another_unit_finds_nobody(today, sign_in):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ada = working_mediator(unit_id=croydon.id)
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id))
    assert manager.get(f"/mediators/{ada.reference}").status_code == 404
    assert ada.name not in manager.get(f"/search?q={ada.reference}").text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TRAINING_PROVIDER])
def test_roles_without_the_register_open_no_record(today, sign_in, role):
    scope = (Scope.SERVICE, None) if role is Role.ADMINISTRATOR else (Scope.PROVIDER, factories.provider().id)
    ada = working_mediator()
    assert sign_in(Grant(role, *scope)).get(f"/mediators/{ada.reference}").status_code == 404


def test_opening_a_record_with_its_clearance_is_noted_first(today, sign_in):
    ada = working_mediator()
    client = sign_in(MANAGER)
    client.get(f"/mediators/{ada.reference}")
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action.startswith("read ")))
    assert (entry.actor_id, entry.about_id) == (client.person_id, ada.id)


def test_ones_own_record_and_one_without_clearance_are_not(today, sign_in):
    unit = factories.unit()
    ada = working_mediator(unit_id=unit.id)
    sign_in(own(ada), person=ada).get("/me")
    sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, unit.id)).get(f"/mediators/{ada.reference}")
    reads = select(func.count()).select_from(AuditEntry).where(AuditEntry.action.startswith("read "))
    assert db.session.scalar(reads) == 0


def test_my_standing_answers_in_its_first_line(today, sign_in):
    ada = working_mediator(cleared_until=date(2027, 3, 15))
    page = sign_in(own(ada), person=ada).get("/me").text
    assert "You may mediate until" in page
    assert "14 March 2027" in page[page.index("You may mediate until") :][:120]
    assert "Apply for CTC clearance" in page


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"cleared_until": TODAY}, "You may not mediate at the moment"),
        ({"supervised": 0}, "You may co-mediate only"),
        ({"awarded_on": date(2027, 3, 1)}, "You are not yet accredited"),
    ],
)
def test_my_standing_says_what_may_not_be_done(today, sign_in, facts, said):
    ada = working_mediator(**facts)
    assert said in sign_in(own(ada), person=ada).get("/me").text


def test_my_standing_offers_refresher_days_with_seats(today, sign_in):
    ada = factories.accredited_mediator(trained_on=date(2026, 3, 10), name="Ada Okafor")
    day = factories.refresher_day(held_on=date(2027, 2, 20))
    page = sign_in(own(ada), person=ada).get("/me").text
    assert "There are seats on these refresher days" in page
    assert "Up to you." in page
    assert "Up to the mediator" not in page
    assert f"/refreshers/{day.id}/book" in page


def test_a_record_without_evidence_is_a_page_and_not_an_error(today, sign_in):
    ben = factories.person(name="Ben Baker")
    page = sign_in(MANAGER).get(f"/mediators/{ben.reference}")
    assert page.status_code == 200
    assert "Nothing recorded yet" in page.text
    assert sign_in(own(ben), person=ben).get("/me").status_code == 200


def test_who_is_no_mediator_has_no_standing(today, sign_in):
    assert sign_in(MANAGER).get("/me").status_code == 403


def test_an_unknown_scheme_is_not_there(today, sign_in):
    ada = working_mediator()
    assert sign_in(MANAGER).get(f"/mediators/{ada.reference}?scheme=NOPE").status_code == 404
