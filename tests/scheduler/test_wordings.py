"""A service's own words: filled and never executed, previewed, tried out, kept in versions."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from scheduler.models import LetterWording
from scheduler.rules.wordings import PLACES, fill, reasons_against
from scheduler.services.wordings import sample_facts
from tests import factories
from tests.scheduler.ready import everything_in_order

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
SUBJECT, BODY = "Before {due_by}, please", "Hello {name},\n\nthere is {items} to see to by {due_by}: {link}"


@pytest.mark.parametrize(
    ("subject", "body", "said"),
    [
        ("", BODY, "Enter the subject."),
        (SUBJECT, "", "Enter the text."),
        (SUBJECT, "Hello {name}", "needs {link}"),
        ("{level} is due", BODY, "{level} in the subject is not something"),
        (SUBJECT, BODY + "{{ config }}", "is not something"),
        (SUBJECT, BODY + "{name.__class__}", "is not something"),
        (SUBJECT, BODY + " {", "stands alone"),
        ("Your CTC ends", BODY, "must not say “ctc”"),
        ("Something lapses", BODY, "must not say “lapses”"),
        (SUBJECT, BODY + " before lapsing", "must not say “lapsing”"),
        (SUBJECT, BODY + " on your clearances", "must not say “clearances”"),
        (SUBJECT, BODY + " or you are suspended", "must not say “suspended”"),
        ("a\nb", BODY, "one line"),
        ("x" * 151, BODY, "151 characters"),
        (SUBJECT, BODY + "x" * 4000, "At most 4,000 fit"),
    ],
)
def test_words_that_cannot_be_used_are_refused_with_the_reason(subject, body, said):
    assert any(said in reason for reason in reasons_against("item_due", subject, body))


def test_good_words_are_taken_and_every_letter_has_places():
    assert reasons_against("item_due", SUBJECT, BODY) == []
    for letter in PLACES:
        assert reasons_against(letter, "News for {name}", "{name}: {link}") == []


def test_a_fact_is_never_looked_at_for_places():
    assert fill("{name} {link}", {"name": "{link}", "link": "{name}"}) == "{link} {name}"
    assert fill("{unknown}", {}) == ""


def test_own_words_are_previewed_saved_tried_out_and_taken_back(app, sign_in, today, mail, deliver):
    server = mail()
    manager = sign_in(MANAGER, person=factories.person(email="manager@example.uk"))
    path = "/reminders/wordings/item_due"
    assert "Ada Okafor" in manager.get(path).text
    words = {"subject": SUBJECT, "body": BODY, "after": "0"}
    page = manager.post(path, data=words | {"look": "Preview"}).text
    assert "Before 4 March 2027, please" in page
    assert db.session.scalars(select(LetterWording)).all() == []
    refused = manager.post(path, data=words | {"subject": "{config}", "save": "x"}).text
    assert "There is a problem" in refused
    assert '<a href="#subject">' in refused  # the way to what is to be put right
    assert 'href="#body"' not in refused
    assert BODY.partition("\n")[0] in refused  # nothing typed is lost
    manager.post(path, data=words | {"save": "x"})
    assert "Your own words, version 1" in manager.get(path).text
    quicker = manager.post(path, data=words | {"subject": "Mine", "save": "x"}).text
    assert "Somebody else has changed these words" in quicker
    manager.post(f"{path}/test")
    assert deliver().states == {"sent": 1}
    assert server.accepted[0]["Subject"] == "Test: Before 4 March 2027, please"
    assert "there is an item to see to" in server.accepted[0].get_body(("plain",)).get_content()
    manager.post(f"{path}/usual")
    assert "The usual words." in manager.get(path).text
    assert [row.number for row in db.session.scalars(select(LetterWording).order_by(LetterWording.id))] == [1, 2]
    for wrong in ("/reminders/wordings/closing", f"{path}/delete"):
        assert manager.post(wrong).status_code == 404


def test_each_letter_keeps_the_version_of_the_words_it_was_written_with(app, sign_in, today, mail, deliver):
    """F33: the words change while letters wait."""
    server = mail()
    manager = sign_in(MANAGER)
    words = {"subject": "One: {due_by}", "body": BODY, "save": "x"}
    for n in range(3):
        everything_in_order(ctc=today + timedelta(days=30), email=f"no{n}@example.uk")
        factories.plan(today)
        if n:
            manager.post("/reminders/wordings/item_due", data=words | {"subject": f"Number {n}", "after": str(n - 1)})
        deliver()
    assert [str(message["Subject"]).partition(" ")[0] for message in server.accepted] == ["An", "Number", "Number"]
    rows = list(db.session.scalars(select(Letter).order_by(Letter.id)))
    assert [row.wording for row in rows] == [0, 1, 2]
    assert len({row.content_hash for row in rows}) == 3


def test_a_test_is_filled_with_nobody_real(today):
    facts = sample_facts(today, base_url="http://localhost")
    assert (facts["name"], facts["reference"]) == ("Ada Okafor", "M0001")
