"""The pages of the schemes."""

import pytest

from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.queries import preset_codes
from accreditation.standing.services import install_preset


def test_a_manager_reads_the_schemes(sign_in):
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))
    page = manager.get("/schemes")
    assert page.status_code == 200
    assert "In-house Workplace Mediator" in page.text
    assert "Main scheme" in page.text
    assert "CMC Registered Mediator (Workplace)" in page.text
    assert "A pattern to learn from: the scheme itself has ended" in page.text


def test_a_scheme_says_what_is_enforced_and_what_is_not(sign_in):
    manager = sign_in(Grant(Role.AUDITOR, Scope.SERVICE))
    page = manager.get("/schemes/INHOUSE-WPM")
    assert page.status_code == 200
    enforced, _, recorded = page.text.partition("Recorded, not enforced")
    assert "CTC clearance in force" in enforced
    assert "Founding document" in enforced
    assert "Proposed default of this product" in enforced
    assert "Assessed initial training" in recorded
    assert "no rule here checks them" in recorded
    assert "40 hours" in recorded


@pytest.mark.parametrize("code", preset_codes())
def test_every_preset_has_a_page(sign_in, code):
    if code not in ("INHOUSE-WPM", "MPS-L1-HT"):
        with transaction():
            install_preset(code)
    assert sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE)).get(f"/schemes/{code}").status_code == 200


def test_a_scheme_that_is_not_here_is_not_found(sign_in):
    assert sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE)).get("/schemes/NONE").status_code == 404


def test_strangers_are_turned_away(sign_in, client):
    assert sign_in(Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)).get("/schemes").status_code == 403
    assert client.get("/schemes/INHOUSE-WPM").status_code in (302, 401)
