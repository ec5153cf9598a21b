"""Who has an account, with which roles: the administrator's pages."""

import pytest
from sqlalchemy import select

from accreditation.accounts.models import Account, AccountLink
from accreditation.accounts.services import accounts, roles
from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import get_setting
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import viewer_of
from accreditation.people.rules import Grant
from tests import factories

ADMINISTRATOR = Grant(Role.ADMINISTRATOR, Scope.SERVICE)
BO = {
    "email": "Bo@Example.police.uk",
    "given_name": "Bo",
    "family_name": "Chan",
    "reference": "",
    "role": "auditor",
    "reach": "service",
}


@pytest.fixture
def admin(sign_in):
    return sign_in(ADMINISTRATOR)


def account_of(person: Person) -> Account:
    return db.session.scalars(select(Account).where(Account.person_id == person.id)).one()


def somebody(name: str = "Bo Chan", role: Role | None = None) -> Account:
    person = factories.person(name=name)
    if role:
        factories.grant(person.id, role)
    return factories.account_with_password(person.id, f"{person.id}@example.com", "four blue kettles whistle")


def test_inviting_somebody_new_makes_a_person_an_account_a_role_and_a_letter(admin):
    page = admin.post("/accounts/invite", data=BO, follow_redirects=True)
    assert "An invitation is on its way to bo@example.police.uk." in page.text
    bo = db.session.scalars(select(Person).where(Person.family_name == "Chan")).one()
    assert account_of(bo).state == "invited"
    assert viewer_of(bo.id, factories.TODAY).roles == [Role.AUDITOR]
    assert [row.template for row in db.session.scalars(select(Letter))] == ["email/accounts/invitation.txt"]


def test_inviting_somebody_of_the_register_by_reference(admin):
    ada = factories.mediator(name="Ada Okafor")
    form = BO | {"given_name": "", "family_name": "", "role": "mediator", "reach": "own"}
    admin.post("/accounts/invite", data=form | {"reference": ada.reference.lower()})
    assert account_of(ada).email == "bo@example.police.uk"
    assert viewer_of(ada.id, factories.TODAY).grants == {Grant(Role.MEDIATOR, Scope.PERSON, ada.id)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "no address"}, "This is not an e-mail address"),
        ({"family_name": ""}, "Enter their last name"),
        ({"reference": "M9999"}, "Nobody in the register has the reference M9999."),
        ({"reach": "own"}, "Auditor cannot be granted for person."),
        ({"role": "owner"}, "Not a valid choice"),
        ({"reach": "unit:99"}, "Not a valid choice"),
    ],
)
def test_a_refused_invitation_leaves_nothing_behind(admin, change, words):
    before = len(db.session.scalars(select(Person)).all())
    page = admin.post("/accounts/invite", data=BO | change)
    assert page.status_code == 200
    assert words in page.text
    assert len(db.session.scalars(select(Person)).all()) == before
    assert not db.session.scalars(select(AccountLink)).all()


def test_an_address_that_has_an_account_is_refused(admin):
    account = somebody()
    page = admin.post("/accounts/invite", data=BO | {"email": account.email.upper()})
    assert "There is already an account with the address" in page.text


def test_a_role_changes_what_somebody_may_do_from_the_next_request_on(admin, sign_in):
    bo = sign_in()
    account = account_of(db.session.get_one(Person, bo.person_id))
    assert bo.get("/units").status_code == 403
    admin.post(f"/accounts/{account.id}", data={"role": "practice_manager", "reach": "service"})
    assert bo.get("/units").status_code == 200
    grant = db.session.scalars(select(GrantRow).where(GrantRow.person_id == bo.person_id)).one()
    admin.post(f"/accounts/{account.id}/roles/{grant.id}/end")
    assert bo.get("/units").status_code == 403
    assert "End now" not in admin.get(f"/accounts/{account.id}").text


def test_a_role_for_a_unit_and_for_a_provider(admin):
    account = somebody()
    unit, provider = factories.unit("Croydon"), factories.provider("CMP")
    admin.post(f"/accounts/{account.id}", data={"role": "line_manager", "reach": f"unit:{unit.id}"})
    admin.post(f"/accounts/{account.id}", data={"role": "training_provider", "reach": f"provider:{provider.id}"})
    assert viewer_of(account.person_id, factories.TODAY).grants == {
        Grant(Role.LINE_MANAGER, Scope.UNIT, unit.id),
        Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, provider.id),
    }
    page = admin.get("/accounts")
    assert "Line manager, Croydon; Training provider, CMP" in page.text
    again = admin.post(f"/accounts/{account.id}", data={"role": "line_manager", "reach": f"unit:{unit.id}"})
    assert "They have this role already." in again.text


def test_nobody_gives_a_role_to_themselves(admin):
    own = account_of(db.session.get_one(Person, admin.person_id))
    page = admin.post(f"/accounts/{own.id}", data={"role": "vetting_officer", "reach": "service"})
    assert "Nobody gives a role to themselves." in page.text
    assert viewer_of(admin.person_id, factories.TODAY).roles == [Role.ADMINISTRATOR]


def test_another_persons_grant_is_not_ended_through_this_account(admin):
    bo, cy = somebody(), somebody("Cy Diaz", Role.AUDITOR)
    grant = db.session.scalars(select(GrantRow).where(GrantRow.person_id == cy.person_id)).one()
    admin.post(f"/accounts/{bo.id}/roles/{grant.id}/end")
    assert viewer_of(cy.person_id, factories.TODAY).roles == [Role.AUDITOR]


def test_disabling_puts_somebody_out_at_once_and_enabling_lets_them_in_again(admin, sign_in):
    bo = sign_in()
    account = account_of(db.session.get_one(Person, bo.person_id))
    somebody("Second Administrator", Role.ADMINISTRATOR)
    admin.post(f"/accounts/{account.id}/disable")
    assert bo.get("/account").status_code == 302
    assert "Disabled" in admin.get(f"/accounts/{account.id}").text
    admin.post(f"/accounts/{account.id}/enable")
    assert bo.get("/account").status_code == 302  # the old session stays ended
    assert account_of(db.session.get_one(Person, bo.person_id)).disabled_at is None


def test_the_last_administrator_who_can_sign_in_stays(app, today):
    only, other = somebody("Only One", Role.ADMINISTRATOR), somebody("Other One", Role.ADMINISTRATOR)
    with transaction():
        accounts.disable_account(other.id, now=clock.now(), on=today)
    with pytest.raises(DomainError, match="last administrator"), transaction():
        accounts.disable_account(only.id, now=clock.now(), on=today)
    grant = db.session.scalars(select(GrantRow).where(GrantRow.person_id == only.person_id)).one()
    with pytest.raises(DomainError, match="last administrator"), transaction():
        roles.take_role(only.person_id, grant.id, on=today)
    with transaction():
        accounts.enable_account(other.id)
        accounts.disable_account(only.id, now=clock.now(), on=today)


def test_an_administrator_sends_links_and_never_chooses_a_password(admin):
    bo, cy = somebody(), factories.account(factories.person(name="Cy Diaz").id, "cy@example.com")
    assert "A link is on its way" in admin.post(f"/accounts/{bo.id}/send-link", follow_redirects=True).text
    admin.post(f"/accounts/{cy.id}/send-link")
    assert sorted(row.template for row in db.session.scalars(select(Letter))) == [
        "email/accounts/invitation.txt",
        "email/accounts/password_reset.txt",
    ]
    assert 'type="password"' not in admin.get(f"/accounts/{bo.id}").text


def test_the_list_is_filtered_and_paged(admin):
    for number in range(52):
        somebody(f"Zed Number{number:02}")
    somebody("Ann Auditor", Role.AUDITOR)
    first = admin.get("/accounts")
    assert first.text.count("<tr>") == 51  # a head and fifty rows
    assert "Next page" in first.text
    found = admin.get("/accounts?role=auditor&state=active").text
    assert "Ann Auditor" in found
    assert "Zed" not in found
    assert "No account fits" in admin.get("/accounts?state=disabled").text
    assert "Number07" in admin.get("/accounts?q=zed+number07").text


def test_an_account_that_is_not_there(admin):
    assert admin.get("/accounts/999").status_code == 404
    assert admin.post("/accounts/999/disable").status_code == 404


def test_settings_are_saved_and_stand_on_every_page(admin):
    form = {"service_name": "Harbour Mediation", "service_phone": "020 7946 0000"}
    form |= {"main_scheme": "INHOUSE-WPM", "clearance_lead_days": "84"}
    form |= {"equality_cut_months": "9", "equality_keep_months": "6"}
    page = admin.post("/settings", data=form, follow_redirects=True)
    assert "The settings are saved." in page.text
    assert "<span>Harbour Mediation</span>" in page.text
    assert get_setting("service_phone") == "020 7946 0000"
    assert get_setting("clearance_lead_days") == "84"
    assert (get_setting("equality_cut_months"), get_setting("equality_keep_months")) == ("9", "6")
    assert 'value="84"' in admin.get("/settings").text


@pytest.mark.parametrize("months", ["", "0", "61", "a year"])
def test_equality_months_are_a_number_of_months(admin, months):
    form = {"service_name": "Harbour Mediation", "main_scheme": "INHOUSE-WPM", "equality_cut_months": months}
    assert "Enter a number of months" in admin.post("/settings", data=form).text or months == "a year"
    assert get_setting("equality_cut_months") == "12"


@pytest.mark.parametrize("days", ["", "0", "-1", "731", "nine weeks", "63.5"])
def test_lead_days_are_a_number_of_days(admin, days):
    form = {"service_name": "Harbour Mediation", "main_scheme": "INHOUSE-WPM", "clearance_lead_days": days}
    page = admin.post("/settings", data=form)
    assert "<title>Error: Settings" in page.text
    assert get_setting("clearance_lead_days") == "63"
