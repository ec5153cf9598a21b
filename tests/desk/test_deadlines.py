"""What is owed by a day: the number on the home page, the list behind it, and what it does not tell."""

import re
from datetime import timedelta

import pytest

from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.services import clear_deadline, set_deadline
from tests import factories
from tests.desk.people import AUDITOR, MANAGER, working_mediator
from tests.statements import statements_counted

TODAY = factories.TODAY


def owed(days, *, unit_id=None, number=1):
    """A call-back whose last day is so many days from today."""
    caller = working_mediator(unit_id=unit_id)
    adviser = factories.person(name="Olga Adviser")
    with transaction():
        set_deadline(
            kind="helpline_followup",
            basis_date=TODAY + timedelta(days + 1),
            source=("helpline_contact", number),
            person_id=caller.id,
            owner_id=adviser.id,
        )
    return caller


def test_the_number_is_the_length_of_the_list(today, sign_in):
    for number, days in enumerate((-9, -1, 0, 14, 15)):
        owed(days, number=number)
    manager = sign_in(MANAGER)
    home = manager.get("/").text
    link, number = re.search(
        r'href="(/deadlines[^"]+)">\s*<span class="figure-value">.*?(\d+)</span>', home, re.S
    ).groups()
    assert int(number) == manager.get(link).text.count('<th scope="row"') == 2
    assert manager.get("/deadlines?when=coming").text.count('<th scope="row"') == 2
    assert "5 deadlines, 2 of them passed." in manager.get("/deadlines").text


def test_a_deadline_that_is_done_is_gone(today, sign_in):
    owed(-3)
    with transaction():
        clear_deadline(source=("helpline_contact", 1), kind="helpline_followup")
    assert "No deadlines" in sign_in(MANAGER).get("/deadlines").text


def test_who_rang_is_not_told(today, sign_in):
    caller = owed(-3)
    page = sign_in(MANAGER).get("/deadlines").text
    assert "Olga Adviser" in page
    assert caller.name not in page
    assert caller.reference not in page


def application_waits():
    """A line manager's word is owed on it within three days."""
    one = factories.application("Zoë Żak", stage="line_manager_support")
    due = {"basis_date": TODAY + timedelta(3), "source": ("application", one.id), "person_id": one.person_id}
    with transaction():
        set_deadline(kind="line_manager_support", **due)
    return one


def test_a_line_managers_word_leads_to_the_application_for_who_may_open_it(today, sign_in):
    manager, auditor, first = sign_in(MANAGER), sign_in(AUDITOR), application_waits().reference
    manager.get("/deadlines")
    with statements_counted() as few:
        assert f'href="/applications/{first}"' in manager.get("/deadlines").text
    others = [application_waits() for _ in range(3)]
    with statements_counted() as many:
        page = manager.get("/deadlines").text
    assert all(f'href="/applications/{one.reference}"' in page for one in others)
    assert len(many) == len(few)
    page = auditor.get("/deadlines")
    assert page.status_code == 403 or first not in page.text


def test_a_manager_counts_the_people_of_their_unit(today, sign_in):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    owed(-3, unit_id=croydon.id)
    client = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id))
    assert "No deadlines" in client.get("/deadlines").text
    client = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id))
    assert "1 deadline, 1 of them passed." in client.get("/deadlines").text


@pytest.mark.parametrize("damaged", ["/deadlines?after=x", "/deadlines?when=x"])
def test_a_damaged_address_is_no_error(today, sign_in, damaged):
    assert sign_in(MANAGER).get(damaged).status_code in (200, 302, 400, 404)


def test_others_do_not_come_in(today, sign_in):
    assert sign_in(AUDITOR).get("/deadlines").status_code == 403


def test_a_return_from_leave_names_who_is_due_back_to_whoever_manages_it(sign_in):
    ada = factories.accredited_mediator(name="Ada Okafor")
    overlay = factories.overlay(ada.id, "leave", TODAY - timedelta(30), TODAY - timedelta(2), on=TODAY - timedelta(30))
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)).get("/deadlines?when=passed").text
    assert f'Return from leave: <a href="/overlays/{overlay.id}">Ada Okafor</a>' in page
    herself = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE), person=ada).get("/deadlines").text
    assert f"/overlays/{overlay.id}" not in herself
