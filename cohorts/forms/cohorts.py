"""Planning a cohort, and adding somebody to it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from accreditation.core.calendar import last_good_day
from accreditation.web.forms import BaseForm, DayField
from cohorts.models import Cohort


class CohortForm(BaseForm):
    title = StringField(
        "Title", description="Such as “Spring 2027 A”.", validators=[DataRequired("Enter a title"), Length(max=100)]
    )
    provider = SelectField("Training provider", validators=[InputRequired("Choose the training provider")])
    scheme = SelectField("Scheme", validators=[InputRequired("Choose the scheme")])
    starts_on = DayField("First day of training", validators=[InputRequired("Enter the first day of training")])
    last_day = DayField("Last day of training", validators=[InputRequired("Enter the last day of training")])
    assessment_on = DayField("Day of the assessment", validators=[Optional()])
    results_due_on = DayField("Results due by", validators=[InputRequired("Enter the day results are due by")])
    capacity = IntegerField(
        "Places",
        validators=[InputRequired("Enter the number of places"), NumberRange(1, 500, "Enter a number from 1 to 500")],
    )

    attendance_percent = IntegerField(
        "Attendance needed for a result",
        description="Percent of the hours of training. Left empty, it is what the scheme asks for, if it asks for any.",
        validators=[Optional(), NumberRange(1, 100, "Enter a number from 1 to 100, or leave it empty")],
    )

    def __init__(
        self,
        *,
        providers: Sequence[tuple[str, str]],
        schemes: Sequence[tuple[str, str]],
        cohort: Cohort | None = None,
        places: int | None = None,
    ) -> None:
        super().__init__(data=_answers(cohort) if cohort else {"capacity": places})
        self.provider.choices = list(providers)
        self.scheme.choices = list(schemes)
        if cohort:  # who trains and for what is settled once people are on it
            del self.provider, self.scheme

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day of training must be the first day or later")

    @property
    def plan(self) -> dict[str, Any]:
        """What the services take, the end exclusive."""
        assert self.last_day.data is not None
        return {
            "title": self.title.data,
            "starts_on": self.starts_on.data,
            "ends_on": self.last_day.data + timedelta(1),
            "assessment_on": self.assessment_on.data,
            "results_due_on": self.results_due_on.data,
            "capacity": self.capacity.data,
            "attendance_percent": self.attendance_percent.data,
        }


def _answers(cohort: Cohort) -> dict[str, object]:
    return {
        "title": cohort.title,
        "starts_on": cohort.starts_on,
        "last_day": last_good_day(cohort.ends_on),
        "assessment_on": cohort.assessment_on,
        "results_due_on": cohort.results_due_on,
        "capacity": cohort.capacity,
        "attendance_percent": cohort.attendance_percent,
    }


class AddPersonForm(BaseForm):
    reference = StringField(
        "Reference of the person",
        description="Such as M0012, as in the register.",
        validators=[DataRequired("Enter the reference"), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    waiting = BooleanField("If the cohort is full, put them on the waiting list")
