"""The pages at /helpline, for advisers alone."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.helpline.models import Contact
from accreditation.people.rules import Grant
from tests import factories
from tests.statements import statements_counted

ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
CALL = {
    "channel": "phone",
    "category": "process",
    "minutes": "12",
    "outcome": "answered",
    "advice": "Name the ground rules again.",
    "contacted_on": "2 February 2027",
    "contacted_time": "09:45",
}


@pytest.fixture
def ada(app):
    return factories.accredited_mediator(
        name="Ada Okafor", trained_on=date(2026, 6, 1), email="ada@example.police.uk", unit="Croydon"
    )


def test_an_adviser_finds_the_mediator_and_records_the_call(sign_in, ada):
    adviser = sign_in(ADVISER)
    assert f"/helpline/new/{ada.reference}" in adviser.get("/helpline?q=oka").text
    form = adviser.get(f"/helpline/new/{ada.reference}").text
    assert "May work" in form
    assert "ada@example.police.uk" in form
    assert "refresher" not in form.partition("<main")[2].lower()  # whether, and nothing of why
    page = adviser.post(f"/helpline/new/{ada.reference}", data=CALL, follow_redirects=True)
    assert "The contact is recorded" in page.text
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.minutes, contact.adviser_id, contact.person_id) == (12, adviser.person_id, ada.id)


def test_the_search_while_typing_says_no_more_than_the_page(sign_in, ada):
    found = sign_in(ADVISER).get("/helpline/people?q=ada").json
    assert [(one["name"], one["unit"], one["standing"]) for one in found] == [("Ada Okafor", "Croydon", "May work")]
    assert set(found[0]) == {"name", "reference", "unit", "standing", "url"}
    assert sign_in(ADVISER).get("/helpline/people").json == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"category": "vetting_signpost"}, "signposted to the vetting unit and never noted"),
        ({"category": ""}, "Choose what it was about"),
        ({"minutes": "0"}, "Enter a number from 1 to 600"),
        ({"contacted_time": "10:01"}, "in the future"),
        ({"outcome": "call_back_due"}, "call-back is due"),
        ({"follow_up_on": "1 February 2027"}, "today or later"),
    ],
)
def test_a_refusal_keeps_what_was_typed(sign_in, ada, changes, said):
    page = sign_in(ADVISER).post(f"/helpline/new/{ada.reference}", data={**CALL, **changes}).text
    assert said in page
    assert "Name the ground rules again." in page
    assert db.session.scalars(select(Contact)).all() == []


def test_a_text_about_vetting_is_refused_at_its_field_and_the_contact_recorded_without_it(sign_in, ada):
    adviser, path = sign_in(ADVISER), f"/helpline/new/{ada.reference}"
    typed = {**CALL, "category": "vetting_signpost"}
    assert '<a href="#advice">Vetting matters are signposted' in adviser.post(path, data=typed).text
    assert adviser.post(path, data={**typed, "signpost": "1"}).status_code == 302
    kept = db.session.scalars(select(Contact)).one()
    assert (kept.category, kept.outcome, kept.advice) == ("vetting_signpost", "signposted", None)


def test_the_advice_is_on_no_list_and_each_look_at_it_is_counted(sign_in, ada):
    contact = factories.contact(ada.id, advice="Nobody else may read this", follow_up_on=date(2027, 2, 2))
    adviser = sign_in(ADVISER)
    lists = (
        "/helpline",
        "/helpline?show=follow-ups",
        f"/helpline/mediators/{ada.reference}",
        f"/helpline/new/{ada.reference}",
    )
    for path in lists:
        assert "Nobody else" not in adviser.get(path).text
    looks = select(AuditEntry.about_id).where(AuditEntry.action == "read helpline contact")
    assert db.session.scalars(looks).all() == []
    assert "Nobody else may read this" in adviser.get(f"/helpline/contacts/{contact.id}").text
    assert db.session.scalars(looks).all() == [ada.id]


def test_a_follow_up_leaves_its_list_when_it_is_done(sign_in, ada):
    contact = factories.contact(ada.id, follow_up_on=date(2027, 2, 2))
    adviser = sign_in(ADVISER)
    assert "1 follow-up is due today or overdue" in adviser.get("/helpline").text
    page = adviser.post(f"/helpline/contacts/{contact.id}/done", follow_redirects=True)
    assert "The follow-up is done" in page.text
    assert "No contacts here" in page.text


def test_filters_are_in_the_address(sign_in, ada):
    factories.contact(ada.id, category="process")
    factories.contact(ada.id, category="impasse_party_behaviour")
    adviser = sign_in(ADVISER)
    assert adviser.get("/helpline").text.count('data-label="Minutes"') == 2
    assert adviser.get("/helpline?category=process").text.count('data-label="Minutes"') == 1
    assert adviser.get("/helpline?whose=mine").text.count('data-label="Minutes"') == 0


def test_strangers_are_turned_away_and_change_nothing(sign_in, ada):
    contact = factories.contact(ada.id, follow_up_on=date(2027, 2, 2))
    strangers = [
        sign_in(Grant(role, Scope.SERVICE))
        for role in (Role.PRACTICE_MANAGER, Role.VETTING_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
    ]
    for browser in [*strangers, sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)]:
        for path in (
            "",
            "/people?q=ada",
            f"/new/{ada.reference}",
            f"/contacts/{contact.id}",
            f"/mediators/{ada.reference}",
        ):
            assert browser.get(f"/helpline{path}").status_code == 403, path
        assert browser.post(f"/helpline/new/{ada.reference}", data=CALL).status_code == 403
        assert browser.post(f"/helpline/contacts/{contact.id}/done").status_code == 403
    assert [one.followed_up_on for one in db.session.scalars(select(Contact))] == [None]
    assert sign_in(ADVISER).get("/helpline/contacts/999").status_code == 404
    assert sign_in(ADVISER).get("/helpline/new/M9999").status_code == 404


def test_the_last_five_stand_beside_the_form_by_when_they_were_had(sign_in, ada):
    """A past log is recorded after yesterday's calls, and older than they are."""
    days = [3, 400, 1, 2, 500, 5, 4]
    made = {
        age: factories.contact(ada.id, contacted_at=factories.TEN - timedelta(age), category="process").id
        for age in days
    }
    adviser = sign_in(ADVISER)
    with statements_counted() as sent:
        page = adviser.get(f"/helpline/new/{ada.reference}").text
    assert re.findall(r"/helpline/contacts/(\d+)", page) == [str(made[age]) for age in (1, 2, 3, 4, 5)]
    earlier = [one for one in sent if "helpline_contact" in one]
    assert len(earlier) == 1
    assert "LIMIT" in earlier[0]
    for path in ("/helpline", f"/helpline/mediators/{ada.reference}"):
        listed = re.findall(r'<a href="/helpline/contacts/(\d+)"', adviser.get(path).text)
        assert listed == [str(made[age]) for age in sorted(days)], path


def test_pages_of_contacts_follow_each_other_by_when_they_were_had(sign_in, ada, monkeypatch):
    monkeypatch.setattr("accreditation.web.paging.PAGE", 3)
    made = [factories.contact(ada.id, contacted_at=factories.TEN - timedelta(age % 4)).id for age in range(8)]
    adviser, path, seen = sign_in(ADVISER), f"/helpline/mediators/{ada.reference}", []
    while path:
        page = adviser.get(path).text
        seen += re.findall(r'<a href="/helpline/contacts/(\d+)"', page)
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        path = unescape(following[1]) if following else None
    assert seen == [str(made[place]) for place in (4, 0, 5, 1, 6, 2, 7, 3)]


@pytest.mark.parametrize("path", ["/helpline", "/helpline?q=okafor", "/helpline?show=follow-ups"])
def test_the_number_of_statements_does_not_grow(sign_in, ada, path):
    adviser = sign_in(ADVISER)

    def more() -> None:
        who = factories.accredited_mediator(name="Bea Okafor", unit="Lambeth")
        factories.contact(who.id, follow_up_on=date(2027, 2, 2), adviser_id=adviser.person_id)

    def count() -> int:
        with statements_counted() as sent:
            assert adviser.get(path).status_code == 200
        return len(sent)

    more()
    few = count()
    for _ in range(4):
        more()
    assert count() == few
