"""The numbers above the board, each with the list of the board that it counts."""

from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure
from accreditation.web.words import MONTHS
from vetting.queries.boards import count_reports
from vetting.queries.counting import BoardNumbers, board_numbers, count_open
from vetting.queries.lead_times import lead_days

USUAL_WEEKS, LONG_WEEKS = 9, 12
"""A new CTC takes six to twelve weeks, nine on average: Ministry of Justice security guidance, April 2020."""


@dataclass(frozen=True)
class Board:
    """What is counted for the board. `reports` is None for who may not know of them."""

    counts: BoardNumbers
    under_way: int
    long_open: int
    reports: int | None

    @property
    def figures(self) -> list[Figure]:
        counts, month = self.counts, self.counts.months[0]
        found = [
            _listed("overdue", counts.overdue, "ended, not renewed", "bad" if counts.overdue else "good"),
            _listed("late", counts.late, "will lapse even if submitted today", "bad" if counts.late else "good"),
            _listed("start", counts.start, "to start in 30 days", "soon"),
            Figure(
                "this-month",
                month.number,
                f"end in {month_name(month.first)}",
                f"/vetting?month={month.first:%Y-%m}",
                "soon",
            ),
            _listed("progress", self.under_way, "in progress", None),
            Figure(
                "long-open",
                self.long_open,
                "of them for more than nine weeks",
                "/vetting?list=progress&age=long",
                "soon",
            ),
        ]
        if counts.dates:
            found.append(_listed("dates", counts.dates, "with a date missing", "soon"))
        if self.reports:
            found.append(_listed("reports", self.reports, "reports to see to", "soon"))
        return found


def board_of(viewer: Viewer, on: date) -> Board:
    """For whoever may see the board: a handful of statements, however many clearances there are."""
    told = viewer.may_somewhere(Permission.VIEW_CLEARANCE_REFERENCE)
    return Board(
        board_numbers(viewer, on, lead_days()),
        count_open(viewer),
        count_open(viewer, initiated_before=on - timedelta(weeks=USUAL_WEEKS)),
        count_reports(viewer) if told else None,
    )


def month_name(first: date) -> str:
    return f"{MONTHS[first.month - 1]} {first.year}"


def _listed(code: str, number: int, label: str, tone: str | None) -> Figure:
    return Figure(code, number, label, f"/vetting?list={code}", tone)
