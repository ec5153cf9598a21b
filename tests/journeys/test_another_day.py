"""Journey: the register on another day, a mediator as they were known on a day, and the evidence pack for an appeal."""

import io
import re
from datetime import date

import openpyxl
from playwright.sync_api import Page, expect
from sqlalchemy import select

from accreditation.core.audit import acting_as
from accreditation.core.database import db, transaction
from accreditation.people.models import Person
from accreditation.standing.models import Evidence
from accreditation.standing.services import declare, void_source
from tests.journeys.conftest import Browse
from tests.journeys.looking import PHONE, assert_told_at, fact, look
from tests.journeys.running import Service


def band(page: Page):
    return page.get_by_role("region", name="Not today")


def see(page: Page, on: str, known: str | None = None) -> None:
    """Through the form, which is folded away while the page is about today."""
    if page.get_by_label("On which day").is_hidden():
        page.get_by_text("See another day").click()
    page.get_by_label("On which day").fill(on)
    if known is not None:
        page.get_by_label("As known on").fill(known)
    page.get_by_role("button", name="Show that day").click()


def test_the_register_of_a_past_day_cannot_be_mistaken_for_today_s(browse: Browse):
    page = browse("manager")
    page.goto("/mediators?sort=ends")
    expect(band(page)).to_have_count(0)
    see(page, "3 March 2026")
    expect(band(page)).to_contain_text("Not today. This is 3 March 2026, by everything that is known now.")
    expect(page).to_have_title(re.compile(r"^Mediators, on 3 March 2026 – "))
    expect(page.get_by_role("heading", level=1)).to_have_text("Mediators, on 3 March 2026")
    expect(page.locator(".fact")).to_contain_text(re.compile(r"people on 3 March 2026: .* could work"))
    look(page, "past")
    page.emulate_media(media="print")
    expect(band(page)).to_be_visible()
    page.emulate_media(media="screen")

    page.get_by_label("Standing", exact=True).select_option(label="Could work")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(band(page)).to_be_visible()
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(band(page)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Export")).click()
    assert download.value.suggested_filename == "mediators-as-of-2026-03-03.xlsx"
    page.locator("main tbody th a").first.click()
    expect(band(page)).to_contain_text("This is 3 March 2026")
    expect(page.locator(".page-head")).to_contain_text("Could work")
    look(page, "past")
    page.get_by_role("link", name="Mediators on 3 March 2026").click()
    band(page).get_by_role("link", name="Back to today").click()
    expect(band(page)).to_have_count(0)


def test_a_date_that_is_none_is_told_at_its_field(browse: Browse):
    page = browse("manager")
    page.goto("/mediators")
    see(page, "31/6/2027")
    assert_told_at(page, page.get_by_label("On which day"), "31/6/2027 is not a date. June has 30 days.")
    look(page, "bad date")
    expect(band(page)).to_have_count(0)


def test_what_was_known_then_and_who_has_changed_what_goes_into_a_pack(browse: Browse, service: Service):
    page = browse("manager")
    page.goto("/mediators?verdict=deployable&by=ctc")
    page.locator("main tbody th a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    reference = fact(page, "Reference").inner_text()
    service.later(days=3)
    correct_the_clearance(service, reference)

    page = browse("manager")  # the session of three days ago has ended
    page.goto(f"/mediators/{reference}")
    see(page, "14 February 2027", "3 February 2027")
    expect(band(page)).to_contain_text(
        "Not today’s view. This is 14 February 2027, by what was known on 3 February 2027."
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{name}, on 14 February 2027, as known on")
    then, now = page.locator(".pair dd").all_inner_texts()
    assert then.startswith("Could work until")
    assert now.startswith("Could not work: lapsed since 10 February 2027")
    changes = page.get_by_role("region", name="What has changed since").locator("tbody tr")
    expect(changes.filter(has_text="Struck out")).not_to_have_count(0)
    expect(changes.filter(has_text="9 February 2027")).to_have_count(1)
    expect(changes.filter(has_text="9 February 2027")).to_contain_text(name)
    look(page, "as known")

    with page.expect_download() as download:
        page.get_by_role("link", name="Evidence pack of that day").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    said = {row[0].value: row[1].value for row in book["Answer"].iter_rows() if row[0].value}
    assert said["Protective marking"] == "OFFICIAL-SENSITIVE"
    assert said["Answer"].startswith("Could work until")
    assert said["The same day, as known when this was written"].startswith("Could not work")
    assert {"Requirements", "Rules", "Evidence", "Changed since", "Audit trail"} < set(book.sheetnames)


def correct_the_clearance(service: Service, reference: str) -> None:
    """Strike the clearances out, and record that it ended on 9 February: by the person themself, for a name to find."""
    with service.app.app_context():
        with transaction():
            person = db.session.scalars(select(Person).where(Person.reference == reference)).one()
            with acting_as(person.id, "web"):
                query = select(Evidence.source_type, Evidence.source_id).where(
                    Evidence.person_id == person.id, Evidence.kind == "clearance"
                )
                for source in set(db.session.execute(query).all()):
                    void_source(tuple(source), reason="Wrong dates", recorded_by=person.id)
                declare(
                    person.id,
                    kind="clearance",
                    code="CTC",
                    starts_on=date(2020, 1, 1),
                    ends_on=date(2027, 2, 10),
                    source=("clearance", 1),
                    recorded_by=person.id,
                )
        db.session.remove()


def test_a_mediator_on_a_phone_sees_their_own_other_days(browse: Browse):
    page = browse("mediator", size=PHONE)
    page.get_by_role("link", name="see another day").click()
    see(page, "1 March 2026")
    expect(band(page)).to_contain_text("This is 1 March 2026")
    look(page, "own past")
    with page.expect_download() as download:
        page.get_by_role("link", name="Evidence pack of that day").click()
    assert download.value.suggested_filename.endswith("2026-03-01.xlsx")
