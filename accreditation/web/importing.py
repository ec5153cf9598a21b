"""What the pages of every import have: its forms, the rows of its preview page by page, and its error file."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, Protocol

from flask import request, send_file
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from accreditation.core.sheets import XLSX
from accreditation.core.sheets.errors import error_file
from accreditation.core.sheets.layout import NOT_READ
from accreditation.core.uploads import Plan, Row, Upload, wrong_with
from accreditation.web.forms import BaseForm, choices_of

FILE_NAME_LONGEST = 120
ROWS_AT_ONCE = 100
QUESTIONS_AT_ONCE = 25


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


def table_form(upload: Upload[Any]) -> TableForm:
    titles = [(place, sheet.title) for place, sheet in enumerate(upload.workbook.sheets) if sheet.rows]
    return TableForm(sheets=titles, data={"sheet": upload.draft.sheet, "header_row": upload.draft.header_row})


class ColumnsForm(BaseForm):
    """For each column of the sheet, which field it holds. Made for one sheet by `columns_form`."""

    @property
    def chosen(self) -> dict[int, str]:
        return {
            int(name.removeprefix("column_")): field.data
            for name, field in self._fields.items()
            if name.startswith("column_")
        }


def columns_form(upload: Upload[Any], labels: Mapping[str, str]) -> ColumnsForm:
    """One choice for each heading, its first values as a hint. `labels`: the name of each field."""
    samples = _samples(upload)
    fields = {
        f"column_{heading.column}": SelectField(
            f"{heading.text} (column {heading.letter})",
            description=f"For example: {samples[heading.column]}" if samples.get(heading.column) else "",
        )
        for heading in upload.headings
    }
    made: type[ColumnsForm] = type("ColumnsForm", (ColumnsForm,), dict(fields))
    columns = upload.columns
    form = made(data={f"column_{one.column}": columns.get(one.column, NOT_READ) for one in upload.headings})
    for name in fields:
        form[name].choices = choices_of([(NOT_READ, "Not read"), *labels.items()])
    return form


def _samples(upload: Upload[Any]) -> dict[int, str]:
    """The first two different values of each column."""
    below = [row for row in upload.sheet if row.number > upload.draft.header_row][:50]
    samples: dict[int, str] = {}
    for heading in upload.headings:
        values = [cell.text[:40] for row in below if (cell := row.get(heading.column)) and cell.text.strip()]
        samples[heading.column] = ", ".join(dict.fromkeys(values[:2]))
    return samples


class DecisionsForm(BaseForm):
    """One question for each row that needs a decision. Made for one plan by `decisions_form`."""

    @property
    def chosen(self) -> dict[int, str]:
        return {
            int(name.removeprefix("row_")): field.data or ""
            for name, field in self._fields.items()
            if name.startswith("row_")
        }


def decisions_form(rows: Iterable[Question]) -> DecisionsForm:
    """Open questions first, so many at once; those answered can be changed."""
    rows = sorted((row for row in rows if row.choices), key=lambda row: (bool(row.decided), row.number))
    rows = rows[:QUESTIONS_AT_ONCE]
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


# --- pages -----------------------------------------------------------------------------------------------------------


def shown_name(name: str | None, otherwise: str) -> str:
    """The file's own name for people to recognise it by; nothing is ever stored under it."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:FILE_NAME_LONGEST] or otherwise


class PlannedRow(Question, Row, Protocol):
    """A row of a preview."""

    @property
    def status(self) -> Any: ...


class Preview(Plan, Protocol):
    """A plan as its preview shows it."""

    @property
    def rows(self) -> Sequence[Any]: ...


def preview_of(
    upload: Upload[Any],
    plan: Preview,
    labels: Mapping[str, str],
    statuses: Iterable[Any],
    *,
    wrong: BaseForm | None,
    listed: Sequence[PlannedRow] | None = None,
) -> dict[str, Any]:
    """What every preview shows: `wrong` is one of its forms as it was filled in wrongly, `statuses` the
    states of its rows in their order.

    `listed`: the rows that the status in the address stands for, where they are not those of one state.
    """
    status = request.args.get("status", "")
    if listed is None:
        listed = [row for row in plan.rows if status in ("", row.status.value)]
    shown, following = _page(listed)
    asked = [row for row in plan.rows if row.choices]
    return {
        "form": wrong,  # for the error summary, and "Error:" in the title
        "draft": upload.draft,
        "upload": upload,
        "plan": plan,
        "statuses": [one for one in statuses if plan.counts[one]],
        "status": status,
        "listed": listed,
        "shown": shown,
        "following": following,
        "asked": len(asked),
        "decisions_form": _given(wrong, DecisionsForm) or (decisions_form(asked) if asked else None),
        "table_form": _given(wrong, TableForm) or table_form(upload),
        "columns_form": _given(wrong, ColumnsForm) or columns_form(upload, labels),
    }


def _given(wrong: BaseForm | None, kind: type[BaseForm]) -> BaseForm | None:
    return wrong if isinstance(wrong, kind) else None


def _page(rows: Sequence[PlannedRow]) -> tuple[Sequence[PlannedRow], int | None]:
    """The rows from the number in the address on, and the number where the next page begins."""
    first = request.args.get("from", default=0, type=int)
    rest = [row for row in rows if row.number >= first]
    return rest[:ROWS_AT_ONCE], rest[ROWS_AT_ONCE].number if len(rest) > ROWS_AT_ONCE else None


def send_error_file(upload: Upload[Any], plan: Plan | None) -> ResponseReturnValue:
    """The rows that are not imported, as they were, with what is wrong with each. `plan`: None once it is done."""
    name = f"{PurePosixPath(upload.draft.file_name).stem} - to correct.xlsx"
    content = error_file(upload.sheet, upload.headings, wrong_with(upload, plan))
    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=name)
