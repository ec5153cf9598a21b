"""The engine against the day-by-day model: the same random files, answered twice."""

import json
import os
from datetime import date, timedelta
from random import Random

import pytest

from accreditation.standing.rules.contract.moments import parse_known_on
from accreditation.standing.rules.contract.results import evaluation
from accreditation.standing.rules.contract.rows import read_evidence
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.rules.evidence import known
from tests.standing import cases
from tests.standing.oracle import Model

IN_THE_SUITE = 300
SOAK = int(os.environ.get("SOAK_CASES", "5000"))


def check(seed: int) -> None:
    random = Random(seed)
    scheme = cases.a_scheme(random)
    rows = cases.some_rows(random, scheme)
    known_on = cases.known_on(random, rows)
    moment = parse_known_on(known_on) if known_on else None
    read, evidence = read_scheme_file(json.dumps(scheme)), read_evidence(json.dumps(rows))
    assert isinstance(evidence, list)
    facts = known(evidence, moment)
    model = Model(scheme, rows, known_on)
    told = json.dumps({"seed": seed, "scheme": scheme, "rows": rows, "known_on": known_on})
    assert evaluation(read, facts, None) == model.everything(), told
    for _ in range(3):
        on = date(2023, 1, 1) + timedelta(random.randrange(2000))
        if rows and random.random() < 0.6:
            on = date.fromisoformat(random.choice(rows)["starts_on"]) + timedelta(random.choice([-1, 0, 1, 364, 366]))
        assert evaluation(read, facts, on) == model.on(on.isoformat()), (on, told)


@pytest.mark.parametrize("batch", range(10))
def test_the_engine_agrees_with_the_day_by_day_model(batch: int) -> None:
    for seed in range(batch * IN_THE_SUITE // 10, (batch + 1) * IN_THE_SUITE // 10):
        check(seed)


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(50))
def test_the_engine_agrees_on_thousands(batch: int) -> None:
    for seed in range(batch * SOAK // 50, (batch + 1) * SOAK // 50):
        check(3_000_000 + seed)
