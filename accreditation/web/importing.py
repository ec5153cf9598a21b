"""The forms that every import has: the table in the upload, what its columns hold, and answers to single rows."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from wtforms import HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from accreditation.core.sheets.layout import Heading
from accreditation.web.forms import BaseForm, choices_of

FILE_NAME_LONGEST = 120


class Answer(Protocol):
    """One answer to a question: `value` travels, `label` is read."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...


class Question(Protocol):
    """A row that needs a decision."""

    @property
    def number(self) -> int: ...
    @property
    def called(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def choices(self) -> Sequence[Answer]: ...
    @property
    def decided(self) -> str: ...


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


def columns_form(
    headings: Sequence[Heading],
    columns: Mapping[int, str],
    samples: Mapping[int, str],
    labels: Mapping[str, str],
    not_read: str,
) -> ColumnsForm:
    """One choice for each heading, its first values as a hint."""
    fields = {
        f"column_{heading.column}": SelectField(
            f"{heading.text} (column {heading.letter})",
            description=f"For example: {samples[heading.column]}" if samples.get(heading.column) else "",
        )
        for heading in headings
    }
    made: type[ColumnsForm] = type("ColumnsForm", (ColumnsForm,), dict(fields))
    form = made(data={f"column_{heading.column}": columns.get(heading.column, not_read) for heading in headings})
    for name in fields:
        form[name].choices = choices_of([(not_read, "Not read"), *labels.items()])
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


def decisions_form(rows: Sequence[Question]) -> DecisionsForm:
    fields = {
        f"row_{row.number}": RadioField(f"Row {row.number}: {row.called}", validators=[Optional()], description=row.why)
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
