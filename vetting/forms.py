"""Forms about clearances: dates, levels and references; never the content of vetting."""

from datetime import date

from wtforms import SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from accreditation.core.calendar import last_good_day
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of
from vetting.rules.steps import GRANTING, STATES

LAST_GOOD_DAY = "The last good day, as the vetting unit gave it. Leave empty to take the usual period of the level"


class StartForm(BaseForm):
    level = SelectField("Level", validators=[InputRequired("Choose a level")])
    initiated_on = DayField("Asked for on", validators=[InputRequired("Enter the day on which it was asked for")])
    sponsor = StringField("Sponsor", validators=[Optional(), Length(max=120)])
    reference = StringField("Reference number", validators=[Optional(), Length(max=60)])
    notes = TextAreaField(
        "Notes",
        description="Dates and decisions only, never reasons or answers",
        validators=[Optional(), Length(max=2000)],
    )
    submit = SubmitField("Start the application")

    def __init__(self, *, levels: list[tuple[str, str]], on: date) -> None:
        super().__init__()
        self.level.choices = choices_of(levels)
        self.initiated_on.validators = [*self.initiated_on.validators, NotAfter(on)]


class RecordForm(BaseForm):
    """A clearance that was granted without an application here."""

    level = SelectField("Level", validators=[InputRequired("Choose a level")])
    granted_on = DayField("Granted on", validators=[InputRequired("Enter the day on which it was granted")])
    valid_through = DayField("Valid through", description=LAST_GOOD_DAY, validators=[Optional()])
    sponsor = StringField("Sponsor", validators=[Optional(), Length(max=120)])
    reference = StringField("Reference number", validators=[Optional(), Length(max=60)])
    conditions = TextAreaField("Conditions, if there are any", validators=[Optional(), Length(max=2000)])
    notes = TextAreaField(
        "Notes",
        description="Dates and decisions only, never reasons or answers",
        validators=[Optional(), Length(max=2000)],
    )
    submit = SubmitField("Record the clearance")

    def __init__(self, *, levels: list[tuple[str, str]], on: date) -> None:
        super().__init__()
        self.level.choices = choices_of(levels)
        self.granted_on.validators = [*self.granted_on.validators, NotAfter(on)]

    def validate_valid_through(self, field: DayField) -> None:
        if field.data and self.granted_on.data and field.data < self.granted_on.data:
            raise ValidationError("The last good day must not lie before the day it was granted")


class MoveForm(BaseForm):
    """The next step of an application. A grant asks for the last good day too."""

    to = SelectField("Next step", validators=[InputRequired("Choose the next step")])
    taken_on = DayField("On", validators=[InputRequired("Enter the day of the step")])
    valid_through = DayField("Valid through, if granted", description=LAST_GOOD_DAY, validators=[Optional()])
    conditions = TextAreaField("Conditions, if granted with conditions", validators=[Optional(), Length(max=2000)])
    submit = SubmitField("Record the step")

    def __init__(self, *, steps: tuple[str, ...], on: date) -> None:
        super().__init__(data={"taken_on": on})
        self.to.choices = choices_of([("", "Choose a step"), *((step, STATES[step]) for step in steps)])
        self.taken_on.validators = [*self.taken_on.validators, NotAfter(on)]

    def validate_valid_through(self, field: DayField) -> None:
        if field.data and self.taken_on.data and field.data < self.taken_on.data:
            raise ValidationError("The last good day must not lie before the day it was granted")

    def validate_conditions(self, field: TextAreaField) -> None:
        if self.to.data == "granted_with_conditions" and not field.data:
            raise ValidationError("Enter the conditions")
        if self.to.data in GRANTING and self.to.data != "granted_with_conditions" and field.data:
            raise ValidationError("Choose “Granted with conditions”, or take the conditions out")


class ChangeForm(BaseForm):
    """What becomes of a clearance."""

    to = SelectField("What happened", validators=[InputRequired("Choose what happened")])
    changed_on = DayField(
        "From", description="The first day on which this holds", validators=[InputRequired("Enter the day")]
    )
    submit = SubmitField("Record the change")

    def __init__(self, *, steps: tuple[str, ...], on: date) -> None:
        super().__init__(data={"changed_on": on})
        self.to.choices = choices_of([("", "Choose what happened"), *((step, STATES[step]) for step in steps)])
        self.changed_on.validators = [*self.changed_on.validators, NotAfter(on)]


class FindForm(BaseForm):
    """The way from the board to one person."""

    reference = StringField("Mediator’s reference", validators=[DataRequired("Enter a reference, such as M0001")])
    submit = SubmitField("Open the record")


def shown_through(ends_on: date | None) -> date | None:
    return last_good_day(ends_on) if ends_on else None
