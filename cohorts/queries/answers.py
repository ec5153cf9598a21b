"""What applicants answered to the questions of their intake."""

from dataclasses import dataclass

from sqlalchemy import select

from accreditation.core.database import db
from cohorts.models import Application, ApplicationAnswer, Question
from cohorts.rules.intakes import wrong_answer


@dataclass(frozen=True)
class Answered:
    """A question with its answer, "" where there is none. `unmet`: it is not the one that is needed."""

    question_id: int
    kind: str
    text: str
    answer: str

    @property
    def unmet(self) -> bool:
        return wrong_answer(self.kind, self.answer)

    @property
    def shown(self) -> str:
        return self.answer if self.kind == "text" else self.answer.capitalize()


def answers_of(application_id: int) -> list[Answered]:
    """In the order of the form. Callers have asked who may see the application."""
    given = (ApplicationAnswer.question_id == Question.id) & (ApplicationAnswer.application_id == application_id)
    rows = (
        select(Question.id, Question.kind, Question.text, ApplicationAnswer.answer)
        .join(Application, Application.intake_id == Question.intake_id)
        .outerjoin(ApplicationAnswer, given)
        .where(Application.id == application_id)
        .order_by(Question.position)
    )
    return [Answered(row[0], row[1], row[2], row[3] or "") for row in db.session.execute(rows)]


def unmet_questions(application_id: int) -> list[Answered]:
    """The questions of eligibility that were not answered as needed: for a person to decide on, never a refusal."""
    return [answered for answered in answers_of(application_id) if answered.unmet]
