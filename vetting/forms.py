"""Forms about clearances: dates, levels and references; never the content of vetting."""

from datetime import date

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from accreditation.core.calendar import last_good_day
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of
from vetting.rules.aftercare import ACTIONS, KINDS
from vetting.rules.levels import CERTAINTIES
from vetting.rules.steps import GRANTING, STATES
from vetting.rules.transfers import TRANSFER_STATES

LAST_GOOD_DAY = "The last good day, as the vetting unit gave it. Leave empty to take the usual period of the level"
# Optional() ends a field’s checks where nothing was entered: a field that may be needed after all goes without it.
WHY = "In a few words, such as “typed the wrong year”. Nothing of what was asked or answered in vetting"


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
    granted_on = DayField("Granted on")
    valid_through = DayField("Valid through", description=LAST_GOOD_DAY, validators=[Optional()])
    to_be_asked = BooleanField(
        "A date is missing: I am asking the vetting unit for it",
        description="The clearance is kept and listed under “Dates missing”. It counts for nothing until it has both.",
    )
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
        self.granted_on.validators = [NotAfter(on)]

    def validate_granted_on(self, field: DayField) -> None:
        if field.data is None and not self.to_be_asked.data and not field.errors:
            raise ValidationError("Enter the day on which it was granted, or say that a date is missing")

    def validate_valid_through(self, field: DayField) -> None:
        if field.data and self.granted_on.data and field.data < self.granted_on.data:
            raise ValidationError("The last good day must not lie before the day it was granted")

    def validate_to_be_asked(self, field: BooleanField) -> None:
        if field.data and self.granted_on.data and self.valid_through.data:
            raise ValidationError("Both dates are there. Take the tick away, or the date that is not known")


class DatesForm(BaseForm):
    """Other dates of a clearance: from the vetting unit, or an end that the risk owner brings forward."""

    by = RadioField(
        "Who says so",
        choices=choices_of(
            [
                ("vetting_unit", "The vetting unit: these are the right dates"),
                ("risk_owner", "The risk owner: the end is brought forward"),
            ]
        ),
        validators=[InputRequired("Choose who says so")],
    )
    granted_on = DayField("Granted on", validators=[InputRequired("Enter the day on which it was granted")])
    valid_through = DayField("Valid through", description=LAST_GOOD_DAY)
    reason = StringField("Reason", description=WHY, validators=[DataRequired("Enter a reason"), Length(max=200)])
    submit = SubmitField("Record these dates")

    def __init__(self, *, granted_on: date | None, valid_through: date | None, on: date) -> None:
        super().__init__(data={"by": "vetting_unit", "granted_on": granted_on, "valid_through": valid_through})
        self.granted_on.validators = [*self.granted_on.validators, NotAfter(on)]
        self.was_granted_on = granted_on

    def validate_valid_through(self, field: DayField) -> None:
        if field.data is None and self.by.data == "risk_owner":
            raise ValidationError("Enter the new last good day")
        if field.data and self.granted_on.data and field.data < self.granted_on.data:
            raise ValidationError("The last good day must not lie before the day it was granted")

    def validate_granted_on(self, field: DayField) -> None:
        if self.by.data == "risk_owner" and field.data and field.data != self.was_granted_on:
            raise ValidationError("The risk owner changes the end, not the day of the grant")


class ErrorForm(BaseForm):
    """Something that was recorded in error."""

    what = RadioField("What is wrong", validators=[InputRequired("Choose what is wrong")])
    reason = StringField("Reason", description=WHY, validators=[DataRequired("Enter a reason"), Length(max=200)])
    submit = SubmitField("Put it right")

    def __init__(self, *, choices: list[tuple[str, str]]) -> None:
        super().__init__()
        self.what.choices = choices_of(choices)


class TransferForm(BaseForm):
    """A transfer is asked for: of a clearance held elsewhere, or of one held here."""

    which = RadioField("Which clearance", validators=[InputRequired("Choose which clearance")])
    level = SelectField("Level, if it is held elsewhere")
    other_body = StringField(
        "The other body",
        description="Such as a force or a department",
        validators=[DataRequired("Enter its name"), Length(max=120)],
    )
    requested_on = DayField("Asked for on", validators=[InputRequired("Enter the day on which it was asked for")])
    left_on = DayField(
        "Last day with the other body",
        description="If they have left it: too long a gap means that they are vetted anew",
        validators=[Optional()],
    )
    submit = SubmitField("Record the request")

    def __init__(self, *, held: list[tuple[str, str]], levels: list[tuple[str, str]], on: date) -> None:
        super().__init__(data={"which": "in", "requested_on": on})
        self.which.choices = choices_of([("in", "One held elsewhere is to come here"), *held])
        self.level.choices = choices_of([("", "Choose a level"), *levels])
        self.requested_on.validators = [*self.requested_on.validators, NotAfter(on)]

    def validate_level(self, field: SelectField) -> None:
        if self.which.data == "in" and not field.data:
            raise ValidationError("Choose a level")


class AnswerForm(BaseForm):
    """The answer to a request for transfer. What comes here is accepted with the dates of your own vetting unit."""

    answer = RadioField("The answer", validators=[InputRequired("Choose the answer")])
    answered_on = DayField("Answered on", validators=[InputRequired("Enter the day of the answer")])
    originally_granted_on = DayField("Granted by the other body on")
    valid_through = DayField(
        "Valid through here",
        description="As your own vetting unit says. The other body’s date is not taken over",
    )
    sponsor = StringField("Sponsor here", validators=[Optional(), Length(max=120)])
    reference = StringField("Reference number", validators=[Optional(), Length(max=60)])
    submit = SubmitField("Record the answer")

    def __init__(self, *, comes_here: bool, on: date) -> None:
        super().__init__(data={"answered_on": on})
        self.answer.choices = choices_of([(key, label) for key, label in TRANSFER_STATES.items() if key != "requested"])
        self.answered_on.validators = [*self.answered_on.validators, NotAfter(on)]
        self.comes_here = comes_here

    def validate_originally_granted_on(self, field: DayField) -> None:
        if self.comes_here and self.answer.data == "accepted" and not field.data and not field.errors:
            raise ValidationError("Enter the day on which the other body granted it")

    def validate_valid_through(self, field: DayField) -> None:
        if self.comes_here and self.answer.data == "accepted" and not field.data and not field.errors:
            raise ValidationError("Enter the last good day that your own vetting unit gives")


class ReportForm(BaseForm):
    """That something was reported to the vetting unit. What it was has no field."""

    kind = RadioField(
        "What was reported", choices=choices_of(KINDS.items()), validators=[InputRequired("Choose what was reported")]
    )
    reported_on = DayField("To the vetting unit on", validators=[InputRequired("Enter the day of the report")])
    next_action = SelectField("What is to be done next", validators=[Optional()])
    owner = SelectField("Who sees to it")
    due_on = DayField("By")
    submit = SubmitField("Record the report")

    def __init__(self, *, owners: list[tuple[str, str]], on: date) -> None:
        super().__init__(data={"reported_on": on})
        self.next_action.choices = choices_of([("", "Nothing"), *ACTIONS.items()])
        self.owner.choices = choices_of([("", "Choose somebody"), *owners])
        self.reported_on.validators = [*self.reported_on.validators, NotAfter(on)]

    def validate_owner(self, field: SelectField) -> None:
        if self.next_action.data and not field.data:
            raise ValidationError("Choose who sees to it")

    def validate_due_on(self, field: DayField) -> None:
        if self.next_action.data and field.data is None and not field.errors:
            raise ValidationError("Enter the day by which it is done")


class PeriodForm(BaseForm):
    """The usual period of one level for one kind of holder."""

    months = IntegerField(
        "Months to the review or renewal",
        description="Leave empty where no period is stated",
        validators=[Optional(), NumberRange(1, 600, "Enter between 1 and 600 months")],
    )
    certainty = SelectField("How sure it is", choices=choices_of(CERTAINTIES.items()))
    source = StringField("Where it comes from", validators=[DataRequired("Enter where it comes from"), Length(max=300)])
    submit = SubmitField("Save the period")


class OverdueForm(BaseForm):
    """What a clearance that is overdue for review means."""

    overdue = RadioField(
        "When a review date has passed",
        choices=choices_of(
            [
                ("block", "The clearance has ended: its holder may not work"),
                ("review", "The clearance stays open: the review is overdue, and listed as a deadline"),
            ]
        ),
        validators=[InputRequired("Choose one")],
    )
    reinstate_months = IntegerField(
        "Months in which a lapsed clearance can be reinstated",
        description="After somebody’s last day. Twelve, by the rule that GOV.UK states for transfers",
        validators=[InputRequired("Enter a number of months"), NumberRange(0, 60, "Enter between 0 and 60 months")],
    )
    early_months = IntegerField(
        "Months by which a renewal may be asked for early",
        description="To level the load. The clearance that is held runs to its own end all the same",
        validators=[InputRequired("Enter a number of months"), NumberRange(0, 24, "Enter between 0 and 24 months")],
    )
    submit = SubmitField("Save")


class MoveForm(BaseForm):
    """The next step of an application. A grant asks for the last good day too."""

    to = SelectField("Next step", validators=[InputRequired("Choose the next step")])
    taken_on = DayField("On", validators=[InputRequired("Enter the day of the step")])
    valid_through = DayField("Valid through, if granted", description=LAST_GOOD_DAY, validators=[Optional()])
    conditions = TextAreaField("Conditions, if granted with conditions", validators=[Length(max=2000)])
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


class InitiateForm(BaseForm):
    """Asking for many clearances at once."""

    initiated_on = DayField("Asked for on", validators=[InputRequired("Enter the day on which they were asked for")])
    sponsor = StringField("Sponsor", validators=[Optional(), Length(max=120)])

    def __init__(self, *, on: date) -> None:
        super().__init__(data={"initiated_on": on})
        self.initiated_on.validators = [*self.initiated_on.validators, NotAfter(on)]


class ListForm(BaseForm):
    """The vetting unit's list."""

    file = FileField(
        "The vetting unit’s list",
        validators=[FileRequired("Choose the spreadsheet")],
        description="An .xlsx or .csv file of at most 5 MB, with one row for each clearance.",
    )
    level = SelectField(
        "Level, where the list has no column for it", validators=[InputRequired("Choose a level")], default="CTC"
    )
    submit = SubmitField("Upload and look at the preview")

    def __init__(self, *, levels: list[tuple[str, str]]) -> None:
        super().__init__()
        self.level.choices = choices_of(levels)


class FindForm(BaseForm):
    """The way from the board to one person."""

    reference = StringField("Mediator’s reference", validators=[DataRequired("Enter a reference, such as M0001")])
    submit = SubmitField("Open the record")


def shown_through(ends_on: date | None) -> date | None:
    return last_good_day(ends_on) if ends_on else None
