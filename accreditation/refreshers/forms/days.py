"""Forms about refresher days: the shape of the answer, nothing about the world."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import (
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
    TimeField,
    URLField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from accreditation.core.clock import LONDON
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.refreshers.rules import TOPICS, Details, Mark
from accreditation.refreshers.rules.cells import cell_of, read_cell
from accreditation.refreshers.rules.series import MOST_APART, MOST_DAYS, PATTERNS, Pattern
from accreditation.web.forms import BaseForm, CheckboxesField, DayField, NotBefore, choices_of


class DayForm(BaseForm):
    title = StringField("Title", validators=[DataRequired("Enter a title"), Length(max=120)])
    topics = CheckboxesField(
        "Topics",
        description="A requirement that asks for a topic is met by any one of them. None: a day for everything.",
        choices=choices_of(TOPICS.items()),
        validators=[Optional()],
    )
    held_on = DayField("Day", validators=[InputRequired("Enter the day")])
    starts = TimeField("Starts at", validators=[InputRequired("Enter the time it starts, such as 09:30")])
    ends = TimeField("Ends at", validators=[InputRequired("Enter the time it ends, such as 16:30")])
    venue = StringField("Venue", validators=[Optional(), Length(max=200)])
    link = URLField(
        "Link to join online", description="Shown to people who have a seat", validators=[Optional(), Length(max=500)]
    )
    capacity = IntegerField(
        "Seats",
        validators=[InputRequired("Enter the number of seats"), NumberRange(1, 1000, "Enter a number from 1 to 1,000")],
    )
    minimum = IntegerField(
        "Smallest number of people it runs with",
        validators=[Optional(), NumberRange(0, 1000, "Enter a number from 0 to 1,000")],
    )
    trainer = StringField("Trainer", validators=[Optional(), Length(max=120)])
    joining_text = TextAreaField(
        "Joining instructions",
        description="Shown to people who have a seat: where to report, what to bring",
        validators=[Optional(), Length(max=4000)],
    )
    materials = TextAreaField(
        "Materials",
        description="Shown to people who have a seat: links, one to a line, or a few words on what to read",
        validators=[Optional(), Length(max=4000)],
    )
    cost_code = StringField("Cost code", description="For the office alone", validators=[Optional(), Length(max=40)])
    version = HiddenField()
    submit = SubmitField("Save the day")

    def __init__(self, *, on: date, day: RefresherDay | None = None, copied: RefresherDay | None = None) -> None:
        """`day`: the one that is changed; `copied`: one that the new day is to be like, but for its date."""
        like = day or copied
        shown = _shown(like) if like else None
        super().__init__(data={**shown, "held_on": None, "version": None} if shown and copied else shown)
        # A day that is planned for the past is a slip of the keyboard; one that is being changed may stay where it is.
        self.held_on.validators = [*self.held_on.validators, NotBefore(min(on, day.held_on) if day else on)]

    def validate_link(self, field: URLField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("Enter the whole link, beginning with https://")

    def details(self) -> Details:
        """What was entered, once the form has been found valid."""
        assert self.held_on.data
        assert self.starts.data is not None
        assert self.ends.data is not None
        topics = self.topics.data or []
        return Details(
            title=self.title.data or "",
            topic=topics[0] if topics else None,
            further_topics=tuple(topics[1:]),
            held_on=self.held_on.data,
            starts=self.starts.data,
            ends=self.ends.data,
            venue=self.venue.data or None,
            link=self.link.data or None,
            capacity=self.capacity.data or 0,
            minimum=self.minimum.data or 0,
            trainer=self.trainer.data or None,
            joining_text=self.joining_text.data or None,
            cost_code=self.cost_code.data or None,
            materials=self.materials.data or None,
        )


SHOWN_AS_KEPT = (
    "title",
    "held_on",
    "venue",
    "link",
    "capacity",
    "minimum",
    "trainer",
    "joining_text",
    "materials",
    "cost_code",
    "version",
)


def _shown(day: RefresherDay) -> dict[str, object]:
    shown = {name: getattr(day, name) for name in SHOWN_AS_KEPT}
    shown["topics"] = [topic for topic in day.topics if topic]
    for field, moment in (("starts", day.starts_at), ("ends", day.ends_at)):
        shown[field] = moment.astimezone(LONDON).time() if moment else None
    return shown


def if_it_repeats(form: Any, field: IntegerField) -> None:
    """Before `Optional`, which lets an empty field pass."""
    if form.repeats.data and not (field.raw_data and field.raw_data[0].strip()):
        raise StopValidation("Enter how many days there are to be, the first one included")


class NewDayForm(DayForm):
    """A new day, or several like it in one go."""

    repeats = SelectField("Repeat", choices=choices_of([("", "Just this day"), *PATTERNS.items()]), default="")
    apart = IntegerField(
        "Weeks or months from one to the next",
        default=1,
        validators=[Optional(), NumberRange(1, MOST_APART, f"Enter a number from 1 to {MOST_APART}")],
    )
    number = IntegerField(
        "Days in all",
        validators=[if_it_repeats, Optional(), NumberRange(2, MOST_DAYS, f"Enter a number from 2 to {MOST_DAYS}")],
    )

    def pattern(self) -> Pattern | None:
        """How the day repeats, once the form has been found valid; None for a single day."""
        if not self.repeats.data:
            return None
        return Pattern(self.repeats.data, self.apart.data or 1, self.number.data or 1)


class EditDayForm(DayForm):
    """A day that is changed: alone, or with the later ones of its series."""

    reach = RadioField(
        "Change", choices=choices_of([("this", "This day"), ("later", "This day and the later ones")]), default="this"
    )


class CancelDayForm(BaseForm):
    because = StringField("Reason, as the people who are booked will read it", validators=[Optional(), Length(max=200)])
    submit = SubmitField("Cancel the day")


class BookSomebodyForm(BaseForm):
    """The office books a mediator by reference."""

    reference = StringField("Mediator's reference", validators=[DataRequired("Enter a reference, such as M0001")])
    submit = SubmitField("Book a seat")


class ConfirmForm(BaseForm):
    """Nothing but the proof that the request came from our page, and whether a place on the waiting list will do."""

    wait = HiddenField()


class MarkForm(Form):
    """One line of the attendance grid."""

    mark = StringField("Attendance", validators=[Optional(), Length(max=20)])
    was = HiddenField()

    def validate_mark(self, field: StringField) -> None:
        try:
            read_cell(field.data or "")
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from refusal

    def says(self) -> tuple[str, Decimal | None] | None:
        """The state and the hours, once the form has been found valid; None for an empty cell."""
        return read_cell(self.mark.data or "")


class AttendanceForm(BaseForm):
    """The grid: a line for each booking, named by its id, so that a name or an order never decides whose line it is."""

    submit = SubmitField("Save attendance")

    def __init__(self, bookings: Iterable[Booking], submitted: object = None) -> None:
        super().__init__()
        self.lines = [
            (
                booking,
                MarkForm(
                    submitted,  # type: ignore[arg-type]
                    prefix=f"b{booking.id}",
                    data={
                        "mark": cell_of(booking.state, booking.hours),
                        "was": booking.state,
                    },
                ),
            )
            for booking in bookings
        ]

    def validate_lines(self) -> bool:
        """Every line, so that every mistake is shown at once."""
        sound = [line.validate() for _, line in self.lines]
        return all(sound)

    def marks(self) -> list[Mark]:
        """The lines in which something is entered."""
        found = [(booking, line.was.data or "", line.says()) for booking, line in self.lines]
        return [Mark(booking.id, was, *said) for booking, was, said in found if said]
