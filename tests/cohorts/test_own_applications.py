"""An applicant's own application: once, the way back by a link, the line manager's word, taken back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from time_machine import travel

from accreditation.core.database import db, transaction
from cohorts.models import Application
from cohorts.queries.applications import find_told_stage, steps_of
from cohorts.rules.intakes import QuestionPlan
from cohorts.services import applications, support
from scheduler.services.composing import compose
from tests import factories
from tests.cohorts.intakes import FORM, SERVICE, TODAY, applied, letters, reload
from tests.cohorts.test_apply import ANSWERS
from tests.factories.cohorts import NOW

# --- twice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("same", ["email", "pay_number"])
def test_the_same_person_twice_is_a_question_to_the_manager_and_nothing_to_the_second(client, sign_in, today, same):
    intake = factories.intake()
    first = applied(intake, name="Ada Okafor", **{same: ANSWERS[same].lower()})
    sent = client.post(f"/apply/{intake.code}", data=FORM, follow_redirects=True)
    other_intake = factories.intake()
    fresh = client.post(
        f"/apply/{other_intake.code}",
        data=FORM | {"form_key": "o" * 32, "given_name": "Ben", "email": "b@example.police.uk", "pay_number": "9"},
        follow_redirects=True,
    )

    def plain(page):
        return re.sub(r"APP-2027-\d+|nonce\S+", "", page.text)

    assert plain(sent) == plain(fresh)
    second = db.session.scalars(select(Application).where(Application.form_key == FORM["form_key"])).one()
    assert second.identity_question
    manager = sign_in(SERVICE)
    page = manager.get(f"/applications/{second.reference}").text
    assert "The same person twice?" in page
    page = manager.post(
        f"/applications/{second.reference}/duplicate", data={"counts": first.reference}, follow_redirects=True
    )
    assert f"{first.reference} counts" in page.text
    assert reload(second).stage == "withdrawn"
    assert not letters("application_withdrawn")


def test_the_same_address_in_another_intake_is_no_duplicate(app, today):
    applied(factories.intake(), email="a@example.police.uk", name="Ada Okafor", pay_number="1")
    other = applied(factories.intake(), email="b@example.police.uk", name="Ben Cole", pay_number="1")
    assert not other.identity_question


# --- links -----------------------------------------------------------------------------------------------------------


def test_each_link_opens_its_own_door_alone_and_no_bit_may_differ(client, today):
    application = applied(factories.intake())
    tokens = {kind: factories.link_of(application.id, kind) for kind in ("applicant", "support")}
    doors = {"applicant": "/apply/mine/{}", "support": "/apply/support/{}", "offer": "/apply/offer/{}"}
    for kind, token in tokens.items():
        for door, path in doors.items():
            assert client.get(path.format(token)).status_code == (200 if door == kind else 404), (kind, door)
        number, _, proof = token.partition(".")
        for place in range(0, len(proof), 5):
            flipped = proof[:place] + ("A" if proof[place] != "A" else "B") + proof[place + 1 :]
            assert client.get(doors[kind].format(f"{number}.{flipped}")).status_code == 404


def test_a_link_ends_with_its_year_and_when_it_is_replaced(client, sign_in, today):
    application = applied(factories.intake())
    token = factories.link_of(application.id)
    with travel(NOW + timedelta(365, seconds=-1), tick=False):
        assert client.get(f"/apply/mine/{token}").status_code == 200
    with travel(NOW + timedelta(365), tick=False):
        assert client.get(f"/apply/mine/{token}").status_code == 404
    sign_in(SERVICE).post(f"/applications/{application.reference}/links")
    assert client.get(f"/apply/mine/{token}").status_code == 404
    assert client.get(f"/apply/mine/{factories.link_of(application.id)}").status_code == 200


def test_a_lost_link_is_asked_for_without_telling_who_applied(client, today):
    applied(factories.intake(), email="ada@example.police.uk")
    answers = [client.post("/apply/link", data={"email": who}) for who in ("ada@example.police.uk", "no@example.uk")]
    assert len({(page.status_code, page.headers["Location"], page.data) for page in answers}) == 1
    assert len(letters("application_link")) == 1


def test_asking_for_links_is_throttled_by_address_and_network(client, today, monkeypatch):
    applied(factories.intake(), email="ada@example.police.uk")
    for minute in range(5):
        with travel(NOW + timedelta(minutes=minute), tick=False):
            assert client.post("/apply/link", data={"email": "ada@example.police.uk"}).status_code == 302
    assert len(letters("application_link")) == 3  # the fourth and fifth were counted, and answered alike
    monkeypatch.setattr("cohorts.rules.throttle.LINKS_EACH_NETWORK", 7)
    found = [client.post("/apply/link", data={"email": f"x{n}@example.uk"}).status_code for n in range(4)]
    assert found == [302, 302, 429, 429]


# --- the line manager ------------------------------------------------------------------------------------------------


def test_the_line_manager_supports_it_and_the_application_goes_on(client, today):
    application = applied(factories.intake())
    path = f"/apply/support/{factories.link_of(application.id, 'support')}"
    assert application.name in client.get(path).text
    assert reload(application).support == "asked"  # opening it changes nothing
    page = client.post(path, data={"answer": "yes"})
    assert "We have noted that you support" in page.text
    application = reload(application)
    assert (application.stage, application.support) == ("sift", "confirmed")
    assert client.post(path, data={"answer": "no", "words": "x"}).status_code == 404  # used up
    assert len(letters("support_answered")) == 1


def test_a_line_manager_who_declines_says_why_and_a_manager_decides(client, sign_in, today):
    application = applied(factories.intake())
    path = f"/apply/support/{factories.link_of(application.id, 'support')}"
    assert "Say in a few words why not" in client.post(path, data={"answer": "no"}).text
    client.post(path, data={"answer": "no", "words": "Not this year."})
    assert (reload(application).stage, reload(application).support) == ("line_manager_support", "declined")
    mine = client.get(f"/apply/mine/{factories.link_of(application.id)}").text
    assert "does not support your application as it stands" in mine
    assert "Not this year" not in mine
    manager = sign_in(SERVICE)
    assert "Not this year." in manager.get(f"/applications/{application.reference}").text
    refused = manager.post(f"/applications/{application.reference}", data={"to": "sift"})
    assert "has no line manager’s support yet" in refused.text
    manager.post(
        f"/applications/{application.reference}/line-manager",
        data={"line_manager_name": "Sam Bell", "line_manager_email": "sam.bell@example.police.uk"},
    )
    assert reload(application).support == "asked"
    assert compose(letters("support_asked")[-1], takes_utf8=True).recipient == "sam.bell@example.police.uk"


def test_a_word_given_by_telephone_is_recorded_by_hand(sign_in, today):
    application = applied(factories.intake())
    manager = sign_in(SERVICE)
    path = f"/applications/{application.reference}/support"
    assert "Write down how you know" in manager.post(path, data={"answer": "yes"}, follow_redirects=True).text
    manager.post(path, data={"answer": "yes", "words": "By telephone on 2 February"})
    assert reload(application).stage == "sift"
    assert "recorded by the office" in manager.get(f"/applications/{application.reference}").text


def test_who_may_not_be_eligible_waits_for_a_person_to_decide(app, today):
    intake = factories.intake(questions=(QuestionPlan("yes", "Have you passed your probation?"),))
    application = applied(intake, questions={intake.questions[0].id: "no"})
    with transaction():
        support.answer_by_link(factories.link_of(application.id, "support"), supports=True, words=None, at=NOW)
    assert (reload(application).stage, reload(application).support) == ("line_manager_support", "confirmed")
    with transaction():
        applications.move_application(application.id, "sift", at=NOW, by=application.person_id)
    assert reload(application).stage == "sift"


def test_line_managers_are_reminded_once_a_day_and_only_those_who_have_not_answered(sign_in, today):
    intake = factories.intake()
    waiting, answered = applied(intake), applied(intake)
    with transaction():
        support.answer_by_link(factories.link_of(answered.id, "support"), supports=True, words=None, at=NOW)
    manager = sign_in(SERVICE)
    first = factories.link_of(waiting.id, "support")
    for _ in range(2):
        manager.post(f"/intakes/{intake.code}/remind")
    assert len(letters("support_asked")) == 3
    assert factories.link_of(waiting.id, "support") != first


def test_the_office_is_told_of_a_line_manager_who_does_not_answer(sign_in, today):
    applied(factories.intake(support_days=3))
    with travel(NOW + timedelta(4), tick=False):
        page = sign_in(SERVICE).get("/deadlines").text
    assert "A line manager’s word on an application" in page


# --- one's own application -------------------------------------------------------------------------------------------


def test_an_applicant_withdraws_and_takes_it_back_until_the_closing_day(client, today):
    intake = factories.intake(closes_on=TODAY + timedelta(3))
    application = applied(intake)
    token = factories.link_of(application.id)
    support_token = factories.link_of(application.id, "support")
    assert "Withdraw your application?" in client.get(f"/apply/mine/{token}/withdraw").text
    assert reload(application).stage == "line_manager_support"
    client.post(f"/apply/mine/{token}/withdraw", data={"words": "Moving away"})
    assert reload(application).stage == "withdrawn"
    assert len(letters("application_withdrawn")) == 1
    assert client.get(f"/apply/support/{support_token}").status_code == 404
    with travel(NOW + timedelta(3), tick=False):
        late = client.post(f"/apply/mine/{token}/take-back", follow_redirects=True)
        assert "cannot be taken back any more" in late.text
    with travel(NOW + timedelta(2), tick=False):
        assert "Take back the withdrawal" in client.get(f"/apply/mine/{token}").text
        client.post(f"/apply/mine/{token}/take-back")
    assert (reload(application).stage, reload(application).support) == ("line_manager_support", "asked")
    assert [step.after for step in steps_of(application.id)][-2:] == ["withdrawn", "line_manager_support"]


def test_a_withdrawal_by_the_office_is_not_the_applicants_to_take_back(client, sign_in, today):
    application = applied(factories.intake())
    sign_in(SERVICE).post(
        f"/applications/{application.reference}", data={"to": "withdrawn", "reason": "Asked by telephone"}
    )
    token = factories.link_of(application.id)
    assert "Take back" not in client.get(f"/apply/mine/{token}").text
    client.post(f"/apply/mine/{token}/take-back")
    assert reload(application).stage == "withdrawn"


def test_a_decision_is_told_when_its_letter_is_released_and_not_before(client, sign_in, today):
    application = applied(factories.intake())
    manager = sign_in(SERVICE)
    data = {"to": "ineligible", "reason": "Still in probation"}
    manager.post(f"/applications/{application.reference}", data=data)
    token = factories.link_of(application.id)
    assert reload(application).stage == "ineligible"
    assert find_told_stage(reload(application)) == "line_manager_support"
    assert "We have asked your line manager" in client.get(f"/apply/mine/{token}").text
    manager.post("/reminders/held/release", data={"up_to": letters("ineligible")[0].id})
    page = client.get(f"/apply/mine/{token}").text
    assert "could not be taken further" in page
    assert "Still in probation" not in page  # the reason is the office's own


def test_a_page_that_is_out_of_date_decides_nothing(sign_in, today):
    application = applied(factories.intake())
    manager = sign_in(SERVICE)
    shown = reload(application).version
    with transaction():
        support.answer_by_link(factories.link_of(application.id, "support"), supports=True, words=None, at=NOW)
    data = {"to": "ineligible", "reason": "x", "version": str(shown)}
    page = manager.post(f"/applications/{application.reference}", data=data)
    assert "has changed since this page was opened" in page.text
    assert reload(application).stage == "sift"
