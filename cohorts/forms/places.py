"""What becomes of a place."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from accreditation.web.forms import BaseForm, choices_of
from cohorts.rules.places import NEEDS_A_REASON


class PlaceForm(BaseForm):
    to = RadioField("The place becomes", validators=[InputRequired("Choose what becomes of the place")])
    cohort = SelectField("Moved to")
    reason = TextAreaField(
        "Why",
        description="Kept with the place. Needed when a place ends.",
        validators=[Length(max=1000)],
        render_kw={"rows": 3},
    )

    def __init__(self, *, steps: Sequence[tuple[str, str]], cohorts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.to.choices = choices_of(steps)
        self.cohort.choices = choices_of([("", "Choose a cohort"), *cohorts])
        if not cohorts:
            del self.cohort

    def validate_cohort(self, field: SelectField) -> None:
        if self.to.data == "transferred" and not field.data:
            raise ValidationError("Choose the cohort that the place is moved to")

    def validate_reason(self, field: TextAreaField) -> None:
        if self.to.data in NEEDS_A_REASON and not field.data:
            raise ValidationError("Write down why")
