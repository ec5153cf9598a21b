"""How much of each requirement somebody has done, and by when the rest is due."""

from dataclasses import dataclass

from sqlalchemy import func, select

from accreditation.core.calendar import span_holding
from accreditation.core.database import db
from accreditation.people.queries import of_one_person
from accreditation.people.rules import Viewer
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.entries import DECLARATIONS
from accreditation.practice.rules.progress import Progress, declared_codes, from_the_log, progress_in
from accreditation.standing.queries import RequirementStatus, Standing, requirements_on
from accreditation.standing.rules.engine import dossier_for
from accreditation.standing.rules.evidence import Fact


@dataclass(frozen=True)
class Kept:
    """One requirement that is met by what is logged: its state, and how much of it is done."""

    status: RequirementStatus
    progress: Progress


def kept_by_practice(standing: Standing, viewer: Viewer) -> list[Kept]:
    """The requirements that are met by what mediators log, in the order of the scheme, on the standing's day.

    From the engine's own answer: nothing is counted here that it does not count.
    """
    assert standing.result is not None  # asked of the engine, not read from a projection
    dossier = dossier_for(standing.scheme, standing.facts)
    statuses = {status.code: status for status in requirements_on(standing, viewer)}
    waiting = _waiting(standing.whose.person_id)
    return [
        Kept(
            statuses[requirement.code],
            progress_in(
                requirement.rule,
                dossier,
                span_holding(standing.result.requirements[requirement.code], standing.on),
                standing.on,
                waiting,
            ),
        )
        for requirement in standing.scheme.requirements
        if from_the_log(requirement.rule)
        and requirement.code in statuses
        and statuses[requirement.code].shown
        and requirement.code in standing.result.requirements
    ]


def declarations_asked(standing: Standing) -> dict[str, str]:
    """What may be declared: everything the product knows, and whatever the scheme asks for beside it."""
    asked = declared_codes([requirement.rule for requirement in standing.scheme.requirements])
    labels = {
        code: requirement.label
        for requirement in standing.scheme.requirements
        for code in declared_codes([requirement.rule])
        if requirement.label
    }
    return {**DECLARATIONS, **{code: labels.get(code, code) for code in asked if code not in DECLARATIONS}}


def _waiting(person_id: int | None) -> list[Fact]:
    if person_id is None:
        return []
    # coalesce() hides the state from SQLite, which would read everybody's entries in that state for one person's.
    logged = func.coalesce(PracticeEntry.state, "") == "logged"
    rows = select(PracticeEntry).where(of_one_person(PracticeEntry.person_id, person_id), logged)
    return [Fact(row.kind, row.code, row.done_on, None, row.quantity) for row in db.session.scalars(rows)]
