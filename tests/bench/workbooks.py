"""A results workbook of five hundred: its dry run beside openpyxl's own reading of the same file, in one run.

`python -m tests.bench.workbooks` measures this alone.
"""

import gc
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from openpyxl import load_workbook

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core.database import db
from accreditation.core.migrate import migrate
from accreditation.core.sheets import children, read_workbook
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
    """Medians in milliseconds, repetitions taking turns, and two ratios of times that passed.

    `openpyxl_ms` is openpyxl in this process, which has it loaded; `dry_run_ms` the dry run as a service that runs does
    it, with a child standing by; `ratio` of these two is what the bar is about. `alone_ms` is openpyxl in a process of
    its own, `cold_ms` the dry run when the child has yet to be started, as for a second upload in the same instant;
    `cold_ratio` is of these two.
    """
    with _service():
        cohort_id = factories.cohort(capacity=candidates, candidates=candidates).id
        fail: tuple[str, ...] = ("Fail", "20/01/2027", "Took sides.")
        data = filled(cohort_id, *[fail if number % 5 == 0 else ("Pass",) for number in range(candidates)])
        times: dict[str, list[float]] = {"openpyxl": [], "dry_run": [], "alone": [], "cold": []}
        gc.collect()
        gc.freeze()  # as the service does when it has loaded everything
        for _ in range(TIMES):
            times["alone"].append(_timed(lambda: subprocess.run([sys.executable, "-c", ALONE], input=data, check=True)))
            times["cold"].append(_timed(lambda: _dry_run(cohort_id, data)))
            children.keep_one_ready()
            _wait_for_it()
            times["openpyxl"].append(_timed(lambda: _openpyxl(data)))
            times["dry_run"].append(_timed(lambda: _dry_run(cohort_id, data)))
            children.keep_none_ready()
        db.session.rollback()
    gc.unfreeze()
    found = {f"{name}_ms": median(taken) * 1000 for name, taken in times.items()}
    ratios = {"ratio": ("dry_run", "openpyxl"), "cold_ratio": ("cold", "alone")}
    return found | {name: found[f"{one}_ms"] / found[f"{other}_ms"] for name, (one, other) in ratios.items()}


def _wait_for_it() -> None:
    until = perf_counter() + 20
    while not children.one_is_ready():
        assert perf_counter() < until, "the child that stands by never got ready"
        sleep(0.01)


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
    dry, loaded, cold, alone = (round(found[f"{name}_ms"]) for name in ("dry_run", "openpyxl", "cold", "alone"))
    return [
        f"workbook of {CANDIDATES}: dry run {dry} ms, openpyxl where it is loaded {loaded} ms, "
        f"ratio {found['ratio']:.2f} (bar: {BAR})",
        f"with no child standing by: dry run {cold} ms, openpyxl in a process of its own {alone} ms, "
        f"ratio {found['cold_ratio']:.2f}",
    ]


if __name__ == "__main__":
    print("\n".join(lines_of_workbook(measure_workbook())))
