"""Random sequences of merging, separating, declaring, striking out and renaming, held against an independent model.

The model knows nothing of how it is done: a list of facts, a list of links, and who is one person with whom.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.people.models import Person
from accreditation.people.queries import records_of, wrongly_merged
from accreditation.people.services import rename_person
from accreditation.standing.models import Evidence, EvidenceVoid, StandingPeriod
from accreditation.standing.queries import facts_of, standing_on
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.schemes import history_of
from accreditation.standing.queries.standing import judge
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.services import declare, void
from tests import factories

SCHEME = "INHOUSE-WPM"
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=days) for days in range(0, 800, 97)]
KINDS = (
    ("training", SCHEME, False),
    ("award", SCHEME, True),
    ("clearance", "CTC", True),
    ("refresher", "ROLE-PLAY", False),
    ("case", "co_mediation", False),
    ("suspension", None, True),
    ("cpd", None, False),
)


@dataclass
class Model:
    """What should be, worked out anew each time from the bare lists."""

    people: list[int]
    facts: list[tuple[int, int, Fact]] = field(default_factory=list)  # (id, record, fact)
    struck_out: set[int] = field(default_factory=set)
    links: list[tuple[int, int, int]] = field(default_factory=list)  # (merge, kept, merged)

    def top(self, record: int) -> int:
        for _, kept, merged in self.links:
            if merged == record:
                return self.top(kept)
        return record

    def ledger(self, person: int) -> list[int]:
        """The ids of all facts of whoever this record belongs to."""
        return sorted(number for number, record, _ in self.facts if self.top(record) == self.top(person))

    def standing(self, person: int) -> list[Fact]:
        ids = set(self.ledger(person)) - self.struck_out
        return [fact for number, _, fact in self.facts if number in ids]


def ledger_rows(people: list[int]) -> tuple[list[tuple], list[tuple]]:
    """The evidence and what is struck out, as the database has it, row by row."""
    db.session.rollback()
    evidence, voids = Evidence.__table__, EvidenceVoid.__table__
    facts = db.session.execute(select(evidence).where(evidence.c.person_id.in_(people))).all()
    struck = db.session.execute(select(voids).where(voids.c.evidence_id.in_([row.id for row in facts]))).all()
    return sorted(map(tuple, facts)), sorted(map(tuple, struck))


def play(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    people = [factories.person().id for _ in range(5)]
    model = Model(people)
    for _ in range(steps):
        act = chance.choice(("declare", "declare", "declare", "merge", "merge", "separate", "strike out", "rename"))
        before = ledger_rows(people)
        ACTS[act](chance, model)
        if act in ("merge", "separate", "rename"):
            assert ledger_rows(people) == before, (seed, act)
        compare(model, seed)
    while model.links:  # in the end everybody is who they were
        separate(chance, model)
    compare(model, seed)
    assert [person.merged_into_id for person in db.session.scalars(select(Person).where(Person.id.in_(people)))] == (
        [None] * len(people)
    )


def declare_one(chance: random.Random, model: Model) -> None:
    kind, code, interval = chance.choice(KINDS)
    record, starts_on = chance.choice(model.people), chance.choice(DAYS)
    ends_on = starts_on + timedelta(days=chance.randrange(30, 1200)) if interval else None
    with transaction():
        row = declare(
            record, kind=kind, code=code, starts_on=starts_on, ends_on=ends_on, source=("test", 1), recorded_by=None
        )
        number = row.id
    model.facts.append((number, record, Fact(kind, code, starts_on, ends_on)))


def strike_out(chance: random.Random, model: Model) -> None:
    standing = [number for number, _, _ in model.facts if number not in model.struck_out]
    if standing:
        number = chance.choice(standing)
        with transaction():
            void(number, reason="A mistake", recorded_by=None)
        model.struck_out.add(number)


def merge(chance: random.Random, model: Model) -> None:
    kept, merged = chance.sample(model.people, 2)
    possible = model.top(merged) == merged and model.top(kept) != merged
    try:
        number = factories.merged(kept, merged)
    except DomainError:
        assert not possible
    else:
        assert possible
        model.links.append((number, model.top(kept), merged))


def separate(chance: random.Random, model: Model) -> None:
    if model.links:
        link = chance.choice(model.links)
        factories.separated(link[0])
        model.links.remove(link)


def rename(chance: random.Random, model: Model) -> None:
    with transaction():
        rename_person(chance.choice(model.people), given_name="Jo", family_name=f"Married-{chance.randrange(10**6)}")


ACTS = {
    "declare": declare_one,
    "strike out": strike_out,
    "merge": merge,
    "separate": separate,
    "rename": rename,
}


def compare(model: Model, seed: int) -> None:
    """Every record: whose it is, the whole ledger, the verdict of the engine on it, and what the pages read."""
    db.session.rollback()
    history = history_of(SCHEME)
    for record in model.people:
        top = model.top(record)
        assert records_of(record)[0].id == top, seed
        assert {row.id for row in records_of(record)} == {one for one in model.people if model.top(one) == top}, seed
        assert [fact.id for fact in facts_of(record)] == model.ledger(record), seed
        expected = judge(history, model.standing(record))
        on = DAYS[seed % len(DAYS)]
        found = standing_on(record, SCHEME, on)
        assert found.result.periods == expected.periods, seed
        stored = db.session.execute(
            select(StandingPeriod.starts_on, StandingPeriod.verdict)
            .where(StandingPeriod.person_id == record, StandingPeriod.edition == history.edition)
            .order_by(StandingPeriod.starts_on)
        ).all()
        wanted = [(period.starts_on, period.verdict.value) for period in expected.periods]
        assert [tuple(row) for row in stored] == (wanted if record == top else []), seed


def everything_is_right() -> bool:
    db.session.rollback()
    return not any(batch.differing for batch in check_projections()) and wrongly_merged() == []


def test_a_few_random_sequences_hold(app):
    for seed in range(4):
        play(seed, steps=12)
    assert everything_is_right()


@pytest.mark.soak
def test_five_hundred_random_sequences_hold(app):
    for seed in range(500):
        play(1000 + seed, steps=12)
    assert everything_is_right()
    print(f"500 sequences of merging and separating on {db.engine.dialect.name}: 0 mismatches, {clock.now():%H:%M}")


def test_the_model_notices_a_merge_that_forgets_facts(app, monkeypatch):
    """The negative control: were the union not read, the sequences would say so."""
    from accreditation.standing.queries import evidence

    monkeypatch.setattr(evidence, "merged_among", lambda ids: {})
    with pytest.raises(AssertionError):
        for seed in range(6):
            play(seed, steps=12)
