"""A results workbook of five hundred: its dry run beside openpyxl's own reading of the same file, in one run."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from openpyxl import load_workbook

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core.database import db
from accreditation.core.migrate import migrate
from accreditation.core.sheets import read_workbook
from cohorts.models import Cohort
from cohorts.queries.plans import plan_results
from cohorts.rules.workbook import read_results
from tests import factories
from tests.cohorts.books import filled

CANDIDATES, TIMES = 500, 5
BAR = 3
"""The dry run takes less than so many times what openpyxl alone needs."""


ALONE = """
import io, sys
from openpyxl import load_workbook
for sheet in load_workbook(io.BytesIO(sys.stdin.buffer.read())):
    for _ in sheet.iter_rows(values_only=True):
        pass
"""


def measure_workbook(candidates: int = CANDIDATES) -> dict[str, float]:
    """Medians in milliseconds, repetitions taking turns: `openpyxl_ms`, `dry_run_ms`, their `ratio`, and `warm_ms`.

    The time that passed. The dry run reads an untrusted file in a process of its own, so openpyxl alone is measured in
    a process of its own too; `warm_ms` is openpyxl in a process that has it loaded, where nothing confines the file.
    """
    with _service():
        cohort_id = factories.cohort(capacity=candidates, candidates=candidates).id
        fail: tuple[str, ...] = ("Fail", "20/01/2027", "Took sides.")
        data = filled(cohort_id, *[fail if number % 5 == 0 else ("Pass",) for number in range(candidates)])
        alone, warm, dry = [], [], []
        for _ in range(TIMES):
            alone.append(_timed(lambda: subprocess.run([sys.executable, "-c", ALONE], input=data, check=True)))
            warm.append(_timed(lambda: _openpyxl(data)))
            dry.append(_timed(lambda: _dry_run(cohort_id, data)))
        db.session.rollback()
    openpyxl_ms, dry_run_ms = median(alone) * 1000, median(dry) * 1000
    ratio = dry_run_ms / openpyxl_ms
    return {"openpyxl_ms": openpyxl_ms, "dry_run_ms": dry_run_ms, "ratio": ratio, "warm_ms": median(warm) * 1000}


def _openpyxl(data: bytes) -> None:
    for sheet in load_workbook(io.BytesIO(data)):
        for _ in sheet.iter_rows(values_only=True):
            pass


def _dry_run(cohort_id: int, data: bytes) -> None:
    """All that a preview is made of: reading, understanding, judging every row against the cohort."""
    db.session.rollback()
    sheet = read_results(read_workbook(data), cohort_id=cohort_id)
    cohort = db.session.get_one(Cohort, cohort_id)
    plan = plan_results(cohort, [row.entry for row in sheet.rows], version=sheet.version, on=factories.TODAY)
    assert plan.may_be_recorded
    assert plan.changes == len(sheet.rows)


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


@contextmanager
def _service() -> Iterator[None]:
    with TemporaryDirectory(prefix="bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        migrate(url)
        app = create_app(replace(Config.from_environment(), database_url=url))
        with app.app_context():
            yield
            db.session.remove()
            db.engine.dispose()


def lines_of_workbook(found: dict[str, float]) -> list[str]:
    dry, alone, warm = (round(found[name]) for name in ("dry_run_ms", "openpyxl_ms", "warm_ms"))
    ratio = found["ratio"]
    return [
        f"workbook of {CANDIDATES}: dry run {dry} ms, openpyxl alone {alone} ms, ratio {ratio:.2f} (bar: {BAR})",
        f"openpyxl in a process that has it loaded: {warm} ms",
    ]
