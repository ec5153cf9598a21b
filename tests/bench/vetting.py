"""The vetting board and the forecast of renewals beside their bare floor: the same SQL, the same template.

The floor of the board is what it cannot do without: one pass over the clearances for its numbers, the rows of its list,
how many applications are open. That of the forecast is the pass, the decisions and the counts that its page shows.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select

from accreditation.core.calendar import anniversary
from accreditation.core.database import db, transaction
from tests.bench.databases import Service, signed_in
from tests.bench.floor import captured, raw_connection
from tests.bench.timing import timer
from vetting.models import Clearance, ClearanceApplication
from vetting.queries.lead_times import lead_days

WARM_UP = 3
OPEN, DECIDED = 3_000, 20_000
"""Applications added to the demo's few: as many as a hundred thousand have under way, and decided in two years."""

UNDER_WAY = (
    "EXISTS (SELECT 1 FROM clearance_application a WHERE a.person_id = c.person_id AND a.level = c.level "
    "AND a.decided_on IS NULL)"
)
CURRENT = (
    "FROM clearance c JOIN person p ON p.id = c.person_id WHERE c.state IN ('granted', 'granted_with_conditions') "
    "AND c.struck_out_on IS NULL AND (p.left_on IS NULL OR p.left_on > ?) AND NOT EXISTS (SELECT 1 FROM clearance l "
    "WHERE l.person_id = c.person_id AND l.level = c.level AND l.id <> c.id AND l.struck_out_on IS NULL "
    "AND l.state IN ('granted', 'granted_with_conditions') AND (l.ends_on IS NULL OR l.ends_on > c.ends_on)) "
)
PASS = (
    f"SELECT level, ends_on, applied, count(*) FROM (SELECT c.level, c.ends_on, {UNDER_WAY} AS applied {CURRENT} "
    "AND c.ends_on > ? AND c.ends_on <= ?) AS each_one GROUP BY level, ends_on, applied"
)
ROWS = (
    f"SELECT p.id, p.reference, p.given_name, p.family_name, c.id, c.level, c.granted_on, c.ends_on, {UNDER_WAY} "
    f"{CURRENT} AND c.ends_on > ? AND c.ends_on <= ? ORDER BY c.ends_on, c.id LIMIT 51"
)
OPEN_ONES = (
    "SELECT count(*), sum(CASE WHEN initiated_on < ? THEN 1 ELSE 0 END) FROM clearance_application "
    "WHERE decided_on IS NULL"
)
DECISIONS = (
    "SELECT level, submitted_on, decided_on, count(*) FROM clearance_application WHERE decided_on > ? "
    "AND state IN ('granted', 'granted_with_conditions', 'refused') AND submitted_on IS NOT NULL "
    "AND struck_out_on IS NULL GROUP BY level, submitted_on, decided_on"
)
ADVERSE = "SELECT state, count(*) FROM clearance WHERE state IN ('suspended', 'withdrawn') GROUP BY state"


@dataclass(frozen=True)
class Measured:
    """Medians in milliseconds. `ratio`: the page to the floor, which is its statements and its template."""

    page: str
    clearances: int
    page_ms: float
    statements_ms: float
    template_ms: float
    ratio: float


@dataclass(frozen=True)
class Asked:
    """A page by its address, and the statements of its floor with their values."""

    name: str
    path: str
    floor: tuple[tuple[str, tuple[Any, ...]], ...]


def questions(on: date, lead: int) -> list[Asked]:
    ever, far = date(1900, 1, 1), date(9999, 12, 31)
    months = anniversary(on.replace(day=1), 12)
    numbers = (
        (PASS, (on, ever, max(months, on + timedelta(lead + 30)))),
        (OPEN_ONES, (on - timedelta(63),)),
    )

    def board(name: str, path: str, after: date, until: date) -> Asked:
        return Asked(name, path, (*numbers, (ROWS, (on, after, until))))

    ahead = anniversary(on.replace(day=1), 24) + timedelta(lead + 1)
    return [
        board("board, ending", "/vetting", on, far),
        board("board, too late", "/vetting?list=late", on, on + timedelta(lead)),
        board("board, to start", "/vetting?list=start", on + timedelta(lead), on + timedelta(lead + 30)),
        board("board, overdue", "/vetting?list=overdue", ever, on),
        Asked(
            "forecast of renewals",
            "/vetting/figures",
            ((PASS, (on, on, ahead)), (DECISIONS, (anniversary(on, -24),)), (ADVERSE, ())),
        ),
    ]


def measure_vetting(service: Service, on: date, repeat: int) -> list[Measured]:
    """The pages as a vetting officer asks for them; repetitions take turns."""
    with service.app.app_context():
        clearances = _with_applications(on)
        client = signed_in(service.app, "vetting@example.police.uk")
        lead = lead_days()["CTC"]
        db.session.remove()
    connection, mark, adapt = raw_connection(service.url)
    cursor = connection.cursor()
    asked = questions(on, lead)
    pages = {one.path: captured(service.app, lambda one=one: client.get(one.path)) for one in asked}
    spent: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(WARM_UP + max(5, repeat // 4)):
        for one in asked:
            template, context = pages[one.path]
            context = {name: value for name, value in context.items() if name not in {"request", "session", "g"}}
            taken = {}
            began = timer()
            response = client.get(one.path)
            taken["page"] = timer() - began
            if response.status_code != 200 or response.text.count("<tr>") < 2:
                raise AssertionError(f"{one.path} answered {response.status_code} with no rows")
            began = timer()
            for statement, values in one.floor:
                cursor.execute(statement.replace("?", mark), [adapt(value) for value in values])
                rows = cursor.fetchall()
            taken["statements"] = timer() - began
            if not rows:
                raise AssertionError(f"{one.name}: the floor found nothing")
            with service.app.test_request_context(one.path):
                began = timer()
                template.render(context)
                taken["template"] = timer() - began
            if turn >= WARM_UP:
                for what, seconds in taken.items():
                    spent[one.name][what].append(1000 * seconds)
    return [
        _summed_up(name, clearances, {what: median(found) for what, found in times.items()})
        for name, times in spent.items()
    ]


def _summed_up(name: str, clearances: int, times: dict[str, float]) -> Measured:
    return Measured(
        page=name,
        clearances=clearances,
        page_ms=round(times["page"], 1),
        statements_ms=round(times["statements"], 1),
        template_ms=round(times["template"], 1),
        ratio=round(times["page"] / (times["statements"] + times["template"]), 2),
    )


def _with_applications(on: date) -> int:
    """As many applications as a service of that size has; how many clearances there are."""
    if (db.session.scalar(select(func.count()).select_from(ClearanceApplication)) or 0) < OPEN:
        random = Random(1)
        busy = select(ClearanceApplication.person_id).where(ClearanceApplication.decided_on.is_(None))
        held = select(Clearance.person_id).where(
            Clearance.level == "CTC", Clearance.ends_on > on, Clearance.person_id.not_in(busy)
        )
        people = list(dict.fromkeys(db.session.scalars(held.order_by(Clearance.ends_on))))
        rows = [_open(person_id, on, random) for person_id in people[: 3 * OPEN : 3]]
        rows += [_decided(person_id, on, random) for person_id in people[-DECIDED:]]
        with transaction():
            for start in range(0, len(rows), 500):
                db.session.execute(insert(ClearanceApplication.__table__), rows[start : start + 500])
    return db.session.scalar(select(func.count()).select_from(Clearance)) or 0


def _open(person_id: int, on: date, random: Random) -> dict[str, Any]:
    begun = on - timedelta(random.randint(1, 150))
    return _row(person_id, state="submitted", initiated_on=begun, submitted_on=begun, state_on=begun, decided_on=None)


def _decided(person_id: int, on: date, random: Random) -> dict[str, Any]:
    decided = on - timedelta(random.randint(1, 700))
    begun = decided - timedelta(random.randint(20, 110))
    state = "refused" if random.random() < 0.02 else "granted"
    return _row(person_id, state=state, initiated_on=begun, submitted_on=begun, state_on=decided, decided_on=decided)


def _row(person_id: int, **details: Any) -> dict[str, Any]:
    return {"person_id": person_id, "level": "CTC", **details}


def lines_of_vetting(measured: list[Measured]) -> list[str]:
    lines = [f"{'vetting':24} {'clearances':>10} {'page':>8} {'SQL':>8} {'template':>9} {'ratio':>6}"]
    return lines + [
        f"{one.page:24} {one.clearances:>10,} {one.page_ms:>8.1f} {one.statements_ms:>8.1f} {one.template_ms:>9.1f} "
        f"{one.ratio:>6.2f}"
        for one in measured
    ]


def as_json(measured: list[Measured]) -> list[dict[str, Any]]:
    return [asdict(one) for one in measured]
