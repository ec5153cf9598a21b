"""What a change costs: one fact about one person, and the rehearsal of a rule for everybody."""

from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.drafts import find_open_draft, get_open_draft
from accreditation.standing.queries.editions import find_edition_beside, rehearsed_counts
from accreditation.standing.queries.schemes import main_scheme
from accreditation.standing.rules.drafting import with_requirement
from accreditation.standing.services import declare, void
from accreditation.standing.services.drafts import begin_draft, change_definition, discard_draft
from accreditation.standing.services.rehearsing import rehearse_next, start_rehearsal
from accreditation.standing.services.sweeping import sweep
from tests.bench.databases import Service
from tests.bench.timing import timer


def measure_one_fact(service: Service, repeat: int) -> dict[str, Any]:
    """A fact declared and struck out again, each in a transaction of its own with that person's projections."""
    with service.app.app_context():
        scheme, on = main_scheme(), clock.today()
        people = list(
            db.session.scalars(
                select(StandingPeriod.person_id)
                .where(StandingPeriod.edition == scheme.edition, StandingPeriod.verdict == "deployable")
                .distinct()
                .limit(repeat)
            )
        )
        taken = []
        for person_id in people:
            began = timer()
            with transaction():
                fact = declare(
                    person_id, kind="cpd", starts_on=on, quantity=1, source=("bench", 1), recorded_by=None
                ).id
            taken.append(timer() - began)
            with transaction():
                void(fact, reason="Measured", recorded_by=None)
        db.session.remove()
    return {"people": service.people, "milliseconds": round(1000 * median(taken), 1)}


def measure_rehearsal(service: Service) -> dict[str, Any]:
    """Refresher days every six months instead of twelve, for everybody: built beside what is read, in batches."""
    with service.app.app_context():
        code, now, on = main_scheme().code, clock.now(), clock.today()
        if left := find_open_draft(code):
            with transaction():
                discard_draft(left.id, seen=left.version)
        with transaction():
            draft_id = begin_draft(code, effective_from=on + timedelta(28), by=None, now=now).id
        with transaction():
            change = partial(with_requirement, code="refresher", values={"every_months": 6})
            change_definition(draft_id, change, seen=1, by=None, now=now)
        with transaction():
            start_rehearsal(draft_id, on=on, now=now)
        batches, done = [], False
        while not done:
            began = timer()
            with transaction():
                done = rehearse_next(draft_id, now=now)
            batches.append(timer() - began)
        beside = find_edition_beside(draft_id)
        assert beside is not None
        people, changes = beside[1].done, sum(rehearsed_counts(beside[0].id).values())
        with transaction():
            discard_draft(draft_id, seen=get_open_draft(code).version)
        swept, left = [], 1
        while left:
            began = timer()
            with transaction():
                left = sweep()
            swept.append(timer() - began)
        db.session.remove()
    return {
        "people": people,
        "changes": changes,
        "seconds": round(sum(batches), 1),
        "batches": len(batches),
        "longest_batch": round(max(batches), 2),
        "swept_in": round(sum(swept), 1),
        "longest_sweep": round(max(swept), 2),
    }


def lines_of_changing(facts: list[dict[str, Any]], rehearsals: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"one fact among {one['people']:,}: {one['milliseconds']} ms with its consequences, that person alone"
        for one in facts
    ]
    for one in rehearsals:
        lines.append(
            f"rehearsal for {one['people']:,}: {one['seconds']} s in {one['batches']} transactions, "
            f"the longest {one['longest_batch']} s; {one['changes']:,} people would see a change; "
            f"taken away again in {one['swept_in']} s, the longest {one['longest_sweep']} s"
        )
    return lines
