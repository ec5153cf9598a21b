"""A service's own words: filled and never executed, previewed, tried out, kept in versions."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from scheduler.models import LetterWording
from scheduler.rules.wordings import FOLDER, PLACES, changes_between, fill, reasons_against
from scheduler.services.composing import words_of
from scheduler.services.wordings import said_of, sample_facts, usual_words, write_wording
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
        ("Your CTC ends", BODY, "The subject must not say “CTC”"),
        (SUBJECT, BODY + "\nYour Vetting", "Line 4 of the text must not say “Vetting”"),
        (SUBJECT, BODY + " before lapsing", "Take the word out; “an item on your mediator record” says enough."),
        (SUBJECT, "Hello,\n\n{due_on} {link}", "{due_on} in line 3 of the text is not something that can be filled in"),
        (SUBJECT, "{due_on} {link}", "Did you mean {due_by}?"),
        (SUBJECT, "{Name} {link}", "Did you mean {name}?"),
        (SUBJECT, "{xyzzy} {link}", "Choose one of the names under “What can be filled in”"),
        (SUBJECT, "One\ntwo { three\n{link}", "A brace in line 2 of the text stands alone."),
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


PAST = [letter for letter in PLACES if letter not in ("day_comes", "item_overdue", "seat_asked", "own_day_comes")]
"""Those whose own words say as much once the day has passed; the others have a sentence of their own for that."""


@pytest.mark.parametrize(
    ("letter", "items", "is_past"),
    [*((letter, 1, False) for letter in PLACES), *((letter, 3, True) for letter in PAST), ("digest", 0, False)],
)
def test_what_a_service_begins_with_is_what_the_product_says(app, today, letter, items, is_past):
    facts = sample_facts(today, base_url="http://localhost") | {"items": items, "is_past": is_past}
    subject, body, number = words_of(f"{FOLDER}{letter}.txt", dict(facts))
    usual, said = usual_words(letter), said_of(letter, facts)
    assert number == 0
    assert fill(usual.subject, said) == subject
    assert fill(usual.body, said).split() == body.split()
    assert reasons_against(letter, *usual) == []


def test_what_is_counted_has_a_capital_where_a_sentence_begins():
    said = {"items": "an item", "name": "ada"}
    assert fill("{items}. {items}: {items}\n\n{items} {name}", said) == "An item. An item: an item\n\nAn item ada"


def test_changes_are_told_word_by_word():
    assert changes_between("It is due.\n\nGo on", "It was due.\r\n\r\nGo") == [
        ("same", "It "), ("out", "is"), ("in", "was"), ("same", " due.\n\nGo"), ("out", " on"),
    ]  # fmt: skip
    assert changes_between("The same", "The same ") == [("same", "The same")]


def test_the_editor_begins_with_the_words_in_force_and_shows_what_was_changed(app, sign_in, today):
    manager = sign_in(MANAGER)
    path, usual = "/reminders/wordings/item_due", usual_words("item_due")
    page = manager.get(path).text
    assert f'value="{usual.subject}"' in page
    assert usual.body in page
    assert "<ins>" not in page
    words = {"subject": usual.subject, "body": usual.body.replace("Dear", "Hello"), "after": "0", "save": "x"}
    assert "Saved. Every letter" in manager.post(path, data=words, follow_redirects=True).text
    page = manager.get(path).text
    assert "Hello {name}," in page
    assert re.search(r"<del>.{0,70}Dear.{0,50}</del><ins>.{0,70}Hello", page)
    # The product's own words, saved, are none of the service's.
    back = words | {"body": usual.body, "after": "1"}
    assert "usual words again" in manager.post(path, data=back, follow_redirects=True).text
    assert [row.subject for row in db.session.scalars(select(LetterWording).order_by(LetterWording.number))][1] is None
    again = words | {"body": usual.body, "after": "2"}
    assert "Nothing was saved" in manager.post(path, data=again, follow_redirects=True).text
    assert db.session.scalar(select(func.count()).select_from(LetterWording)) == 2
    # Earlier ones can be taken up, and are not in force until they are saved.
    page = manager.get(f"{path}?version=1").text
    assert "Hello {name}," in page
    assert "These are the words of version 1; they are not in force until they are saved." in page
    assert "The usual words are in force." in page
    for odd in ("99", "x", "-1", "9" * 40):
        assert "Dear {name}," in manager.get(f"{path}?version={odd}").text


def test_a_refused_word_is_shown_as_it_was_typed_with_its_line_and_nothing_is_lost(app, sign_in, today):
    typed = "Dear {name},\n\nyour CTC is due by {due_on}: {link}"
    data = {"subject": SUBJECT, "body": typed, "after": "0", "save": "x"}
    page = unescape(sign_in(MANAGER).post("/reminders/wordings/item_due", data=data).text)
    assert "Line 3 of the text must not say “CTC”" in page
    assert "Did you mean {due_by}?" in page
    assert typed in page.replace("\r\n", "\n")
    assert "<title>Error: " in page


def test_a_preview_with_somebody_real_says_what_comes_next_about_them(app, sign_in, today):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    day = today + timedelta(days=45)
    who = everything_in_order(ctc=day, cpd=day, name="Bo Lind", email="bo@example.uk", unit_id=croydon.id)
    manager = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, croydon.id))
    usual = usual_words("item_due")
    data = {"subject": usual.subject, "body": usual.body, "after": "0", "who": who.reference.lower(), "look": "x"}
    page = manager.post("/reminders/wordings/item_due", data=data).text
    assert "To Bo Lind, with what comes next about them." in page
    assert "Dear Bo Lind," in page
    assert "items on your mediator record are due by 18 March 2027" in page
    assert "These words are not saved yet." in page
    about = data | {"subject": "{reference}", "body": "{name} {reference} {link}"}
    page = manager.post("/reminders/wordings/item_overdue", data=about).text
    assert f'<p class="note-title">{who.reference}</p>' in page
    assert f"/mediators/{who.reference}" in page
    # Whoever may not know of them is told what they are told of nobody.
    other = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, lambeth.id))
    for reference in (who.reference, "M9999"):
        page = other.post("/reminders/wordings/item_due", data=data | {"who": reference}).text
        assert f"There is nobody with the reference “{reference}” whom you may see." in page
        assert "Bo Lind" not in page
    assert db.session.scalar(select(func.count()).select_from(LetterWording)) == 0


def test_own_words_that_name_a_mediator_are_not_used_about_a_cohort(app, today):
    """Outstanding results are about no mediator: without this their letter would say "the record of  is due"."""
    writer = factories.person()
    with transaction():
        write_wording("item_overdue", "Mine {reference}", "{reference} {link}", after=0, written_by=writer.id)
    facts = sample_facts(today, base_url="http://localhost")
    assert words_of(f"{FOLDER}item_overdue.txt", dict(facts))[0] == "Mine M0001"
    db.session.rollback()
    assert words_of(f"{FOLDER}item_overdue.txt", facts | {"reference": None})[0].startswith("Results of a cohort")


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
    assert "Your own words are in force, version 1." in manager.get(path).text
    quicker = manager.post(path, data=words | {"subject": "Mine", "save": "x"}).text
    assert "Somebody else has changed these words" in quicker
    manager.post(f"{path}/test")
    assert deliver().states == {"sent": 1}
    assert server.accepted[0]["Subject"] == "Test: Before 4 March 2027, please"
    assert "there is an item to see to" in server.accepted[0].get_body(("plain",)).get_content()
    manager.post(f"{path}/usual")
    assert "The usual words are in force." in manager.get(path).text
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
