"""The grid of results as it was typed, read the way a workbook is: the same rows, the same faults."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from accreditation.core.dates import NotADay, is_blank, read_day
from accreditation.web import words
from accreditation.web.forms import BaseForm, DayField
from cohorts.queries.results import Candidate, said_of_parts
from cohorts.rules.assessment import PENDING, ComponentRule
from cohorts.rules.results import OUTCOME_LABELS, Entry, Fault
from cohorts.rules.workbook import SheetRow, read_outcome_in, read_parts

TYPED = ("outcome", "event_on", "note")


class UploadForm(BaseForm):
    file = FileField(
        "Filled-in workbook",
        description="An .xlsx file of at most 5 MB. Nothing is recorded before you have seen what it would do.",
        validators=[FileRequired("Choose the workbook")],
    )


class CorrectionForm(BaseForm):
    outcome = SelectField("Outcome", validators=[InputRequired("Choose the outcome")])
    event_on = DayField("Day of the assessment", validators=[InputRequired("Enter the day of the assessment")])
    note = TextAreaField(
        "Why the result is corrected",
        description="The candidate reads it after the release.",
        validators=[DataRequired("Write down why the result is corrected"), Length(max=2000)],
        render_kw={"rows": 4},
    )

    def __init__(self, *, outcomes: Sequence[str], **answers: object) -> None:
        super().__init__(data=answers)
        self.outcome.choices = [(outcome, OUTCOME_LABELS[outcome]) for outcome in outcomes]

    @property
    def correction(self) -> dict[str, Any]:
        """What `correct_result` takes of a form that was validated."""
        return {"outcome": self.outcome.data, "event_on": self.event_on.data, "note": self.note.data}


def read_grid(
    typed: Mapping[str, str], candidates: Sequence[Candidate], components: Sequence[ComponentRule] = ()
) -> list[SheetRow]:
    """One row for each candidate whose result can be typed, as it was typed; what is not in the form is blank.

    The page of one candidate is a grid of one row, with the criteria of each part besides.
    """
    fields = [*TYPED, *(part.field for part in components)]
    criteria = [one.field for part in components for one in part.criteria]
    return [
        _row(
            number,
            {field: typed.get(f"{field}-{who.enrolment.id}", "").strip() for field in fields}
            | {field: typed[name].strip() for field in criteria if (name := f"{field}-{who.enrolment.id}") in typed},
            who,
            components,
        )
        for number, who in enumerate(candidates, 1)
        if who.closed_because is None
    ]


def _row(number: int, cells: dict[str, str], who: Candidate, components: Sequence[ComponentRule]) -> SheetRow:
    event_on = None
    outcome, faults = read_outcome_in(cells, "outcome")
    parts, wrong = read_parts(cells, components)
    faults = [*faults, *wrong]
    if not is_blank(cells["event_on"]):
        try:
            event_on = read_day(cells["event_on"])
        except NotADay as refusal:
            faults.append(Fault("event_on", refusal.reasons[0]))
    note = cells["note"].replace("\r\n", "\n") or None
    return SheetRow(number, cells, Entry(who.person.reference, outcome, event_on, note, parts=parts), tuple(faults))


def shown_grid(candidates: Sequence[Candidate]) -> dict[int, dict[str, str]]:
    """What the grid shows before anybody types: by enrolment, what is recorded as a draft."""
    return {
        who.enrolment.id: {
            "outcome": who.open.outcome if who.open and who.open.outcome != PENDING else "",
            "event_on": words.day(who.open.event_on) if who.open else "",
            "note": (who.open.note or "") if who.open else "",
            **(said_of_parts(who.open) if who.open else {}),
        }
        for who in candidates
    }
