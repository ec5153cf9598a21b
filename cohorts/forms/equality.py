"""The equality form: nobody has to answer any of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import RadioField

from accreditation.web.forms import BaseForm, choices_of
from cohorts.rules.equality.questions import Question


class EqualityAnswers(BaseForm):
    """One choice for each question, all of them optional."""

    questions: Sequence[Question] = ()

    @property
    def answers(self) -> dict[str, str]:
        """What was chosen, by the code of the question; what was left open is left out."""
        return {one.code: self[one.code].data for one in self.questions if self[one.code].data}


def equality_form(questions: Sequence[Question], given: Mapping[str, str] | None = None) -> EqualityAnswers:
    """The form with these questions, and the answers that were given before."""
    fields: dict[str, Any] = {"questions": questions}
    for question in questions:
        fields[question.code] = RadioField(
            question.question,
            description=question.hint,
            choices=choices_of((one.code, one.label) for one in question.answers),
            default="",
            validate_choice=False,  # the service refuses what is not on the form
        )
    return type("AnswersForm", (EqualityAnswers,), fields)(data=dict(given or {}))  # type: ignore[no-any-return]
