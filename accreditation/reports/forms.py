"""The shape of what is asked for a report: the period, the marking, the commentary."""

from datetime import date
from typing import Any

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from accreditation.core.calendar import days_after
from accreditation.reports.models import CLASSIFICATIONS
from accreditation.reports.rules.periods import Period, problem_with
from accreditation.reports.services.steering import LONGEST_COMMENT
from accreditation.web.forms import BaseForm, DayField, choices_of


class PrepareForm(BaseForm):
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=120, message="At most 120 characters")])
    starts_on = DayField("First day", [InputRequired("Enter the first day")])
    through = DayField("Last day", [InputRequired("Enter the last day")])
    classification = RadioField("Classification", [InputRequired("Choose a classification")])

    def __init__(self, *, today: date, **given: Any) -> None:
        super().__init__(**given)
        self.classification.choices = choices_of((one, one) for one in CLASSIFICATIONS)
        self.today = today

    @property
    def period(self) -> Period:
        """The days that were asked for, of a form that is valid."""
        first, last = self.starts_on.data, self.through.data
        assert first is not None
        assert last is not None
        return Period(first, days_after(last, 1))

    def validate_through(self, field: DayField) -> None:
        first = self.starts_on.data
        if first and field.data and (problem := problem_with(first, field.data)):
            field.errors = [*field.errors, problem]


class CommentaryForm(BaseForm):
    """One box for each section that is shown."""

    seen = HiddenField(validators=[InputRequired()])
    summary = TextAreaField("Summary", [Optional(), Length(max=LONGEST_COMMENT)])
    applicants = TextAreaField("From application to accreditation", [Optional(), Length(max=LONGEST_COMMENT)])
    training = TextAreaField("Cohorts and results", [Optional(), Length(max=LONGEST_COMMENT)])
    mediators = TextAreaField("Mediators", [Optional(), Length(max=LONGEST_COMMENT)])
    helpline = TextAreaField("Helpline", [Optional(), Length(max=LONGEST_COMMENT)])
    service = TextAreaField("Mediations", [Optional(), Length(max=LONGEST_COMMENT)])
    cover = TextAreaField("Cover in the weeks to come", [Optional(), Length(max=LONGEST_COMMENT)])

    @property
    def commentary(self) -> dict[str, str]:
        return {name: field.data or "" for name, field in self._fields.items() if name not in ("seen", "csrf_token")}
