"""The one place where a token is brought together with a stage. What comes out is counts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db
from accreditation.standing.queries.evidence import facts_of_all
from cohorts.models import Application, ApplicationStep, Cohort, Enrolment, EqualityForm
from cohorts.queries.equality import belongs_to, questions
from cohorts.rules.equality.stages import COUNTED, OFFERED_STEPS, SHORTLISTED_STEPS, Collection, reached_on
from cohorts.rules.states import HOLDS_A_PLACE
from cohorts.services.equality.tokens import token_of

Point = tuple[str, date]
"""A stage, and the day before which it must have been reached to be counted."""

AT_ONCE = 500
ATTENDED = frozenset(HOLDS_A_PLACE) - {"provisional", "did_not_attend"}


def count_answers(collection: Collection, points: Mapping[str, Sequence[Point]]) -> dict[str, dict[int, list[int]]]:
    """For each characteristic: how many people gave each answer, by the points at which they are counted.

    `points` by characteristic; bit j of a key of the answer stands for point j. The counts are in the order of the
    question's categories. Nothing in it says who anybody is: this function is the only one that could.
    """
    days = _stage_days(collection)
    rows = db.session.execute(select(Application.id, Application.reference).where(belongs_to(collection)))
    tokens = {token_of(reference): application_id for application_id, reference in rows}
    answered: dict[int, dict[str, str]] = {}
    for batch in _in_batches(sorted(tokens)):
        forms = select(EqualityForm.token, EqualityForm.answers).where(EqualityForm.token.in_(batch))
        answered |= {tokens[token]: json.loads(text) for token, text in db.session.execute(forms)}
    found: dict[str, dict[int, list[int]]] = {}
    for question in questions():
        asked = [(COUNTED.index(stage), before) for stage, before in points.get(question.code, ())]
        counts = found.setdefault(question.code, {})
        for application_id, reached in days.items():
            way = 0
            for j, (stage, before) in enumerate(asked):
                day = reached[stage]
                way |= (day is not None and day < before) << j
            given = answered.get(application_id)
            place = question.silent if given is None else question.place_of(given.get(question.code))
            counts.setdefault(way, [0] * len(question.categories))[place] += 1
    return found


def _in_batches(values: Sequence[str]) -> Sequence[Sequence[str]]:
    return [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]


def _stage_days(collection: Collection) -> dict[int, tuple[date | None, ...]]:
    """When the service knew of each application of these that it had reached each stage that is counted."""
    rows = db.session.execute(
        select(Application.id, Application.person_id, Application.scheme, Application.submitted_at).where(
            belongs_to(collection)
        )
    ).all()
    shortlisted, offered = _first_steps(collection, SHORTLISTED_STEPS), _first_steps(collection, OFFERED_STEPS)
    trained = _trained_days(collection)
    facts = facts_of_all([row.person_id for row in rows])
    found = {}
    for row in rows:
        sent = _day(row.submitted_at)
        later = [
            min(
                (
                    _day(fact.recorded_at) if fact.recorded_at else fact.starts_on
                    for fact in facts.get(row.person_id, ())
                    if fact.kind == kind and fact.code == row.scheme and not fact.voided_at and fact.starts_on >= sent
                ),
                default=None,
            )
            for kind in ("training", "award")
        ]
        found[row.id] = reached_on([sent, shortlisted.get(row.id), offered.get(row.id), trained.get(row.id), *later])
    return found


def _first_steps(collection: Collection, stages: Iterable[str]) -> dict[int, date]:
    rows = db.session.execute(
        select(ApplicationStep.application_id, func.min(ApplicationStep.at))
        .where(
            ApplicationStep.application_id.in_(select(Application.id).where(belongs_to(collection))),
            ApplicationStep.after.in_(stages),
        )
        .group_by(ApplicationStep.application_id)
    )
    return {application_id: _day(at) for application_id, at in rows}


def _trained_days(collection: Collection) -> dict[int, date]:
    """The day after the course of each applicant who had a place on it and was there."""
    rows = db.session.execute(
        select(Enrolment.application_id, Cohort.ends_on)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Enrolment.application_id.in_(select(Application.id).where(belongs_to(collection))),
            Enrolment.state.in_(ATTENDED),
            Cohort.state != "cancelled",
        )
    )
    found: dict[int, date] = {}
    for application_id, ends_on in rows:
        assert application_id is not None  # those without one belong to no collection
        found[application_id] = min(ends_on, found.get(application_id, ends_on))
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
