"""Forms about refresher days: the shape of the answer, nothing about the world."""

from accreditation.refreshers.forms.days import (
    AttendanceForm,
    BookSomebodyForm,
    CancelDayForm,
    ConfirmForm,
    DayForm,
    MarkForm,
)
from accreditation.refreshers.forms.planning import (
    DatesAwayForm,
    ExtraDaysForm,
    PlanForm,
    PlanStateForm,
    SeatForm,
    WaysForm,
)

__all__ = [
    "AttendanceForm",
    "BookSomebodyForm",
    "CancelDayForm",
    "ConfirmForm",
    "DatesAwayForm",
    "DayForm",
    "ExtraDaysForm",
    "MarkForm",
    "PlanForm",
    "PlanStateForm",
    "SeatForm",
    "WaysForm",
]
