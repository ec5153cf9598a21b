"""Journey: somebody is in the register twice. Suggested, compared, merged; the old address leads on; undone again."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from accreditation.core.database import db, transaction
from accreditation.people.services import add_person
from accreditation.standing.services import declare
from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, look, row_of
from tests.journeys.running import Service

SCHEME = "INHOUSE-WPM"


@pytest.fixture
def twice(service: Service) -> tuple[str, str]:
    """The references of a woman before and after her wedding: trained as one, accredited as the other."""
    with service.app.app_context():
        with transaction():
            later = add_person(given_name="Philippa", family_name="Quennell", email="quennell@example.police.uk")
            earlier = add_person(given_name="Philippa", family_name="Wedderburn", email="quennell@example.police.uk")
            for person, kind, code, ends_on in (
                (later, "award", SCHEME, date(2029, 3, 2)),
                (later, "training", SCHEME, None),
                (earlier, "training", SCHEME, None),
                (earlier, "clearance", "CTC", date(2030, 1, 1)),
            ):
                declare(
                    person.id,
                    kind=kind,
                    code=code,
                    starts_on=date(2026, 3, 2),
                    ends_on=ends_on,
                    source=("test", 1),
                    recorded_by=None,
                )
            references = later.reference, earlier.reference
        db.session.remove()
    return references


def test_a_person_who_is_there_twice_becomes_one_and_two_again(browse: Browse, twice: tuple[str, str]):
    kept, merged = twice
    page = browse("manager")
    page.goto("/people")
    page.get_by_role("link", name="Find duplicates").click()
    look(page)
    row = row_of(page, "Philippa Wedderburn")
    expect(row).to_contain_text("Same e-mail address")
    row.get_by_role("link", name=f"Compare {kept} and {merged}").click()
    expect(page.locator(".band")).to_contain_text("Nothing has been merged")
    look(page)
    page.get_by_role("button", name=f"Merge {merged} into {kept}").click()
    assert_told_at(page, page.get_by_label("How do you know that this is one person?"), "Say how you know")
    page.get_by_label("How do you know that this is one person?").fill("Asked her by phone.")
    page.get_by_role("button", name=f"Merge {merged} into {kept}").click()
    expect(page).to_have_url(re.compile(f"/mediators/{kept}$"))
    expect(page.locator(".flash")).to_contain_text(f"{merged} is merged into {kept}")
    look(page, "with a merged record")

    page.goto(f"/mediators/{merged}")
    expect(page).to_have_url(re.compile(f"/mediators/{kept}$"))
    expect(page.locator(".flash")).to_contain_text(f"{merged} was merged into this record")
    page.goto("/search?q=Wedderburn")
    expect(page.locator("main")).to_contain_text("Philippa Quennell")
    page.goto("/people/merges")
    look(page)

    page.goto(f"/mediators/{kept}")
    page.get_by_role("link", name=re.compile("undo it until")).click()
    look(page)
    page.get_by_label("Why are these two people after all?").fill("They are cousins.")
    page.get_by_role("button", name="Separate the two records").click()
    expect(page.locator(".flash")).to_contain_text("are two people again")
    look(page, "undone")
    page.goto(f"/mediators/{merged}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Philippa Wedderburn")


def test_two_references_can_be_compared_on_a_phone(browse: Browse, twice: tuple[str, str]):
    kept, merged = twice
    page = browse("manager", size=PHONE, javascript=False)
    page.goto("/people/merge")
    look_for_errors = page.get_by_label("Reference of the other")
    page.get_by_label("Reference of one record").fill(kept)
    page.get_by_role("button", name="Compare the two").click()
    expect(look_for_errors).to_have_attribute("aria-invalid", "true")
    look_for_errors.fill(merged)
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Are {kept} and {merged} one person?")
    page.get_by_role("button", name="These are two people").click()
    expect(page.locator(".flash")).to_contain_text("stay two people")
