"""Forms about refresher days: the shape of the answer, nothing about the world."""

from accreditation.refreshers.forms.days import (
    AttendanceForm,
    BookSomebodyForm,
    CancelDayForm,
    ConfirmForm,
    DayForm,
    EditDayForm,
    MarkForm,
    NewDayForm,
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
    "EditDayForm",
    "ExtraDaysForm",
    "MarkForm",
    "NewDayForm",
    "PlanForm",
    "PlanStateForm",
    "SeatForm",
    "WaysForm",
]
