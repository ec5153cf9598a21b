"""Intakes: their days, and their form from a draft to what is sent."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from time_machine import travel

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.models import Application, Intake
from cohorts.queries.answers import unmet_questions
from cohorts.queries.applications import steps_of
from cohorts.rules.intakes import QuestionPlan
from cohorts.services import applying, intakes
from scheduler.services.composing import compose
from tests import factories
from tests.cohorts.intakes import FORM, SERVICE, TODAY, applied, count, letters, reload, text_of
from tests.cohorts.test_apply import ANSWERS
from tests.factories.cohorts import NOW

# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2027-03-01T23:59:59+00:00", False),  # the day before it opens
        ("2027-03-02T00:00:00+00:00", True),
        ("2027-03-28T22:59:59+00:00", True),  # a second before midnight in London, where summer time has begun
        ("2027-03-28T23:00:00+00:00", False),  # midnight in London; in UTC it is still the last day
    ],
)
def test_an_intake_is_open_from_its_first_day_to_the_end_of_its_last_in_london(app, client, moment, open_):
    intake = factories.intake(opens_on=date(2027, 3, 2), closes_on=date(2027, 3, 29))
    with travel(datetime.fromisoformat(moment), tick=False):
        page = client.get(f"/apply/{intake.code}")
        assert ("Check your answers" in page.text) is open_
        sent = client.post(f"/apply/{intake.code}", data=FORM)
    assert (sent.status_code == 302, count(Application)) == (open_, int(open_))
    if not open_:
        assert "Ask the service" in sent.text
        assert 'value="Ada"' in sent.text  # nothing that was typed is lost


def test_without_intakes_the_form_is_at_apply_and_with_one_it_leads_there(client, today):
    assert "Check your answers" in client.get("/apply").text
    one = factories.intake("Spring 2027")
    assert client.get("/apply").headers["Location"] == f"/apply/{one.code}"
    factories.intake("Autumn 2027")
    page = client.get("/apply").text
    assert "Spring 2027" in page
    assert "Autumn 2027" in page


def test_when_nothing_is_open_the_page_says_when_it_will_be(client, today):
    factories.intake("Spring 2027", opens_on=TODAY + timedelta(5))
    page = client.get("/apply").text
    assert "They open on 7 February 2027: Spring 2027." in page


def test_an_intake_is_extended_and_not_closed_in_the_past(app, today):
    intake = factories.intake()
    with transaction():
        intakes.move_closing(intake.id, closes_on=TODAY + timedelta(40), on=TODAY)
    assert db.session.get_one(Intake, intake.id).closes_on == TODAY + timedelta(40)
    with pytest.raises(DomainError, match="were in time"), transaction():
        intakes.move_closing(intake.id, closes_on=TODAY - timedelta(1), on=TODAY)
    with transaction():
        intakes.move_closing(intake.id, closes_on=TODAY, on=TODAY)
    assert not db.session.get_one(Intake, intake.id).is_open(TODAY)


PLAN = {
    "title": "Spring 2027",
    "code": "spring-2027",
    "scheme": "INHOUSE-WPM",
    "opens_on": "1 February 2027",
    "last_day": "28 February 2027",
    "places": "50",
    "scale_max": "4",
    "sifters": "2",
    "wide_spread": "2",
    "support_days": "10",
    "offer_days": "14",
    "questions-0-text": "Have you passed your probation?",
    "questions-0-kind": "yes",
    "questions-1-text": "",
    "questions-1-kind": "yes",
    "criteria-0-title": "Listening",
    "criteria-0-step": "sift",
    "criteria-0-weight": "2",
    "criteria-0-guidance": "Hears what is not said",
    "criteria-1-title": "",
    "criteria-1-step": "sift",
}


def test_a_manager_plans_an_intake_on_its_page(sign_in, today):
    manager = sign_in(SERVICE)
    assert manager.get("/intakes/new").status_code == 200
    page = manager.post("/intakes/new", data=PLAN, follow_redirects=True)
    assert "The intake is planned" in page.text
    intake = db.session.scalars(select(Intake)).one()
    assert (intake.closes_on, intake.places) == (date(2027, 3, 1), 50)
    assert [criterion.title for criterion in intake.criteria] == ["Listening"]
    assert [question.text for question in intake.questions] == ["Have you passed your probation?"]
    assert "Spring 2027" in manager.get("/intakes").text
    again = manager.post("/intakes/new", data=PLAN)
    assert "There is already an intake called Spring 2027" in again.text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"criteria-0-title": ""}, "at least one criterion"),
        ({"last_day": "31 January 2027"}, "must be the day it opens or later"),
        ({"code": "Spring 2027"}, "small letters and figures"),
        ({"code": "link"}, "none of these words"),
        ({"places": "0"}, "Enter 1 to 5,000|number from 1"),
        ({"sifters": "1"}, "from 2 to 5"),
    ],
)
def test_what_is_wrong_with_an_intake_is_said(sign_in, today, wrong, message):
    page = sign_in(SERVICE).post("/intakes/new", data=PLAN | wrong)
    assert re.search(message, page.text)
    assert count(Intake) == 0


def test_a_stale_page_overwrites_nothing_and_questions_stay_once_answered(sign_in, today):
    manager = sign_in(SERVICE)
    manager.post("/intakes/new", data=PLAN)
    intake = db.session.scalars(select(Intake)).one()
    changes = PLAN | {"version": str(intake.version), "places": "40"}
    path = f"/intakes/{intake.code}/change"
    assert manager.post(path, data=changes).status_code == 302
    stale = manager.post(path, data=changes | {"places": "30"})
    assert (stale.status_code, "Somebody else changed" in stale.text) == (409, True)
    applied(intake)
    version = str(db.session.get_one(Intake, intake.id).version)
    refused = manager.post(path, data=changes | {"version": version, "questions-0-text": "Something else?"})
    assert "Somebody has answered these questions already" in refused.text
    with pytest.raises(Conflict), transaction():
        intakes.change_intake(intake.id, shown_version=0, **_same(intake))


def _same(intake):
    names = "title opens_on closes_on places introduction next_steps sifters scale_max wide_spread support_days"
    plain = {name: getattr(intake, name) for name in (*names.split(), "offer_days", "reserve_until")}
    return plain | {"criteria": [], "questions": []}


def test_who_manages_one_unit_selects_nobody(sign_in, today):
    intake, unit = factories.intake(), factories.unit()
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id))
    assert manager.get(f"/intakes/{intake.code}").status_code == 403
    assert manager.get("/intakes").status_code == 200


# --- the form --------------------------------------------------------------------------------------------------------


def test_the_form_asks_the_questions_of_the_intake(client, today):
    intake = factories.intake(
        questions=(QuestionPlan("yes", "Have you passed your probation?"), QuestionPlan("text", "When did you help?"))
    )
    one, other = intake.questions
    path = f"/apply/{intake.code}"
    assert "Have you passed your probation?" in client.get(path).text
    missing = client.post(path, data=FORM)
    assert "Answer yes or no" in missing.text
    assert count(Application) == 0
    answers = {f"question_{one.id}": "no", f"question_{other.id}": "Last year."}
    check = client.post(path, data=ANSWERS | answers)
    assert "Look at these answers once more" in check.text
    page = client.post(path, data=FORM | answers, follow_redirects=True)
    assert "APP-2027-0001" in page.text
    application = db.session.scalars(select(Application)).one()
    assert [unmet.text for unmet in unmet_questions(application.id)] == ["Have you passed your probation?"]


def test_sending_asks_the_line_manager_and_tells_the_applicant(app, today):
    application = applied(factories.intake(support_days=10))
    assert (application.stage, application.support) == ("line_manager_support", "asked")
    assert application.support_due_on == TODAY + timedelta(11)  # the tenth day is the last good one
    [asked], [receipt] = letters("support_asked"), letters("application_received")
    composed = compose(asked, takes_utf8=True)
    assert composed.recipient == "morgan.reyes@example.police.uk"
    assert factories.link_of(application.id, "support") in text_of(asked)
    assert "Applicant" not in text_of(asked).partition("\r\n\r\n")[0]  # no name in subject or headers
    assert factories.link_of(application.id) in text_of(receipt)
    assert "by 12 February 2027" in text_of(asked)


def test_the_line_manager_must_be_somebody_else(client, today):
    intake = factories.intake()
    page = client.post(f"/apply/{intake.code}", data=FORM | {"line_manager_email": ANSWERS["email"].upper()})
    assert "not your own" in page.text
    assert count(Application) == 0


def test_somebody_saves_comes_back_by_the_link_and_sends(client, today):
    intake = factories.intake()
    path = f"/apply/{intake.code}"
    part = {"form_key": "d" * 32, "given_name": "Ada", "family_name": "Okafor", "email": "ada@example.police.uk"}
    assert "Enter your e-mail address" in client.post(path, data=part | {"email": "", "step": "save"}).text
    saved = client.post(path, data=part | {"motivation": "I listen", "step": "save"}, follow_redirects=True)
    assert "A link to go on is on its way" in saved.text
    assert "d" * 32 not in saved.text
    draft = db.session.scalars(select(Application)).one()
    assert (draft.stage, draft.submitted_at, draft.motivation) == ("draft", None, "I listen")
    token = factories.link_of(draft.id)
    assert token in text_of(letters("application_link")[0])
    assert "You have not sent your application yet" in client.get(f"/apply/mine/{token}").text
    form = client.get(f"/apply/mine/{token}/answers").text
    assert "I listen" in form
    rest = {**FORM, **part, "motivation": "I listen well."}
    assert (
        "Saved"
        in client.post(
            f"/apply/mine/{token}/answers", data=rest | {"step": "save", "agreed": ""}, follow_redirects=True
        ).text
    )
    sent = client.post(f"/apply/mine/{token}/answers", data=rest, follow_redirects=True)
    assert "Your application has been sent" in sent.text
    assert "We have asked your line manager" in sent.text
    assert [step.after for step in steps_of(draft.id)] == ["draft", "submitted", "line_manager_support"]
    assert client.post(f"/apply/mine/{token}/answers", data=rest).headers["Location"].endswith(token)
    assert (count(Application), len(letters("application_received"))) == (1, 1)


def test_sending_the_page_on_which_it_was_saved_sends_the_draft(client, today):
    intake = factories.intake()
    data = FORM | {"form_key": "d" * 32}
    for step in ("save", "send", "send"):
        client.post(f"/apply/{intake.code}", data=data | {"step": step})
    assert (count(Application), count(Application, stage="line_manager_support")) == (1, 1)


def test_a_draft_is_its_applicants_alone(sign_in, today):
    intake = factories.intake()
    with transaction():
        draft = applying.save_draft(
            form_key="d" * 32,
            scheme=intake.scheme,
            intake_id=intake.id,
            answers=applying.Answers("Ada", "Okafor", "ada@example.police.uk", motivation="A secret so far"),
            at=NOW,
            on=TODAY,
        )
    manager = sign_in(SERVICE)
    assert "Okafor" not in manager.get("/applications").text
    assert manager.get(f"/applications/{draft.reference}").status_code == 404
    page = manager.get(f"/intakes/{intake.code}").text
    assert "Begun, not sent" in page
    assert "Okafor" not in page


def test_who_was_late_is_let_in_with_a_reason(sign_in, client, today):
    intake = factories.intake(closes_on=TODAY - timedelta(2), opens_on=TODAY - timedelta(20))
    manager = sign_in(SERVICE)
    data = {
        "given_name": "Ada",
        "family_name": "Okafor",
        "email": "ada@example.police.uk",
        "apply_by": "5 February 2027",
    }
    assert "Write down why" in manager.post(f"/intakes/{intake.code}/late", data=data).text
    page = manager.post(f"/intakes/{intake.code}/late", data=data | {"reason": "On leave"}, follow_redirects=True)
    assert "A link to the form is on its way" in page.text
    draft = db.session.scalars(select(Application)).one()
    token = factories.link_of(draft.id)
    rest = {**FORM, "email": "ada@example.police.uk"}
    with travel(datetime(2027, 2, 6, 0, 0, tzinfo=UTC), tick=False):  # the first day that is too late again
        assert "are not open today" in client.post(f"/apply/mine/{token}/answers", data=rest).text
    with travel(datetime(2027, 2, 5, 23, 59, tzinfo=UTC), tick=False):
        assert client.post(f"/apply/mine/{token}/answers", data=rest).status_code == 302
    assert reload(draft).late_reason == "On leave"
    assert "On leave" in manager.get(f"/applications/{draft.reference}").text
