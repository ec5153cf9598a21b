"""Appeals: what they rest on, and how they are decided."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from accreditation.web.forms import BaseForm, choices_of
from cohorts.rules.appeals import LONGEST
from cohorts.rules.results import OUTCOME_LABELS


class AppealForm(BaseForm):
    """`late`: the time to appeal is over, and the office says why the appeal is taken all the same."""

    grounds = TextAreaField(
        "What does the appeal rest on?",
        description="What was overlooked or went wrong. Who decides reads it, the training provider does not.",
        validators=[DataRequired("Write down what the appeal rests on"), Length(max=LONGEST)],
        render_kw={"rows": 8},
    )
    late_because = TextAreaField(
        "Why it is taken although the time is over",
        validators=[DataRequired("Write down why the appeal is taken late"), Length(max=500)],
        render_kw={"rows": 2},
    )

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        if not late:
            del self.late_because


class DecisionForm(BaseForm):
    answer = RadioField(
        "Decision",
        choices=choices_of([("dismiss", "Dismiss it: the result stands"), ("uphold", "Uphold it: another result")]),
        validators=[InputRequired("Choose a decision")],
    )
    outcome = SelectField(
        "The outcome instead",
        description="Only for an appeal that is upheld. It is dated as the original result.",
        validators=[Optional()],
    )
    decision = TextAreaField(
        "Reasons",
        description="The candidate reads them.",
        validators=[DataRequired("Write down the reasons"), Length(max=LONGEST // 2)],
        render_kw={"rows": 6},
    )

    def __init__(self, *, outcomes: Sequence[str]) -> None:
        super().__init__()
        self.outcome.choices = choices_of([("", "Choose"), *((one, OUTCOME_LABELS[one]) for one in outcomes)])

    def validate_answer(self, field: RadioField) -> None:
        if field.data == "uphold" and not self.outcome.data:
            raise ValidationError("Choose the outcome that takes the place of this one")
