"""Giving candidates to an assessor or a moderator."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from wtforms import ValidationError

from accreditation.core.calendar import last_good_day
from accreditation.web.forms import BaseForm, CheckboxesField, DayField


class GivenForm(BaseForm):
    """Exactly the ticked candidates; none of them takes everybody back."""

    candidates = CheckboxesField("Candidates", coerce=int)
    last_day = DayField("Last day on which they may open them")

    def __init__(self, *, candidates: Sequence[tuple[int, str]], given: Collection[int], ends_on: date | None) -> None:
        super().__init__(
            data={"candidates": sorted(given), "last_day": last_good_day(ends_on) if ends_on else None},
        )
        self.candidates.choices = list(candidates)

    def validate_last_day(self, field: DayField) -> None:
        if self.candidates.data and field.data is None and not field.errors:
            raise ValidationError("Enter the last day on which they may open them")

    @property
    def ends_on(self) -> date | None:
        return self.last_day.data + timedelta(1) if self.last_day.data else None
