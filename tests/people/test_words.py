"""Finding people by the beginnings of their words: what is kept for it, and the same asked of everybody."""

from random import Random

import pytest
from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import aliased

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.people import services
from accreditation.people.models import Person, PersonWord
from accreditation.people.queries import found_by
from accreditation.people.rules import plain, search_words
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


def by_reading_everybody(words: list[str]) -> set[int]:
    """The conditions that were asked before there was an index."""
    merged = aliased(Person)
    own = [Person.search_text.contains(f" {word}", autoescape=True) for word in words]
    former = [merged.search_text.contains(f" {word}", autoescape=True) for word in words]
    by_former = select(merged.merged_into_id).where(merged.merged_into_id.is_not(None), *former)
    found = select(Person.id).where(Person.merged_into_id.is_(None), or_(and_(*own), Person.id.in_(by_former)))
    return set(db.session.scalars(found))


def by_the_index(words: list[str]) -> set[int]:
    return set(db.session.scalars(select(Person.id).where(found_by(f" {word}" for word in words))))


def test_the_words_follow_whatever_changes_them(app):
    ada = factories.person(name="Ada Okafor", pay_number="0815")
    assert kept()[ada.id] == sorted(["ada", "okafor", "0815", ada.reference.lower()])
    with transaction():
        services.rename_person(ada.id, given_name="Ada", family_name="Ada Obi")
    with transaction():
        services.change_details(ada.id, pay_number="0816", unit_id=None, holder_kind=None)
    assert kept()[ada.id] == sorted(["ada", "obi", "0816", ada.reference.lower()])
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
        words = []
        for name in random.choices(NAMES, k=random.choice((1, 1, 2, 3))):
            word = random.choice(plain(name).split())
            words.append(word[: random.randint(1, len(word))])
        wanted = by_reading_everybody(words)
        assert by_the_index(words) == wanted, words
        found += bool(wanted)
    assert found > 40


def test_a_search_reads_an_index_and_not_everybody(app):
    statement = select(Person.id).where(found_by([" oka", " ada"])).order_by(Person.sort_name, Person.id)
    said = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    if db.engine.dialect.name == "sqlite":
        plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {said}"))]
        assert any("person_word" in line and "word>? AND word<?" in line for line in plan), plan
        assert not any(line.startswith("SCAN") for line in plan), plan
        return
    db.session.execute(text("SET LOCAL enable_seqscan = off"))  # so few people would be read in no time
    plan = [row[0] for row in db.session.execute(text(f"EXPLAIN {said}"))]
    assert any("pk_person_word" in line for line in plan), plan
    assert not any("Seq Scan" in line for line in plan), plan
