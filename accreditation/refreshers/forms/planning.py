"""Forms of the planner: the shape of the answer, nothing about the world."""

from collections.abc import Iterable, Sequence
from datetime import date

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, SubmitField, TimeField, URLField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from accreditation.core.calendar import days_after
from accreditation.refreshers.rules import TOPICS, Details
from accreditation.refreshers.rules.planning.asked import Asked
from accreditation.web.forms import BaseForm, CheckboxesField, DayField, NotBefore, choices_of
from accreditation.web.words import day as in_words

LONGEST_DAYS = 731
"""A plan for more than two years would be about refreshers that nobody has had yet."""


class PlanForm(BaseForm):
    what = SelectField("Refresher that runs out", validators=[InputRequired("Choose which refresher to plan for")])
    unit = SelectField("For whom", validators=[InputRequired("Choose for whom to plan")])
    starts_on = DayField("Use days from", validators=[InputRequired("Enter the first day to use")])
    until = DayField(
        "Everybody whose refresher runs out by", validators=[InputRequired("Enter the last day to look ahead to")]
    )
    near = BooleanField(
        "Prefer places near each person’s unit",
        description="By the travel times entered for units and places. It never costs anybody a seat.",
    )
    spread = BooleanField(
        "Spread people evenly over the days",
        description="So that many who run out together do not all come on one day. Nobody loses a day by it: "
        "each stays inside their own window.",
    )
    extra_seats = IntegerField(
        "Seats on a day that has to be added",
        default=12,
        validators=[InputRequired("Enter the number of seats"), NumberRange(1, 1000, "Enter a number from 1 to 1,000")],
    )
    notice_days = IntegerField(
        "Days it takes to arrange such a day",
        default=21,
        validators=[InputRequired("Enter the number of days"), NumberRange(0, 365, "Enter a number from 0 to 365")],
    )
    submit = SubmitField("Make the plan")

    def __init__(self, *, on: date, what: Sequence[tuple[str, str]], units: Sequence[tuple[str, str]]) -> None:
        super().__init__(data={"starts_on": days_after(on, 1), "until": days_after(on, 182)})
        self.what.choices = choices_of(what)
        self.unit.choices = choices_of(units)
        self.on = on
        self.starts_on.validators = [*self.starts_on.validators, NotBefore(on)]

    def validate_until(self, field: DayField) -> None:
        if not field.data:
            return
        if self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("This day must not be before the first day to use")
        if (field.data - self.on).days > LONGEST_DAYS:
            raise ValidationError(f"Enter a day up to {in_words(days_after(self.on, LONGEST_DAYS))}")

    def asked(self) -> Asked:
        """What was entered, once the form has been found valid."""
        assert self.starts_on.data
        assert self.until.data
        scheme, _, requirement = (self.what.data or "").partition("/")
        return Asked(
            scheme,
            requirement,
            int(self.unit.data) if (self.unit.data or "").isdecimal() else None,
            made_on=self.on,
            starts_on=self.starts_on.data,
            ends_on=days_after(self.until.data, 1),
            near=bool(self.near.data),
            spread=bool(self.spread.data),
            extra_seats=self.extra_seats.data or 1,
            notice_days=self.notice_days.data or 0,
        )


class PlanStateForm(BaseForm):
    """A button on the page of a plan, with the state of the plan that the page showed."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        shown = self.version.data or ""
        return int(shown) if shown.isdecimal() else 0


class SeatForm(PlanStateForm):
    """Where one person should sit; an empty day takes the seat away. `locked` alone keeps the day.

    `undo`: the move is taken back, and they are locked there ("1") or not ("0") as they were before it.
    """

    person = HiddenField(validators=[InputRequired("Choose a person")])
    day = HiddenField()
    locked = HiddenField()
    undo = HiddenField()


class ExtraDaysForm(PlanStateForm):
    """Days that a plan proposes, described alike."""

    dates = CheckboxesField("Days to add")
    title = StringField("Title", validators=[DataRequired("Enter a title"), Length(max=120)])
    topics = CheckboxesField("Topics", choices=choices_of(TOPICS.items()), validators=[Optional()])
    starts = TimeField("Starts at", validators=[InputRequired("Enter the time they start, such as 09:30")])
    ends = TimeField("Ends at", validators=[InputRequired("Enter the time they end, such as 16:30")])
    venue = StringField("Venue", validators=[Optional(), Length(max=200)])
    link = URLField("Link to join online", validators=[Optional(), Length(max=500)])
    capacity = IntegerField(
        "Seats on each",
        validators=[InputRequired("Enter the number of seats"), NumberRange(1, 1000, "Enter a number from 1 to 1,000")],
    )
    submit = SubmitField("Add these days and plan again")

    def __init__(self, *, dates: Iterable[tuple[int, date]], data: dict[str, object]) -> None:
        self.offered = {str(number): on for number, on in dates}
        super().__init__(data={**data, "dates": list(self.offered)})
        self.dates.choices = choices_of([(key, f"{on:%A}, {in_words(on)}") for key, on in self.offered.items()])

    def validate_dates(self, field: CheckboxesField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one day to add")

    def chosen(self) -> list[date]:
        return [self.offered[key] for key in self.dates.data or []]

    def details(self, held_on: date) -> Details:
        """What was entered, once the form has been found valid, for one of the days."""
        assert self.starts.data is not None
        assert self.ends.data is not None
        topics = self.topics.data or []
        return Details(
            title=self.title.data or "",
            topic=topics[0] if topics else None,
            further_topics=tuple(topics[1:]),
            held_on=held_on,
            starts=self.starts.data,
            ends=self.ends.data,
            venue=self.venue.data or None,
            link=self.link.data or None,
            capacity=self.capacity.data or 0,
        )


class DatesAwayForm(BaseForm):
    first = DayField("First day", validators=[InputRequired("Enter the first day")])
    last = DayField("Last day", validators=[InputRequired("Enter the last day")])
    submit = SubmitField("Add these dates")


class WaysForm(BaseForm):
    """Minutes from units to places, one field for each: read by name, since both lists are data."""

    submit = SubmitField("Save the travel times")

    @staticmethod
    def read(values: dict[str, str], names: Iterable[str]) -> tuple[dict[str, int | None], dict[str, str]]:
        """(minutes by field, mistakes by field); an empty field is no minutes at all."""
        minutes: dict[str, int | None] = {}
        mistakes: dict[str, str] = {}
        for name in names:
            typed = values.get(name, "").strip()
            if not typed:
                minutes[name] = None
            elif typed.isdecimal() and int(typed) <= LONGEST_MINUTES:
                minutes[name] = int(typed)
            else:
                mistakes[name] = f"Enter whole minutes from 0 to {LONGEST_MINUTES:,}, or nothing"
        return minutes, mistakes


LONGEST_MINUTES = 1440
