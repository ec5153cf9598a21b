"""Planning and changing sessions, calling one off, and what the joining instructions say."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal

from wtforms import DecimalField, HiddenField, StringField, TextAreaField, TimeField, URLField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from accreditation.core.calendar import LONDON
from accreditation.core.dates import NotADay, read_day
from accreditation.web import words
from accreditation.web.forms import BaseForm, CheckboxesField, choices_of
from cohorts.models import CohortSession
from cohorts.rules.attendance import hours_of, minutes_of
from cohorts.rules.sessions import SessionPlan, london_moment

MOST_DAYS = 20


class SessionForm(BaseForm):
    title = StringField(
        "Title",
        description="Such as “Day 1: listening”. Several days at once are numbered.",
        validators=[DataRequired("Enter a title"), Length(max=120)],
    )
    days = TextAreaField(
        "Day, or several days with one on each line",
        description="For example, 14 March 2027 or 14/3/2027",
        validators=[DataRequired("Enter the day")],
        render_kw={"rows": 3},
    )
    starts = TimeField("Starts at", validators=[InputRequired("Enter the time it starts, such as 09:30")])
    ends = TimeField("Ends at", validators=[InputRequired("Enter the time it ends, such as 16:30")])
    hours = DecimalField(
        "Hours that count as attended",
        description="Without breaks. Such as 6 or 6.5.",
        validators=[
            InputRequired("Enter the hours that count, such as 6.5"),
            NumberRange(Decimal("0.25"), 24, "Enter the hours as a number from 0.25 to 24"),
        ],
    )
    venue = StringField("Venue", validators=[Optional(), Length(max=200)])
    link = URLField("Link to join online", validators=[Optional(), Length(max=500)])
    trainers = CheckboxesField("Trainers of this session", coerce=int)
    version = HiddenField()

    def __init__(self, *, trainers: Sequence[tuple[int, str]], session: CohortSession | None = None) -> None:
        super().__init__(data=_shown(session) if session else None)
        self.trainers.choices = choices_of((str(person_id), name) for person_id, name in trainers)
        self._one = session is not None
        if self._one:
            self.days.label.text, self.title.description = "Day", ""
            self.days.render_kw = {"rows": 1}

    def validate_days(self, field: TextAreaField) -> None:
        lines = self._lines
        if self._one and len(lines) > 1:
            raise ValidationError("Enter one day. Plan another session for the others.")
        if len(lines) > MOST_DAYS:
            raise ValidationError(f"Enter at most {MOST_DAYS} days")
        for line in lines:
            try:
                read_day(line)
            except NotADay as refusal:
                raise ValidationError(refusal.reasons[0]) from None

    def validate_link(self, field: URLField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("Enter the whole link, beginning with https://")

    @property
    def _lines(self) -> list[str]:
        return [line.strip() for line in (self.days.data or "").splitlines() if line.strip()]

    def plans(self) -> list[SessionPlan]:
        """What was entered, one for each day, once the form has been found valid."""
        assert self.starts.data is not None
        assert self.ends.data is not None
        assert self.hours.data is not None
        days = sorted({read_day(line) for line in self._lines})
        return [self._plan(day, number, len(days)) for number, day in enumerate(days, 1)]

    def _plan(self, day: date, number: int, of: int) -> SessionPlan:
        starts, ends = self.starts.data, self.ends.data
        assert isinstance(starts, time)
        assert isinstance(ends, time)
        return SessionPlan(
            title=f"{self.title.data} {number}" if of > 1 else self.title.data or "",
            starts_at=london_moment(day, starts),
            ends_at=london_moment(day, ends),
            minutes=minutes_of(self.hours.data or Decimal(0)),
            venue=self.venue.data or None,
            link=self.link.data or None,
            trainers=tuple(self.trainers.data or ()),
        )


def _shown(session: CohortSession) -> dict[str, object]:
    return {
        "title": session.title,
        "days": words.day(session.starts_at),
        "starts": session.starts_at.astimezone(LONDON).time(),
        "ends": session.ends_at.astimezone(LONDON).time(),
        "hours": Decimal(hours_of(session.minutes)),
        "venue": session.venue,
        "link": session.link,
        "trainers": [row.person_id for row in session.trainers],
        "version": session.version,
    }


class CallOffForm(BaseForm):
    because = StringField(
        "Reason, as the candidates will read it",
        validators=[DataRequired("Write down why the session is called off"), Length(max=200)],
    )
    version = HiddenField()


class JoiningForm(BaseForm):
    words = TextAreaField(
        "What to say besides",
        description="Where to report, what to bring. The sessions stand in every letter.",
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 6},
    )
