"""Who can be accredited, found by indexes, against the same asked plainly of everybody: in random services."""

import json
import os
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import text

from accreditation.awards.queries.candidates import found_ready
from accreditation.awards.queries.ready import ReadyAsked, count_ready, every_ready
from accreditation.awards.rules.dates import LISTED
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.models import Person
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.queries.schemes import get_scheme
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.services import declare, declaring_many, install_version, void
from tests import factories
from tests.awards.plainly_ready import plainly_ready
from tests.factories import TODAY
from tests.standing import cases

CODE = "X-1"
PEOPLE, DAYS = 24, 6
SOAK = int(os.environ.get("SOAK_SERVICES", "100"))
BY_ITSELF = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


class Service:
    """A random scheme, sometimes in two versions, and people with whatever facts: recorded, struck out, merged."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"ready {seed}")
        self.pivots = [TODAY, date(2024, 6, 1)]
        self.days = set(self.pivots)
        self.units = [factories.unit("Croydon").id, None]
        scheme = self.a_scheme()
        with transaction():
            set_setting("main_scheme", self.random.choice([CODE, CODE, "INHOUSE-WPM"]))
            install_version(read_scheme_file(json.dumps(scheme)), on=date(1900, 1, 1), installed_by=None)
            if self.random.random() < 0.3:
                changed = read_scheme_file(json.dumps(self.a_scheme()))
                install_version(changed, on=date(2024, 5, 1), installed_by=None)
        self.people = [self.somebody(scheme) for _ in range(PEOPLE)]
        for kept, merged in zip(self.people[:8:2], self.people[1:8:2], strict=True):
            if self.random.random() < 0.5:
                factories.merged(kept, merged)

    def a_scheme(self) -> dict:
        scheme = cases.a_scheme(self.random)
        scheme["grace_days"] = self.random.choice([0, 0, 30, 200])
        scheme["requirements"] = scheme["requirements"][: self.random.choice([1, 2, 3, 5])]
        if not any(each["code"] == "award" for each in scheme["requirements"]):
            scheme["requirements"].append({"code": "award", "rule": "held", "kind": "award", "of": CODE})
        return scheme

    def somebody(self, scheme: dict) -> int:
        names = self.random.choice(["Zoë Kowalski", "Ada Okafor", "Ben Cole"])
        person_id = factories.person(name=names, unit_id=self.random.choice(self.units)).id
        rows = cases.some_rows(self.random, scheme) if self.random.random() < 0.4 else []
        with transaction(), declaring_many():
            for row in [*rows, *self.nearly_there(scheme)]:
                self.told(person_id, row)
        return person_id

    def nearly_there(self, scheme: dict) -> list[dict]:
        """Often enough everything that some requirement asks for, and an award that ends around one of the days."""
        pivot = self.random.choice(self.pivots)
        rows = []
        if self.random.random() < 0.6:
            lasts = self.random.choice([-400, -31, -30, -29, -1, 0, 1, 30, 45, 46, 90, 91])
            ends_on = pivot + timedelta(lasts)
            starts_on = ends_on - timedelta(self.random.choice([1, 365, 1000]))
            rows.append({"kind": "award", "code": CODE, "starts_on": starts_on.isoformat()} | {"ends_on": str(ends_on)})
        if self.random.random() < 0.2:
            kind = self.random.choice(["suspension", "leave", "withdrawal", "membership", "waiver", "extension"])
            starts_on, ends_on = (
                pivot - timedelta(self.random.choice(days)) for days in ([400, 10, 0], [0, 1, -1, -90])
            )
            if ends_on > starts_on:
                code = self.random.choice(scheme["requirements"])["code"] if kind in ("waiver", "extension") else None
                rows.append({"kind": kind, "code": code, "starts_on": str(starts_on), "ends_on": str(ends_on)})
        if self.random.random() < 0.8:
            starts_on = pivot - timedelta(self.random.choice([1, 20, 28]))
            for kind in cases.wanted_kinds(scheme["requirements"]):
                if kind != "award":
                    codes = cases.CODES.get(kind) or ([CODE] if kind == "training" else [None])
                    rows += [{"kind": kind, "starts_on": str(starts_on), "code": code, "quantity": 9} for code in codes]
        return rows

    def told(self, person_id: int, row: dict) -> None:
        starts_on = date.fromisoformat(row["starts_on"])
        ends_on = date.fromisoformat(row["ends_on"]) if row.get("ends_on") else None
        self.days |= {starts_on, ends_on or starts_on}
        fact = declare(
            person_id,
            kind=row["kind"],
            code=row.get("code"),
            starts_on=starts_on,
            ends_on=ends_on,
            quantity=None if row.get("quantity") is None else Decimal(str(row["quantity"])),
            scheme=row.get("scheme"),
            source=("test", 1),
            recorded_by=None,
        )
        if row.get("voided_at"):
            db.session.flush()
            void(fact.id, reason="wrong", recorded_by=None)

    def a_day(self) -> date:
        if self.random.random() < 0.6:
            return self.random.choice(self.pivots)
        return self.random.choice(sorted(self.days)) + timedelta(self.random.choice([-90, -1, 0, 0, 1, 30]))


def compare(service: Service) -> Counter:
    """How many of which kind were found, by both, on days around which something changes."""
    found: Counter = Counter()
    viewers = [BY_ITSELF, Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, service.units[0])}))]
    for _ in range(DAYS):
        on = service.a_day()
        details = service.random.choice([{}, {}, {"unit_id": service.units[0]}, {"words": "zoe"}])
        viewer = service.random.choice(viewers)
        plainly = plainly_ready(viewer, ReadyAsked(CODE, on, **details))
        found += Counter(kind for _, kind in plainly)
        for kind in (None, *LISTED):
            asked = ReadyAsked(CODE, on, kind=kind, **details)
            wanted = [(who, what) for who, what in plainly if kind in (None, what)]
            assert [one.person.id for one in every_ready(viewer, asked)] == [who for who, _ in wanted], asked
            numbers = Counter(what for _, what in wanted)
            assert count_ready(viewer, asked) == {each: numbers[each] for each in ([kind] if kind else LISTED)}, asked
    return found


@pytest.mark.parametrize("seed", [1, 9, 12])
def test_the_indexes_find_whoever_asking_everybody_finds(app, seed):
    assert compare(Service(seed)).total() > 10


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1000 + SOAK))
def test_the_indexes_find_whoever_asking_everybody_finds_in_many_services(app, seed):
    compare(Service(seed))


def test_facts_of_somebody_are_looked_up_by_their_records(app, today):
    """A condition on either the person or a list of merged records made PostgreSQL read every fact for each person."""
    scheme = get_scheme("INHOUSE-WPM", today)
    counting = found_ready(scheme, today, None).people.add_columns(Person.id)
    said = str(counting.compile(db.engine, compile_kwargs={"literal_binds": True}))
    if db.engine.dialect.name == "sqlite":
        plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {said}"))]
        assert any(line.startswith("SEARCH evidence USING") and "(person_id=?" in line for line in plan), plan
        assert "SCAN evidence" not in plan, plan  # without any index
        return
    db.session.execute(text("SET LOCAL enable_seqscan = off"))  # so few facts would be read in no time
    plan = [row[0] for row in db.session.execute(text(f"EXPLAIN {said}"))]
    assert any("SubPlan" in line for line in plan), plan
    assert not [line for line in plan if "person_id = person.id" in line and " OR " in line], plan
