"""Applicants, cohorts and results, as the office would name them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from sqlalchemy import select

from accreditation.core.calendar import LONDON
from accreditation.core.database import db, transaction
from accreditation.people.models import Person
from cohorts.models import (
    Application,
    ApplicationLink,
    Assessment,
    CandidateGiven,
    Cohort,
    CohortSession,
    CohortStaff,
    Enrolment,
    Intake,
    Marking,
    Result,
    ResultAppeal,
)
from cohorts.rules.assessment import ComponentPlan
from cohorts.rules.intakes import CriterionPlan, QuestionPlan
from cohorts.rules.results import Entry
from cohorts.rules.sessions import SessionPlan
from cohorts.services import (
    appeals,
    applications,
    cohorts,
    enrolments,
    intakes,
    panel,
    release,
    results,
    sessions,
    support,
)
from cohorts.services import assessment as assessing
from cohorts.services import marking as markings
from cohorts.services.links import open_link, token_of
from cohorts.services.staff import add_to_staff
from tests.factories.days import TODAY
from tests.factories.people import person, provider

__all__ = [
    "appeal",
    "application",
    "assessment",
    "candidate",
    "closed",
    "cohort",
    "drafts",
    "given",
    "intake",
    "link_of",
    "marking",
    "released_results",
    "staff",
    "submitted_results",
    "training_session",
]

_serial = count(1)
NOW = datetime(2027, 2, 2, 10, tzinfo=UTC)
SCHEME = "INHOUSE-WPM"


def submit(name: str | None = None, **details) -> Application:
    """What the public form sends, in the caller's transaction."""
    number = next(_serial)
    given, _, family = (name or f"Applicant No{number:04}").partition(" ")
    answers = {
        "form_key": f"form-{number:032}",
        "scheme": SCHEME,
        "given_name": given,
        "family_name": family,
        "email": f"applicant-{number}@example.police.uk",
        "pay_number": None,
        "unit_id": None,
        "motivation": "I listen well.",
        "line_manager_name": "Morgan Reyes",
        "line_manager_email": "morgan.reyes@example.police.uk",
        "at": NOW,
    }
    return applications.submit_application(**answers | details)


def application(name: str | None = None, *, stage: str = "submitted", **details) -> Application:
    """Somebody who applied through the public form, brought to that stage."""
    with transaction():
        made = submit(name, **details)
        if stage != "submitted":
            applications.step_application(made, stage, at=NOW, by=made.person_id, reason="as it was decided")
        return made


CRITERIA = (
    CriterionPlan("sift", "Listening", 2),
    CriterionPlan("sift", "Fairness"),
    CriterionPlan("interview", "Presence"),
)


def intake(
    title: str | None = None,
    *,
    opens_on: date = TODAY - timedelta(7),
    closes_on: date = TODAY + timedelta(14),
    places: int = 12,
    criteria: tuple[CriterionPlan, ...] = CRITERIA,
    questions: tuple[QuestionPlan, ...] = (),
    **details,
) -> Intake:
    """An intake that is open today, with two criteria for the sift and one for the interview."""
    number = next(_serial)
    with transaction():
        return intakes.plan_intake(
            code=f"intake-{number}",
            title=title or f"Intake {number}",
            scheme=SCHEME,
            opens_on=opens_on,
            closes_on=closes_on,
            places=places,
            criteria=criteria,
            questions=questions,
            created_by=None,
            **details,
        )


def at_the_sift(intake: Intake, name: str | None = None, **details) -> Application:
    """Somebody who applied to the intake and whose line manager supports it."""
    with transaction():
        made = submit(name, intake_id=intake.id, **details)
        support.answer_by_link(link_of(made.id, "support"), supports=True, words=None, at=NOW)
        return made


def sifters(intake: Intake, number: int = 2, role: str = "sifter") -> list[Person]:
    """So many people on the panel of the intake."""
    people = [person() for _ in range(number)]
    for one in people:
        with transaction():
            panel.add_to_panel(intake.id, one.reference, role, on=TODAY, added_by=one.id)
    return people


def marking(person_id: int) -> Marking:
    """An application at the sift that this person has to read."""
    to = intake()
    made = at_the_sift(to)
    with transaction():
        row = Marking(application_id=made.id, marker_id=person_id, step="sift", state="given", given_at=NOW)
        db.session.add(row)
        db.session.flush()
        return row


def mark_all(intake_id: int, points: Callable[[int, int], int], step: str = "sift") -> None:
    """Everybody gives the marks that `points(application id, criterion id)` says."""
    given = select(Marking).join(Application, Application.id == Marking.application_id)
    ids = db.session.scalars(
        given.where(Application.intake_id == intake_id, Marking.step == step, Marking.state == "given")
    ).all()
    criteria = [one.id for one in db.session.get_one(Intake, intake_id).criteria_at(step)]
    for marking_id, application_id, marker_id in [(one.id, one.application_id, one.marker_id) for one in ids]:
        with transaction():
            markings.give_marks(
                marking_id,
                points={criterion: points(application_id, criterion) for criterion in criteria},
                comment=None,
                at=NOW,
                by=marker_id,
            )


def link_of(application_id: int, kind: str = "applicant") -> str:
    """The token in the letter of that kind that went out last."""
    link = open_link(application_id, kind)
    assert isinstance(link, ApplicationLink)
    return token_of(link)


def cohort(
    title: str | None = None,
    *,
    provider_id: int | None = None,
    starts_on: date = TODAY - timedelta(40),
    assessment_on: date | None = TODAY - timedelta(10),
    results_due_on: date = TODAY + timedelta(3),
    capacity: int = 12,
    candidates: int = 0,
) -> Cohort:
    """A cohort whose assessment took place ten days ago, with so many candidates."""
    number = next(_serial)
    provider_id = provider_id or provider(f"Provider {number}").id
    with transaction():
        made = cohorts.plan_cohort(
            provider_id=provider_id,
            scheme=SCHEME,
            title=title or f"Cohort {number}",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(6),
            assessment_on=assessment_on,
            results_due_on=results_due_on,
            capacity=capacity,
            created_by=None,
        )
        cohort_id = made.id
    for _ in range(candidates):
        candidate(cohort_id)
    return db.session.get_one(Cohort, cohort_id)


PARTS = (
    ComponentPlan("Observed role-play", True, ("Listens", "Stays impartial")),
    ComponentPlan("Portfolio", True),
    ComponentPlan("Talk", False),
)


def assessment(title: str | None = None, *, cohort_id: int | None = None, parts=PARTS, **details) -> Assessment:
    """Two parts that have to be passed, one that need not; a cohort without results is assessed like that."""
    settings = {
        "may_refer": True,
        "attempts_max": None,
        "cooling_off_days": 0,
        "moderated": False,
        "independent": True,
        "appeal_days": 28,
    }
    with transaction():
        made = assessing.plan_assessment(
            scheme=SCHEME,
            title=title or f"Course {next(_serial)}",
            components=parts,
            created_by=None,
            **settings | details,
        )
        if cohort_id is not None:
            assessing.choose_assessment(cohort_id, made.id, version=version(cohort_id))
        return made


def candidate(cohort_id: int, who: Person | None = None, **details) -> Enrolment:
    """Somebody with a place on the cohort."""
    who_id = (who or person(**details)).id
    with transaction():
        return enrolments.enrol_person(who_id, cohort_id, on=TODAY, at=NOW, enrolled_by=None)


def staff(cohort_id: int, who: Person | None = None, role: str = "trainer") -> CohortStaff:
    """Somebody who trains the cohort, or assesses it."""
    who_id = (who or person()).id
    with transaction():
        return add_to_staff(cohort_id, who_id, role, on=TODAY, added_by=None)


def given(person_id: int, role: str = "assessor") -> CandidateGiven:
    """A candidate that this person has to assess, or to moderate, until tomorrow; without the role to open it."""
    place = candidate(cohort().id)
    with transaction():
        row = CandidateGiven(
            enrolment_id=place.id,
            person_id=person_id,
            role=role,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(1),
        )
        db.session.add(row)
        db.session.flush()
        return row


def training_session(
    cohort_id: int, title: str = "Day 1", *, on: date = TODAY - timedelta(39), minutes: int = 360, **details
) -> CohortSession:
    """A day of training in London, from half past nine, six hours unless told otherwise."""
    starts_at = datetime.combine(on, time(9, 30), LONDON).astimezone(UTC)
    with transaction():
        return sessions.plan_session(
            cohort_id,
            SessionPlan(
                title=title,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes + 60),
                minutes=minutes,
                venue="Room 4, Gordon House",
                **details,
            ),
            at=NOW,
        )


def closed(cohort_id: int) -> None:
    """The cohort is closed, whatever became of its candidates."""
    with transaction():
        db.session.get_one(Cohort, cohort_id).state = "closed"


def appeal(result_id: int, **details) -> ResultAppeal:
    """The candidate's appeal against a released result."""
    whose = db.session.get_one(Result, result_id).person_id
    answers = {"grounds": "Half an hour was missing.", "on": TODAY, "at": NOW, "opened_by": whose}
    with transaction():
        return appeals.open_appeal(result_id, **answers | details)


def references(cohort_id: int) -> list[str]:
    """Of the candidates, in the order in which they were enrolled."""
    places = db.session.query(Enrolment).filter_by(cohort_id=cohort_id).order_by(Enrolment.id)
    return [place.person.reference for place in places]


def version(cohort_id: int) -> int:
    return db.session.get_one(Cohort, cohort_id, populate_existing=True).version


def entry(reference: str, outcome: str | None = "pass", **details) -> Entry:
    if outcome in ("fail", "refer"):
        details.setdefault("note", "Not yet at the standard in the role play.")
    return Entry(reference, outcome, **details)


def drafts(cohort_id: int, *outcomes: str, by: int | None = None) -> int:
    """Draft results for the candidates in order; who typed them."""
    by = by or person().id
    entries = [entry(who, outcome) for who, outcome in zip(references(cohort_id), outcomes, strict=False)]
    with transaction():
        results.record_results(cohort_id, entries, version=version(cohort_id), on=TODAY, recorded_by=by)
    return by


def submitted_results(cohort_id: int, *outcomes: str, by: int | None = None) -> int:
    """Results that wait for release; who submitted them."""
    by = drafts(cohort_id, *outcomes, by=by)
    with transaction():
        results.submit_results(cohort_id, version=version(cohort_id), at=NOW, submitted_by=by)
    return by


def released_results(cohort_id: int, *outcomes: str) -> list[Result]:
    """Results that were released by a second person."""
    submitted_results(cohort_id, *outcomes)
    releaser = person().id
    waiting = db.session.query(Result).filter_by(cohort_id=cohort_id, state="submitted").order_by(Result.id)
    ids = [result.id for result in waiting]
    with transaction():
        release.release_results(cohort_id, ids, at=NOW, released_by=releaser)
    return [db.session.get_one(Result, result_id) for result_id in ids]
