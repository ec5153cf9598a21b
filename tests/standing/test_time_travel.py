"""Any day, by what was known at any moment: random histories, told to the ledger as they would have been, against the
day-by-day model of the contract, which is given what this test itself said and when, and reads nothing.
"""

import json
import os
from bisect import bisect
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
import time_machine

from accreditation.core.database import db, transaction
from accreditation.core.settings import set_setting
from accreditation.standing.queries.schemes import get_scheme
from accreditation.standing.queries.standing import standing_on, standings_on
from accreditation.standing.rules.contract.moments import parse_known_on
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.services import declare, install_version, void
from tests import factories
from tests.standing import cases
from tests.standing.oracle import Model

IN_THE_SUITE = 300
SOAK = int(os.environ.get("SOAK_QUESTIONS", "100000"))
PEOPLE, MOMENTS, DAYS = 10, 10, 10
FIRST_MOMENT = datetime(2023, 6, 1, tzinfo=UTC)
SINCE_EVER = date(1900, 1, 1)


class Remembering(Model):
    """The model, which works out a day once."""

    def __init__(self, *asked):
        super().__init__(*asked)
        self.days = {}

    def verdict(self, day):
        if day not in self.days:
            self.days[day] = super().verdict(day)
        return self.days[day]


class World:
    """A service with one scheme, and people whose facts are recorded and struck out over two years.

    `versions`: (effective from, scheme); the first is there from the start, and is what the model judges by.
    """

    def __init__(self, seed: int, versions: list[tuple[date, dict]] | None = None) -> None:
        self.random = Random(seed)
        self.versions = versions or [(SINCE_EVER, cases.a_scheme(self.random))]
        self.scheme = self.versions[0][1]
        self.rows: dict[int, list[dict]] = {}
        with transaction():
            set_setting("main_scheme", self.scheme["code"])
            for effective_from, scheme in self.versions:
                install_version(read_scheme_file(json.dumps(scheme)), on=effective_from, installed_by=None)
        self.live_through()

    def live_through(self) -> None:
        """Tell the ledger everything at its moment, in the order of time."""
        plans = []
        for _ in range(PEOPLE):
            person_id = factories.person().id
            self.rows[person_id] = []
            for row in cases.some_rows(self.random, self.scheme):
                told = {name: value for name, value in row.items() if name not in ("recorded_at", "voided_at", "id")}
                at = self.a_moment()
                plans.append((at, len(plans), person_id, told, self.struck_out_at(at)))
        voids = []
        for at, _, person_id, told, voided_at in sorted(plans, key=lambda plan: plan[:2]):
            self.strike_out(voids, until=at)
            with time_machine.travel(at, tick=False), transaction():
                fact_id = declare(
                    person_id,
                    kind=told["kind"],
                    code=told.get("code"),
                    starts_on=date.fromisoformat(told["starts_on"]),
                    ends_on=date.fromisoformat(told["ends_on"]) if told.get("ends_on") else None,
                    quantity=None if told.get("quantity") is None else Decimal(str(told["quantity"])),
                    scheme=told.get("scheme"),
                    source=("test", 1),
                    recorded_by=None,
                ).id
            row = {**told, "id": fact_id, "recorded_at": at.isoformat()}
            self.rows[person_id].append(row)
            if voided_at:
                voids.insert(bisect([void[0] for void in voids], voided_at), (voided_at, row))
        self.strike_out(voids, until=None)

    def strike_out(self, voids: list[tuple[datetime, dict]], *, until: datetime | None) -> None:
        while voids and (until is None or voids[0][0] <= until):
            at, row = voids.pop(0)
            with time_machine.travel(at, tick=False), transaction():
                void(row["id"], reason="wrong", recorded_by=None)
            row["voided_at"] = at.isoformat()

    def a_moment(self) -> datetime:
        """On a few days only and at awkward hours, so that several things happen at once."""
        day = self.random.choice([0, 1, 29, 150, 302, 303, 304, 400, 500, 512, 700])  # 302: the clocks go forward
        hour = self.random.choice([0, 9, 12, 22, 23])
        return FIRST_MOMENT + timedelta(days=day, hours=hour, minutes=self.random.choice([0, 0, 30, 59]))

    def struck_out_at(self, recorded_at: datetime) -> datetime | None:
        if self.random.random() > 0.35:
            return None
        return recorded_at + self.random.choice(
            [timedelta(0), timedelta(microseconds=1), timedelta(hours=1), timedelta(days=30), timedelta(days=200)]
        )

    def a_known_on(self, person_id: int) -> str | None:
        """Now, the end of a day, or a moment: often exactly one at which something happened, or just before it."""
        chance = self.random.random()
        if chance < 0.25:
            return None
        moments = [row[name] for row in self.rows[person_id] for name in ("recorded_at", "voided_at") if row.get(name)]
        at = datetime.fromisoformat(self.random.choice(moments)) if moments and chance < 0.8 else self.a_moment()
        if chance < 0.45:
            return (at + timedelta(self.random.choice([-1, 0, 0, 1]))).date().isoformat()
        return (at + self.random.choice([timedelta(0), timedelta(0), timedelta(microseconds=-1)])).isoformat()

    def a_day(self, person_id: int) -> date:
        rows = self.rows[person_id]
        if rows and self.random.random() < 0.7:
            row = self.random.choice(rows)
            day = date.fromisoformat(row.get("ends_on") or row["starts_on"])
            return day + timedelta(self.random.choice([-1, 0, 1, 30, 364, 365, 366]))
        return date(2022, 6, 1) + timedelta(self.random.randrange(2200))


def ask(world: World, questions: int) -> int:
    """Ask so many, half of those about now of the projection too; how many were asked. Fails at the first mismatch."""
    asked = 0
    scheme = get_scheme(world.scheme["code"])
    while asked < questions:
        person_id = world.random.choice(list(world.rows))
        known_on = world.a_known_on(person_id)
        model = Remembering(world.scheme, world.rows[person_id], known_on)
        moment = parse_known_on(known_on) if known_on else None
        for _ in range(DAYS):
            on = world.a_day(person_id)
            said = model.on(on.isoformat())
            told = json.dumps({"on": said["on"], "known_on": known_on, "scheme": world.scheme, "rows": model.rows})
            standing = standing_on(person_id, scheme, on, known_on=moment)
            answer = {
                "on": on.isoformat(),
                "verdict": standing.verdict.value,
                "failing": list(standing.failing),
                "limiting": standing.limiting,
                "limiting_end": text_of(standing.limiting_end),
                "valid_through": text_of(standing.valid_through),
                "renewal_due": list(standing.renewal_due),
                "because": {code: [fact.id for fact in facts] for code, facts in standing.because().items()},
            }
            assert answer == said, told
            asked += 1
            if known_on is None:
                assert projected(person_id, scheme, on) == expected(model, said), told
                asked += 1
    db.session.rollback()
    return asked


def projected(person_id, scheme, on):
    """What pages read for today's knowledge: None where nothing is recorded by that day."""
    row = standings_on([person_id], scheme, on).get(person_id)
    return row and (row.verdict.value, list(row.failing), row.limiting, text_of(row.limiting_end))


def expected(model, said):
    if (
        not model.all_rows
        or min(model.start(row) for row in model.all_rows) > date.fromisoformat(said["on"]).toordinal()
    ):
        assert said["verdict"] == "not_accredited"
        return None
    return said["verdict"], said["failing"], said["limiting"], said["limiting_end"]


def text_of(day):
    return day.isoformat() if day else None


@pytest.mark.parametrize("seed", range(3))
def test_any_day_by_what_was_known_at_any_moment(app, seed):
    assert ask(World(seed), IN_THE_SUITE // 3) >= IN_THE_SUITE // 3


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100))
def test_a_hundred_thousand_questions(app, seed):
    assert ask(World(7_000_000 + seed), SOAK // 100) >= SOAK // 100
