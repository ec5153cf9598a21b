"""Cases that were referred, how they ended, and the period of the figures."""

from datetime import date

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from accreditation.core.private_text import reference_names
from accreditation.practice.models import MediationCase
from accreditation.practice.rules.cases import OUTCOMES
from accreditation.practice.rules.entries import LONGEST_REFERENCE
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of


class ReferralForm(BaseForm):
    """A case as it comes in."""

    reference = StringField(
        "Case reference",
        description="The reference only: no names of parties",
        validators=[DataRequired("Enter the case reference"), Length(max=LONGEST_REFERENCE)],
    )
    referred_on = DayField("Day of referral", validators=[InputRequired("Enter the day of referral")])
    unit_id = SelectField("Unit that it came from", validators=[Optional()])

    def __init__(self, *, units: list[tuple[str, str]], on: date, case: MediationCase | None = None) -> None:
        values: dict[str, object] = {"referred_on": on}
        if case is not None:
            values = {
                "reference": case.reference,
                "referred_on": case.referred_on or case.counted_on or on,
                "unit_id": str(case.unit_id or ""),
            }
        super().__init__(data=values)
        self.unit_id.choices = choices_of([("", "Not recorded"), *units])
        self.referred_on.validators = [*self.referred_on.validators, NotAfter(on)]

    def validate_reference(self, field: StringField) -> None:
        if names := reference_names(field.data):
            raise ValidationError(
                f"“{names[0]}” looks like a name. Enter the number of the case only, such as MC-27-014"
            )


class OutcomeForm(BaseForm):
    """How a case ended, by the office's word."""

    outcome = RadioField("How it ended", validators=[Optional()])
    ended_on = DayField("Day on which it ended", validators=[Optional()])

    def __init__(self, *, on: date, case: MediationCase) -> None:
        super().__init__(
            data={
                "outcome": case.stated_outcome or case.outcome or "",
                "ended_on": case.stated_ended_on or case.ended_on,
            }
        )
        self.outcome.choices = choices_of([("", "By what its mediators logged"), *OUTCOMES.items()])
        self.ended_on.validators = [Optional(), NotAfter(on)]

    def validate_ended_on(self, field: DayField) -> None:
        if self.outcome.data and not field.data:
            raise ValidationError("Enter the day on which it ended")


class PeriodForm(BaseForm):
    """The cases referred in these days, both inclusive."""

    class Meta(BaseForm.Meta):
        csrf = False  # it only asks

    first = DayField("First day of referral", validators=[InputRequired("Enter the first day")])
    last = DayField("Last day of referral", validators=[InputRequired("Enter the last day")])

    def validate_last(self, field: DayField) -> None:
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError("The last day must not lie before the first")
