"""Forms of the practice log."""

from datetime import date
from decimal import Decimal

from wtforms import DecimalField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from accreditation.practice.rules import CODES, KINDS, MOST_HOURS, Details
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of


class EntryForm(BaseForm):
    """One of the three kinds; which fields it needs is decided by the kind."""

    code = RadioField("What kind", validators=[InputRequired("Choose one")])
    done_on = DayField("Day", validators=[InputRequired("Enter the day")])
    hours = DecimalField("Hours", description="For example, 1.5", validators=[])
    case_reference = StringField(
        "Case reference",
        description="The reference only: no names of parties",
        validators=[Optional(), Length(max=40)],
    )
    note = StringField(
        "Note", description="For example, the title of the course", validators=[Optional(), Length(max=200)]
    )
    submit = SubmitField("Log it")

    def __init__(self, *, kind: str, on: date) -> None:
        super().__init__()
        self.kind = kind
        self.code.choices = choices_of(CODES[kind].items())
        self.code.label.text = {"case": "Your part in it", "cpd": "Category", "supervision": "Kind of session"}[kind]
        self.done_on.validators = [*self.done_on.validators, NotAfter(on)]
        if kind == "case":
            del self.hours, self.note
        else:
            self.hours.validators = [
                InputRequired("Enter the hours"),
                NumberRange(Decimal("0.25"), MOST_HOURS, f"Enter hours from 0.25 to {MOST_HOURS}"),
            ]
            del self.case_reference

    def details(self) -> Details:
        """What was entered, once the form has been found valid."""
        assert self.done_on.data
        hours = Decimal(1) if self.kind == "case" else self.hours.data
        assert hours is not None
        return Details(
            kind=self.kind,
            done_on=self.done_on.data,
            quantity=hours,
            code=self.code.data,
            case_reference=self.case_reference.data or None if self.kind == "case" else None,
            note=None if self.kind == "case" else self.note.data or None,
        )


class ChooseForm(BaseForm):
    """Whom and what to record for: the office's way in."""

    reference = StringField("Mediator’s reference", validators=[DataRequired("Enter a reference, such as M0001")])
    kind = SelectField("What", choices=choices_of(KINDS.items()), validators=[InputRequired("Choose what to record")])
    submit = SubmitField("Continue")


class ReasonForm(BaseForm):
    reason = StringField(
        "Reason, as the mediator will read it", validators=[DataRequired("Enter a reason"), Length(max=200)]
    )
    submit = SubmitField("Turn it down")


class BareForm(BaseForm):
    """Nothing but the proof that the request came from our page."""
