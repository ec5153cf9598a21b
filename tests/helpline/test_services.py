"""Contacts: what may be recorded, and what follows from a follow-up, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from accreditation.core.audit import AuditDetail
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.helpline import services
from accreditation.helpline.models import Contact
from accreditation.helpline.queries import count_follow_ups, find_mediators, follow_ups_page
from accreditation.helpline.rules import CATEGORIES, CHANNELS, OUTCOMES
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Deadline
from tests import factories

ADVISER = Viewer(0, frozenset({Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)}))


def deadlines() -> list[tuple[str, date, int | None]]:
    return [(one.kind, one.basis_date, one.owner_id) for one in db.session.scalars(select(Deadline))]


def test_a_contact_cannot_be_recorded_without_sense(app):
    ada = factories.mediator()
    with pytest.raises(DomainError) as refusal:
        factories.contact(
            ada.id,
            channel="pigeon",
            category="gossip",
            outcome="lost",
            minutes=0,
            contacted_at=factories.TEN + timedelta(minutes=1),
            follow_up_on=date(2027, 2, 1),
        )
    assert len(refusal.value.reasons) == 6
    assert db.session.scalars(select(Contact)).all() == []


def test_vetting_matters_are_never_noted(app):
    ada = factories.mediator()
    with pytest.raises(DomainError, match="signposted"):
        factories.contact(ada.id, category="vetting_signpost", outcome="signposted")
    contact = factories.contact(ada.id, category="vetting_signpost", outcome="signposted", advice=None)
    with pytest.raises(DBAPIError), transaction():  # and the database holds to it whoever asks
        db.session.execute(text(f"UPDATE helpline_contact SET advice = 'x' WHERE id = {contact.id}"))


def test_a_call_back_needs_its_day(app):
    with pytest.raises(DomainError, match="call-back"):
        factories.contact(factories.mediator().id, outcome="call_back_due")


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_a_follow_up_is_due_today_or_later(app, days, refused):
    ada = factories.mediator()
    due = factories.TODAY + timedelta(days)
    if refused:
        with pytest.raises(DomainError):
            factories.contact(ada.id, follow_up_on=due)
    else:
        factories.contact(ada.id, follow_up_on=due)
        assert count_follow_ups(ADVISER, until=due) == 1
        assert count_follow_ups(ADVISER, until=due - timedelta(1)) == 0


def test_a_follow_up_is_a_deadline_of_the_adviser_until_it_is_done(app):
    ada, adviser = factories.mediator(), factories.person()
    contact = factories.contact(ada.id, adviser_id=adviser.id, follow_up_on=date(2027, 2, 9))
    assert deadlines() == [("helpline_followup", date(2027, 2, 10), adviser.id)]
    for _ in range(2):  # pressing twice
        with transaction():
            services.complete_follow_up(contact.id, on=date(2027, 2, 5), done_by=adviser.id)
    assert deadlines() == []
    assert db.session.get_one(Contact, contact.id).followed_up_on == date(2027, 2, 5)
    assert count_follow_ups(ADVISER) == 0


def test_where_nothing_is_owed_nothing_is_done(app):
    contact = factories.contact(factories.mediator().id)
    with pytest.raises(DomainError, match="Nothing is owed"), transaction():
        services.complete_follow_up(contact.id, on=factories.TODAY, done_by=contact.person_id)


def test_what_is_due_first_comes_first(app):
    ada = factories.mediator()
    contacts = [factories.contact(ada.id, follow_up_on=date(2027, 2, day)) for day in (9, 4, 6)]
    page = follow_ups_page(ADVISER)
    assert [row.id for row in page.rows] == [contacts[1].id, contacts[2].id, contacts[0].id]


def test_advice_stays_out_of_the_trail(app):
    factories.contact(factories.mediator().id, advice="Nobody else may read this")
    trail = " ".join(db.session.scalars(select(AuditDetail.text)))
    assert '"category": "process"' in trail
    assert "Nobody else" not in trail


def test_search_finds_by_every_word_and_shows_only_whether_they_may_work(app):
    zoe = factories.accredited_mediator(name="Zoë Żak", pay_number="551", trained_on=date(2026, 6, 1))
    factories.mediator(name="Zoë Okafor")
    for words in ("zoe zak", "ZAK zo", zoe.reference.lower(), "551"):
        assert [one.person.id for one in find_mediators(words, ADVISER, factories.TODAY)] == [zoe.id]
    explained = find_mediators("zak", ADVISER, factories.TODAY)[0].explained
    assert (explained.sentence, explained.failing, explained.valid_through) == ("May work", (), None)
    assert find_mediators("   ", ADVISER, factories.TODAY) == []
    assert find_mediators("%", ADVISER, factories.TODAY) == []


def test_the_vocabularies_are_those_of_the_field(app):
    assert (len(CATEGORIES), len(OUTCOMES), len(CHANNELS)) == (14, 7, 5)
    for category in CATEGORIES:
        factories.contact(factories.mediator().id, category=category, advice=None)
