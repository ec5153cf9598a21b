"""Selection: ranked, offered up to the places, and answered by a link."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from time_machine import travel

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import Letter
from cohorts.models import Enrolment, Offer
from cohorts.services import applications, offers, releasing
from tests import factories
from tests.cohorts.selecting import (
    ONLY_SIFT,
    SERVICE,
    TODAY,
    decide,
    ranked,
    reload,
)
from tests.factories.cohorts import NOW


def test_equal_marks_share_a_rank(sign_in, today):
    intake, found = ranked(4, 2)
    page = sign_in(SERVICE).get(f"/intakes/{intake.code}/ranking?by=sift&first=2").text
    ranks = re.findall(r'data-label="Rank"[^>]*>\s*<span[^>]*>\s*([^<]+?)\s*<', page)
    assert ranks == ["1 =", "1 =", "3 =", "3 ="]
    assert page.count(" checked>") == 2
    assert [page.index(one.reference) for one in found] == sorted(page.index(one.reference) for one in found)


def test_an_empty_ranking_says_whether_nobody_is_marked_or_everybody_is_decided_on(sign_in, today):
    waiting = factories.intake(criteria=ONLY_SIFT, scale_max=10)
    manager = sign_in(SERVICE)
    page = manager.get(f"/intakes/{waiting.code}/ranking").text
    assert "Nobody has complete marks by the sift yet" in page
    intake, found = ranked(3, 3)
    decide(found, "conditional_offer")
    page = manager.get(f"/intakes/{intake.code}/ranking").text
    assert "No applicants to decide on here" in page
    assert "3 applicants have complete marks by the sift, and a decision" in page
    assert "3 applicants with complete marks" in manager.get(f"/intakes/{intake.code}/ranking?all=yes").text


def test_offers_stop_at_the_places_and_go_to_the_best(app, today):
    _, found = ranked(5, 3)
    placements = decide(list(reversed(found)), "conditional_offer")
    assert [one.refusal is None for one in placements] == [True, True, True, False, False]
    assert "All 3 places" in placements[3].refusal
    assert [reload(one).stage for one in found] == ["conditional_offer"] * 3 + ["sift"] * 2
    deadline = TODAY + timedelta(15)
    assert set(db.session.scalars(select(Offer.answer_by))) == {deadline}


def test_the_reserve_list_is_in_order_and_the_next_gets_the_place_of_who_declines(client, sign_in, today):
    intake, found = ranked(4, 1, reserve_until=TODAY + timedelta(60))
    decide(found[:1], "conditional_offer")
    decide([found[3], found[2], found[1]], "reserve_list")
    assert [reload(one).reserve_position for one in found[1:]] == [1, 2, 3]
    manager = sign_in(SERVICE)
    page = manager.post(f"/intakes/{intake.code}/next-offer", follow_redirects=True)
    assert "has changed since" in page.text or "places of" in page.text
    token = factories.link_of(found[0].id, "offer")
    assert "Decline the offer?" in client.post(f"/apply/offer/{token}", data={"answer": "ask"}).text
    assert reload(found[0]).stage == "conditional_offer"
    client.post(f"/apply/offer/{token}", data={"answer": "decline", "words": "A new post"})
    assert reload(found[0]).stage == "withdrawn"
    assert "A place is free" in manager.get(f"/intakes/{intake.code}").text
    manager.post(f"/intakes/{intake.code}/next-offer")
    assert (reload(found[1]).stage, reload(found[1]).reserve_position) == ("conditional_offer", None)
    with travel(NOW + timedelta(60), tick=False), pytest.raises(DomainError, match="has run out"), transaction():
        applications.offer_the_next(intake.id, at=NOW + timedelta(60), by=found[0].person_id)


@pytest.mark.parametrize(("days", "holds"), [(59, True), (60, False)])
def test_a_reserve_list_that_has_run_out_leads_to_no_offer_by_any_way(sign_in, today, days, holds):
    """`reserve_until` is exclusive: the sixtieth day is the first on which it does not hold."""
    intake, found = ranked(2, 2, reserve_until=TODAY + timedelta(60))
    code, name = intake.code, found[0].name
    decide(found[:1], "reserve_list")
    with travel(NOW + timedelta(days=days), tick=False):
        page = sign_in(SERVICE).get(f"/intakes/{code}").text
        assert ("The reserve list has run out" in page) is not holds
        assert name in page.partition("<h2>Reserve list</h2>")[2].partition("</ol>")[0]
        with transaction():
            [done] = applications.move_applications(
                [found[0].id], "conditional_offer", at=NOW + timedelta(days=days), by=found[0].person_id
            )
    assert (done.refusal is None) is holds
    assert reload(found[0]).stage == ("conditional_offer" if holds else "reserve_list")


@pytest.mark.parametrize(("days", "works"), [(14, True), (15, False)])
def test_an_offer_is_answered_until_the_end_of_its_last_day(client, today, days, works):
    _, found = ranked(1, 1, offer_days=14)
    decide(found, "conditional_offer")
    token = factories.link_of(found[0].id, "offer")
    with travel(NOW + timedelta(days=days), tick=False):
        page = client.post(f"/apply/offer/{token}", data={"answer": "accept"})
    assert (page.status_code == 200) is works
    assert reload(found[0]).stage == ("vetting" if works else "conditional_offer")


def test_an_offer_that_nobody_answers_is_taken_back_by_the_manager(sign_in, today):
    intake, found = ranked(1, 1)
    decide(found, "conditional_offer")
    manager = sign_in(SERVICE)
    with travel(NOW + timedelta(days=15), tick=False):
        assert "was not answered in time" in sign_in(SERVICE).get(f"/intakes/{intake.code}").text
        with transaction():
            gone = offers.offers_run_out(intake.id, at=NOW, on=TODAY + timedelta(15), by=manager.person_id)
    assert gone == [found[0].reference]
    assert db.session.scalars(select(Offer.answer)).one() == "lapsed"


def test_from_offer_to_roster(client, sign_in, today):
    _, found = ranked(1, 1)
    manager = sign_in(SERVICE)
    decide(found, "conditional_offer", letters="send")
    token = factories.link_of(found[0].id, "offer")
    answers = [client.post(f"/apply/offer/{token}", data={"answer": "accept"}).status_code for _ in range(2)]
    assert answers == [200, 404]  # a double click answers once
    decide(found, "offered_place", letters="send")
    client.post(f"/apply/offer/{factories.link_of(found[0].id, 'offer')}", data={"answer": "accept"})
    assert reload(found[0]).stage == "accepted"
    cohort = factories.cohort()
    page = manager.post(f"/applications/place/{cohort.id}", data={"chosen": [found[0].id]}, follow_redirects=True)
    assert "1 applicant is on" in page.text
    assert db.session.scalars(select(Enrolment.application_id)).one() == found[0].id
    again = manager.post(
        f"/applications/place/{factories.cohort().id}", data={"chosen": [found[0].id]}, follow_redirects=True
    )
    assert "Transfer it there" in again.text


def test_vetting_comes_after_a_conditional_offer_alone(app, today):
    _, found = ranked(1, 1)
    [placement] = decide(found, "vetting")
    assert "cannot go to “Vetting” from there" in placement.refusal


def test_decisions_in_bulk_show_who_gets_what_and_wait_for_release(sign_in, client, today):
    intake, found = ranked(4, 2)
    manager = sign_in(SERVICE)
    ids = [one.id for one in found]
    preview = manager.post("/applications/decide", data={"chosen": ids, "what": "stage:conditional_offer"}).text
    assert "2 applicants would be moved. 2 letters would be written." in preview
    assert preview.count("All 2 places") == 2
    assert found[0].email in preview
    shown = re.findall(r'name="shown" value="([^"]+)"', preview)
    assert len(shown) == 2
    manager.post("/applications/move/conditional_offer", data={"chosen": ids[:2], "shown": shown, "back": intake.code})
    manager.post(
        "/applications/move/unsuccessful",
        data={"chosen": ids[2:], "reason": "Below the others", "feedback": "Say more about listening."},
    )
    held = select(Letter).where(Letter.state == "held").order_by(Letter.id)
    assert len(db.session.scalars(held).all()) == 4
    token = factories.link_of(found[2].id)
    assert "Your application is being read" in client.get(f"/apply/mine/{token}").text
    page = manager.get(f"/intakes/{intake.code}/letters").text
    assert "Send 4 letters" in page
    last = db.session.scalars(held).all()[-1].id
    with travel(NOW + timedelta(days=2), tick=False), transaction():
        ids = [letter.id for letter in db.session.scalars(held)]
        assert releasing.release_letters(ids, at=NOW, on=TODAY + timedelta(2), by=manager.person_id) == 4
    assert last in ids
    assert set(db.session.scalars(select(Offer.answer_by))) == {TODAY + timedelta(17)}
    page = client.get(f"/apply/mine/{token}").text
    assert "Say more about listening." in page
    assert "Below the others" not in page


def test_a_stale_preview_leaves_out_who_has_changed(app, today):
    _, found = ranked(2, 2)
    shown = {one.id: reload(one).version for one in found}
    decide(found[:1], "shortlisted")
    placements = decide(found, "interview", shown=shown)
    assert [one.refusal is None for one in placements] == [False, True]
    assert "Has changed since" in placements[0].refusal
