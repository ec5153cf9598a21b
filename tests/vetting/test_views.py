"""The pages at /vetting: the officer's forms, what each role reads, and who is turned away."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.statements import statements_counted
from vetting.models import Clearance, ClearanceApplication
from vetting.views.board import ON_A_PAGE

OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
SECRETS = ("VET-123", "asked twice", "review in a year")


@pytest.fixture
def ada(app):
    return factories.mediator(name="Ada Okafor", holder_kind="employee")


def with_secrets(ada) -> None:
    factories.clearance(
        ada.id,
        sponsor="HR",
        reference="VET-123",
        notes="asked twice",
        state="granted_with_conditions",
        conditions="review in a year",
    )


def test_an_application_becomes_a_clearance(sign_in, ada):
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    page = officer.post(
        f"{path}/applications/new",
        data={"level": "CTC", "initiated_on": "4/1/2027", "sponsor": "HR"},
        follow_redirects=True,
    )
    assert "The application is under way" in page.text
    application_id = db.session.scalars(select(ClearanceApplication.id)).one()
    step = f"{path}/applications/{application_id}"
    page = officer.post(step, data={"to": "submitted", "taken_on": "11 January 2027"}, follow_redirects=True)
    assert "Recorded: submitted on 11 January 2027" in page.text
    page = officer.post(step, data={"to": "granted", "taken_on": "1 February 2027"}, follow_redirects=True)
    assert "Valid through 31 January 2037, by the usual period of the level" in page.text
    assert db.session.scalars(select(Clearance.ends_on)).one() == date(2037, 2, 1)


def test_the_vetting_units_last_good_day_is_taken(sign_in, ada):
    form = {"level": "CTC", "granted_on": "3 March 2025", "valid_through": "2 March 2030"}
    page = sign_in(OFFICER).post(f"/vetting/{ada.reference}/clearances/new", data=form, follow_redirects=True)
    assert "Valid through 2 March 2030" in page.text
    assert db.session.scalars(select(Clearance.ends_on)).one() == date(2030, 3, 3)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"granted_on": "3 February 2027"}, "2 February 2027 or earlier"),  # the day after today
        ({"valid_through": "2 March 2025"}, "must not lie before"),
        ({"granted_on": ""}, "Enter the day on which it was granted"),
        ({"level": "TOP"}, "Not a valid choice"),
    ],
)
def test_a_clearance_that_cannot_be_is_refused_with_what_was_typed(sign_in, ada, form, said):
    asked = {"level": "CTC", "granted_on": "3 March 2025", "sponsor": "Typed by hand", **form}
    page = sign_in(OFFICER).post(f"/vetting/{ada.reference}/clearances/new", data=asked).text
    assert said in page
    assert "<title>Error:" in page
    assert "Typed by hand" in page
    assert db.session.scalars(select(Clearance)).all() == []


def test_a_step_that_is_not_permitted_is_not_offered_and_not_taken(sign_in, ada):
    application = factories.clearance_application(ada.id)
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}/applications/{application.id}"
    assert 'value="granted"' not in officer.get(path).text
    page = officer.post(path, data={"to": "granted", "taken_on": "5/1/2027"})
    assert "Not a valid choice" in page.text
    page = officer.post(path, data={"to": "submitted", "taken_on": "3/1/2027"})
    assert "before the last step" in page.text
    assert db.session.scalars(select(ClearanceApplication.state)).one() == "initiated"


def test_suspending_is_recorded_with_its_day(sign_in, ada):
    clearance = factories.clearance(ada.id)
    form = {"to": "suspended", "changed_on": "1 February 2027"}
    page = sign_in(OFFICER).post(
        f"/vetting/{ada.reference}/clearances/{clearance.id}", data=form, follow_redirects=True
    )
    assert "Recorded: suspended from 1 February 2027" in page.text
    assert db.session.scalars(select(Clearance.state)).one() == "suspended"


def test_the_manager_reads_the_record_without_what_is_the_officers(sign_in, ada):
    with_secrets(ada)
    officer, manager = sign_in(OFFICER), sign_in(MANAGER)
    full, read_only = (browser.get(f"/vetting/{ada.reference}").text for browser in (officer, manager))
    assert all(secret in full for secret in SECRETS)
    assert "Granted with conditions" in full
    assert not any(secret in read_only for secret in SECRETS)
    assert "with conditions" not in read_only
    for known in ("CTC", "3 March 2025", "2 March 2030", "HR"):
        assert known in read_only
    assert "Record a clearance" not in read_only


def test_every_look_at_a_record_is_in_the_trail(sign_in, ada):
    with_secrets(ada)
    for grant in (OFFICER, MANAGER):
        sign_in(grant).get(f"/vetting/{ada.reference}")
    looks = db.session.scalars(select(AuditEntry.about_id).where(AuditEntry.action == "read clearance record"))
    assert list(looks) == [ada.id, ada.id]


def test_strangers_are_turned_away_and_change_nothing(sign_in, ada):
    with_secrets(ada)
    clearance_id = db.session.scalars(select(Clearance.id)).one()
    application = factories.clearance_application(ada.id, level="SC")
    grants = [Grant(role, Scope.SERVICE) for role in (Role.HELPLINE_ADVISER, Role.AUDITOR, Role.ADMINISTRATOR)]
    grants += [Grant(Role.LINE_MANAGER, Scope.PERSON, ada.id), Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, 1)]
    for browser in [
        *(sign_in(grant) for grant in grants),
        sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada),
    ]:
        for path in ("/vetting", f"/vetting/{ada.reference}"):
            page = browser.get(path)
            assert page.status_code == 403, path
            assert not any(secret in page.text for secret in (*SECRETS, "CTC"))
    for path in (
        "clearances/new",
        "applications/new",
        f"clearances/{clearance_id}",
        f"applications/{application.id}",
    ):
        answer = sign_in(MANAGER).post(
            f"/vetting/{ada.reference}/{path}", data={"to": "suspended", "changed_on": "1/2/2027"}
        )
        assert answer.status_code == 403, path
    assert db.session.scalars(select(Clearance.state)).all() == ["granted_with_conditions"]
    assert db.session.scalars(select(ClearanceApplication.state)).all() == ["initiated"]


def test_a_manager_of_another_unit_does_not_know_of_them(sign_in, ada):
    with_secrets(ada)
    other = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999))
    assert other.get(f"/vetting/{ada.reference}").status_code == 404
    assert "Ada Okafor" not in other.get("/vetting").text
    assert other.post("/vetting", data={"reference": ada.reference}).status_code == 404


def test_a_clearance_is_changed_under_its_own_person_only(sign_in, ada):
    clearance = factories.clearance(factories.mediator().id)
    page = sign_in(OFFICER).post(
        f"/vetting/{ada.reference}/clearances/{clearance.id}", data={"to": "suspended", "changed_on": "1/2/2027"}
    )
    assert page.status_code == 404
    assert db.session.scalars(select(Clearance.state)).one() == "granted"


def test_the_board_links_each_number_to_its_list(sign_in, ada):
    factories.clearance(ada.id, ends_on=date(2027, 2, 2))
    bea = factories.mediator(name="Bea Begum", unit="Lambeth")
    factories.clearance(bea.id, ends_on=date(2027, 3, 20))
    factories.clearance_application(bea.id, on=date(2026, 11, 1))
    officer = sign_in(OFFICER)
    board = officer.get("/vetting").text
    assert "1 clearance has ended and not been renewed" in board
    assert "Bea Begum" in board
    assert "Ada Okafor" not in board
    assert "Ada Okafor" in officer.get("/vetting?list=overdue").text
    assert "Bea Begum" in officer.get("/vetting?month=2027-03").text
    assert "Bea Begum" not in officer.get("/vetting?month=2027-04").text
    assert "93 days" in officer.get("/vetting?list=progress").text
    assert "Nothing here" in officer.get("/vetting?list=progress&level=SC").text
    factories.clearance_application(ada.id, on=date(2027, 2, 1))
    assert officer.get("/vetting?list=progress").text.count('data-label="Stage"') == 2
    assert officer.get("/vetting?list=progress&age=long").text.count('data-label="Stage"') == 1
    for nonsense in ("month=2027-13", "month=x", "unit=x", "list=x", "level=x"):
        assert officer.get(f"/vetting?{nonsense}").status_code == 200
    assert officer.get("/vetting?place=x").status_code == 400


def test_the_board_turns_its_pages_by_key(sign_in):
    for number in range(ON_A_PAGE + 1):
        factories.clearance(factories.mediator().id, ends_on=date(2028, 1, 1 + number % 20))
    officer = sign_in(OFFICER)
    first = officer.get("/vetting").text
    assert first.count('data-label="Level"') == ON_A_PAGE
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert officer.get(following).text.count('data-label="Level"') == 1


@pytest.mark.parametrize("path", ["/vetting", "/vetting?list=overdue", "/vetting?list=progress", "/vetting/{person}"])
def test_the_number_of_statements_does_not_grow(sign_in, ada, path):
    officer = sign_in(OFFICER)

    def more() -> None:
        who = factories.mediator(unit="Croydon")
        for ends_on in (date(2027, 1, 1), date(2028, 1, 1)):
            factories.clearance(who.id, ends_on=ends_on)
            factories.clearance(ada.id, ends_on=ends_on)
        factories.clearance_application(who.id)

    def count() -> int:
        with statements_counted() as sent:
            assert officer.get(path.format(person=ada.reference)).status_code == 200
        return len(sent)

    more()
    count()
    few = count()
    for _ in range(4):
        more()
    assert count() == few
