"""Asking for leave, and answering."""

from datetime import date

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from accreditation.core.calendar import days_after
from accreditation.practice.rules.leave import Asked
from accreditation.standing.forms.overlays import AUTHORITY, FORM_KEY, answers_of
from accreditation.standing.rules.laying import leave_types
from accreditation.web.forms import BaseForm, DayField, choices_of


class AskForm(BaseForm):
    """From when to when, and why: the why stays between the mediator and who decides."""

    leave_type = SelectField(
        "Kind of leave", description="Private, as the reason is", validators=[InputRequired("Choose the kind of leave")]
    )
    starts_on = DayField("First day", validators=[InputRequired("Enter the first day")])
    through = DayField("Last day", validators=[InputRequired("Enter the last day")])
    reason = TextAreaField(
        "Reason",
        description="Private: you and the practice managers who decide read it, and nobody else. No names of parties.",
        validators=[DataRequired("Enter the reason, in a few words"), Length(max=2000)],
    )
    form_key = HiddenField(validators=[InputRequired(), Regexp(f"^{FORM_KEY}$")])

    def __init__(self, *, form_key: str) -> None:
        super().__init__()
        self.leave_type.choices = choices_of([("", "Choose"), *leave_types().items()])
        if not self.form_key.data:
            self.form_key.data = form_key

    def validate_through(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day must not lie before the first")

    @property
    def asked(self) -> Asked:
        """What the valid form says."""
        first, last = self.starts_on.data, self.through.data
        assert isinstance(first, date)
        assert isinstance(last, date)
        return Asked(first, days_after(last, 1), self.leave_type.data, self.reason.data or "")

    @property
    def answers(self) -> dict[str, str]:
        return answers_of(self)


class ApproveForm(BaseForm):
    authority = StringField(
        "Decided by", description=AUTHORITY, validators=[DataRequired("Enter who decided"), Length(max=200)]
    )
    answer = TextAreaField(
        "Words to the mediator", description="They read it with the answer", validators=[Optional(), Length(max=1000)]
    )


class DeclineForm(BaseForm):
    answer = TextAreaField(
        "Reason, as the mediator will read it", validators=[DataRequired("Enter the reason"), Length(max=1000)]
    )
