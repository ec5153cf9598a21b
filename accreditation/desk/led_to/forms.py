"""The forms behind “Arrange supervision” and “Suggest as a refresher topic”."""

from collections.abc import Collection
from datetime import date

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from accreditation.core.private_text import names_in
from accreditation.helpline.rules import signposting
from accreditation.refreshers.rules import TOPICS
from accreditation.web.forms import BaseForm, DayField, NotBefore, choices_of

OWN_WORDS = "own_words"


class ArrangeForm(BaseForm):
    """The day of the session."""

    held_on = DayField(
        "Day of the session",
        description="Today or later. For example, 14 March 2027",
        validators=[InputRequired("Enter the day of the session")],
    )
    form_key = HiddenField(validators=[InputRequired(), Regexp(r"^[\w-]{16,64}$")])

    def __init__(self, *, on: date, form_key: str) -> None:
        super().__init__()
        self.held_on.validators = [*self.held_on.validators, NotBefore(on)]
        if not self.form_key.data:
            self.form_key.data = form_key


class TopicForm(BaseForm):
    """A topic that is known, or one in the adviser's own words."""

    topic = RadioField("Topic", validators=[InputRequired("Choose a topic")])
    words = StringField(
        "In your own words",
        description="At most 60 characters. A topic names nobody and no case",
        validators=[Optional(), Length(max=60)],
    )
    looked_at = HiddenField()

    def __init__(self, *, vetting_unit: str) -> None:
        self.vetting_unit = vetting_unit
        super().__init__()
        self.topic.choices = choices_of([*TOPICS.items(), (OWN_WORDS, "Another topic, in your own words")])

    def validate_words(self, field: StringField) -> None:
        if reason := signposting(field.data, unit=self.vetting_unit):
            raise ValidationError(reason)

    def validate_topic(self, field: RadioField) -> None:
        if field.data == OWN_WORDS and not self.words.data:
            raise ValidationError("Enter the topic in your own words below")

    @property
    def code(self) -> str | None:
        return None if self.topic.data == OWN_WORDS else self.topic.data

    def names_to_look_at(self, known: Collection[str]) -> list[str]:
        """Words that look like somebody's name and were not warned of yet; empty: there is nothing to look at."""
        names = names_in(self.words.data, known=known) if self.code is None else []
        if set(names) <= set((self.looked_at.data or "").split("|")):
            return []
        self.looked_at.data = "|".join(names)
        return names
