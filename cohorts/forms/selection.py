"""Marking, the panel, and times for interviews."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from wtforms import Field, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import TextInput

from accreditation.core.calendar import LONDON
from accreditation.web.forms import BaseForm, CheckboxesField, DayField
from accreditation.web.words import clock_time
from cohorts.models import Criterion

WRITTEN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)


class MarksForm(BaseForm):
    """One mark for each criterion; see `marks_form`."""

    criteria: Sequence[Criterion] = ()
    comment = TextAreaField(
        "What you based your marks on",
        description="For the practice manager, who may use it for the applicant’s feedback.",
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 4},
    )

    @property
    def points(self) -> dict[int, int]:
        return {one.id: int(self[f"mark_{one.id}"].data) for one in self.criteria}

    @property
    def mark_fields(self) -> list[Any]:
        return [self[f"mark_{one.id}"] for one in self.criteria]


def marks_form(criteria: Sequence[Criterion], scale_max: int) -> type[MarksForm]:
    fields: dict[str, Any] = {"criteria": criteria}
    for one in criteria:
        fields[f"mark_{one.id}"] = RadioField(
            one.title,
            description=one.guidance,
            choices={str(points): str(points) for points in range(scale_max + 1)},
            validators=[DataRequired(f"Give a mark for {one.title}")],
        )
    return type("MarksOfIntake", (MarksForm,), fields)


class ConflictForm(BaseForm):
    words = TextAreaField(
        "What is the conflict?",
        description="Such as “I recognise this person”. Only the practice manager reads it.",
        validators=[DataRequired("Say in a few words what the conflict is"), Length(max=1000)],
        render_kw={"rows": 3},
    )


class PanelForm(BaseForm):
    reference = StringField(
        "Reference of the person",
        description="Such as M0012 or S0003, as in the register.",
        validators=[DataRequired("Enter the reference"), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    role = SelectField("Role", choices={"sifter": "Sifter", "interviewer": "Interviewer"})


class TimeField(Field):
    """A time of day as people write it: "9:30am", "14.15", "9". `data` is a time or None."""

    widget = TextInput()

    def _value(self) -> str:
        if isinstance(self.data, time):
            return clock_time(datetime.combine(date(2000, 1, 1), self.data))
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: time | None = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        found = WRITTEN.fullmatch(text)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        if found and found[3]:
            hour = 99 if not 1 <= hour <= 12 else hour % 12 + (12 if found[3].lower() == "pm" else 0)
        if hour > 23 or minute > 59:
            raise ValueError(f"{text[:20]} is not a time. Write it as 9:30am or 14:15.")
        self.data = time(hour, minute)


class SlotsForm(BaseForm):
    day = DayField("Day", validators=[InputRequired("Enter the day")])
    first = TimeField(
        "First time", description="London time, such as 9:30am", validators=[InputRequired("Enter the time")]
    )
    minutes = IntegerField(
        "Minutes for each",
        default=40,
        validators=[InputRequired("Enter how long"), NumberRange(10, 240, "Enter a number from 10 to 240")],
    )
    pause = IntegerField("Minutes between two", default=10, validators=[Optional(), NumberRange(0, 240)])
    number = IntegerField(
        "How many",
        default=6,
        validators=[InputRequired("Enter how many"), NumberRange(1, 30, "Enter a number from 1 to 30")],
    )
    place = StringField("Where", validators=[DataRequired("Enter where, or how to join"), Length(max=300)])
    panel = CheckboxesField("Two who interview")

    def __init__(self, *, interviewers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.panel.choices = list(interviewers)

    def validate_panel(self, field: CheckboxesField) -> None:
        if len(field.data or []) != 2:
            raise ValidationError("Choose two")

    def validate_first(self, field: TimeField) -> None:
        """A time that the clocks skip in spring is no time of that day."""
        if field.data is None or self.day.data is None:
            return
        at = datetime.combine(self.day.data, field.data, LONDON)
        if at.astimezone(UTC).astimezone(LONDON).time() != field.data:
            raise ValidationError("The clocks go forward over this time on that day. Choose another one")

    @property
    def first_at(self) -> datetime:
        assert self.day.data is not None
        assert self.first.data is not None
        return datetime.combine(self.day.data, self.first.data, LONDON).astimezone(UTC)


class FeedbackForm(BaseForm):
    feedback = TextAreaField(
        "What the applicant should know",
        description="Goes with the letter about the decision, and stands on their own page. Leave out who marked what.",
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 5},
    )
