"""Deciding on awards."""

from collections.abc import Sequence
from datetime import date

from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from accreditation.web.forms import BaseForm, DayField, NotAfter, NotBefore


class AwardForm(BaseForm):
    """The scheme and the day of the decision, for one person."""

    scheme = SelectField("Scheme", validators=[InputRequired("Choose the scheme")])
    awarded_on = DayField("Date of the decision", validators=[InputRequired("Enter the date of the decision")])

    def __init__(self, *, schemes: Sequence[tuple[str, str]], scheme: str, on: date) -> None:
        super().__init__(data={"scheme": scheme, "awarded_on": on})
        self.scheme.choices = list(schemes)
        not_later = NotAfter(on, "The date of the decision must be today or in the past")
        self.awarded_on.validators = [*self.awarded_on.validators, not_later]


class SeveralForm(BaseForm):
    """The day of one decision about several people."""

    awarded_on = DayField("Date of the decision", validators=[InputRequired("Enter the date of the decision")])

    def __init__(self, *, on: date) -> None:
        super().__init__(data={"awarded_on": on})
        not_later = NotAfter(on, "The date of the decision must be today or in the past")
        self.awarded_on.validators = [*self.awarded_on.validators, not_later]


class WithdrawalForm(BaseForm):
    withdrawn_on = DayField(
        "First day without the accreditation",
        validators=[InputRequired("Enter the first day without the accreditation")],
    )
    reason = TextAreaField(
        "Reason",
        description="Kept with the accreditation. Not sent to anybody.",
        validators=[DataRequired("Write down why the accreditation is withdrawn"), Length(max=2000)],
        render_kw={"rows": 4},
    )

    def __init__(self, *, starts_on: date, on: date) -> None:
        super().__init__(data={"withdrawn_on": max(starts_on, on)})
        not_earlier = NotBefore(starts_on, "The day must be the first day of the accreditation or later")
        self.withdrawn_on.validators = [*self.withdrawn_on.validators, not_earlier]
