"""The pages: what somebody is shown before they merge, what follows, who is turned away, and how it is taken back."""

import re
from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.people import services as people
from accreditation.people.models import NotSamePerson, Person, PersonMerge
from accreditation.people.rules import Grant
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
REASON = {"reason": "Asked her by phone"}


@pytest.fixture
def pair(app, today):
    """The same woman before and after her wedding, each record with half of what she needs."""
    kept = factories.accredited_mediator(
        name="Jane Jones", unit="Croydon", pay_number="4711", email="jane@example.com", trained_on=date(2026, 3, 2)
    )
    merged = factories.ready_mediator(
        name="Jane Smith", unit="Croydon", pay_number="004711", email="smith@example.com", trained_on=date(2026, 3, 2)
    )
    factories.evidence(merged.id, "refresher", date(2027, 1, 11), code="ROLE-PLAY")
    return kept, merged


def address(one, other) -> str:
    return f"/people/merge/{one.reference}/{other.reference}"


def hidden(page) -> dict[str, str]:
    """What the confirmation carries."""
    found = dict(re.findall(r'name="(keep|digest)" type="hidden" value="([^"]*)"', page.text))
    return {name: found[name] for name in ("keep", "digest")}


def merge(browser, one, other, **more):
    return browser.post(address(one, other), data=hidden(browser.get(address(one, other))) | REASON | more)


def merges() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(PersonMerge.id)).all())


# --- suggestions -----------------------------------------------------------------------------------------------------


def test_a_suggested_pair_says_why_and_leads_to_the_comparison(sign_in, pair):
    page = sign_in(MANAGER).get("/people/duplicates")
    assert "1 pair" in page.text
    for words in ("Almost certainly one person", "Same pay number, but for spaces", "Jane Jones", "Jane Smith"):
        assert words in page.text
    assert address(*pair) in page.text


def test_an_empty_list_says_so(sign_in):
    page = sign_in(MANAGER).get("/people/duplicates")
    assert "Nobody seems to be here twice" in page.text
    assert "No such pairs" in sign_in(MANAGER).get("/people/duplicates?reason=email").text


def test_twins_are_dismissed_and_opened_again(sign_in, today):
    one, other = (factories.person(name="Jo Twin", unit=unit) for unit in ("Croydon", "Lambeth"))
    browser = sign_in(MANAGER)
    page = browser.post(f"{address(one, other)}/two-people", follow_redirects=True)
    assert "stay two people" in page.text
    assert "Nobody seems to be here twice" in page.text
    assert "Jo Twin" in browser.get("/people/duplicates?show=two").text
    page = browser.get(address(one, other))
    assert "Somebody said that these are two people" in page.text
    assert 'name="reason"' not in page.text
    page = browser.post(f"{address(one, other)}/reopen", follow_redirects=True)
    assert 'name="reason"' in page.text
    assert db.session.scalars(select(NotSamePerson.reopened_by)).one() == browser.person_id


def test_a_pair_can_be_typed(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    typed = browser.get(f"/people/merge?one={kept.reference.lower()}&other={merged.reference}")
    assert typed.location == address(kept, merged)
    page = browser.get(f"/people/merge?one={kept.reference}&other=M9999")
    assert "There is no such person." in page.text
    assert "Both lead to" in browser.get(f"/people/merge?one={kept.reference}&other={kept.reference}").text
    assert kept.reference in browser.get(f"/people/merge?reference={kept.reference}").text


# --- side by side ----------------------------------------------------------------------------------------------------


def test_the_comparison_shows_what_is_and_what_would_be(sign_in, pair):
    kept, merged = pair
    text = sign_in(MANAGER).get(address(kept, merged)).text
    for words in (
        "Jane Jones",
        "Jane Smith",
        "smith@example.com",
        "until 1 Mar 2027",
        "Met through 1 March 2028",
        "Moves",
        "On both",
        f"Merge {merged.reference} into {kept.reference}",
        "It can be undone until 4 March 2027",
        "The pay number 004711 stays on",
    ):
        assert words in text, words


def test_the_older_record_is_kept_unless_somebody_chooses(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    assert hidden(browser.get(address(merged, kept)))["keep"] == kept.reference
    chosen = browser.get(f"{address(kept, merged)}?keep={merged.reference}")
    assert hidden(chosen)["keep"] == merged.reference
    assert f"Merge {kept.reference} into {merged.reference}" in chosen.text


def test_merging_needs_a_reason_and_keeps_what_was_chosen(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    page = merge(browser, kept, merged, keep=merged.reference, reason="  ")
    assert "Say how you know that this is one person" in page.text
    assert hidden(page)["keep"] == merged.reference
    assert merges() == 0


def test_merged_the_old_address_leads_to_the_kept_record(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    done = merge(browser, kept, merged)
    assert done.location == f"/mediators/{kept.reference}"
    page = browser.get(done.location)
    assert f"{merged.reference} is merged into {kept.reference}" in page.text
    assert "was merged into this record" in page.text
    old = browser.get(f"/mediators/{merged.reference}")
    assert (old.status_code, old.location) == (302, f"/mediators/{kept.reference}")
    assert f"{merged.reference} was merged into this record" in browser.get(old.location).text
    assert merged.reference not in browser.get("/mediators").text
    trail = db.session.scalars(select(AuditEntry.about_id).where(AuditEntry.action == "merged two records")).all()
    assert sorted(trail) == [kept.id, merged.id]


def test_a_second_click_changes_nothing(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    answers = hidden(browser.get(address(kept, merged))) | REASON
    for _ in range(2):
        assert browser.post(address(kept, merged), data=answers).location == f"/mediators/{kept.reference}"
    assert merges() == 1


def test_what_changed_after_the_page_was_opened_is_shown_before_it_is_confirmed(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    answers = hidden(browser.get(address(kept, merged))) | REASON
    factories.evidence(merged.id, "suspension", date(2027, 1, 20))
    page = browser.post(address(kept, merged), data=answers)
    assert "changed after the page was opened" in page.text
    assert "Suspended" in page.text
    assert merges() == 0
    assert merge(browser, kept, merged).status_code == 302


def test_nobody_is_offered_to_merge_their_own_record(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER, person=kept)
    assert "This is your own record" in browser.get(address(kept, merged)).text
    answers = {"keep": kept.reference, "digest": "x", **REASON}
    assert browser.post(address(kept, merged), data=answers).status_code == 200
    assert merges() == 0


def test_a_unit_manager_merges_only_within_the_unit(sign_in, pair):
    kept, merged = pair
    elsewhere = factories.person(name="Jane Jones", unit="Lambeth")
    browser = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, kept.unit_id))
    assert browser.get(address(kept, elsewhere)).status_code == 404
    assert "Lambeth" not in browser.get("/people/duplicates").text
    assert "1 pair" in browser.get("/people/duplicates").text
    assert merge(browser, kept, merged).status_code == 302
    merge_id = factories.merged(kept.id, elsewhere.id)
    assert browser.get(f"/people/merges/{merge_id}").status_code == 404
    assert "Lambeth" not in browser.get("/people/merges").text


def test_whoever_may_not_know_the_kept_one_is_not_led_to_it(sign_in, pair):
    kept = factories.person(name="Jane Hidden", unit="Lambeth")
    factories.merged(kept.id, pair[0].id)
    browser = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, pair[0].unit_id))
    refused = browser.get(f"/mediators/{pair[0].reference}")
    assert (refused.status_code, kept.reference in refused.text) == (404, False)


def test_a_record_says_nothing_of_former_names_to_who_may_not_merge(sign_in, pair):
    factories.merged(pair[0].id, pair[1].id)
    page = sign_in(Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)).get(f"/mediators/{pair[0].reference}")
    assert (page.status_code, "Smith" in page.text) == (200, False)


def test_a_field_that_is_not_shown_elsewhere_is_not_shown_here(sign_in, pair, monkeypatch):
    """Were the role ever allowed to merge but not to see clearances, the comparison keeps them."""
    from accreditation.core import permissions

    fewer = permissions.ALLOWED[Role.PRACTICE_MANAGER] - {Permission.VIEW_CLEARANCE, Permission.VIEW_CONTACT}
    monkeypatch.setitem(permissions.ALLOWED, Role.PRACTICE_MANAGER, fewer)
    text = sign_in(MANAGER).get(address(*pair)).text
    for words in ("Clearance: CTC", "31 December 2029", "smith@example.com"):
        assert words not in text, words


# --- undoing ---------------------------------------------------------------------------------------------------------


def test_undone_within_thirty_days_both_have_their_pages_again(sign_in, pair):
    kept, merged = pair
    browser = sign_in(MANAGER)
    merge(browser, kept, merged)
    merge_id = db.session.scalars(select(PersonMerge.id)).one()
    with time_machine.travel("2027-02-02T11:00:00+00:00", tick=False):
        factories.evidence(kept.id, "cpd", date(2027, 2, 1), quantity=1)
    page = browser.get(f"/people/merges/{merge_id}")
    for words in ("What undoing it would bring", "1 fact recorded", "Not yet accredited", "Asked her by phone"):
        assert words in page.text, words
    assert "Say why" in browser.post(f"/people/merges/{merge_id}", data={"reason": ""}).text
    done = browser.post(f"/people/merges/{merge_id}", data={"reason": "Sisters"}, follow_redirects=True)
    assert "are two people again" in done.text
    assert "Sisters" in done.text
    assert browser.get(f"/mediators/{merged.reference}").status_code == 200
    again = browser.post(f"/people/merges/{merge_id}", data={"reason": "Sisters"})
    assert "separated already" in again.text


def test_after_thirty_days_the_page_says_what_to_do_instead(sign_in, pair):
    kept, merged = pair
    merge_id = factories.merged(kept.id, merged.id)
    with time_machine.travel("2027-03-05T10:00:00+00:00", tick=False):
        browser = sign_in(MANAGER)
        page = browser.get(f"/people/merges/{merge_id}")
        assert "add them as a new person" in page.text
        assert 'name="reason"' not in page.text
        assert "add them as a new person" in browser.post(f"/people/merges/{merge_id}", data=REASON).text
        assert "undo until" not in browser.get("/people/merges").text
    assert db.session.get_one(Person, merged.id).merged_into_id == kept.id


def test_the_list_of_merges_can_be_filtered(sign_in, pair):
    browser = sign_in(MANAGER)
    assert "No records have been merged" in browser.get("/people/merges").text
    factories.separated(factories.merged(pair[0].id, pair[1].id))
    assert "Jane Smith" in browser.get("/people/merges?state=undone").text
    assert "No such merges" in browser.get("/people/merges?state=in_force").text


# --- after a merge ---------------------------------------------------------------------------------------------------


def test_search_finds_the_kept_record_by_the_old_reference_and_name(sign_in, pair):
    kept, merged = pair
    factories.merged(kept.id, merged.id)
    browser = sign_in(MANAGER)
    for words in (merged.reference, merged.reference.lower(), "004711"):
        assert browser.get(f"/search?q={words}").location == f"/mediators/{kept.reference}"
    page = browser.get("/search?q=smith").text
    assert ("Jane Jones" in page, "Jane Smith" in page) == (True, False)


def test_the_list_of_people_shows_merged_records_when_asked(sign_in, pair):
    kept, merged = pair
    factories.merged(kept.id, merged.id)
    browser = sign_in(MANAGER)
    assert merged.reference not in browser.get("/people").text
    assert f"Merged into {kept.reference}" in browser.get("/people?records=merged").text
    edit = browser.get(f"/people/{merged.reference}/edit")
    assert "Jane Jones" in edit.text


def test_the_account_of_the_merged_record_opens_the_kept_one(sign_in, pair):
    kept, merged = pair
    merge_id = factories.merged(kept.id, merged.id)
    factories.grant(kept.id, Role.MEDIATOR, Scope.PERSON, kept.id)
    own = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, merged.id), person=merged)
    assert "Jane Jones" in own.get("/me").text
    assert own.get("/account").status_code == 200
    factories.separated(merge_id)
    assert "Jane Smith" in own.get("/me").text


def test_names_with_a_history_are_compared_with_it(sign_in, today):
    married = factories.person(name="Jane Smith")
    other = factories.person(name="Jane Smith-Jones")
    with transaction():
        people.rename_person(married.id, given_name="Jane", family_name="Jones")
    page = sign_in(MANAGER).get(address(married, other))
    assert "Names before" in page.text
