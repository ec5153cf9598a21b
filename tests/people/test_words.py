"""Finding people by the beginnings of their words: what is kept for it, and the same asked of everybody."""

from random import Random

import pytest
from sqlalchemy import insert, select, text

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.people import services
from accreditation.people.models import Person, PersonWord
from accreditation.people.queries import found_by
from accreditation.people.rules import looked_for, search_text, search_words
from tests import factories

NAMES = (
    "Zoë",
    "Zoltán",
    "Żak",
    "Łukasz",
    "O’Brien",
    "O'Brien",
    "Ævar",
    "Ada",
    "Adam",
    "Smith-Jones",
    "De La Cruz",
    "李",
)
NAMES += ("Ngũgĩ", "Straße", "50%", "under_score", "Ångström", "\u1e9e", "\U0001f600", "Z")


def kept() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in db.session.execute(select(PersonWord.person_id, PersonWord.word)):
        found.setdefault(row.person_id, []).append(row.word)
    return {person_id: sorted(words) for person_id, words in found.items()}


def everybodys_words() -> dict[int, list[str]]:
    people = db.session.execute(select(Person.id, Person.search_text))
    return {person_id: search_words(said) for person_id, said in people}


def by_reading_everybody(typed: str, *, anywhere: bool) -> set[int]:
    """Word by word in Python, without a database's own comparing."""

    def has_all(said: str) -> bool:
        if anywhere:
            return all(any(word in said for word in spellings) for spellings in looked_for(typed))
        return all(any(f" {word}" in said for word in spellings) for spellings in looked_for(typed))

    people = db.session.execute(select(Person.id, Person.merged_into_id, Person.search_text))
    return {kept_id or person_id for person_id, kept_id, said in people if has_all(said)}


def by_asking(typed: str, *, anywhere: bool) -> set[int]:
    return set(db.session.scalars(select(Person.id).where(found_by(typed, anywhere=anywhere))))


def test_the_words_follow_whatever_changes_them(app):
    ada = factories.person(name="Ada Okafor", pay_number="0815")
    assert kept()[ada.id] == sorted(["ada", "okafor", "0815", ada.reference.lower()])
    with transaction():
        services.rename_person(ada.id, given_name="Ada", family_name="Obi Ada")
    with transaction():
        services.change_details(ada.id, pay_number="0816", unit_id=None, holder_kind=None)
    assert kept()[ada.id] == sorted(["ada", "obiada", "0816", ada.reference.lower()])
    add_in_bulk(seed=1, mediators=12, on=factories.TODAY, now=clock.now())
    assert kept() == everybodys_words()


@pytest.mark.parametrize("seed", range(3))
def test_the_index_finds_whoever_reading_everybody_finds(app, seed):
    random = Random(f"words {seed}")
    people = [factories.person(name=" ".join(random.choices(NAMES, k=random.randint(2, 3)))).id for _ in range(40)]
    for kept_id, merged_id in zip(people[:10:2], people[1:10:2], strict=True):
        factories.merged(kept_id, merged_id)
    assert kept() == everybodys_words()
    found = 0
    for _ in range(120):
        names = random.choices(NAMES, k=random.choice((1, 1, 2, 3)))
        typed = " ".join(name[: random.randint(1, len(name))] for name in names)
        for anywhere in (False, True):
            wanted = by_reading_everybody(typed, anywhere=anywhere)
            assert by_asking(typed, anywhere=anywhere) == wanted, (typed, anywhere)
            found += bool(wanted)
    assert found > 80


def a_crowd(connection, number: int) -> None:
    """So many people with words of their own, of whom the database knows how many there are. Never committed."""
    random = Random("a crowd")
    people, words = [], []
    for n in range(1, number + 1):
        given, family = ("".join(random.choices("abdeklor", k=7)) for _ in range(2))
        reference = f"C{n:05}"
        named = {"given_name": given, "family_name": family, "sort_name": f"{family} {given}"}
        people.append(
            {"id": n, "reference": reference, "search_text": search_text(given, family, reference, None)} | named
        )
        words += [{"person_id": n, "word": word} for word in search_words(people[-1]["search_text"])]
    connection.execute(insert(Person.__table__), people)
    connection.execute(insert(PersonWord.__table__), words)
    connection.execute(text("ANALYZE person"))
    connection.execute(text("ANALYZE person_word"))


@pytest.mark.parametrize("typed", ["oka ada", "ada oka", "de la cruz"])
def test_a_search_reads_an_index_and_not_everybody(app, typed):
    statement = select(Person.id).where(found_by(typed)).order_by(Person.sort_name, Person.id)
    said = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    with db.engine.connect().execution_options(writing=True) as connection:
        a_crowd(connection, 3000)  # how a question is planned for people whom nobody has counted says nothing
        if db.engine.dialect.name == "sqlite":
            plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))]
            assert any("person_word" in line and "word>? AND word<?" in line for line in plan), plan
            assert not any(line.startswith("SCAN") for line in plan), plan
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # so few are read in no time
            plan = [row[0] for row in connection.execute(text(f"EXPLAIN {said}"))]
            assert any("pk_person_word" in line for line in plan), "\n".join(plan)
            assert not any("Seq Scan" in line for line in plan), plan
