"""Cohorts, for somebody: a training provider sees their own, and no other exists for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import contains_eager

from accreditation.core.database import db, rows_of
from accreditation.core.errors import NotAllowed, NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person, Provider
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of
from cohorts.models import Cohort, Enrolment, Result
from cohorts.rules import states


def cohorts_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The cohorts this viewer may know of: everything, their provider's, or those with somebody of their unit."""
    scope_asked()
    if viewer.ids(Scope.SERVICE):
        return true()
    ways: list[ColumnElement[bool]] = []
    if own := viewer.ids(Scope.PROVIDER):
        ways.append(Cohort.provider_id.in_(own))
    if units := viewer.ids(Scope.UNIT):
        theirs = select(Enrolment.cohort_id).join(Person, Person.id == Enrolment.person_id)
        ways.append(Cohort.id.in_(theirs.where(Person.unit_id.in_(units))))
    return or_(false(), *ways)


def get_cohort(cohort_id: int, viewer: Viewer) -> Cohort:
    """Raises NotFound, in the same words whether there is no such cohort or not for this viewer to know of."""
    found = select(Cohort).join(Cohort.provider).options(contains_eager(Cohort.provider))
    cohort = db.session.scalar(found.where(Cohort.id == cohort_id, cohorts_visible_to(viewer)))
    if cohort is None:
        raise NotFound("There is no such cohort.")
    return cohort


def get_cohort_to_manage(cohort_id: int, viewer: Viewer) -> Cohort:
    """For what concerns the whole cohort. Raises NotAllowed when the viewer is there for one unit's people only."""
    cohort = get_cohort(cohort_id, viewer)
    if not viewer.ids(Scope.SERVICE):
        raise NotAllowed("Only somebody who manages the whole service can do this.")
    return cohort


def get_cohort_to_record(cohort_id: int, viewer: Viewer) -> Cohort:
    """For recording results. Raises NotAllowed for who sees only some of its candidates."""
    cohort = get_cohort(cohort_id, viewer)
    if not viewer.ids(Scope.SERVICE) and cohort.provider_id not in viewer.ids(Scope.PROVIDER):
        raise NotAllowed("Only the training provider and those who manage the whole service record these results.")
    return cohort


def get_cohort_to_run(cohort_id: int, viewer: Viewer) -> Cohort:
    """For staff, sessions and attendance. Raises NotAllowed for who sees only some of its candidates."""
    cohort = get_cohort(cohort_id, viewer)
    if not runs_it(cohort, viewer):
        raise NotAllowed("Only the training provider and those who manage the whole service run this cohort.")
    return cohort


def runs_it(cohort: Cohort, viewer: Viewer) -> bool:
    """Whether the viewer is there for the whole cohort, not for one unit's people."""
    return bool(viewer.ids(Scope.SERVICE)) or cohort.provider_id in viewer.ids(Scope.PROVIDER)


def lock_cohort(cohort_id: int) -> Cohort:
    """For services: nobody else changes its places or results until the transaction ends."""
    return db.session.get_one(Cohort, cohort_id, with_for_update=True, populate_existing=True)


HOLDS_A_PLACE = Enrolment.state.in_(states.HOLDS_A_PLACE)
HAS_RESULT = exists().where(
    Result.enrolment_id == Enrolment.id, Result.state.in_(("in_moderation", "submitted", "released"))
)
HAS_DRAFT = exists().where(Result.enrolment_id == Enrolment.id, Result.state == "draft")
RUNNING = Cohort.state.in_(sorted(states.RUNNING))


def places_taken(cohort_id: int) -> int:
    taken = select(func.count(Enrolment.id)).where(Enrolment.cohort_id == cohort_id, HOLDS_A_PLACE)
    return db.session.scalar(taken) or 0


@dataclass(frozen=True)
class CohortRow:
    """A cohort in a list, with what is counted about it. `missing`: candidates without a submitted result."""

    cohort: Cohort
    provider: str
    taken: int
    missing: int
    drafts: int
    to_release: int
    to_moderate: int = 0

    @property
    def shown_state(self) -> str:
        return states.shown_state(self.cohort.state, self.taken, self.cohort.capacity)

    def is_due(self, on: date) -> bool:
        """Whether its assessment is over and somebody's result has not been submitted."""
        return bool(self.missing) and (self.cohort.assessment_on or self.cohort.results_due_on) <= on

    def is_late(self, on: date) -> bool:
        return self.is_due(on) and self.cohort.results_due_on < on


def _count_of(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(func.count(Enrolment.id)).where(Enrolment.cohort_id == Cohort.id, *conditions)
    return counted.correlate(Cohort).scalar_subquery()


TAKEN = _count_of(HOLDS_A_PLACE)
MISSING = _count_of(HOLDS_A_PLACE, ~HAS_RESULT)
DRAFTS = _count_of(HOLDS_A_PLACE, ~HAS_RESULT, HAS_DRAFT)
TO_RELEASE = (
    select(func.count(Result.id))
    .where(Result.cohort_id == Cohort.id, Result.state == "submitted")
    .correlate(Cohort)
    .scalar_subquery()
)

TO_MODERATE = (
    select(func.count(Result.id))
    .where(Result.cohort_id == Cohort.id, Result.state == "in_moderation")
    .correlate(Cohort)
    .scalar_subquery()
)


def outstanding(on: date) -> ColumnElement[bool]:
    """The cohorts whose assessment is over on the day and that lack somebody's submitted result."""
    somebody = exists().where(Enrolment.cohort_id == Cohort.id, HOLDS_A_PLACE, ~HAS_RESULT)
    return and_(RUNNING, func.coalesce(Cohort.assessment_on, Cohort.results_due_on) <= on, somebody)


@dataclass(frozen=True)
class Wanted:
    """What a list of cohorts is limited to.

    `state` may be "running" too; `results` is "outstanding", "late" (overdue) or "to_release".
    """

    state: str | None = None
    provider_id: int | None = None
    results: str | None = None


STATEMENTS = 256
"""Statements that are kept, put together, for whoever asks the same next: putting one together takes longer than
asking it. What it answers is never kept."""

NEWEST = (By(Cohort.starts_on, date, descending=True), By(Cohort.id, int, descending=True))


def _rows(viewer: Viewer, wanted: Wanted, on: date) -> Any:  # the columns of CohortRow, in its order
    scope_asked()
    return _statement(viewer, wanted, on)


@lru_cache(maxsize=STATEMENTS)
def _statement(viewer: Viewer, wanted: Wanted, on: date) -> Any:
    found = (
        select(Cohort, Provider.name, TAKEN, MISSING, DRAFTS, TO_RELEASE, TO_MODERATE)
        .join(Provider, Provider.id == Cohort.provider_id)
        .where(cohorts_visible_to(viewer))
    )
    if wanted.state == "running":
        found = found.where(RUNNING)
    elif wanted.state:
        found = found.where(Cohort.state == wanted.state)
    if wanted.provider_id is not None:
        found = found.where(Cohort.provider_id == wanted.provider_id)
    if wanted.results == "outstanding":
        found = found.where(outstanding(on))
    elif wanted.results == "late":
        found = found.where(outstanding(on), Cohort.results_due_on < on)
    elif wanted.results == "to_release":
        found = found.where(exists().where(Result.cohort_id == Cohort.id, Result.state == "submitted"))
    return found


def cohorts_page(
    viewer: Viewer,
    wanted: Wanted,
    *,
    on: date,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[CohortRow]:
    """One page of cohorts, the newest first. Raises DamagedPlace."""
    page = page_of(
        _rows(viewer, wanted, on),
        NEWEST,
        place=place,
        key=lambda row: (row[0].starts_on, row[0].id),
        address=address,
    )
    return Page([CohortRow(*row) for row in page.rows], page.next_token, page.previous_token, address)


def count_cohorts(viewer: Viewer, wanted: Wanted, *, on: date) -> int:
    scope_asked()
    return db.session.scalar(_counting(viewer, wanted, on)) or 0


@lru_cache(maxsize=STATEMENTS)
def _counting(viewer: Viewer, wanted: Wanted, on: date) -> Any:
    return _statement(viewer, wanted, on).with_only_columns(func.count(Cohort.id))


def count_running(viewer: Viewer, wanted: Wanted, *, on: date) -> tuple[int, int]:
    """How many there are, and how many of these are running. One statement."""
    scope_asked()
    every, running = rows_of(_counting_running(viewer, wanted, on)).one()
    return every, running


@lru_cache(maxsize=STATEMENTS)
def _counting_running(viewer: Viewer, wanted: Wanted, on: date) -> Any:
    return _statement(viewer, wanted, on).with_only_columns(func.count(Cohort.id), func.count().filter(RUNNING))


def provider_figures(
    viewer: Viewer, on: date, due: Sequence[CohortRow] | None = None, running: int | None = None
) -> list[Figure]:
    """What a training provider has before them on the day, each with its list.

    `due`: what `results_outstanding` says, and `running`: how many cohorts are, where that was asked already.
    """
    if running is None:
        running = count_cohorts(viewer, Wanted("running"), on=on)
    due, late = results_outstanding(viewer, on) if due is None else due, "/cohorts?results=late"
    return [
        Figure("results-late", sum(row.is_late(on) for row in due), "with results overdue", late, "bad"),
        Figure("results-due", len(due), "waiting for results from you", "/cohorts?results=outstanding", "soon"),
        Figure("running", running, "cohorts running", "/cohorts?state=running"),
    ]


def results_outstanding(viewer: Viewer, on: date) -> Sequence[CohortRow]:
    """The cohorts that wait for results, the longest overdue first: exactly those of /cohorts?results=outstanding."""
    scope_asked()
    return [CohortRow(*row) for row in db.session.execute(_outstanding(viewer, on))]


@lru_cache(maxsize=STATEMENTS)
def _outstanding(viewer: Viewer, on: date) -> Any:
    found = _statement(viewer, Wanted(results="outstanding"), on)
    return found.order_by(Cohort.results_due_on, Cohort.id)


def cohort_row(cohort_id: int, viewer: Viewer, on: date) -> CohortRow:
    """One cohort with its counts. Raises NotFound like `get_cohort`."""
    row = db.session.execute(_rows(viewer, Wanted(), on).where(Cohort.id == cohort_id)).first()
    if row is None:
        raise NotFound("There is no such cohort.")
    return CohortRow(*row)


def cohorts_with_room(viewer: Viewer, on: date) -> list[CohortRow]:
    """The cohorts that still take people, soonest first."""
    found = _rows(viewer, Wanted(), on).where(Cohort.state.in_(sorted(states.TAKES_PEOPLE)), Cohort.capacity > TAKEN)
    return [CohortRow(*row) for row in db.session.execute(found.order_by(Cohort.starts_on, Cohort.id).limit(100))]
