"""`python -m tests.bench`: the register page beside its bare floor at two sizes, the engine, and a full rebuild."""

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from accreditation.core import clock
from tests.bench.changing import lines_of_changing, measure_one_fact, measure_rehearsal
from tests.bench.databases import Service, open_service, postgresql_urls, say, sqlite_urls
from tests.bench.engine import lines_of_engine, measure_engine, measure_rebuild
from tests.bench.forecast import lines_of_forecast, measure_check, measure_forecast
from tests.bench.homes import grown, lines_of_homes, measure_homes
from tests.bench.pages import as_json, lines_of_pages, measure_pages
from tests.bench.searching import count_searching, lines_of_searching, measure_searching
from tests.bench.timing import measure_processor_time
from tests.bench.vetting import as_json as vetting_as_json
from tests.bench.vetting import lines_of_vetting, measure_vetting
from tests.bench.workbooks import lines_of_workbook, measure_workbook


def main() -> None:
    asked = _arguments()
    if asked.cpu:
        measure_processor_time()
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    databases = ([] if asked.no_sqlite else ["sqlite"]) + (["postgresql"] if asked.postgres else [])
    with ExitStack() as stack:
        folder = Path(asked.keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        found = []
        for database in databases:
            urls = stack.enter_context(_urls(database, sizes, folder))
            found.append(_measure(database, sizes, urls, folder, asked))
    if not asked.json and not asked.homes:
        print("\n".join(lines_of_workbook(measure_workbook())))
    if asked.json:
        print(json.dumps(found, indent=2))
    if differing := [line for one in found for line in one["differing"]]:
        raise SystemExit("Asks more of more:\n" + "\n".join(differing))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--sizes",
        default="20000,100000",
        help="mediators in each service (default: %(default)s); statements must be as many in all",
    )
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL as well")
    parser.add_argument("--no-sqlite", action="store_true", help="with --postgres: on PostgreSQL alone")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the services here, so that the next run is quick")
    parser.add_argument("--repeat", type=int, default=60, help="repetitions of each page (default: %(default)s)")
    parser.add_argument("--homes", action="store_true", help="first pages and the search alone")
    parser.add_argument("--no-rebuild", action="store_true", help="leave the full rebuilds and rehearsals out")
    parser.add_argument(
        "--cpu",
        action="store_true",
        help="processor time of this process alone, for a busy machine; a PostgreSQL server's own is not in it",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON on standard output")
    return parser.parse_args()


@contextmanager
def _urls(database: str, sizes: list[int], folder: Path) -> Iterator[list[str]]:
    if database == "sqlite":
        yield sqlite_urls(sizes, folder)
    else:
        with postgresql_urls(sizes, folder) as urls:
            yield urls


def _measure(
    database: str, sizes: list[int], urls: list[str], folder: Path, asked: argparse.Namespace
) -> dict[str, Any]:
    services: list[Service] = [open_service(size, url, folder) for size, url in zip(sizes, urls, strict=True)]
    say(f"Measuring on {database}…")
    pages = [] if asked.homes else measure_pages(services, clock.today(), asked.repeat)
    homes = measure_homes(services, asked.repeat)
    counted, more = count_searching(services)
    differing = [f"{database}: {line}" for line in [*grown(homes), *more]]
    searches = measure_searching(services[-1], asked.repeat)
    if asked.homes:
        if not asked.json:
            print("\n".join([*lines_of_homes(homes), *lines_of_searching(searches), *counted]), flush=True)
        return {"database": database, "homes": homes, "searches": searches, "differing": differing}
    engine = measure_engine(services[0], asked.repeat)
    rebuilds = [] if asked.no_rebuild else [measure_rebuild(service) for service in services]
    forecasts = [measure_forecast(service, clock.today(), asked.repeat) for service in services]
    checks = [] if asked.no_rebuild else [measure_check(service) for service in services]
    facts = [measure_one_fact(service, asked.repeat) for service in services]
    rehearsals = [] if asked.no_rebuild else [measure_rehearsal(service) for service in services]
    vetting = measure_vetting(services[-1], clock.today(), asked.repeat)
    if not asked.json:
        print(f"\n{database}: medians of {asked.repeat} in milliseconds. The floor is the SQL and the template.")
        print("counting: the first page after something has changed, when its numbers are counted anew.")
        said = [
            *lines_of_pages(pages),
            *lines_of_homes(homes),
            *lines_of_searching(searches),
            *counted,
            *lines_of_engine(engine, rebuilds),
        ]
        said += lines_of_forecast(forecasts, checks)
        for line in [*said, *lines_of_changing(facts, rehearsals), *lines_of_vetting(vetting)]:
            print(line)
    return {"database": database, "pages": as_json(pages), "homes": homes, "engine": engine, "rebuild": rebuilds} | {
        "searches": searches,
        "differing": differing,
        "one_fact": facts,
        "rehearsal": rehearsals,
        "forecast": forecasts,
        "check": checks,
        "vetting": vetting_as_json(vetting),
    }


main()
