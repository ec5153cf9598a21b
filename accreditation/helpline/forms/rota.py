"""The forms of the rota: a shift, once or every week, and a request to take one."""

from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SubmitField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from accreditation.helpline.rules.rota import Pattern
from accreditation.web.forms import BaseForm, CheckboxesField, DayField, NotBefore, choices_of
from accreditation.web.words import WEEKDAYS


class ShiftForm(BaseForm):
    """One shift, or the same every week through a last day."""

    adviser = SelectField("Adviser", validators=[InputRequired("Choose an adviser")])
    first = DayField("Day", validators=[InputRequired("Enter the day")])
    starts = TimeField("From", validators=[InputRequired("Enter the time it starts, such as 09:00")])
    ends = TimeField(
        "Until",
        validators=[InputRequired("Enter the time it ends, such as 13:00")],
        description="London time. 00:00 is the midnight after the day.",
    )
    weekdays = CheckboxesField(
        "Repeat every week on",
        choices=choices_of((str(number), name) for number, name in enumerate(WEEKDAYS)),
        validators=[Optional()],
        description="Leave all empty for this one day. The days begin with the one above.",
    )
    last = DayField(
        "Last day on which it repeats", validators=[Optional()], description="For example, 26 March 2027. Inclusive."
    )
    without_holidays = BooleanField("Leave bank holidays out", default=True)
    form_key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])
    submit = SubmitField("Put it on the rota")

    def __init__(self, advisers: list[tuple[str, str]], *, on: date, form_key: str, **data: Any) -> None:
        super().__init__(data={"form_key": form_key, **data})
        self.adviser.choices = choices_of(advisers if len(advisers) == 1 else [("", "Choose"), *advisers])
        self.first.validators = [*self.first.validators, NotBefore(on)]

    @property
    def pattern(self) -> Pattern:
        """What was entered, once the form has been found valid."""
        assert self.first.data
        assert self.starts.data is not None
        assert self.ends.data is not None
        return Pattern(
            first=self.first.data,
            starts=self.starts.data,
            ends=self.ends.data,
            last=self.last.data,
            weekdays=frozenset(int(one) for one in self.weekdays.data or ()),
            without_holidays=bool(self.without_holidays.data),
        )


class TakeOffForm(BaseForm):
    """One shift, or the later ones that were entered with it too."""

    which = RadioField("Which shifts", validators=[InputRequired("Choose which shifts")])

    def __init__(self, later: int) -> None:
        super().__init__(data={"which": "one"})
        choices = [("one", "This shift alone")]
        if later:
            choices.append(("later", f"This one and the {later} after it that were entered with it"))
        self.which.choices = choices_of(choices)


class SwapForm(BaseForm):
    """Whom to ask, and for what in return."""

    of = SelectField("Who could take it", validators=[InputRequired("Choose an adviser")])
    in_return = SelectField(
        "In return for",
        validators=[Optional()],
        description="A shift that you take from them. Choose one of the adviser whom you ask.",
    )
    submit = SubmitField("Ask them")

    def __init__(self, others: list[tuple[str, str]], shifts: list[tuple[str, str]]) -> None:
        super().__init__()
        self.of.choices = choices_of([("", "Choose"), *others])
        self.in_return.choices = choices_of([("", "Nothing"), *shifts])
