"""Candidates of a cohort with their results."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, selectinload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person, PersonName
from accreditation.people.queries import of_one_person, visible_to
from accreditation.people.rules import Viewer
from cohorts.models import Cohort, Enrolment, Result, ResultPart
from cohorts.queries.cohorts import HAS_RESULT, HOLDS_A_PLACE, cohorts_visible_to
from cohorts.rules.assessment import MET, NOT_MET, USES_AN_ATTEMPT
from cohorts.rules.places import ENDED
from cohorts.rules.results import OPEN_STATES, OUTCOME_LABELS, same_name


@dataclass(frozen=True)
class Candidate:
    """Somebody with a place on a cohort, and how far their results have come.

    `open` is the draft or submitted result, `released` the latest released one; at most one attempt is open at a time.
    """

    enrolment: Enrolment
    person: Person
    open: Result | None
    released: Result | None
    earlier_names: tuple[str, ...] = ()
    attempts_used: int = 0  # released ones at which they were assessed
    passed: Mapping[int, str] = field(default_factory=dict)  # components passed at attempts that are released

    @property
    def shown(self) -> Result | None:
        """The result that matters now: the open one before the released one."""
        return self.open or self.released

    @property
    def attempt(self) -> int:
        """The attempt that an entry recorded now is for."""
        if self.open:
            return self.open.attempt
        return self.released.attempt + 1 if self.released else 1

    @property
    def closed_because(self) -> str | None:
        """Why no entry can be recorded now; None when one can."""
        if self.open and self.open.state != "draft":
            return "The result has been submitted and waits to be released. Ask the service to send it back."
        if not self.open and self.released and self.released.outcome == "pass":
            return "The pass has been released. Ask the service to correct it."
        return None

    def is_called(self, name: str) -> bool:
        """Whether that is, or once was, their name."""
        return any(same_name(name, known) for known in (self.person.name, *self.earlier_names))


def candidates_of(cohort_id: int, *, among: ColumnElement[bool] | None = None) -> list[Candidate]:
    """Everybody who holds a place on the cohort, by name: for services, which act for nobody in particular.

    `among` is a condition on Person or Enrolment.
    """
    return candidates_by_cohort([cohort_id], among=among)[cohort_id]


def candidates_by_cohort(
    cohort_ids: Collection[int], *, among: ColumnElement[bool] | None = None
) -> dict[int, list[Candidate]]:
    """The same for several cohorts: a few statements, whatever the number of cohorts and candidates."""
    enrolments = db.session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .options(contains_eager(Enrolment.person))
        .where(Enrolment.cohort_id.in_(cohort_ids), HOLDS_A_PLACE, true() if among is None else among)
        .order_by(Person.sort_name, Person.id)
    ).all()
    opened: dict[int | None, Result] = {}
    released: dict[int | None, Result] = {}
    used: Counter[int | None] = Counter()
    passed: dict[int | None, dict[int, str]] = defaultdict(dict)
    results = select(Result).where(Result.cohort_id.in_(cohort_ids), Result.state != "superseded")
    results = results.options(selectinload(Result.parts).selectinload(ResultPart.marks))
    for result in db.session.scalars(results.order_by(Result.attempt, Result.id)):
        if result.state != "released":
            opened[result.enrolment_id] = result
            continue
        released[result.enrolment_id] = result
        used[result.enrolment_id] += result.outcome in USES_AN_ATTEMPT
        kept = {part.component_id: "pass" for part in result.parts if part.outcome == "pass"}
        passed[result.enrolment_id] |= kept
    names = defaultdict(list)
    earlier = select(PersonName).where(PersonName.person_id.in_([enrolment.person_id for enrolment in enrolments]))
    for row in db.session.scalars(earlier):
        names[row.person_id].append(f"{row.given_name} {row.family_name}")
    found: dict[int, list[Candidate]] = {cohort_id: [] for cohort_id in cohort_ids}
    for enrolment in enrolments:
        who = Candidate(
            enrolment,
            enrolment.person,
            opened.get(enrolment.id),
            released.get(enrolment.id),
            tuple(names[enrolment.person_id]),
            used[enrolment.id],
            passed[enrolment.id],
        )
        found[enrolment.cohort_id].append(who)
    return found


def said_of_parts(result: Result) -> dict[str, str]:
    """By field (ComponentRule): what the result says of its parts and their criteria, in words."""
    said = {}
    for part in result.parts:
        if part.outcome:
            said[f"c{part.component_id}"] = OUTCOME_LABELS[part.outcome]
        said |= {f"k{mark.criterion_id}": MET if mark.met else NOT_MET for mark in part.marks}
    return said


def roster(cohort: Cohort, viewer: Viewer) -> list[Candidate]:
    """The candidates this viewer may see, of a cohort they may see (`get_cohort`): a provider all of their own."""
    everybody = bool(viewer.ids(Scope.SERVICE)) or cohort.provider_id in viewer.ids(Scope.PROVIDER)
    return candidates_of(cohort.id, among=None if everybody else visible_to(viewer))


def former_candidates(cohort_id: int) -> Sequence[Enrolment]:
    """Those who had a place and do not hold it any more, by name; who still waits for one is not among them."""
    found = select(Enrolment).join(Enrolment.person).options(contains_eager(Enrolment.person))
    return db.session.scalars(
        found.where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(ENDED)).order_by(Person.sort_name, Person.id)
    ).all()


def count_missing(cohort_id: int) -> int:
    """Candidates without a submitted or released result."""
    missing = select(func.count(Enrolment.id)).where(Enrolment.cohort_id == cohort_id, HOLDS_A_PLACE, ~HAS_RESULT)
    return db.session.scalar(missing) or 0


def count_unreleased(cohort_id: int) -> int:
    waiting = select(func.count(Result.id)).where(Result.cohort_id == cohort_id, Result.state.in_(OPEN_STATES))
    return db.session.scalar(waiting) or 0


def last_outcomes(cohort_id: int) -> dict[int, str]:
    """By enrolment, the outcome of the last attempt that was released."""
    found = select(Result.enrolment_id, Result.outcome).where(Result.cohort_id == cohort_id, Result.state == "released")
    rows = db.session.execute(found.order_by(Result.attempt, Result.id))
    return {enrolment_id: outcome for enrolment_id, outcome in rows if enrolment_id is not None}


def released_results_of(person_id: int) -> list[Result]:
    """What somebody may see of their own results: the released ones, the latest first."""
    found = select(Result).where(of_one_person(Result.person_id, person_id), Result.state == "released")
    return list(db.session.scalars(found.order_by(Result.event_on.desc(), Result.id.desc())))


def results_by_ids(result_ids: Sequence[int]) -> list[Result]:
    """For services under the cohort's lock."""
    found = select(Result).where(Result.id.in_(result_ids)).order_by(Result.person_id, Result.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def get_place(cohort_id: int, enrolment_id: int) -> Enrolment:
    """A place on a cohort that the viewer may manage (`get_cohort_to_manage`). Raises NotFound."""
    found = select(Enrolment).join(Enrolment.person).options(contains_eager(Enrolment.person))
    place = db.session.scalar(found.where(Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort_id))
    if place is None:
        raise NotFound("There is no such place.")
    return place


def get_result(result_id: int, viewer: Viewer) -> Result:
    """A result of a cohort the viewer may know of, or from before the register of a person they may know of.

    Raises NotFound, in the same words whether there is none or not for this viewer.
    """
    found = (
        select(Result)
        .join(Result.person)
        .outerjoin(Cohort, Cohort.id == Result.cohort_id)
        .options(contains_eager(Result.person))
        .where(
            Result.id == result_id,
            or_(
                and_(Result.cohort_id.is_not(None), cohorts_visible_to(viewer)),
                and_(Result.cohort_id.is_(None), visible_to(viewer)),
            ),
        )
    )
    result = db.session.scalar(found)
    if result is None:
        raise NotFound("There is no such result.")
    return result
