"""Two intakes: one that is open, with applications on their way, and one whose decisions are being made."""

from datetime import date, timedelta

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.plan.applicants import MOTIVATIONS
from accreditation.desk.demo.plan.people import SCHEME, Somebody
from accreditation.people.models import Person
from cohorts.models import Application, Intake, Marking
from cohorts.rules.intakes import CriterionPlan, QuestionPlan
from cohorts.services.applications import move_applications, submit_application
from cohorts.services.intakes import plan_intake
from cohorts.services.interviews import give_slot, lay_out_slots
from cohorts.services.marking import declare_conflict, give_marks, share_out
from cohorts.services.panel import add_to_panel
from cohorts.services.support import record_support

CRITERIA = (
    CriterionPlan("sift", "Listening and curiosity", 2, "Examples of hearing somebody out, not of persuading them."),
    CriterionPlan("sift", "Fairness", 1, "Has stood between people, or between people and a rule."),
    CriterionPlan("sift", "Time and commitment", 1, "Knows what it asks for: two cases and a refresher day a year."),
    CriterionPlan("interview", "Presence under pressure", 2, "In the role-play: stays calm, names what happens."),
    CriterionPlan("interview", "Reflection", 1, "Says what they would do differently."),
)
QUESTIONS = (
    QuestionPlan("yes", "Have you completed your probation?"),
    QuestionPlan("no", "Are you subject to a live misconduct finding?"),
    QuestionPlan("text", "Which languages do you speak well enough to mediate in?"),
)
OPEN, CLOSED = 10, 14
"""How many apply to each. The first two to the open one still wait for their line manager."""


def fill_intakes(ground: Ground) -> None:
    on = ground.plan.on
    people = iter(ground.plan.hopefuls)
    running = _intake(ground, "spring", "Spring intake", on - timedelta(18), on + timedelta(17), places=12)
    _apply(ground, running, [next(people) for _ in range(OPEN)], on - timedelta(15), asked=3, declined=1)
    _read(ground, running, on - timedelta(4), unread=4)
    decided = _intake(ground, "autumn", "Autumn intake", on - timedelta(75), on - timedelta(40), places=4)
    ids = _apply(ground, decided, [next(people) for _ in range(CLOSED)], on - timedelta(60), asked=0, declined=0)
    _read(ground, decided, on - timedelta(34), unread=0)
    _decide(ground, decided, ids)


def _intake(ground: Ground, code: str, title: str, opens_on: date, closes_on: date, *, places: int) -> Intake:
    intake = plan_intake(
        code=code,
        title=title,
        scheme=SCHEME,
        opens_on=opens_on,
        closes_on=closes_on,
        places=places,
        criteria=CRITERIA,
        questions=QUESTIONS,
        introduction="We look for people of every grade who listen well. No experience of mediation is needed.",
        next_steps="Two people read every application without its name. You hear from us within six weeks.",
        reserve_until=closes_on + timedelta(365),
        created_by=ground.manager,
    )
    for person_id in _panel(ground):
        reference = db.session.get_one(Person, person_id).reference
        for role in (Role.SIFTER, Role.INTERVIEWER):
            add_to_panel(intake.id, reference, role.value, on=opens_on, added_by=ground.manager)
    return intake


def _panel(ground: Ground) -> list[int]:
    """Four mediators; in a service that has not as many, others of its staff help out."""
    mediators = [ground.id_of(mediator) for mediator in ground.plan.mediators if mediator.awards]
    helpers = (Role.HELPLINE_ADVISER, Role.LINE_MANAGER, Role.VETTING_OFFICER, Role.AUDITOR)
    return [*mediators, *(ground.staff(role) for role in helpers)][:4]


def _apply(ground: Ground, intake: Intake, people: list[Somebody], on: date, *, asked: int, declined: int) -> list[int]:
    """They apply day by day; of so many the line manager has not answered, of so many more they said no."""
    answers = [question.id for question in intake.questions]
    ids = []
    for number, person in enumerate(people):
        at = moment(on + timedelta(number % 9), 9 * 60 + number * 11)
        application = submit_application(
            form_key=f"demo-intake-{person.key}",
            scheme=SCHEME,
            given_name=person.given,
            family_name=person.family,
            email=person.email,
            pay_number=person.pay_number,
            unit_id=ground.units[person.unit],
            motivation=MOTIVATIONS[number % len(MOTIVATIONS)],
            line_manager_name="Sgt Robin Bell",
            line_manager_email="robin.bell@example.police.uk",
            at=at,
            intake_id=intake.id,
            questions={answers[0]: "yes", answers[1]: "no", answers[2]: ("English", "English, Urdu")[number % 2]},
        )
        ids.append(application.id)
        if number >= asked:
            supports = number >= asked + declined
            words = "By telephone." if supports else "The team is three people short until the summer."
            record_support(application.id, supports=supports, words=words, at=at + timedelta(2), by=ground.manager)
    return ids


def _read(ground: Ground, intake: Intake, on: date, *, unread: int) -> None:
    """Shared out and marked, but for the last so many; somebody knows one of the applicants and says so."""
    share_out(intake.id, at=moment(on), by=ground.manager)
    given = _given(intake.id, "sift")
    if unread:
        declare_conflict(given[-1].id, words="We share an office.", at=moment(on), by=given[-1].marker_id)
        given = [marking for marking in _given(intake.id, "sift") if marking.id != given[-1].id][:-unread]
    _mark(intake, "sift", given, on)


def _given(intake_id: int, step: str) -> list[Marking]:
    found = select(Marking).join(Marking.application).where(Application.intake_id == intake_id, Marking.step == step)
    return list(db.session.scalars(found.where(Marking.state == "given").order_by(Marking.id)))


def _mark(intake: Intake, step: str, given: list[Marking], on: date) -> None:
    criteria = intake.criteria_at(step)
    for marking in given:
        seed = marking.application_id * 5 + marking.marker_id % 2
        points = {one.id: 1 + (seed + place) % 4 for place, one in enumerate(criteria)}
        give_marks(marking.id, points=points, comment=None, at=moment(on, 15 * 60), by=marking.marker_id)


def _decide(ground: Ground, intake: Intake, ids: list[int]) -> None:
    """Eight are interviewed, four get an offer, three stand in reserve; the others were told why not."""
    on, by = ground.plan.on - timedelta(24), ground.manager
    ranked = list(
        db.session.scalars(
            select(Application.id)
            .where(Application.id.in_(ids))
            .order_by(Application.sift_total.desc(), Application.id)
        )
    )
    met, left = ranked[:8], ranked[8:]
    move_applications(met, "shortlisted", at=moment(on), by=by)
    move_applications(met, "interview", at=moment(on), by=by)
    move_applications(
        left,
        "unsuccessful",
        at=moment(on),
        by=by,
        reason="Below the line at the sift.",
        feedback="Tell us next time of a moment in which you heard somebody out.",
    )
    day = ground.plan.on - timedelta(15)
    slots = lay_out_slots(
        intake.id,
        first_at=moment(day, 9 * 60),
        minutes=40,
        pause_minutes=10,
        number=8,
        place="Room 2, Gordon House",
        panel=_panel(ground)[:2],
    )
    for application_id, slot in zip(met, slots, strict=True):
        give_slot(application_id, slot.id, at=moment(on, 12 * 60), by=by)
    _mark(intake, "interview", _given(intake.id, "interview"), day)
    decided = ground.plan.on - timedelta(6)
    best = list(
        db.session.scalars(
            select(Application.id)
            .where(Application.id.in_(met))
            .order_by(Application.interview_total.desc(), Application.sift_total.desc(), Application.id)
        )
    )
    _move(best[:4], "conditional_offer", decided, by)
    _move(best[4:7], "reserve_list", decided, by)


def _move(
    ids: list[int], to: str, on: date, by: int, *, reason: str | None = None, feedback: str | None = None
) -> None:
    for answer in move_applications(ids, to, at=moment(on), by=by, reason=reason, feedback=feedback):
        if answer.refusal:
            raise AssertionError(f"{answer.name}: {answer.refusal}")
