"""Striking a fact out, or putting its days and its amount right."""

from typing import Any

from wtforms import DecimalField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from accreditation.core.calendar import FOREVER, days_after, last_good_day
from accreditation.standing.forms.overlays import answers_of
from accreditation.standing.models import Evidence
from accreditation.standing.rules.corrections import has_an_end
from accreditation.standing.services.corrections import Rightly
from accreditation.web.forms import BaseForm, DayField, choices_of

STRIKE, RIGHT = "strike", "right"


class CorrectionForm(BaseForm):
    """The fact is given: an event has one day, an interval two, and an amount is asked for where there is one."""

    what = RadioField("What is to be done", validators=[InputRequired("Choose what is to be done")])
    starts_on = DayField("Day")
    through = DayField("Last day", description="Leave empty where it has no end", validators=[Optional()])
    quantity = DecimalField(
        "Amount",
        places=None,
        validators=[Optional(), NumberRange(min=0, message="The amount must not be below nought")],
    )
    reason = TextAreaField(
        "What was wrong",
        description="It stays beside the fact for everybody who may see the fact, the mediator among them",
        validators=[DataRequired("Enter what was wrong"), Length(max=500)],
    )

    def __init__(self, fact: Evidence) -> None:
        super().__init__()
        self.what.choices = choices_of(
            [(STRIKE, "Strike it out: it never was"), (RIGHT, "Put it right: the fact is true, its details are wrong")]
        )
        if has_an_end(fact.kind):
            self.starts_on.label.text = "First day"
        else:
            del self.through
        if fact.quantity is None:
            del self.quantity
        if not self.is_submitted():
            self.starts_on.data = fact.starts_on
            if "through" in self and fact.ends_on and fact.ends_on < FOREVER:
                self.through.data = last_good_day(fact.ends_on)
            if "quantity" in self:
                self.quantity.data = fact.quantity

    def validate_through(self, field: DayField) -> None:
        if self.what.data == RIGHT and field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day must not lie before the first")

    def validate(self, extra_validators: Any = None) -> bool:
        """What is put right has a day, and an amount where it had one."""
        valid: bool = super().validate(extra_validators)
        if self.what.data == RIGHT:
            for name, message in (("starts_on", "Enter the day"), ("quantity", "Enter the amount")):
                if name in self and self[name].data is None and not self[name].errors:
                    self[name].errors = [*self[name].errors, message]
                    valid = False
        return valid

    @property
    def rightly(self) -> Rightly | None:
        """The fact as it should be; None where it is struck out for good."""
        if self.what.data != RIGHT or self.starts_on.data is None:
            return None
        through = self.through.data if "through" in self else None
        return Rightly(
            self.starts_on.data,
            days_after(through, 1) if through else None,
            self.quantity.data if "quantity" in self else None,
        )

    @property
    def answers(self) -> dict[str, str]:
        return answers_of(self)
