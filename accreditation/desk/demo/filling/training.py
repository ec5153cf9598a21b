"""How cohorts were taught: trainers and assessors, sessions, joining instructions, attendance, a waiting list."""

from datetime import date, time, timedelta

from accreditation.core.database import db
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.plan.cohorts import Candidate, CohortPlan
from accreditation.people.models import Person
from accreditation.people.services import add_person
from cohorts.models import Cohort
from cohorts.queries.sessions import held_sessions
from cohorts.rules.attendance_sheet import Typed, typed
from cohorts.rules.sessions import SessionPlan, london_moment
from cohorts.services.attendance import record_attendance
from cohorts.services.joining import send_joining, write_joining_text
from cohorts.services.sessions import plan_session
from cohorts.services.staff import add_to_staff

TRAINERS = (("Bronwen", "Ellis"), ("Tomasz", "Zieliński"), ("Adaeze", "Obi"))
ASSESSOR = ("Frances", "Mottershead")
TITLES = (
    "Day 1: what mediation is",
    "Day 2: listening and questions",
    "Day 3: the joint meeting",
    "Day 4: power, culture and bias",
    "Day 5: agreements and endings",
    "Day 6: assessed role-plays",
)
REMEMBERED_DAYS = 400
"""Of what is longer ago the provider's own lists were not taken over."""

JOINING = """Please report to reception with your warrant or staff card ten minutes before the start.
Lunch is provided; tell us what you cannot eat. Bring nothing but a pen."""


def fill_training(ground: Ground, cohort_id: int, plan: CohortPlan) -> None:
    """Everything about a cohort but its results, up to yesterday. Call it once its places are given."""
    if plan.state == "cancelled" or plan.assessment_on < ground.plan.on - timedelta(REMEMBERED_DAYS):
        return
    if plan.state == "planned":
        return
    trainers = _staff(ground, cohort_id, plan)
    _sessions(cohort_id, plan, trainers)
    if plan.state != "open":
        write_joining_text(cohort_id, JOINING)
        send_joining(cohort_id, at=moment(plan.starts_on - timedelta(14)))
    _attendance(ground, cohort_id, plan)


def _staff(ground: Ground, cohort_id: int, plan: CohortPlan) -> list[int]:
    """Two trainers of the provider's own, and one assessor for all providers, who trains nobody."""
    trainers = [_person(ground, *TRAINERS[(plan.provider + place) % len(TRAINERS)]) for place in (0, 1)]
    on = plan.starts_on - timedelta(40)
    for person_id, role in (*((one, "trainer") for one in trainers), (_person(ground, *ASSESSOR), "assessor")):
        add_to_staff(cohort_id, person_id, role, on=on, added_by=ground.manager)
    return trainers


def _person(ground: Ground, given: str, family: str) -> int:
    if (given, family) not in ground.teachers:
        ground.teachers[given, family] = add_person(given_name=given, family_name=family).id
    return ground.teachers[given, family]


def _days(plan: CohortPlan) -> list[date]:
    """Five working days spread over the training, and the day of the assessment."""
    days = [plan.starts_on + timedelta(number) for number in range((plan.assessment_on - plan.starts_on).days)]
    working = [day for day in days if day.weekday() < 5]
    step = max(1, len(working) // 5)
    return [*working[::step][:5], plan.assessment_on]


def _sessions(cohort_id: int, plan: CohortPlan, trainers: list[int]) -> None:
    for number, (title, day) in enumerate(zip(TITLES, _days(plan), strict=False)):
        plan_session(
            cohort_id,
            SessionPlan(
                title=title,
                starts_at=london_moment(day, time(9, 30)),
                ends_at=london_moment(day, time(16, 30)),
                minutes=360,
                venue="Training suite 2, Gordon House" if number != 1 else None,
                link="https://meet.example.org/day-2" if number == 1 else None,
                trainers=tuple(trainers[: 1 + number % 2]),
            ),
            at=moment(plan.starts_on - timedelta(30)),
        )


def _attendance(ground: Ground, cohort_id: int, plan: CohortPlan) -> None:
    """Of all sessions that are over; of a training that goes on the last one is still to be recorded."""
    now = moment(ground.plan.on, 8 * 60)
    over = [session for session in held_sessions(cohort_id) if session.ends_at <= now]
    if plan.state == "in_training":
        over = over[:-1]
    cells: list[Typed] = []
    for candidate in plan.candidates:
        person = db.session.get_one(Person, ground.id_of(candidate.person))
        cells += [typed(person.reference, one.id, _mark(candidate, number)) for number, one in enumerate(over)]
    if cells:
        version = db.session.get_one(Cohort, cohort_id).attendance_version
        at = min(now, over[-1].ends_at + timedelta(minutes=30))
        record_attendance(cohort_id, cells, version=version, at=at, recorded_by=ground.manager)


def _mark(candidate: Candidate, number: int) -> str:
    if candidate.outcome == "absent":
        return "N" if number == 5 else "P"
    chance = (candidate.person.key * 7 + number * 11) % 31
    return "4.5" if chance == 3 else "A" if chance == 17 and number < 5 else "P"
