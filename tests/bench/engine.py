"""How many dossiers the engine judges in a second, and how long it takes to renew what the pages read of everybody."""

from statistics import median
from typing import Any

from accreditation.core.database import db, transaction
from accreditation.standing.queries.evidence import facts_of_all, people_with_evidence
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.services import rebuild
from tests.bench.databases import Service
from tests.bench.timing import timer

DOSSIERS = 500


def measure_engine(service: Service, repeat: int) -> dict[str, Any]:
    """The pure engine alone, on real dossiers that are in memory already."""
    with service.app.app_context():
        scheme = main_scheme()
        dossiers = list(facts_of_all(people_with_evidence(0)[:DOSSIERS]).values())
        db.session.remove()
    taken = []
    for _ in range(max(3, repeat // 10)):
        began = timer()
        for facts in dossiers:
            evaluate(scheme, facts)
        taken.append(timer() - began)
    return {
        "dossiers": len(dossiers),
        "facts_each": round(sum(map(len, dossiers)) / len(dossiers), 1),
        "dossiers_per_second": round(len(dossiers) / median(taken)),
    }


def measure_rebuild(service: Service) -> dict[str, Any]:
    """Everybody's projections, read, judged and written, in one transaction."""
    with service.app.app_context():
        began = timer()
        with transaction():
            people = rebuild()
        seconds = timer() - began
        db.session.remove()
    return {"people": people, "seconds": round(seconds, 1), "people_per_second": round(people / seconds)}


def lines_of_engine(engine: dict[str, Any], rebuilds: list[dict[str, Any]]) -> list[str]:
    lines = [f"engine: {engine['dossiers_per_second']:,} dossiers a second, {engine['facts_each']} facts each"]
    for one in rebuilds:
        lines.append(
            f"full rebuild of {one['people']:,}: {one['seconds']} s, {one['people_per_second']:,} people a second"
        )
    return lines
