"""Names are found whatever stands between their parts, is left out or typed otherwise: the rule, and each search."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.accounts.queries.accounts import accounts_page
from accreditation.awards.queries.ready import ReadyAsked, ready_page
from accreditation.core import outbox
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.desk.queries.register import register_rows
from accreditation.desk.queries.search import find_people
from accreditation.desk.rules.asking import Asked
from accreditation.helpline.queries.contacts import find_mediators
from accreditation.people import services
from accreditation.people.models import Person
from accreditation.people.queries import people_page
from accreditation.people.rules import EVERYTHING, Grant, found_under, looked_for, search_text
from accreditation.practice.queries.entries import LogAsked, every_entry
from cohorts.queries.applications import Wanted, applications_page
from scheduler.queries.letters import LetterFilter, letters_page
from tests import factories

SCHEME = "INHOUSE-WPM"
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


@pytest.mark.parametrize(
    ("said", "under"),
    [
        ("Okafor", ["okafor"]),
        ("O'Brien", ["obrien", "brien"]),
        ("O’Brien", ["obrien", "brien"]),
        ("Oʼbrien", ["obrien", "brien"]),
        ("O`Brien", ["obrien", "brien"]),
        ("O´Brien", ["obrien", "brien"]),
        ("O Brien", ["obrien", "brien"]),
        ("Smith-Jones", ["smithjones", "jones"]),
        ("Smith\u2011Jones", ["smithjones", "jones"]),
        ("O’Brien-Smith", ["obriensmith", "briensmith", "smith"]),
        ("de la Cruz", ["delacruz", "lacruz", "cruz"]),
        ("Núñez", ["nunez"]),
        ("Nu\u0301n\u0303ez", ["nunez"]),
        ("Łuczak", ["luczak"]),
        ("Işıl", ["isil"]),
        ("Straße", ["strasse"]),
        ("St. John", ["stjohn", "john"]),
        ("12/345-6", ["123456", "3456", "6"]),
        ("李", ["李"]),
        ("\U0001f600 %", ["\U0001f600%", "%"]),
        ("", []),
    ],
)
def test_a_name_is_found_under_each_part_with_all_that_follow(said, under):
    assert found_under(said) == under


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("obrien", [("obrien",)]),
        ("O’Brien", [("obrien",)]),
        ("o brien", [("o",), ("brien", "obrien")]),
        ("Smith-Jones, Zoë", [("smithjones",), ("zoe", "smithjoneszoe")]),
        ("de la cruz", [("de",), ("la", "dela"), ("cruz", "lacruz", "delacruz")]),
        ("a b c d", [("a",), ("b", "ab"), ("c", "bc", "abc"), ("d", "cd", "bcd")]),
        ("ada - okafor", [("ada",), ("okafor", "adaokafor")]),
        ("Okafor,Ada", [("okafor",), ("ada", "okaforada")]),
        ("ada\0okafor", [("ada",), ("okafor", "adaokafor")]),
        ("%", [("%",)]),
        ("'", [("'",)]),
        (" ", []),
        ("\0", []),
    ],
)
def test_what_is_typed_is_looked_for_apart_and_run_together(typed, wanted):
    assert looked_for(typed) == wanted


@pytest.mark.parametrize(("words", "looked_at"), [(11, 11), (12, 12), (13, 12)])
def test_no_more_than_twelve_words_are_looked_for(words, looked_at):
    assert len(looked_for("ada " * words)) == looked_at


NAMES = ("O'Brien", "O’Brien", "O Brien", "Obrien", "Brien", "Smith-Jones", "Smith Jones", "Smithjones", "Jones")
NAMES += ("Macdonald", "Mac Donald", "MacDonald", "Donald", "de la Cruz", "Delacruz", "Cruz", "Núñez", "Nunes")
IRISH = {"O'Brien", "O’Brien", "O Brien", "Obrien"}
DOUBLE = {"Smith-Jones", "Smith Jones", "Smithjones"}
CRUZ, NUNEZ = {"de la Cruz", "Delacruz"}, {"Núñez"}
SCOTTISH = {"Macdonald", "Mac Donald", "MacDonald"}
TYPED = {
    **dict.fromkeys(("obrien", "o brien", "O'BRIEN", "O’Brien", "o’br", "obrien x", "x o brien"), IRISH),
    **dict.fromkeys(("smith jones", "smith-jones", "Smithjones", "smith jo", "smith-jones x"), DOUBLE),
    **dict.fromkeys(("macdonald", "mac donald", "Mac-Donald", "mac don"), SCOTTISH),
    **dict.fromkeys(("de la cruz", "delacruz", "De-la Cruz", "dela cruz"), CRUZ),
    **dict.fromkeys(("nunez", "Núñez", "NU\u0301N\u0303EZ", "nunez x"), NUNEZ),
    "obrien jones": set(),
    "jones, smith": {"Smith-Jones", "Smith Jones"},
    "'": set(),
}


def families(people):
    return {person.family_name for person in people}


@pytest.fixture
def known(app, today):
    for name in NAMES:
        person = factories.ready_mediator(trained_on=date(2026, 9, 1))
        with transaction():
            services.rename_person(person.id, given_name="Xenia", family_name=name)


@pytest.mark.parametrize("typed", TYPED)
def test_the_same_people_are_found_by_every_search_for_the_beginnings_of_names(known, today, typed):
    hits = find_people(EVERYTHING, typed, today).hits
    assert {hit.name.removeprefix("Xenia ") for hit in hits} == TYPED[typed]
    rows = register_rows(EVERYTHING, Asked(SCHEME, today, words=typed))
    assert {row.name.removeprefix("Xenia ") for row in rows} == TYPED[typed]
    assert families(one.person for one in find_mediators(typed, EVERYTHING, today)) == TYPED[typed]


def test_every_list_of_people_finds_them(known, today):
    """What stands for whom is in another room; the rule is the same."""
    for person in db.session.scalars(select(Person)).all():
        factories.practice_entry(person.id)
        factories.account(person.id, f"{person.id}@1.2")  # an address has the letters of many names
        factories.application(person.name)
        with transaction():
            outbox.queue(person.id, "email/test/news.txt", about_id=person.id, key=f"news:{person.id}")
    doors = {
        "people": lambda typed: people_page(EVERYTHING, words=typed).rows,
        "accounts": lambda typed: [row.account.person for row in accounts_page(EVERYTHING, on=today, words=typed).rows],
        "ready": lambda typed: [
            row.person for row in ready_page(EVERYTHING, ReadyAsked(SCHEME, today, words=typed)).rows
        ],
        "log": lambda typed: [row.person for row in every_entry(EVERYTHING, LogAsked(words=typed))],
        "letters": lambda typed: [
            row[1] for row in letters_page(EVERYTHING, LetterFilter(words=typed), place=None).rows
        ],
        "applications": lambda typed: [row.person for row in applications_page(EVERYTHING, Wanted(words=typed)).rows],
    }
    inner = {"jones, smith": DOUBLE}  # most of these look within words as well
    for typed, wanted in TYPED.items():
        for door, found in doors.items():
            within = door not in ("log", "letters")
            assert families(found(typed)) == (inner.get(typed, wanted) if within else wanted), (door, typed)


def test_what_people_are_found_by_follows_a_new_name_and_a_merge(app, today):
    maeve, double = factories.person(name="Maeve Okafor"), factories.person(name="Maeve Smith-Jones")
    with transaction():
        services.rename_person(maeve.id, given_name="Maeve", family_name="O’Brien")
    assert [hit.name for hit in find_people(EVERYTHING, "obrien", today).hits] == ["Maeve O’Brien"]
    assert find_people(EVERYTHING, "okafor", today).hits == []
    factories.merged(maeve.id, double.id)
    assert [hit.name for hit in find_people(EVERYTHING, "smith jones", today).hits] == ["Maeve O’Brien"]
    assert db.session.get_one(Person, maeve.id).search_text == search_text("Maeve", "O’Brien", maeve.reference, None)


def test_the_search_page_says_whom_it_found(sign_in, today):
    factories.ready_mediator(name="Maeve O’Brien")
    page = sign_in(MANAGER)
    for typed in ("obrien", "o brien", "o'brien", "O’Brien"):
        assert "Maeve O’Brien" in page.get("/search", query_string={"q": typed}).text, typed
        assert "O’Brien, Maeve" in page.get("/mediators", query_string={"q": typed}).text, typed
    assert "Nothing found" in page.get("/search", query_string={"q": "'"}).text
