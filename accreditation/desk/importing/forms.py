"""The form of an upload of a register."""

from collections.abc import Sequence
from datetime import date

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SubmitField
from wtforms.validators import InputRequired, ValidationError

from accreditation.web.forms import BaseForm, DayField


class UploadForm(BaseForm):
    file = FileField(
        "Your register",
        validators=[FileRequired("Choose the spreadsheet")],
        description="An .xlsx or .csv file of at most 5 MB, with one row for each person. "
        "Title rows, blank rows and further sheets do no harm.",
    )
    scheme = SelectField("Scheme that the results are for", validators=[InputRequired("Choose a scheme")])
    tracked_from = DayField(
        "Day from which CPD, cases and supervision are recorded here",
        validators=[InputRequired("Enter a date")],
        description="What your sheet has no column for counts as met until its own period has run from this day. "
        "For example, 14 March 2027 or 14/3/2027",
    )
    submit = SubmitField("Upload and look at the preview")

    def __init__(self, *, schemes: Sequence[tuple[str, str]], main: str, on: date) -> None:
        super().__init__(data={"scheme": main, "tracked_from": on})
        self.scheme.choices = list(schemes)
        self.on = on

    def validate_tracked_from(self, field: DayField) -> None:
        if field.data and field.data > self.on:
            raise ValidationError("The date must be today or in the past")
