"""Which days a report is asked about: read from the address, said back in words, refused with what to do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.dates import NotADay, read_day
from accreditation.core.errors import DomainError
from accreditation.people.rules import Viewer
from accreditation.reports.queries.steering import Asked, ask
from accreditation.reports.rules.periods import Period, problem_with, usual_periods
from accreditation.web.words import day


@dataclass(frozen=True)
class PeriodAsked:
    """The period of the address, or the last quarter. `problems`: field and reason, where it could not be read."""

    period: Period
    problems: tuple[tuple[str, str], ...] = ()
    typed: tuple[tuple[str, str], ...] = ()

    def shown_back(self, name: str) -> str:
        """What goes back into the field: as typed where it was wrong, else the day in words."""
        return dict(self.typed).get(name) or day(self.period.starts_on if name == "from" else self.period.through)

    def problem(self, name: str) -> str:
        return next((reason for field, reason in self.problems if field == name), "")

    def or_refuse(self) -> Period:
        """For files and lists, which have no form to show a problem at. Raises DomainError."""
        if self.problems:
            raise DomainError(*(reason for _, reason in self.problems))
        return self.period


def period_asked(today: date) -> PeriodAsked:
    """`from` and `through`, both inclusive."""
    usual = usual_periods(today)[0][1]
    typed = tuple((name, request.args.get(name, "").replace("\0", " ").strip()[:40]) for name in ("from", "through"))
    days: dict[str, date] = {"from": usual.starts_on, "through": usual.through}
    problems = []
    for name, text in typed:
        if text:
            try:
                days[name] = read_day(text)
            except NotADay as reason:
                problems.append((name, " ".join(reason.reasons)))
    if not problems and (problem := problem_with(days["from"], days["through"])):
        problems.append(("through", problem))
    if not problems and days["from"] > today:
        problems.append(("from", f"{day(days['from'])} is still to come. Enter a day that has begun."))
    if problems:
        return PeriodAsked(usual, tuple(problems), typed)
    return PeriodAsked(Period(days["from"], days_after(days["through"], 1)))


def ask_about(viewer: Viewer, period: Period) -> Asked:
    return ask(viewer, period, clock.today())


def address_of(endpoint: str, period: Period, **more: str | None) -> str:
    """The endpoint's address for this period."""
    values: dict[str, Any] = {"from": period.starts_on.isoformat(), "through": period.through.isoformat()}
    values |= {name: value for name, value in more.items() if value is not None}
    return url_for(endpoint, **values)
