"""Follow-ups that change hands: one, all at once, with whom the scheduler reminds, and who reads the note."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditDetail
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.helpline import services
from accreditation.helpline.models import Contact, HandOver
from accreditation.helpline.queries import count_follow_ups
from accreditation.helpline.queries.follow_ups import owed_by, owing
from accreditation.people.models import GrantRow
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Deadline
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import Reminder
from tests import factories
from tests.statements import statements_counted

TODAY, TEN = factories.TODAY, factories.TEN
ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
VIEWER = Viewer(0, frozenset({ADVISER}))
DUE = TODAY + timedelta(7)


@pytest.fixture
def two(app):
    return factories.adviser(name="Ada Okafor"), factories.adviser(name="Ben Lee")


def owed_contact(adviser_id: int, due: date = DUE, **changes) -> Contact:
    return factories.contact(factories.mediator().id, adviser_id=adviser_id, follow_up_on=due, **changes)


def hand_over(contact_id: int, to_id: int, *, then: int | None, due: date = DUE, note: str | None = None, by=None):
    with transaction():
        return services.hand_over(
            contact_id,
            to_id=to_id,
            due_on=due,
            note=note,
            owner_then=then,
            on=TODAY,
            at=TEN,
            handed_over_by=by or to_id,
        )


def end_role(person_id: int) -> None:
    with transaction():
        for grant in db.session.scalars(select(GrantRow).where(GrantRow.person_id == person_id)):
            grant.ends_on = TODAY


def test_a_follow_up_is_owed_by_whom_it_was_handed_to_and_reminded_there(two):
    ada, ben = two
    contact = owed_contact(ada.id)
    hand_over(contact.id, ben.id, then=ada.id, due=DUE + timedelta(1), note="She prefers mornings")
    deadline = db.session.scalars(select(Deadline)).one()
    assert (deadline.owner_id, deadline.basis_date) == (ben.id, DUE + timedelta(2))
    assert (count_follow_ups(VIEWER, adviser_id=ada.id), count_follow_ups(VIEWER, adviser_id=ben.id)) == (0, 1)
    handed = db.session.scalars(select(HandOver)).one()
    assert (handed.from_id, handed.to_id, handed.note) == (ada.id, ben.id, "She prefers mornings")
    trail = " ".join(db.session.scalars(select(AuditDetail.text)))
    assert f'"owner_id": [{ada.id}, {ben.id}]' in trail
    assert "mornings" not in trail


def test_the_same_form_twice_hands_over_once_and_a_stale_one_changes_nothing(two):
    ada, ben = two
    contact = owed_contact(ada.id)
    hand_over(contact.id, ben.id, then=ada.id)
    hand_over(contact.id, ben.id, then=ada.id)
    assert len(db.session.scalars(select(HandOver)).all()) == 1
    with pytest.raises(Conflict, match="in the meantime"):
        hand_over(contact.id, ada.id, then=ada.id)
    with transaction():
        services.complete_follow_up(contact.id, on=TODAY, done_by=ben.id)
    with pytest.raises(Conflict, match="is done"):
        hand_over(contact.id, ada.id, then=ben.id)
    assert db.session.get_one(Contact, contact.id).owner_id == ben.id


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_the_new_day_is_today_or_later(two, days, refused):
    ada, ben = two
    contact, due = owed_contact(ada.id), TODAY + timedelta(days)
    if refused:
        with pytest.raises(DomainError, match="today or later"):
            hand_over(contact.id, ben.id, then=ada.id, due=due)
    else:
        assert hand_over(contact.id, ben.id, then=ada.id, due=due).follow_up_on == due


def test_what_is_overdue_can_be_handed_over_with_its_day(two):
    ada, ben = two
    contact = owed_contact(ada.id)
    with transaction():
        db.session.get_one(Contact, contact.id).follow_up_on = TODAY - timedelta(3)
    overdue = TODAY - timedelta(3)
    assert hand_over(contact.id, ben.id, then=ada.id, due=overdue).owner_id == ben.id


def test_only_an_adviser_owes_and_no_note_is_about_vetting(two):
    ada, ben = two
    contact = owed_contact(ada.id)
    with pytest.raises(DomainError, match="Choose an adviser"):
        hand_over(contact.id, factories.person().id, then=ada.id)
    with pytest.raises(DomainError, match="never noted"):
        hand_over(contact.id, ben.id, then=ada.id, note="Her clearance")
    assert db.session.scalars(select(HandOver)).all() == []


def test_a_follow_up_is_added_where_none_was_owed(two):
    _, ben = two
    contact = factories.contact(factories.mediator().id)
    hand_over(contact.id, ben.id, then=None)
    assert count_follow_ups(VIEWER, adviser_id=ben.id) == 1


def test_everything_that_somebody_owes_goes_to_another_each_with_its_day(two):
    ada, ben = two
    for number in range(3):
        owed_contact(ada.id, DUE + timedelta(number))
    done = owed_contact(ada.id)
    with transaction():
        services.complete_follow_up(done.id, on=TODAY, done_by=ada.id)
    end_role(ada.id)
    assert [(one.person.id, one.owed, one.is_adviser) for one in owing(VIEWER, TODAY)] == [(ada.id, 3, False)]
    assert owed_by([ada.id]) == 3
    with transaction():
        assert services.hand_over_all(ada.id, to_id=ben.id, note=None, on=TODAY, at=TEN, handed_over_by=ben.id) == 3
    with transaction():
        assert services.hand_over_all(ada.id, to_id=ben.id, note=None, on=TODAY, at=TEN, handed_over_by=ben.id) == 0
    days = select(Contact.follow_up_on).where(Contact.owner_id == ben.id).order_by(Contact.follow_up_on)
    assert list(db.session.scalars(days)) == [DUE + timedelta(number) for number in range(3)]
    assert db.session.get_one(Contact, done.id).owner_id == ada.id
    assert {one.owner_id for one in db.session.scalars(select(Deadline))} == {ben.id}


def test_who_owes_and_is_no_adviser_any_more_is_not_reminded_but_the_others_are(two):
    ada, ben = two
    owed = Reminder(
        person_id=factories.mediator().id,
        subject="helpline_followup",
        basis_date=DUE,
        stage=0,
        audience="helpline",
        owner_id=ada.id,
    )
    assert Recipients(TODAY).of(owed) == [ada.id]
    end_role(ada.id)
    assert Recipients(TODAY).of(owed) == [ben.id]


def test_the_page_hands_over_and_the_note_is_read_by_advisers_on_the_contact_alone(app, sign_in, two):
    ada, ben = two
    contact, browser = owed_contact(ada.id), sign_in(ADVISER, person=ada)
    path = f"/helpline/contacts/{contact.id}/hand-over"
    form = {"to_id": ben.id, "due_on": "12 February 2027", "owner_then": ada.id, "note": "Ask for Karen Jones"}
    assert "“Karen Jones” looks like the name" in browser.post(path, data=form).text
    assert db.session.scalars(select(HandOver)).all() == []
    page = browser.post(path, data={**form, "looked_at": "Karen Jones"}, follow_redirects=True).text
    assert "Saved. They are reminded" in page
    assert "Ben Lee" in page
    assert "Karen Jones" not in page
    assert "Ask for Karen Jones" in browser.get(f"/helpline/contacts/{contact.id}").text
    assert "never noted" in browser.post(path, data={**form, "note": "Her vetting"}).text


def test_the_page_hands_everything_over_and_says_whose_follow_ups_are_stranded(app, sign_in, two):
    ada, ben = two
    owed_contact(ada.id)
    browser = sign_in(ADVISER, person=ben)
    assert "no adviser any more" not in browser.get("/helpline").text
    end_role(ada.id)
    assert "Ada Okafor owes 1" in browser.get("/helpline").text
    assert "Ada Okafor: 1 owed, 0 overdue, no adviser any more" in browser.get("/helpline/hand-over").text
    page = browser.post("/helpline/hand-over", data={"from_id": ada.id, "to_id": ben.id}, follow_redirects=True).text
    assert "1 follow-up was handed over" in page
    assert "Nobody owes" not in browser.get("/helpline/hand-over").text
    assert "Choose two different" in browser.post("/helpline/hand-over", data={"from_id": ben.id, "to_id": ben.id}).text


def test_the_number_of_statements_does_not_grow(app, sign_in, two):
    ada, ben = two
    browser = sign_in(ADVISER, person=ada)
    contact = owed_contact(ada.id)

    def count(path: str) -> int:
        with statements_counted() as sent:
            assert browser.get(path).status_code == 200
        return len(sent)

    paths = ("/helpline/hand-over", f"/helpline/contacts/{contact.id}/hand-over", f"/helpline/contacts/{contact.id}")
    hand_over(contact.id, ben.id, then=ada.id)
    few = [count(path) for path in paths]
    for number in range(4):
        other = factories.adviser()
        owed_contact(other.id)
        hand_over(contact.id, (ada, ben)[number % 2].id, then=(ben, ada)[number % 2].id, note="Once more")
    assert [count(path) for path in paths] == few
