"""Overlays on screen: who may know of them and why, and what the mediator reads."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.desk.people import MANAGER, own, working_mediator
from tests.standing.deciding import FORM, new, overlays, table

SECRET = "Allegation by a colleague"


def everywhere(browser, person) -> str:
    """What somebody can read of a mediator on every page that they open."""
    paths = [
        f"/mediators/{person.reference}", f"/mediators/{person.reference}?evidence=all", "/me",
        "/me?evidence=all", "/mediators",
        "/mediators/export.xlsx", f"/search?q={person.reference}", "/audit", "/overlays", "/deadlines", "/",
        f"/reminders/person/{person.reference}", f"/vetting/{person.reference}",
        f"/overlays/new/leave/{person.reference}",
    ]  # fmt: skip
    paths += [f"/overlays/{row.id}{part}" for row in overlays() for part in ("", "/end", "/cancel")]
    answers = [browser.get(path, follow_redirects=True) for path in paths]
    return " ".join(answer.text for answer in answers if answer.mimetype.startswith("text/"))


@pytest.mark.parametrize(
    "role",
    [Role.LINE_MANAGER, Role.HELPLINE_ADVISER, Role.AUDITOR, Role.VETTING_OFFICER, Role.ADMINISTRATOR, Role.MEDIATOR],
)
def test_the_private_side_is_read_by_nobody_who_does_not_manage_it(sign_in, role):
    unit = factories.unit()
    ada = working_mediator(unit_id=unit.id)
    factories.overlay(
        ada.id, "leave", date(2027, 1, 4), date(2027, 3, 1), reason=SECRET, authority="Occupational health",
        leave_type="adoption",
    )  # fmt: skip
    factories.evidence(ada.id, "suspension", date(2026, 12, 1), ends_on=date(2026, 12, 9), reason=f"{SECRET}, imported")
    grant = {
        Role.LINE_MANAGER: Grant(role, Scope.UNIT, unit.id),
        Role.MEDIATOR: own(ada),
    }.get(role, Grant(role, Scope.SERVICE))
    browser = sign_in(grant, person=ada if role is Role.MEDIATOR else None)
    told = everywhere(browser, ada)
    for private in (SECRET, "Occupational health", "Adoption", "adoption"):
        assert private not in told, private


@pytest.mark.parametrize("role", [Role.LINE_MANAGER, Role.HELPLINE_ADVISER, Role.AUDITOR, Role.VETTING_OFFICER])
def test_who_knows_only_whether_learns_nothing_more_of_an_overlay(sign_in, role):
    unit = factories.unit()
    ada = working_mediator(unit_id=unit.id)
    factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    grant = Grant(role, Scope.UNIT, unit.id) if role is Role.LINE_MANAGER else Grant(role, Scope.SERVICE)
    page = sign_in(grant).get(f"/mediators/{ada.reference}").text
    assert "May not work" in page
    for hidden in ("uspend", "uspension", "4 January 2027", "4 Jan 2027", "overlays"):
        assert hidden not in page, hidden


def test_who_manages_it_reads_it_and_it_is_noted_that_they_did(sign_in):
    ada = working_mediator()
    overlay = factories.overlay(
        ada.id, "leave", date(2027, 1, 4), date(2027, 3, 1), reason=SECRET, leave_type="adoption"
    )
    manager = sign_in(MANAGER)
    assert SECRET not in manager.get(f"/mediators/{ada.reference}?evidence=all").text
    page = manager.get(f"/overlays/{overlay.id}").text
    assert SECRET in page
    assert "Adoption leave" in page
    looks = select(AuditEntry).where(AuditEntry.action == "read why there is a leave")
    assert [(row.actor_id, row.about_id) for row in db.session.scalars(looks)] == [(manager.person_id, ada.id)]


def test_a_manager_of_another_unit_finds_no_overlay(sign_in):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    ada = working_mediator(unit_id=croydon.id, name="Ada Okafor")
    overlay = factories.overlay(ada.id, "suspension", date(2027, 1, 4))
    stranger = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id))
    for path in ("", "/end", "/cancel"):
        for method in ("GET", "POST") if path else ("GET",):
            assert stranger.open(f"/overlays/{overlay.id}{path}", method=method).status_code == 404
    assert stranger.post(new(ada, "suspension"), data={**FORM, "step": "save"}).status_code == 404
    assert "Okafor" not in stranger.get("/overlays").text
    assert len(overlays()) == 1


def test_a_manager_decides_nothing_about_themself(sign_in):
    ada = working_mediator(name="Ada Okafor")
    overlay = factories.overlay(ada.id, "suspension", date(2027, 1, 4), reason=SECRET)
    both = sign_in(MANAGER, own(ada), person=ada)
    for path in (
        new(ada, "waiver"),
        f"/overlays/{overlay.id}",
        f"/overlays/{overlay.id}/end",
        f"/overlays/{overlay.id}/cancel",
    ):
        answer = both.get(path)
        assert answer.status_code == 403, path
        assert "Ask another practice manager" in answer.text
    page = both.get(f"/mediators/{ada.reference}").text
    assert "/overlays/" not in page
    assert SECRET not in page
    assert (
        both.post(
            f"/overlays/{overlay.id}/end",
            data={"ended_on": "2 February 2027", "reason": "x", "authority": "y", "step": "save"},
        ).status_code
        == 403
    )
    assert overlays()[0].ended_on is None


# --- what the mediator reads -----------------------------------------------------------------------------------------


def mine(sign_in, person) -> str:
    return sign_in(own(person), person=person).get("/me?evidence=all").text


def test_a_suspended_mediator_reads_neutral_words(sign_in):
    ada = working_mediator()
    factories.overlay(ada.id, "suspension", date(2027, 1, 4), reason=SECRET)
    page = mine(sign_in, ada)
    assert "You may not mediate at the moment" in page
    assert "You are suspended from mediating, from" in page
    assert "4 January 2027" in page
    assert "until it is lifted" in page
    assert "Suspended by decision of the service" in page


def test_a_mediator_on_leave_reads_its_days(sign_in):
    ada = working_mediator()
    factories.overlay(ada.id, "leave", date(2027, 1, 4), date(2027, 3, 1), reason=SECRET)
    page = mine(sign_in, ada)
    assert "You are on leave until 28 February 2027" in page
    assert "Your leave runs from" in page
    assert "Leave agreed with the service" in page


def test_no_reason_changes_a_letter_of_what_they_read(sign_in):
    """Whatever was written, and whoever decided: the page is the same."""
    pages = []
    for reason, authority, kind in (("A", "B", "sickness"), (SECRET * 20, "Occupational health", "maternity")):
        ada = working_mediator(name="Ada Okafor")
        factories.overlay(
            ada.id, "leave", date(2027, 1, 4), date(2027, 3, 1), reason=reason, authority=authority, leave_type=kind
        )
        pages.append(re.sub(rf"{ada.reference}|csrf[^>]*|fact=\d+", "", mine(sign_in, ada)))
    assert pages[0] == pages[1]


def test_me_and_the_managers_page_give_the_same_dates(sign_in):
    ada = working_mediator()
    factories.overlay(ada.id, "leave", date(2027, 1, 4), date(2027, 3, 1))
    theirs = requirements(sign_in(MANAGER).get(f"/mediators/{ada.reference}").text)
    own_page = requirements(mine(sign_in, ada))
    assert len(theirs) == 8
    assert [row[1:3] for row in own_page] == [row[1:3] for row in theirs]
    for own_row, their_row in zip(own_page, theirs, strict=True):
        assert own_row[0].startswith(their_row[0])  # and then how much of it is done


def requirements(page: str) -> list[list[str]]:
    """The rows of the table of requirements: what, how it stands, its last good day, what to do."""
    return [row for row in table(page) if len(row) == 4 and row[1] in ("Met", "Not met", "Renew now")]
