"""The forms of an import: the upload, the table in it, what its columns hold, and answers to single rows."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from accreditation.desk.importing.rules.columns import LABELS, NOT_READ, Heading
from accreditation.desk.importing.rules.plan import PlannedRow
from accreditation.web.forms import BaseForm, DayField

FILE_NAME_LONGEST = 120


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


class TableForm(BaseForm):
    """Another sheet, or another row of headings."""

    sheet = SelectField("Sheet", coerce=int)
    header_row = IntegerField(
        "Row with the headings",
        validators=[InputRequired("Enter the number of the row"), NumberRange(1, message="Enter a row number")],
        description="The number of the row in Excel",
    )

    def __init__(self, *, sheets: Sequence[tuple[int, str]], data: Mapping[str, object]) -> None:
        super().__init__(data=dict(data))
        self.sheet.choices = list(sheets)


class ColumnsForm(BaseForm):
    """For each column of the sheet, which field it holds. Made for one sheet by `columns_form`."""

    @property
    def chosen(self) -> dict[int, str]:
        return {
            int(name.removeprefix("column_")): field.data
            for name, field in self._fields.items()
            if name.startswith("column_")
        }


def columns_form(headings: Sequence[Heading], columns: Mapping[int, str], samples: Mapping[int, str]) -> ColumnsForm:
    """One choice for each heading, its first values as a hint."""
    fields = {
        f"column_{heading.column}": SelectField(
            f"{heading.text} (column {heading.letter})",
            description=f"For example: {samples[heading.column]}" if samples.get(heading.column) else "",
        )
        for heading in headings
    }
    made: type[ColumnsForm] = type("ColumnsForm", (ColumnsForm,), dict(fields))
    form = made(data={f"column_{heading.column}": columns.get(heading.column, NOT_READ) for heading in headings})
    for name in fields:
        form[name].choices = [(NOT_READ, "Not read"), *LABELS.items()]
    return form


class DecisionsForm(BaseForm):
    """One question for each row that needs a decision. Made for one plan by `decisions_form`."""

    @property
    def chosen(self) -> dict[int, str]:
        return {
            int(name.removeprefix("row_")): field.data or ""
            for name, field in self._fields.items()
            if name.startswith("row_")
        }


def decisions_form(rows: Sequence[PlannedRow]) -> DecisionsForm:
    fields = {
        f"row_{row.number}": RadioField(
            f"Row {row.number}: {row.entry.called if row.entry else ''}", validators=[Optional()], description=row.why
        )
        for row in rows
    }
    made: type[DecisionsForm] = type("DecisionsForm", (DecisionsForm,), dict(fields))
    form = made(data={f"row_{row.number}": row.decided for row in rows})
    for row in rows:
        form[f"row_{row.number}"].choices = [(choice.value, choice.label) for choice in row.choices]
    return form


class ConfirmForm(BaseForm):
    """Carries what the preview showed, so that nothing else is imported."""

    digest = HiddenField(validators=[InputRequired("Look at the preview again")])
