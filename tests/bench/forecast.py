"""The forecast for 52 weeks beside one bare pass over the same rows, and the walk that the daily check makes."""

from collections import defaultdict
from datetime import date
from statistics import median
from typing import Any

from accreditation.core.database import db
from accreditation.people.rules import EVERYTHING
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.forecast import forecast
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.rules.forecast import points_from
from tests.bench.databases import Service
from tests.bench.floor import raw_connection
from tests.bench.timing import timer

WARM_UP = 2
SAME_ROWS = (
    "SELECT p.unit_id, s.starts_on, s.ends_on FROM standing_period s JOIN person p ON p.id = s.person_id "
    "WHERE s.edition = ? AND s.verdict = 'deployable' AND s.starts_on <= ? AND s.ends_on > ?"
)
"""One bare pass: every run that the forecast counts, with its unit, by the driver alone, fetched to the end."""
PAGES = ("/forecast", "/forecast/calendar")


def measure_forecast(service: Service, on: date, repeat: int) -> dict[str, Any]:
    """Medians in milliseconds of the numbers alone, of the bare pass, and of the pages as a browser asks for them."""
    with service.app.app_context():
        scheme = main_scheme(on)
        db.session.remove()
    points = points_from(on)
    connection, mark, adapt = raw_connection(service.url)
    cursor, statement = connection.cursor(), SAME_ROWS.replace("?", mark)
    values = [scheme.edition, adapt(points[-1]), adapt(on)]
    week = f"/forecast/{(points[4]).isoformat()}"
    spent: dict[str, list[float]] = defaultdict(list)
    rows = 0
    for turn in range(WARM_UP + max(5, repeat // 6)):
        taken = {}
        began = timer()
        cursor.execute(statement, values)
        rows = len(cursor.fetchall())
        taken["bare_pass_ms"] = timer() - began
        with service.app.app_context():
            began = timer()
            found = forecast(EVERYTHING, scheme, on)
            taken["forecast_ms"] = timer() - began
            began = timer()
            forecast(EVERYTHING, scheme, on, by_unit=False)
            taken["not_by_unit_ms"] = timer() - began
            db.session.remove()
        for path in (*PAGES, week):
            began = timer()
            status = service.client.get(path).status_code
            taken[f"{'/forecast/<week>' if path == week else path}"] = timer() - began
            if status != 200:
                raise AssertionError(f"{path} answered {status}")
        if turn >= WARM_UP:
            for what, seconds in taken.items():
                spent[what].append(seconds * 1000)
    if not found.points[0].number or rows < found.points[0].number:
        raise AssertionError("the forecast counted nobody, or more than there are")
    medians = {what: round(median(times), 1) for what, times in spent.items()}
    return {
        "people": service.people,
        "rows": rows,
        "working": found.points[0].number,
        **medians,
        "ratio": round(medians["forecast_ms"] / medians["bare_pass_ms"], 2),
    }


def measure_check(service: Service) -> dict[str, Any]:
    """Everybody recomputed and compared, as the daily check does."""
    with service.app.app_context():
        began = timer()
        people = slowest = 0.0
        batch_began = began
        for batch in check_projections():
            people += batch.people
            if batch.differing:
                raise AssertionError(f"{len(batch.differing)} differ")
            db.session.rollback()
            slowest, batch_began = max(slowest, timer() - batch_began), timer()
        seconds = timer() - began
        db.session.remove()
    return {"people": int(people), "seconds": round(seconds, 1), "longest_batch_ms": round(slowest * 1000)}


def lines_of_forecast(measured: list[dict[str, Any]], checks: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"forecast for 52 weeks, {one['people']:,} people ({one['rows']:,} runs): {one['forecast_ms']} ms, "
        f"one bare pass over the same rows {one['bare_pass_ms']} ms, ratio {one['ratio']}; "
        f"not by unit {one['not_by_unit_ms']} ms; "
        f"pages: {', '.join(f'{path} {ms} ms' for path, ms in one.items() if path.startswith('/'))}"
        for one in measured
    ]
    return lines + [
        f"daily check of {one['people']:,}: {one['seconds']} s, longest batch {one['longest_batch_ms']} ms"
        for one in checks
    ]
