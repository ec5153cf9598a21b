"""The one form of the helpline: recorded in under a minute, so that it is recorded at all."""

from collections.abc import Collection
from datetime import datetime

from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from accreditation.core.clock import LONDON
from accreditation.core.private_text import names_in, reference_names
from accreditation.helpline.rules import (
    CATEGORIES,
    CHANNELS,
    LONGEST_MINUTES,
    NEVER_NOTED,
    OUTCOMES,
    SIGNPOSTED,
    Details,
    signposting,
    vetting_words,
)
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of


class PassOnForm(BaseForm):
    """The words, and to whom."""

    to_id = SelectField("To", validators=[InputRequired("Choose to whom it goes")])
    text = TextAreaField(
        "Words that are passed on",
        description="No names of parties: a case by its reference only. Nothing else of the contact is shown.",
        validators=[InputRequired("Enter the words that are passed on"), Length(max=4000)],
    )
    form_key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])

    def __init__(self, deciders: list[tuple[str, str]], *, form_key: str, purpose: str = "decision") -> None:
        super().__init__()
        if purpose == "correction":
            self.text.label.text = "What is wrong, and what is right"
            self.text.description = "They are shown who it is about, these words, and nothing else of the contact."
        self.to_id.choices = choices_of([("", "Choose"), *deciders])
        if not self.form_key.data:
            self.form_key.data = form_key


class SettleForm(BaseForm):
    """What came of a correction that was suggested."""

    fact = RadioField("What came of it", validators=[InputRequired("Choose what came of it")])

    def __init__(self, corrected: list[tuple[str, str]]) -> None:
        super().__init__()
        self.fact.choices = choices_of([*corrected, (NOTHING, "Nothing had to be corrected")])

    @property
    def evidence_id(self) -> int | None:
        return None if self.fact.data == NOTHING else int(self.fact.data)


NOTHING = "nothing"


class ContactForm(BaseForm):
    channel = RadioField(
        "How", choices=choices_of(CHANNELS.items()), default="phone", validators=[InputRequired("Choose how")]
    )
    category = SelectField(
        "About",
        choices=choices_of([("", "Choose what it was about"), *CATEGORIES.items()]),
        validators=[InputRequired("Choose what it was about")],
    )
    minutes = IntegerField(
        "Minutes",
        validators=[
            InputRequired("Enter the minutes it took"),
            NumberRange(1, LONGEST_MINUTES, f"Enter a number from 1 to {LONGEST_MINUTES}"),
        ],
    )
    advice = TextAreaField(
        "Advice given",
        description="No names of parties: a case by its reference only. Helpline advisers alone can read this.",
        validators=[Optional(), Length(max=4000)],
    )
    outcome = SelectField(
        "Outcome",
        choices=choices_of(OUTCOMES.items()),
        default="answered",
        validators=[InputRequired("Choose the outcome")],
    )
    case_reference = StringField("Case reference", validators=[Optional(), Length(max=40)])
    follow_up_on = DayField("Follow up by", validators=[Optional()])
    contacted_on = DayField("Day", validators=[InputRequired("Enter the day")])
    contacted_time = TimeField("Time", validators=[InputRequired("Enter the time, such as 14:30")])
    looked_at = HiddenField()
    submit = SubmitField("Record the contact")

    def __init__(self, *, at: datetime, vetting_unit: str) -> None:
        self.vetting_unit = vetting_unit
        there = at.astimezone(LONDON)
        super().__init__(
            data={"contacted_on": there.date(), "contacted_time": there.time().replace(second=0, microsecond=0)}
        )
        self.contacted_on.validators = [*self.contacted_on.validators, NotAfter(there.date())]

    def validate_advice(self, field: TextAreaField) -> None:
        if field.data and self.category.data in SIGNPOSTED:
            raise ValidationError(NEVER_NOTED)
        if reason := signposting(field.data, unit=self.vetting_unit):
            raise ValidationError(reason)

    def validate_case_reference(self, field: StringField) -> None:
        if reason := signposting(field.data, unit=self.vetting_unit):
            raise ValidationError(reason)

    def signpost(self) -> None:
        """It is a vetting matter: recorded as that, and nothing of what was typed about it is kept."""
        self.category.data, self.outcome.data = "vetting_signpost", "signposted"
        self.advice.data = ""

    @property
    def was_signposted(self) -> bool:
        """Whether the advice is refused because it is about vetting: the contact can be recorded without it."""
        return bool(self.advice.data) and (self.category.data in SIGNPOSTED or bool(vetting_words(self.advice.data)))

    def names_to_look_at(self, known: Collection[str]) -> list[str]:
        """Words that look like somebody's name and that were not warned of yet; empty: there is nothing to look at."""
        names = [*reference_names(self.case_reference.data), *names_in(self.advice.data, known=known)]
        names = list(dict.fromkeys(names))
        if set(names) <= set((self.looked_at.data or "").split("|")):
            return []
        self.looked_at.data = "|".join(names)
        return names

    def details(self) -> Details:
        """What was entered, once the form has been found valid."""
        on, at = self.contacted_on.data, self.contacted_time.data
        assert on
        assert at is not None
        return Details(
            contacted_at=datetime.combine(on, at, LONDON),
            channel=self.channel.data,
            category=self.category.data,
            outcome=self.outcome.data,
            minutes=self.minutes.data or 0,
            advice=self.advice.data or None,
            case_reference=self.case_reference.data or None,
            follow_up_on=self.follow_up_on.data,
        )
