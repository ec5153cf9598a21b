"""Forms about refresher days: the shape of the answer, nothing about the world."""

from accreditation.refreshers.forms.days import (
    AttendanceForm,
    BookSomebodyForm,
    CancelDayForm,
    ConfirmForm,
    DayForm,
    MarkForm,
)

__all__ = ["AttendanceForm", "BookSomebodyForm", "CancelDayForm", "ConfirmForm", "DayForm", "MarkForm"]
