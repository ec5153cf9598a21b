"""Planning an intake: its days, its texts, what it asks and by which criteria it is read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wtforms import FieldList, FormField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from accreditation.core.calendar import last_good_day
from accreditation.web.forms import BaseForm, DayField
from cohorts.models import Intake
from cohorts.rules.intakes import CODE, QUESTION_LABELS, STEP_LABELS, CriterionPlan, QuestionPlan

SPARE_ROWS = 2
"""Empty rows below those that are filled in, so that more can be added without a script."""


class Row(BaseForm):
    """One row of a form in a form: its parent's token is enough."""

    class Meta(BaseForm.Meta):
        csrf = False


class CriterionRow(Row):
    title = StringField("Criterion", validators=[Optional(), Length(max=200)])
    step = SelectField("Marked at the", choices=STEP_LABELS)
    weight = IntegerField(
        "Weight", default=1, validators=[Optional(), NumberRange(1, 100, "Enter a weight from 1 to 100")]
    )
    guidance = StringField("What to look for", validators=[Optional(), Length(max=500)])


class QuestionRow(Row):
    text = StringField("Question", validators=[Optional(), Length(max=500)])
    kind = SelectField("Answer", choices=QUESTION_LABELS)


class IntakeForm(BaseForm):
    title = StringField(
        "Title", description="Such as “Spring 2027”.", validators=[DataRequired("Enter a title"), Length(max=100)]
    )
    code = StringField(
        "Address",
        description="People apply at /apply/ and this. Small letters, figures and hyphens, such as spring-2027.",
        validators=[
            DataRequired("Enter the address"),
            Length(max=60),
            Regexp(f"^{CODE.pattern}$", message="Use small letters and figures, with hyphens between them"),
        ],
        render_kw={"spellcheck": "false", "autocapitalize": "none"},
    )
    scheme = SelectField("Scheme", validators=[InputRequired("Choose the scheme")])
    opens_on = DayField("Opens on", validators=[InputRequired("Enter the day it opens")])
    last_day = DayField("Last day to apply", validators=[InputRequired("Enter the last day to apply")])
    places = IntegerField(
        "Places",
        description="Offers stop when so many people have one.",
        validators=[
            InputRequired("Enter the number of places"),
            NumberRange(1, 5000, "Enter a number from 1 to 5,000"),
        ],
    )
    introduction = TextAreaField(
        "Text above the form",
        description="Who can apply, and what the role takes.",
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 5},
    )
    next_steps = TextAreaField(
        "What happens next",
        description="Shown and sent to everybody who has applied.",
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 4},
    )
    questions = FieldList(FormField(QuestionRow), min_entries=0, max_entries=30)
    criteria = FieldList(FormField(CriterionRow), min_entries=0, max_entries=30)
    scale_max = IntegerField(
        "Highest mark",
        description="The lowest is 0.",
        default=4,
        validators=[InputRequired("Enter the highest mark"), NumberRange(1, 10, "Enter a number from 1 to 10")],
    )
    sifters = IntegerField(
        "Sifters for each application",
        default=2,
        validators=[InputRequired("Enter how many"), NumberRange(2, 5, "Enter a number from 2 to 5")],
    )
    wide_spread = IntegerField(
        "Ask me to look when two marks are so far apart",
        default=2,
        validators=[InputRequired("Enter how far"), NumberRange(1, 10, "Enter a number from 1 to 10")],
    )
    support_days = IntegerField(
        "Days for the line manager to answer",
        default=10,
        validators=[InputRequired("Enter how many days"), NumberRange(1, 90, "Enter a number from 1 to 90")],
    )
    offer_days = IntegerField(
        "Days to answer an offer",
        default=14,
        validators=[InputRequired("Enter how many days"), NumberRange(1, 90, "Enter a number from 1 to 90")],
    )
    reserve_last_day = DayField("Last day of the reserve list", validators=[Optional()])

    def __init__(self, *, schemes: Sequence[tuple[str, str]], intake: Intake | None = None) -> None:
        super().__init__(data=_answers(intake) if intake else None)
        self.scheme.choices = list(schemes)
        if intake:  # its address has been given out, and what it is for is settled
            del self.code, self.scheme
        if not self.is_submitted():
            rows = SPARE_ROWS + (0 if intake else 1)
            for _ in range(rows):
                self.questions.append_entry()
                self.criteria.append_entry()

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError("The last day must be the day it opens or later")

    @property
    def plan(self) -> dict[str, Any]:
        """What the services take, the ends exclusive. Rows without a title or text are left out."""
        assert self.last_day.data is not None
        plan = {
            name: self[name].data
            for name in (
                "title", "opens_on", "places", "introduction", "next_steps", "scale_max", "sifters", "wide_spread",
                "support_days", "offer_days",
            )
        }  # fmt: skip
        if self.code is not None:
            plan |= {"code": self.code.data, "scheme": self.scheme.data}
        reserve = self.reserve_last_day.data
        return plan | {
            "closes_on": self.last_day.data + timedelta(1),
            "reserve_until": reserve + timedelta(1) if reserve else None,
            "criteria": [
                CriterionPlan(row["step"], row["title"], row["weight"] or 1, row["guidance"] or "")
                for row in self.criteria.data
                if row["title"]
            ],
            "questions": [QuestionPlan(row["kind"], row["text"]) for row in self.questions.data if row["text"]],
        }


def _answers(intake: Intake) -> dict[str, object]:
    plain = (
        "title", "opens_on", "places", "introduction", "next_steps", "scale_max", "sifters", "wide_spread",
        "support_days", "offer_days",
    )  # fmt: skip
    return {name: getattr(intake, name) for name in plain} | {
        "last_day": last_good_day(intake.closes_on),
        "reserve_last_day": last_good_day(intake.reserve_until) if intake.reserve_until else None,
        "criteria": [
            {"title": row.title, "step": row.step, "weight": row.weight, "guidance": row.guidance}
            for row in intake.criteria
        ],
        "questions": [{"text": row.text, "kind": row.kind} for row in intake.questions],
    }


class ClosingForm(BaseForm):
    last_day = DayField("Last day to apply", validators=[InputRequired("Enter the last day to apply")])
