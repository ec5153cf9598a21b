"""The steering group's report: every figure, and the list behind each that has one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from accreditation.core.errors import NotFound
from accreditation.core.permissions import Permission
from accreditation.core.private_text import FEW
from accreditation.helpline.rules.themes import themes
from accreditation.people.rules import Viewer
from accreditation.reports.queries import cases, courses, people
from accreditation.reports.queries.exceptions import exceptions
from accreditation.reports.queries.helpline import contacts_by_category
from accreditation.reports.queries.listing import Listing
from accreditation.reports.rules.figures import Contents, Figure, Picture, Point, Section, shown_if_many
from accreditation.reports.rules.periods import Period, months_in
from accreditation.standing.queries.explain import sees_details
from accreditation.standing.queries.forecast import forecast
from accreditation.standing.queries.schemes import get_scheme, main_scheme_code
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.words import MONTHS, day, short_day

SHOWN_MONTHS = 24
"""At most so many points in a picture by month: beyond it nobody could read them."""


@dataclass(frozen=True)
class Measure:
    """One figure as a list of its own; `of` names the measure whose list it is out of."""

    code: str
    label: str
    listing: Callable[["Asked"], Listing]
    of: str | None = None
    of_what: str = ""
    note: str = ""


@dataclass(frozen=True)
class Asked:
    """Who asks, about which days, in which scheme, and what day it is."""

    viewer: Viewer
    period: Period
    scheme: Scheme
    today: date

    @property
    def on(self) -> date:
        return self.period.stands_on(self.today)

    @cached_property
    def cleared_by(self) -> list[str]:
        return people.requirements_asking_for(self.scheme, "clearance")

    @cached_property
    def refreshed_by(self) -> list[str]:
        return people.requirements_asking_for(self.scheme, "refresher")


def ask(viewer: Viewer, period: Period, today: date) -> Asked:
    return Asked(viewer, period, get_scheme(main_scheme_code(), today), today)


APPLICANTS = (
    Measure("applied", "Applied", lambda asked: courses.applied(asked.viewer, asked.period)),
    *(
        Measure(
            f"applied-{stage.replace('_', '-')}",
            words[0].upper() + words[1:],
            lambda asked, stage=stage: courses.applied_and_reached(asked.viewer, asked.period, stage),  # type: ignore[misc]
            of="applied",
            of_what="who applied",
        )
        for stage, words in courses.STAGES
    ),
    Measure(
        "applied-passed",
        "Passed the training",
        lambda asked: courses.applied_and_passed(asked.viewer, asked.period),
        of="applied",
        of_what="who applied",
    ),
    Measure(
        "applied-accredited",
        "Accredited",
        lambda asked: courses.applied_and_accredited(asked.viewer, asked.period),
        of="applied",
        of_what="who applied",
    ),
)

TRAINING = (
    Measure("cohorts", "Cohorts in training", lambda asked: courses.cohorts_running(asked.viewer, asked.period)),
    Measure(
        "first-assessed",
        "Assessed for the first time",
        lambda asked: courses.first_attempts(asked.viewer, asked.period),
    ),
    Measure(
        "first-passed",
        "Passed at the first attempt",
        lambda asked: courses.first_attempts(asked.viewer, asked.period, ("pass",)),
        of="first-assessed",
        of_what="assessed for the first time: pass, refer or fail",
    ),
    Measure(
        "finally-assessed",
        "Whose latest assessment lies in the period",
        lambda asked: courses.final_attempts(asked.viewer, asked.period),
    ),
    Measure(
        "finally-passed",
        "Passed at the latest attempt",
        lambda asked: courses.final_attempts(asked.viewer, asked.period, ("pass",)),
        of="finally-assessed",
        of_what="whose latest assessment lies in the period",
    ),
)

MEDIATORS = (
    Measure("trained", "Trained", lambda asked: people.recorded_in(asked.viewer, asked.period, "training")),
    Measure(
        "accredited",
        "Accredited or renewed",
        lambda asked: people.recorded_in(asked.viewer, asked.period, "award"),
        note="Accreditations that begin in the period",
    ),
    Measure(
        "vetted",
        "Cleared",
        lambda asked: people.recorded_in(asked.viewer, asked.period, "clearance"),
        note="Clearances of any level that begin in the period",
    ),
    Measure("active", "Active mediators", lambda asked: people.active(asked.viewer, asked.scheme, asked.on)),
    Measure(
        "deployable",
        "May work",
        lambda asked: people.standing_as(asked.viewer, asked.scheme, asked.on, [Verdict.DEPLOYABLE]),
        of="active",
        of_what="active mediators",
    ),
    Measure(
        "vetting-currency",
        "Vetting currency: clearance in force",
        lambda asked: people.active_meeting(asked.viewer, asked.scheme, asked.on, asked.cleared_by),
        of="active",
        of_what="active mediators",
    ),
    Measure(
        "refresher-compliance",
        "Refresher compliance: refresher day in date",
        lambda asked: people.active_meeting(asked.viewer, asked.scheme, asked.on, asked.refreshed_by),
        of="active",
        of_what="active mediators",
    ),
)

MEDIATIONS = (
    Measure("referred", "Cases referred", lambda asked: cases.referred(asked.viewer, asked.period)),
    Measure(
        "conclusion-rate",
        "Conclusion rate: brought to an end",
        lambda asked: cases.concluded(asked.viewer, asked.period),
        of="referred",
        of_what="cases referred",
    ),
    Measure(
        "resolution-rate",
        "Resolution rate: resolved",
        lambda asked: cases.resolved(asked.viewer, asked.period),
        of="conclusion-rate",
        of_what="cases brought to an end",
        note="Resolved in part is not counted as resolved",
    ),
)

SECOND_PERSON = (
    Measure(
        "exceptions",
        "Confirmed by an administrator, for want of a second practice manager",
        lambda asked: exceptions(asked.viewer, asked.period),
    ),
)

MEASURES = {measure.code: measure for measure in (*APPLICANTS, *TRAINING, *MEDIATORS, *MEDIATIONS, *SECOND_PERSON)}


def listing_of(code: str, asked: Asked) -> tuple[Measure, Listing]:
    """The list behind a figure. Raises NotFound for a code that has none."""
    measure = MEASURES.get(code)
    if measure is None:
        raise NotFound("There is no such figure in the steering group's report.")
    return measure, measure.listing(asked)


def contents_of(asked: Asked) -> Contents:
    """Every section and picture, from what is recorded now. A number of statements that does not grow with people."""
    numbers = {code: measure.listing(asked).count() for code, measure in MEASURES.items()}
    lists = bool(sees_details(asked.viewer).grants)
    on = day(asked.on)
    sections = [
        Section(
            "applicants",
            "From application to accreditation",
            [_figure(one, numbers, lists) for one in APPLICANTS],
            f"Those who applied from {asked.period.words}, and how far they have come since.",
        ),
        Section(
            "training",
            "Cohorts and results",
            [_figure(one, numbers, lists) for one in TRAINING],
            "Released results by the day of the assessment. Absent and deferred candidates were not assessed.",
        ),
        Section(
            "mediators",
            "Mediators",
            [_figure(one, numbers, lists) for one in MEDIATORS],
            f"{asked.scheme.name or asked.scheme.code}. Active mediators, and whatever is out of them, as at {on}.",
        ),
        Section(
            "service",
            "Mediations",
            [_figure(one, numbers, lists) for one in MEDIATIONS],
            "Cases referred in the period, by what has become of them so far. The two rates have different "
            "denominators: concluded out of referred, resolved out of concluded.",
        ),
    ]
    governance = Section(
        "second-person",
        "The second person",
        [_figure(one, numbers, lists) for one in SECOND_PERSON],
        "What one person proposes another confirms. Where the service has one practice manager, an administrator may.",
    )
    helpline, rung = _helpline(asked)
    pictures = [picture for picture in (_cover(asked), rung) if picture]
    return Contents([*sections, helpline, governance], pictures)


def _figure(measure: Measure, numbers: dict[str, int], lists: bool) -> Figure:
    of = numbers[measure.of] if measure.of else None
    return Figure(measure.code, measure.label, numbers[measure.code], of, measure.of_what, measure.note, has_list=lists)


def _helpline(asked: Asked) -> tuple[Section, Picture | None]:
    """Volume and themes, and the picture by month where no month is so quiet that it would tell of one caller."""
    counted, minutes = contacts_by_category(asked.viewer, asked.period)
    total = sum(counted.values())
    figures = [shown_if_many("contacts", "Contacts", total)]
    if total >= FEW:
        figures.append(Figure("minutes", "Minutes of advice", minutes))
    figures += [
        Figure(f"theme-{place}", theme.label, theme.number, total, "contacts")
        for place, theme in enumerate(themes(counted), 1)
    ]
    section = Section(
        "helpline", "Helpline", figures, "Themes with fewer than five contacts are told together, never one by one."
    )
    months = months_in(asked.period)
    if total < FEW or not 2 <= len(months) <= SHOWN_MONTHS:
        return section, None
    numbers = [sum(contacts_by_category(asked.viewer, month)[0].values()) for month in months]
    if any(0 < number < FEW for number in numbers):
        return section, None
    points = [
        Point(f"{MONTHS[month.starts_on.month - 1]} {month.starts_on.year}", month.starts_on.isoformat(), number)
        for month, number in zip(months, numbers, strict=True)
    ]
    busiest = max(points, key=lambda point: point.number)
    finding = f"The helpline was rung most in {busiest.label}: {busiest.number:,} contacts"
    return section, Picture("contacts", finding, "contacts", points)


def _cover(asked: Asked) -> Picture | None:
    """The forecast from today, while the period still touches it; what was forecast in the past is not told again."""
    viewer = asked.viewer.limited_to(Permission.VIEW_REPORTS)
    if not sees_details(viewer).grants:
        return None
    found = forecast(viewer, asked.scheme, asked.today, by_unit=False)
    if not any(point.number for point in found.points):
        return None
    points = [Point(short_day(point.on), point.on.isoformat(), point.number) for point in found.points]
    return Picture("cover", found.finding(), "may work", points)
