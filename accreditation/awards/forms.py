"""Deciding on awards."""

from collections.abc import Sequence
from datetime import date

from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from accreditation.awards.rules.ending import REASONS, REINSTATE, VOID
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of


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


class EndingForm(BaseForm):
    """What is proposed about an accreditation: from when, what kind of reason, and why in words."""

    effective_on = DayField("First day without the accreditation", validators=[InputRequired("Enter the day")])
    reason_class = RadioField("Kind of reason", validators=[InputRequired("Choose what kind of reason it is")])
    reason = TextAreaField(
        "Reason",
        description="Kept with the accreditation, for those who decide. Not sent to anybody.",
        validators=[DataRequired("Write down the reason"), Length(max=2000)],
        render_kw={"rows": 4},
    )
    form_key = HiddenField(validators=[InputRequired(), Regexp(r"^[\w-]{16,64}$")])

    def __init__(self, act: str, *, proposed: date, form_key: str) -> None:
        super().__init__()
        self.act = act
        self.reason_class.choices = choices_of(REASONS[act].items())
        if act == VOID:
            del self.effective_on
        else:
            if act == REINSTATE:
                self.effective_on.label.text = "First day with the accreditation again"
                self.effective_on.description = (
                    "The day of the assessment. From the day of the withdrawal itself: as if it had never been."
                )
            if not self.is_submitted():
                self.effective_on.data = proposed
        if not self.form_key.data:
            self.form_key.data = form_key

    @property
    def answers(self) -> dict[str, str]:
        """The answers as a form can carry them along."""
        on = self.effective_on.data if "effective_on" in self else None
        return {
            **({"effective_on": on.isoformat()} if on else {}),
            "reason_class": self.reason_class.data or "",
            "reason": self.reason.data or "",
            "form_key": self.form_key.data or "",
        }


class RefusalForm(BaseForm):
    """The second person's no."""

    note = TextAreaField(
        "Why it is refused", validators=[DataRequired("Write down why it is refused"), Length(max=2000)]
    )


class OnceForm(BaseForm):
    """A button alone."""
