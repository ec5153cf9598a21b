"""The forms of leaving: when the last day is, that it was a mistake, and when somebody is back."""

from datetime import date

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from accreditation.web.forms import BaseForm, DayField, NotAfter, NotBefore, choices_of

FORM_KEY = r"[\w-]{16,64}"


class LeaveForm(BaseForm):
    """The last day in the service."""

    last_on = DayField(
        "Last day in the service",
        description="It may lie ahead or be over. For example, 31 March 2027",
        validators=[InputRequired("Enter the last day")],
    )
    form_key = HiddenField(validators=[InputRequired(), Regexp(f"^{FORM_KEY}$")])

    def __init__(self, *, form_key: str) -> None:
        super().__init__()
        if not self.form_key.data:
            self.form_key.data = form_key


class UndoForm(BaseForm):
    """It was recorded by mistake."""

    reason = TextAreaField("What was the mistake", validators=[DataRequired("Enter what was wrong"), Length(max=500)])


class ReturnForm(BaseForm):
    """The first day back, and whether the vetting unit has said that the clearance can be taken up again."""

    back_on = DayField("First day back", validators=[InputRequired("Enter the first day back")])
    reinstate = RadioField(
        "Clearances that lapsed with the leaving",
        choices=choices_of(
            [
                ("no", "They stay lapsed: the vetting unit has not confirmed anything yet"),
                ("yes", "The vetting unit has confirmed that they can be taken up again"),
            ]
        ),
        validators=[InputRequired("Choose one")],
    )

    def __init__(self, *, left_on: date, on: date, lapsed: bool) -> None:
        super().__init__(data={"back_on": on})
        self.back_on.validators = [
            *self.back_on.validators,
            NotBefore(left_on),
            NotAfter(on, "Record the return on the day or later: the date must not lie ahead"),
        ]
        if not lapsed:
            del self.reinstate
