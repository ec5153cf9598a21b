"""Passing on, warnings, themes and the end of old texts. On both databases where they are asked for."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.helpline import services
from accreditation.helpline.jobs import forget_old_advice
from accreditation.helpline.models import Contact, Escalation
from accreditation.helpline.queries import themes_by_month
from accreditation.helpline.queries.contacts import passed_on_to
from accreditation.helpline.rules.themes import by_month
from accreditation.people.rules import Grant, Viewer
from tests import factories

ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
FORM_KEY = "a-form-that-was-opened-once"
AT = factories.TEN


def passed_on(contact_id: int, to_id: int, by: int, text: str = "A party may be at risk", form_key: str = FORM_KEY):
    with transaction():
        return services.pass_on(contact_id, to_id=to_id, text=text, form_key=form_key, at=AT, passed_on_by=by)


def test_the_same_form_passes_on_once_and_the_letter_says_nothing(app):
    ada, grace, adviser = factories.mediator(), factories.person(), factories.person()
    contact = factories.contact(ada.id, advice="The secret advice")
    first = passed_on(contact.id, grace.id, adviser.id)
    assert passed_on(contact.id, grace.id, adviser.id).id == first.id
    assert db.session.get_one(Contact, contact.id).outcome == "escalated"
    (letter,) = db.session.scalars(select(Letter).where(Letter.template == "email/helpline/passed_on.txt"))
    facts = FACTS[letter.template](letter.about_id)
    assert set(facts) == {"link"}
    with transaction():
        services.mark_seen(first.id, at=AT)
    with pytest.raises(NoLongerTrue):
        FACTS[letter.template](letter.about_id)


def test_nothing_is_passed_on_without_words_or_to_whom_it_is_about(app):
    ada, grace = factories.mediator(), factories.person()
    contact = factories.contact(ada.id)
    for to_id, text in ((grace.id, " "), (ada.id, "A complaint about you")):
        with pytest.raises(DomainError):
            passed_on(contact.id, to_id, grace.id, text)
    assert db.session.scalars(select(Escalation)).all() == []


def test_what_is_not_read_comes_first_and_the_latest_before_others(app):
    grace, contact = factories.person(), factories.contact(factories.mediator().id)
    made = []
    for number, hours in enumerate((0, 3, 1, 2)):
        with transaction():
            one = services.pass_on(
                contact.id,
                to_id=grace.id,
                text="A party may be at risk",
                form_key=f"{FORM_KEY}-{number}",
                at=AT + timedelta(hours=hours),
                passed_on_by=grace.id,
            )
            made.append(one.id)
    at_ten, at_one, at_eleven, at_noon = made
    with transaction():
        services.mark_seen(at_one, at=AT)
    with transaction():
        services.mark_seen(at_eleven, at=AT)
    viewer = Viewer(grace.id, frozenset({MANAGER}))
    assert [one.id for one in passed_on_to(viewer).rows] == [at_noon, at_ten, at_one, at_eleven]
    assert [one.id for one in passed_on_to(viewer, unread=True).rows] == [at_noon, at_ten]


def test_only_the_chosen_words_are_shown_and_only_to_whom_they_went(sign_in):
    grace = factories.person(name="Grace Hall")
    factories.grant(grace.id, Role.PRACTICE_MANAGER, Scope.SERVICE, None)
    ada = factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 6, 1))
    contact = factories.contact(ada.id, advice="The secret advice")
    adviser, manager = sign_in(ADVISER), sign_in(MANAGER, person=grace)
    path = f"/helpline/contacts/{contact.id}/pass-on"
    assert "Grace Hall" in adviser.get(path).text
    form = {"to_id": str(grace.id), "text": "A party may be at risk.", "form_key": FORM_KEY}
    assert "Enter the words" in adviser.post(path, data={**form, "text": ""}).text
    assert "Passed on" in adviser.post(path, data=form, follow_redirects=True).text
    one = db.session.scalars(select(Escalation)).one()
    assert "passed on by the helpline, not read" in manager.get("/").text
    page = manager.get(f"/helpline/passed-on/{one.id}").text
    assert "A party may be at risk." in page
    assert "The secret advice" not in page
    assert "Ada Okafor" not in page
    assert "The adviser sees" in manager.post(f"/helpline/passed-on/{one.id}/read", follow_redirects=True).text
    assert "passed on by the helpline" not in manager.get("/").text
    assert manager.get(f"/helpline/contacts/{contact.id}").status_code == 403
    assert sign_in(MANAGER).get(f"/helpline/passed-on/{one.id}").status_code == 404


def test_one_match_opens_its_form_and_several_are_listed(sign_in):
    ada, adviser = factories.mediator(name="Ada Okafor"), sign_in(ADVISER)
    assert adviser.get("/helpline?q=okafor&go=1").headers["Location"] == f"/helpline/new/{ada.reference}"
    factories.mediator(name="Ben Okafor")
    assert adviser.get("/helpline?q=okafor&go=1").status_code == 200


@pytest.mark.parametrize(("day", "kept"), [(1, False), (2, True)])
def test_old_texts_end_on_their_day_and_the_contact_is_still_counted(app, day, kept):
    ada = factories.mediator()
    old = factories.contact(ada.id, contacted_at=datetime(2025, 2, day, 12, tzinfo=UTC), advice="Old words")
    passed_on(old.id, factories.person().id, factories.person().id)
    with transaction():
        set_setting("helpline_keep_months", "24")
    assert forget_old_advice(factories.TODAY) == (0 if kept else 1)
    assert forget_old_advice(factories.TODAY) == 0  # and nothing the second time
    found, one = db.session.get_one(Contact, old.id), db.session.scalars(select(Escalation)).one()
    assert (found.advice, found.forgotten_on) == (("Old words", None) if kept else (None, factories.TODAY))
    assert one.text == ("A party may be at risk" if kept else "")
    viewer = Viewer(1, frozenset({ADVISER}))
    assert themes_by_month(viewer, date(2025, 2, 1), date(2025, 2, 28)) == {date(2025, 2, 1): {"process": 1}}


def test_what_is_owed_is_not_forgotten(app):
    ada = factories.mediator()
    at = datetime(2024, 2, 1, 12, tzinfo=UTC)
    contact = factories.contact(ada.id, contacted_at=at, advice="Old words", follow_up_on=factories.TODAY)
    assert forget_old_advice(factories.TODAY) == 0
    assert db.session.get_one(Contact, contact.id).advice == "Old words"


def test_themes_tell_no_small_number(sign_in):
    for number in range(7):
        at = datetime(2027, 1, 1 + number, 9, tzinfo=UTC)
        factories.contact(factories.mediator().id, contacted_at=at, category="process")
    at = datetime(2027, 1, 31, 23, 59, tzinfo=UTC)
    factories.contact(factories.mediator().id, contacted_at=at, category="conflict_of_interest")
    page = sign_in(MANAGER).get("/helpline/themes").text
    assert "Contacts from" in page
    assert "8 contacts" in page
    assert "Conflict of interest" not in page  # one by itself would be told by what is missing from the total
    assert sign_in(ADVISER).get("/helpline/themes").status_code == 200


def test_no_small_number_can_be_recovered_from_what_is_told_by_month():
    """Whatever was asked: what is told, taken from any total that is told, leaves nothing or five at least."""
    random = Random(9)
    months = [date(2026, month, 1) for month in range(1, 7)]
    told_cells = 0
    for _ in range(2000):
        counted = {
            month: {label: n for label in "ABCDE" if (n := random.choice((0, 0, 1, 2, 3, 5, 6, 9, 14)))}
            for month in months
        }
        whole = Counter()
        for found in counted.values():
            whole.update(found)
        rows = by_month(counted)
        shown = Counter()
        for row in rows:
            assert row.number == sum(sum(counted[month].values()) for month in row.months)
            assert row.number == 0 or row.number >= 5
            assert row.number - sum(theme.number for theme in row.themes) not in range(1, 5)
            for theme in row.themes:
                assert theme.number == counted[row.months[0]][theme.label] >= 5
                shown[theme.label] += theme.number
        assert sum(row.number for row in rows) in (whole.total(), 0)
        assert all(whole[label] - number not in range(1, 5) for label, number in shown.items())
        told_cells += sum(shown.values())
    assert told_cells  # and something is told at all


def test_the_months_are_londons(app):
    viewer = Viewer(1, frozenset({ADVISER}))
    ada = factories.mediator()
    for at in (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), datetime(2026, 6, 30, 23, 0, tzinfo=UTC)):
        factories.contact(ada.id, contacted_at=at)
    found = themes_by_month(viewer, date(2026, 6, 1), date(2026, 7, 31))
    assert found == {date(2026, 6, 1): {"process": 1}, date(2026, 7, 1): {"process": 1}}
