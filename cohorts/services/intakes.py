"""Planning an intake, changing it while nobody relies on it, closing it earlier and extending it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from cohorts.models import Criterion, Intake, Question
from cohorts.queries.intakes import find_intake_by_code, has_applications, has_markings, lock_intake
from cohorts.rules.intakes import CODE, TAKEN_CODES, CriterionPlan, QuestionPlan


def plan_intake(
    *,
    code: str,
    title: str,
    scheme: str,
    opens_on: date,
    closes_on: date,
    places: int,
    criteria: Sequence[CriterionPlan],
    questions: Sequence[QuestionPlan] = (),
    introduction: str = "",
    next_steps: str = "",
    sifters: int = 2,
    scale_max: int = 4,
    wide_spread: int = 2,
    support_days: int = 10,
    offer_days: int = 14,
    reserve_until: date | None = None,
    created_by: int | None,
) -> Intake:
    """A new intake, open on [opens_on, closes_on). Raises DomainError with every reason."""
    problems = _problems(code, title, opens_on, closes_on, reserve_until)
    if not any(criterion.step == "sift" for criterion in criteria):
        problems.append("Enter at least one criterion for the sift: nobody can be read fairly by none.")
    if problems:
        raise DomainError(*problems)
    intake = Intake(
        code=code,
        title=title,
        scheme=scheme,
        opens_on=opens_on,
        closes_on=closes_on,
        places=places,
        introduction=introduction,
        next_steps=next_steps,
        sifters=sifters,
        scale_max=scale_max,
        wide_spread=wide_spread,
        support_days=support_days,
        offer_days=offer_days,
        reserve_until=reserve_until,
        created_by=created_by,
    )
    db.session.add(intake)
    db.session.flush()
    _set_criteria(intake, criteria)
    _set_questions(intake, questions)
    return intake


def change_intake(
    intake_id: int,
    *,
    shown_version: int,
    title: str,
    opens_on: date,
    closes_on: date,
    places: int,
    criteria: Sequence[CriterionPlan],
    questions: Sequence[QuestionPlan],
    introduction: str,
    next_steps: str,
    sifters: int,
    scale_max: int,
    wide_spread: int,
    support_days: int,
    offer_days: int,
    reserve_until: date | None,
) -> Intake:
    """Everything its form shows. Raises Conflict for a page that is out of date, DomainError with every reason.

    Questions stay as they are once somebody has answered them, criteria and the scale once somebody reads by them.
    """
    intake = lock_intake(intake_id)
    if intake.version != shown_version:
        raise Conflict(f"Somebody else changed {intake.title} while you had it open. Nothing of yours is saved yet.")
    problems = _problems(intake.code, title, opens_on, closes_on, reserve_until, besides=intake.id)
    if _criteria_now(intake) != list(criteria) or intake.scale_max != scale_max:
        if has_markings(intake.id):
            problems.append(
                "Applications are being read by these criteria already, so criteria and scale stay as they are."
            )
        elif not any(criterion.step == "sift" for criterion in criteria):
            problems.append("Enter at least one criterion for the sift: nobody can be read fairly by none.")
    if _questions_now(intake) != list(questions) and has_applications(intake.id):
        problems.append("Somebody has answered these questions already, so they stay as they are.")
    if problems:
        raise DomainError(*problems)
    intake.title, intake.opens_on, intake.closes_on, intake.places = title, opens_on, closes_on, places
    intake.introduction, intake.next_steps, intake.sifters = introduction, next_steps, sifters
    intake.scale_max, intake.wide_spread = scale_max, wide_spread
    intake.support_days, intake.offer_days, intake.reserve_until = support_days, offer_days, reserve_until
    if _criteria_now(intake) != list(criteria):
        _set_criteria(intake, criteria)
    if _questions_now(intake) != list(questions):
        _set_questions(intake, questions)
    db.session.flush()
    return intake


def move_closing(intake_id: int, *, closes_on: date, on: date) -> Intake:
    """Extend it, open it again, or close it from a day on (`closes_on` is the first day that is too late).

    Raises DomainError for a day before it opened, and for closing it in the past.
    """
    intake = lock_intake(intake_id)
    if closes_on <= intake.opens_on:
        raise DomainError("The last day must not lie before the day it opens.")
    if closes_on < on:
        raise DomainError("Those who applied since then were in time. Close it from today on at the earliest.")
    intake.closes_on = closes_on
    db.session.flush()
    return intake


def _problems(
    code: str,
    title: str,
    opens_on: date,
    closes_on: date,
    reserve_until: date | None,
    *,
    besides: int | None = None,
) -> list[str]:
    problems = []
    if not CODE.fullmatch(code) or code in TAKEN_CODES:
        problems.append(
            "The address must be small letters and figures, with hyphens between them, such as spring-2027, "
            f"and none of these words: {', '.join(sorted(TAKEN_CODES))}."
        )
    known = find_intake_by_code(code)
    if known is not None and known.id != besides:
        problems.append(f"There is already an intake with the address {code}.")
    namesake = db.session.scalar(select(Intake.id).where(Intake.title == title))
    if namesake is not None and namesake != besides:
        problems.append(f"There is already an intake called {title}.")
    if closes_on <= opens_on:
        problems.append("The last day must not lie before the day it opens.")
    if reserve_until is not None and reserve_until <= closes_on:
        problems.append("The reserve list must hold for longer than applications are open.")
    return problems


def _criteria_now(intake: Intake) -> list[CriterionPlan]:
    return [CriterionPlan(row.step, row.title, row.weight, row.guidance) for row in intake.criteria]


def _questions_now(intake: Intake) -> list[QuestionPlan]:
    return [QuestionPlan(row.kind, row.text) for row in intake.questions]


def _set_criteria(intake: Intake, plans: Sequence[CriterionPlan]) -> None:
    for row in list(intake.criteria):
        db.session.delete(row)
    db.session.flush()
    for position, plan in enumerate(plans, 1):
        db.session.add(
            Criterion(
                intake_id=intake.id,
                step=plan.step,
                position=position,
                title=plan.title,
                weight=plan.weight,
                guidance=plan.guidance,
            )
        )
    db.session.flush()
    db.session.expire(intake, ["criteria"])


def _set_questions(intake: Intake, plans: Sequence[QuestionPlan]) -> None:
    for row in list(intake.questions):
        db.session.delete(row)
    db.session.flush()
    for position, plan in enumerate(plans, 1):
        db.session.add(Question(intake_id=intake.id, position=position, kind=plan.kind, text=plan.text))
    db.session.flush()
    db.session.expire(intake, ["questions"])
