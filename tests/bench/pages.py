"""How long a page takes, through the whole application, beside its bare floor. Repetitions take turns."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from accreditation.core.database import db
from accreditation.people.models import Unit
from tests.bench.databases import Service
from tests.bench.floor import Floor, Question
from tests.bench.timing import timer

WARM_UP = 5


@dataclass(frozen=True)
class Measured:
    """Medians in milliseconds. `ratio`: the page to the floor, which is the statement and the template.

    `counting_ms`: the page when its count has to be worked out anew, the first time after something has changed.
    """

    page: str
    people: int
    page_ms: float
    statement_ms: float
    template_ms: float
    counting_ms: float
    ratio: float
    counting_ratio: float


def questions(service: Service, on: date) -> list[Question]:
    with service.app.app_context():
        unit = db.session.query(Unit).filter_by(name="Croydon").one().id
    within = on + timedelta(90)
    return [
        Question("register, plain", "/mediators"),
        Question(
            "register, unit + verdict + ends within 90 days",
            f"/mediators?unit={unit}&verdict=deployable&ends=90",
            (
                ("p.unit_id = ?", unit),
                ("s.verdict = ?", "deployable"),
                ("s.limiting_end > ?", on),
                ("s.limiting_end <= ?", within),
            ),
        ),
        Question("register, one unit", f"/mediators?unit={unit}", (("p.unit_id = ?", unit),)),
        Question("register, lapsed", "/mediators?verdict=lapsed", (("s.verdict = ?", "lapsed"),)),
        Question(
            "register, by end",
            "/mediators?sort=ends",
            (("s.limiting_end > ?", on),),
            "s.limiting_end, p.id",
        ),
        *_another_day("18 months ago", on - timedelta(548), unit),
        *_another_day("in 6 months", on + timedelta(183), unit),
    ]


def _another_day(name: str, on: date, unit: int) -> list[Question]:
    """The same questions of a day that has passed, or of one to come."""
    asked = f"on={on.isoformat()}"
    return [
        Question(f"register, plain, {name}", f"/mediators?{asked}", on=on),
        Question(f"register, one unit, {name}", f"/mediators?unit={unit}&{asked}", (("p.unit_id = ?", unit),), on=on),
        Question(
            f"register, could work, {name}",
            f"/mediators?verdict=deployable&{asked}",
            (("s.verdict = ?", "deployable"),),
            on=on,
        ),
        Question(
            f"register, by end, {name}",
            f"/mediators?sort=ends&{asked}",
            (("s.limiting_end > ?", on),),
            "s.limiting_end, p.id",
            on=on,
        ),
    ]


def measure_pages(services: list[Service], on: date, repeat: int) -> list[Measured]:
    plans = [
        (service, question, Floor(service, question, on)) for service in services for question in questions(service, on)
    ]
    times: dict[tuple[int, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(WARM_UP + repeat):
        for service, question, floor in plans:
            taken = _one_turn(service, question, floor)
            if turn >= WARM_UP:
                for what, seconds in taken.items():
                    times[service.people, question.name][what].append(seconds * 1000)
    return [
        _summed_up(name, people, {what: median(found) for what, found in spent.items()})
        for (people, name), spent in times.items()
    ]


def _one_turn(service: Service, question: Question, floor: Floor) -> dict[str, float]:
    service.app.extensions.pop("desk_counts", None)
    began = timer()
    service.client.get(question.path)
    counting = timer() - began
    began = timer()
    response = service.client.get(question.path)
    page = timer() - began
    _check(response, question)
    with floor.in_request():
        began = timer()
        rows = floor.rows()
        statement = timer() - began
        began = timer()
        floor.page()
        template = timer() - began
    if not rows:
        raise AssertionError(f"{question.name}: the floor found nobody")
    return {"page": page, "counting": counting, "statement": statement, "template": template}


def _check(response: Any, question: Question) -> None:
    if response.status_code != 200 or response.text.count("<tr>") < 2:
        raise AssertionError(f"{question.path} answered {response.status_code} with no rows")


def _summed_up(name: str, people: int, spent: dict[str, float]) -> Measured:
    floor = spent["statement"] + spent["template"]
    return Measured(
        page=name,
        people=people,
        page_ms=round(spent["page"], 2),
        statement_ms=round(spent["statement"], 2),
        template_ms=round(spent["template"], 2),
        counting_ms=round(spent["counting"], 2),
        ratio=round(spent["page"] / floor, 2),
        counting_ratio=round(spent["counting"] / floor, 2),
    )


def lines_of_pages(measured: list[Measured]) -> list[str]:
    lines = [
        f"{'page':48} {'people':>8} {'page':>8} {'SQL':>7} {'template':>9} {'ratio':>6} {'counting':>9} {'ratio':>6}"
    ]
    for one in sorted(measured, key=lambda one: one.page):
        lines.append(
            f"{one.page:48} {one.people:>8,} {one.page_ms:>8.2f} {one.statement_ms:>7.2f} {one.template_ms:>9.2f} "
            f"{one.ratio:>6.2f} {one.counting_ms:>9.2f} {one.counting_ratio:>6.2f}"
        )
    return lines


def as_json(measured: list[Measured]) -> list[dict[str, Any]]:
    return [asdict(one) for one in measured]
