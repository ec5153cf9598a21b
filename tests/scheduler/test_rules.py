"""Rules as data: added and switched on screen, never with a blast; and who would get what on any day."""

from datetime import date, timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import FACTS, Letter
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import get_setting
from accreditation.people.rules import Grant
from scheduler.models import Obligation, ReminderRule
from scheduler.rules.ladders import USUAL_LADDERS, reasons_against
from scheduler.rules.wordings import CALLED
from scheduler.services.composing import reply_to
from scheduler.services.owing import letter_of_rule
from scheduler.services.rules import install_usual_rules
from tests import factories
from tests.scheduler.ready import everything_in_order

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
NEW = {"subject": "clearance", "audience": "mediator", "days": "45", "when": "before"}


@pytest.mark.parametrize(
    ("subject", "audience", "stage", "refused"),
    [
        ("award", "line_manager", -14, 0),
        ("clearance_review", "vetting_officer", 60, 0),
        ("award", "provider", 7, 1),
        ("results_outstanding", "mediator", 7, 1),
        ("helpline_followup", "mediator", 0, 1),
        ("award", "helpline", 0, 1),
        ("award", "mediator", 731, 1),
        ("award", "mediator", -366, 1),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(subject, audience, stage, refused):
    assert len(reasons_against(subject, audience, stage)) == refused


def states() -> dict[str, int]:
    db.session.rollback()
    found: dict[str, int] = {}
    for letter in db.session.scalars(select(Letter)):
        found[letter.state] = found.get(letter.state, 0) + 1
    return found


@pytest.mark.parametrize(("backlog", "letters"), [("known", {}), ("held", {"held": 3})])
def test_a_new_stage_shows_its_backlog_and_asks_before_it_is_switched_on(app, sign_in, today, backlog, letters):
    with transaction():
        install_usual_rules()
    for n in range(3):
        everything_in_order(ctc=today + timedelta(days=40), name=f"Ada Number{n}")
    factories.plan(today)  # the stage of 60 days
    with transaction():
        for letter in db.session.scalars(select(Letter)):
            letter.state = "sent"
    manager = sign_in(MANAGER)
    page = manager.post("/reminders/rules/new", data=NEW, follow_redirects=True).text
    assert "3 reminders are due already" in page
    assert page.count("Ada Number") >= 3
    assert factories.plan(today) == 0  # shown, and still off
    rule = db.session.scalars(select(ReminderRule).filter_by(stage=45)).one()
    assert rule.active is False
    path = f"/reminders/rules/{rule.id}/switch-on"
    assert "Say what should happen" in manager.post(path, data={}).text
    page = manager.post(path, data={"backlog": backlog}, follow_redirects=True).text
    assert "45 days before: switched on" in page
    assert states() == {"sent": 3} | letters
    assert factories.plan(today) == 0
    everything_in_order(ctc=today + timedelta(days=46))
    assert factories.plan(today + timedelta(days=1)) == 1


def test_without_the_question_a_new_stage_would_write_to_everybody(app, today):
    """The negative control: a rule that is only switched on owes its whole backlog at the next beat."""
    with transaction():
        install_usual_rules()
    for _ in range(3):
        everything_in_order(ctc=today + timedelta(days=40))
    factories.plan(today)
    with transaction():
        db.session.add(ReminderRule(subject="clearance", stage=45, audience="mediator", active=True))
    assert factories.plan(today) == 3


def test_a_stage_that_a_more_urgent_one_has_spoken_for_has_no_backlog(app, sign_in, today):
    with transaction():
        install_usual_rules()
    everything_in_order(ctc=today + timedelta(days=20))
    factories.plan(today)  # 30 days
    page = sign_in(MANAGER).post("/reminders/rules/new", data=NEW, follow_redirects=True).text
    assert "Nothing is due already" in page


def test_a_rule_is_switched_off_and_stays_off(app, sign_in, today):
    factories.plan(today)
    rule = db.session.scalars(select(ReminderRule).filter_by(subject="clearance", stage=180)).one()
    manager = sign_in(MANAGER)
    assert "180 days before" in manager.get("/reminders/rules").text
    manager.post(f"/reminders/rules/{rule.id}")
    factories.plan(today)
    assert db.session.get_one(ReminderRule, rule.id, populate_existing=True).active is False
    for path in ("/reminders/rules/999999", "/reminders/rules/999999/switch-on"):
        assert manager.post(path).status_code == 404


def test_a_stage_is_added_once(app, sign_in, today):
    manager = sign_in(MANAGER)
    manager.post("/reminders/rules/new", data=NEW)
    assert "such a reminder already" in manager.post("/reminders/rules/new", data=NEW).text
    refused = manager.post("/reminders/rules/new", data=NEW | {"audience": "provider", "days": "9"}).text
    assert "told of results alone" in refused
    assert "Enter a number" in manager.post("/reminders/rules/new", data=NEW | {"days": ""}).text


@pytest.mark.parametrize(("asked", "days"), [("", 30), ("4 March 2027", 30), ("5/3/2027", 31), ("3 March 2027", 29)])
def test_who_gets_what_on_a_day_to_come_is_what_the_scheduler_then_owes(app, sign_in, today, asked, days):
    with transaction():
        install_usual_rules()
    ends = date(2027, 4, 3)  # thirty days after 4 March
    everything_in_order(ctc=ends, name="Ada Okafor")
    factories.plan(today)  # the stage of 60 days, due since yesterday
    page = sign_in(MANAGER).get(f"/reminders/preview?on={asked}").text
    on_the_day = asked == "4 March 2027"
    assert ("Ada Okafor" in page) == on_the_day
    assert ("30 days before" in page) == on_the_day
    assert db.session.query(Obligation).filter_by(state="owed").count() == 1
    assert factories.plan(ends - timedelta(days=30)) == 1


def test_the_preview_shows_a_manager_of_one_unit_nobody_elses_people(app, sign_in, today):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    for unit, name in ((croydon, "Ada Okafor"), (lambeth, "Bob Brown")):
        everything_in_order(ctc=today + timedelta(days=30), unit_id=unit.id, name=name)
    page = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id)).get("/reminders/preview").text
    assert "Ada Okafor" in page
    assert "Bob Brown" not in page


def test_a_day_that_is_none_or_is_past_is_refused_in_words(app, sign_in, today):
    manager = sign_in(MANAGER)
    assert "Choose today or a day to come" in manager.get("/reminders/preview?on=1/2/2027").text
    assert "Error:" in manager.get("/reminders/preview?on=31/6/2027").text


HOURS = {
    "reminders_from": "09:30", "reminders_until": "17:00", "reminders_on": "every_day", "reminder_breaker": "40",
    "weekly_letter_on": "2", "weekly_letter_at": "09:30",
    "letters_per_minute": "30", "reply_to_scheduler": "mediation@example.police.uk",
}  # fmt: skip


def test_hours_and_limits_are_set_on_screen_and_are_in_the_letter(app, sign_in, today, mail, deliver):
    server = mail()
    manager = sign_in(MANAGER)
    page = manager.post("/reminders/hours", data=HOURS, follow_redirects=True).text
    assert "Reminders go out between 9:30am and 5:00pm on every day." in page
    assert (get_setting("reminder_breaker"), get_setting("letters_per_minute")) == ("40", "30")
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    factories.plan(today)
    deliver()
    [message] = server.accepted
    assert message["Reply-To"] == "mediation@example.police.uk"
    plain, page = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()
    assert "Answers to it go to mediation@example.police.uk" in plain
    assert page.count("http://localhost/me") == 2  # as a link, and as what is read
    assert "<a href=" in page


ANSWERED_NOWHERE = {"accounts", "desk", "people", "wording", "test"}
"""Kinds of letters that nobody is to answer: a link to an account, a result taken back, a last word, a test."""


def test_answers_go_where_the_kind_of_letter_says_and_every_kind_has_a_place(app, sign_in, today):
    kinds = {template.split("/")[1] for template in FACTS} - ANSWERED_NOWHERE
    asked = {f"reply_to_{kind}": f"{kind}@example.uk" for kind in kinds}
    assert "Saved" in sign_in(MANAGER).post("/reminders/hours", data=HOURS | asked, follow_redirects=True).text
    for template in FACTS:
        kind = template.split("/")[1]
        assert reply_to(template) == (f"{kind}@example.uk" if kind in kinds else None), template


def test_each_ladder_names_the_letter_it_leads_to_with_the_way_to_its_words(app, sign_in, today):
    factories.plan(today)  # puts the usual rules in place
    page = sign_in(MANAGER).get("/reminders/rules").text
    for (subject, audience), stages in USUAL_LADDERS.items():
        letter = letter_of_rule(subject, audience)
        assert stages
        assert f'href="/reminders/wordings/{letter}">{escape(CALLED[letter])}</a>' in page
    assert letter_of_rule("return_from_leave", "mediator") == "own_day_comes"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reminders_until": "09:00"}, "The end must come after the beginning"),
        ({"reminders_from": "x"}, "time"),
        ({"reply_to_scheduler": "nobody"}, "Enter an address"),
        ({"letters_per_minute": "-1"}, "Enter a number from 0"),
    ],
)
def test_hours_that_cannot_be_are_refused(app, sign_in, today, changes, said):
    page = sign_in(MANAGER).post("/reminders/hours", data=HOURS | changes).text
    assert "There is a problem" in page
    assert said in page
    assert get_setting("reminders_from") == "08:00"
