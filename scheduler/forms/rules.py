"""Forms about the rules of reminders: the shape of the answer, nothing about the world."""

from datetime import time

from wtforms import EmailField, IntegerField, RadioField, SelectField, SubmitField, TimeField
from wtforms.validators import Email, InputRequired, NumberRange, Optional, ValidationError

from accreditation.web.forms import BaseForm, choices_of
from scheduler.rules.weekly import WEEKDAYS


class NewRuleForm(BaseForm):
    subject = SelectField("What it is about", validators=[InputRequired("Choose what it is about")])
    audience = SelectField("Who is told", validators=[InputRequired("Choose who is told")])
    days = IntegerField(
        "How many days",
        description="0 is the day itself: the first on which it is no longer good.",
        validators=[InputRequired("Enter a number of days"), NumberRange(0, 730, "Enter a number from 0 to 730")],
    )
    when = RadioField(
        "Before or after", choices=choices_of([("before", "Before it ends"), ("after", "After it has ended")])
    )
    submit = SubmitField("Go on: see who would be told")

    def __init__(self, *, subjects: list[tuple[str, str]], audiences: list[tuple[str, str]]) -> None:
        super().__init__()
        self.subject.choices = choices_of(subjects)
        self.audience.choices = choices_of(audiences)

    @property
    def stage(self) -> int:
        return int(self.days.data or 0) * (-1 if self.when.data == "after" else 1)


class SwitchOnForm(BaseForm):
    backlog = RadioField(
        "What about those?",
        choices=choices_of(
            [
                ("known", "They are known: tell only of what falls due from now on"),
                ("held", "Write the letters, and hold each until somebody releases it"),
            ]
        ),
        validators=[InputRequired("Say what should happen with what is due already")],
    )
    submit = SubmitField("Switch it on")


class HoursForm(BaseForm):
    reminders_from = TimeField("From", validators=[InputRequired("Enter a time such as 08:00")])
    reminders_until = TimeField(
        "Until",
        description="00:00 is the end of the day.",
        validators=[InputRequired("Enter a time such as 18:00")],
    )
    reminders_on = RadioField(
        "On which days",
        choices=choices_of([("working_days", "Working days in England and Wales"), ("every_day", "Every day")]),
        validators=[InputRequired("Choose the days")],
    )
    weekly_letter_on = SelectField(
        "Weekly letters and digests go on",
        description="To mediators who chose one letter a week for what is not due soon, and to managers.",
        choices=choices_of([(str(number), day) for number, day in enumerate(WEEKDAYS)]),
    )
    weekly_letter_at = TimeField(
        "At what time they go",
        description="Where nothing may go then, such as on a bank holiday, they go when the hours next begin.",
        validators=[InputRequired("Enter a time such as 08:00")],
    )
    reminder_breaker = IntegerField(
        "Reminders a day that go without anybody looking first",
        description="If more fall due, they are held until somebody has looked; three times the busiest of the last 28 "
        "days may go all the same.",
        validators=[InputRequired("Enter a number"), NumberRange(0, 100_000, "Enter a number from 0 to 100,000")],
    )
    letters_per_minute = IntegerField(
        "Letters a minute, at most",
        description="What your mail server takes. 0: no limit.",
        validators=[InputRequired("Enter a number"), NumberRange(0, 10_000, "Enter a number from 0 to 10,000")],
    )
    reply_to_scheduler = EmailField("Answers to reminders go to", validators=[Optional(), Email("Enter an address")])
    reply_to_cohorts = EmailField(
        "Answers to letters about training go to", validators=[Optional(), Email("Enter an address")]
    )
    reply_to_refreshers = EmailField(
        "Answers about refresher days go to", validators=[Optional(), Email("Enter an address")]
    )
    reply_to_awards = EmailField(
        "Answers about accreditations go to", validators=[Optional(), Email("Enter an address")]
    )
    reply_to_practice = EmailField(
        "Answers about practice and leave go to", validators=[Optional(), Email("Enter an address")]
    )
    reply_to_helpline = EmailField(
        "Answers about the helpline go to", validators=[Optional(), Email("Enter an address")]
    )
    submit = SubmitField("Save")

    def validate_reminders_until(self, field: TimeField) -> None:
        if field.data not in (None, time(0)) and self.reminders_from.data and field.data <= self.reminders_from.data:
            raise ValidationError("The end must come after the beginning")
