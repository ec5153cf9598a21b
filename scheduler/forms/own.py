"""The form for one's own letters."""

from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from accreditation.web.forms import BaseForm, choices_of


class OwnLettersForm(BaseForm):
    weekly = RadioField(
        "How early reminders reach you",
        choices=choices_of([("no", "One by one, as each comes up"), ("yes", "Together, in one letter a week")]),
        validators=[InputRequired("Choose how early reminders reach you")],
    )
    submit = SubmitField("Save")
