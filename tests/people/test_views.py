"""Adding people, units and providers, and changing what is known of them, on screen."""

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people import services
from accreditation.people.models import ContactAddress, Person, PersonName, Provider, Unit
from accreditation.people.rules import Grant
from tests import factories

ADMINISTRATOR = Grant(Role.ADMINISTRATOR, Scope.SERVICE)
ADA = {"given_name": "Ada", "family_name": "Okafor", "unit": "", "holder_kind": ""}
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


@pytest.fixture
def manager(sign_in):
    return sign_in(MANAGER)


def typed(person: Person, **changes: str) -> dict[str, str]:
    """The edit form of somebody as the page shows it, with these changes."""
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email or "",
        "pay_number": person.pay_number or "",
        "unit": str(person.unit_id or ""),
        "holder_kind": person.holder_kind or "",
        "version": str(person.version),
    } | changes


def test_an_administrator_adds_somebody_and_finds_them_in_the_list(sign_in):
    unit = factories.unit("Croydon")
    form = {"given_name": " Zoë ", "family_name": "Żak", "unit": str(unit.id), "email": "zoe@example.com"}
    page = sign_in(ADMINISTRATOR).post("/people/new", data=form | {"holder_kind": "contractor"}, follow_redirects=True)
    zoe = db.session.scalars(select(Person).where(Person.family_name == "Żak")).one()
    assert f"Zoë Żak is added, with the reference {zoe.reference}." in page.text
    assert "zoe@example.com" in page.text
    assert (zoe.unit_id, zoe.holder_kind, zoe.email) == (unit.id, "contractor", "zoe@example.com")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family_name": " "}, "Enter the last name"),
        ({"email": "no address"}, "This is not an e-mail address"),
        ({"pay_number": "P1"}, "The pay number P1 is already"),
        ({"reference": "M0042"}, "The reference M0042 is already"),
        ({"unit": "99"}, "Not a valid choice"),
        ({"holder_kind": "owner"}, "Not a valid choice"),
    ],
)
def test_a_refusal_is_shown_and_nobody_is_added(manager, change, words):
    factories.person(name="Bo Chan", reference="M0042", pay_number="P1")
    before = len(db.session.scalars(select(Person)).all())
    page = manager.post("/people/new", data=ADA | change)
    assert words in page.text
    assert len(db.session.scalars(select(Person)).all()) == before


def test_a_new_name_keeps_the_old_one_in_the_history(manager):
    ada = factories.person(name="Ada Okafor", email="ada@example.com")
    manager.post(f"/people/{ada.reference}/edit", data=typed(ada, family_name="Lovelace", email="al@example.com"))
    assert (ada.name, ada.sort_name, ada.email) == ("Ada Lovelace", "lovelace, ada", "al@example.com")
    assert [row.family_name for row in db.session.scalars(select(PersonName))] == ["Okafor"]
    assert len(db.session.scalars(select(ContactAddress)).all()) == 2
    assert "Ada Okafor, until" in manager.get(f"/people/{ada.reference}/edit").text


def test_taking_an_address_away_leaves_none(manager):
    ada = factories.person(name="Ada Okafor", email="ada@example.com")
    manager.post(f"/people/{ada.reference}/edit", data=typed(ada, email=""))
    assert ada.email is None


@pytest.mark.parametrize("change", ["name", "address"])
def test_a_stale_edit_is_shown_beside_what_is_saved_and_overwrites_nothing(manager, change):
    ada = factories.person(name="Ada Okafor", email="ada@example.com")
    mine = typed(ada, pay_number="P7")
    with transaction():
        if change == "name":
            services.rename_person(ada.id, given_name="Ada", family_name="Lovelace")
        else:
            services.change_address(ada.id, "al@example.com")
    page = manager.post(f"/people/{ada.reference}/edit", data=mine)
    assert "Somebody else changed this record" in page.text
    assert 'value="P7"' in page.text
    assert ("Lovelace" if change == "name" else "al@example.com") in page.text
    db.session.rollback()
    assert ada.pay_number is None
    version = str(ada.version)
    assert f'value="{version}"' in page.text
    manager.post(f"/people/{ada.reference}/edit", data=mine | {"version": version})
    assert (ada.family_name, ada.email, ada.pay_number) == ("Okafor", "ada@example.com", "P7")


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_a_version_that_is_none_saves_nothing(manager, version):
    ada = factories.person(name="Ada Okafor")
    manager.post(f"/people/{ada.reference}/edit", data=typed(ada, family_name="Lovelace", version=version))
    assert ada.family_name == "Okafor"


def test_fields_that_the_form_does_not_have_change_nothing(manager):
    ada = factories.person(name="Ada Okafor")
    reference = ada.reference
    manager.post(
        f"/people/{reference}/edit",
        data=typed(ada, reference="M9999", left_on="2020-01-01", sort_name="x", id="1", role="administrator"),
    )
    assert (ada.reference, ada.left_on, ada.sort_name) == (reference, None, "okafor, ada")


def test_a_manager_of_one_unit_sees_and_changes_its_people_alone(sign_in):
    croydon, bromley = factories.unit("Croydon"), factories.unit("Bromley")
    ours = factories.person(name="Ada Okafor", unit_id=croydon.id)
    theirs = factories.person(name="Bo Chan", unit_id=bromley.id)
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id))
    assert manager.get(f"/people/{ours.reference}/edit").status_code == 200
    assert manager.get(f"/people/{theirs.reference}/edit").status_code == 404
    assert manager.post(f"/people/{theirs.reference}/edit", data=typed(theirs, family_name="X")).status_code == 404
    assert theirs.family_name == "Chan"
    page = manager.get("/people")
    assert "Ada Okafor" in page.text
    assert "Bo Chan" not in page.text
    away = manager.post(f"/people/{ours.reference}/edit", data=typed(ours, unit=str(bromley.id)))
    assert "Not a valid choice" in away.text
    assert manager.post("/units", data={"name": "Sutton"}).status_code == 403
    assert (
        "Not a valid choice"
        in manager.post("/people/new", data={"given_name": "Cy", "family_name": "Diaz", "unit": str(bromley.id)}).text
    )


def test_people_are_found_without_accents_and_paged_by_name(manager):
    for number in range(55):
        factories.person(name=f"Zed Number{number:02}")
    factories.person(name="Zoë Żak")
    assert "Zoë Żak" in manager.get("/people?q=zak+zoe").text
    first = manager.get("/people").text
    assert first.count("<tr>") == 51
    assert "Next page" in first
    assert "Nobody fits" in manager.get("/people?q=%25").text


@pytest.mark.parametrize(("path", "model"), [("/units", Unit), ("/providers", Provider)])
def test_units_and_providers_are_added_and_renamed(manager, path, model):
    manager.post(path, data={"name": "  Croydon   North "})
    row = db.session.scalars(select(model)).one()
    assert row.name == "Croydon North"
    assert "There is already a" in manager.post(path, data={"name": "Croydon North"}).text
    assert "Enter a name" in manager.post(path, data={"name": "  "}).text
    page = manager.post(f"{path}/{row.id}", data={"name": "Sutton"}, follow_redirects=True)
    assert "Croydon North is called Sutton from now on." in page.text
    manager.post(path, data={"name": "Bromley"})
    assert "There is already a" in manager.post(f"{path}/{row.id}", data={"name": "Bromley"}).text
    assert manager.get(f"{path}/999").status_code == 404


def test_strangers_are_turned_away(sign_in):
    ada = factories.person(name="Ada Okafor")
    for grant in (Grant(Role.AUDITOR, Scope.SERVICE), Grant(Role.MEDIATOR, Scope.PERSON, ada.id)):
        stranger = sign_in(grant)
        for path in ("/people", "/people/new", "/units", "/providers", f"/people/{ada.reference}/edit"):
            assert stranger.get(path).status_code == 403
    assert sign_in(ADMINISTRATOR).get(f"/people/{ada.reference}/edit").status_code == 403
