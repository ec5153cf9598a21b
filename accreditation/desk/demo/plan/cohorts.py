"""Cohorts: three years of closed ones, and the ones under way, each at another step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from accreditation.desk.demo.plan.days import THREE_YEARS, workday, workday_before
from accreditation.desk.demo.plan.people import Asked, Cleared, Somebody

SIZE = 12
"""DOMAIN.md section 4: up to twelve."""

FIRST_WAVE = (THREE_YEARS + 55, THREE_YEARS + 24, THREE_YEARS - 12, THREE_YEARS - 38, THREE_YEARS - 66)
"""Days ago on which the first five cohorts were assessed: fifty people in three months (founding document 000).

Their awards run out around now, one cohort after the other.
"""


@dataclass(slots=True)
class Candidate:
    """Somebody on a cohort, with the outcome of the assessment, None while there is none."""

    person: Somebody
    outcome: str | None = "pass"
    note: str | None = None
    is_mediator: bool = True
    cleared: Cleared | None = None
    asked: Asked | None = None


@dataclass(slots=True)
class CohortPlan:
    """A cohort that trains on [starts_on, ends_on), assessed on the last of these days, and the state it is in."""

    title: str
    provider: int
    state: str
    starts_on: date
    ends_on: date
    assessment_on: date
    results_due_on: date
    candidates: list[Candidate] = field(default_factory=list)
    places_for: int = 0  # applicants who are to be placed on it


def cohort(title: str, provider: int, assessed_on: date, *, state: str = "closed", places_for: int = 0) -> CohortPlan:
    """Two weeks with six days of training, results due a fortnight after the assessment."""
    starts_on = workday(assessed_on - timedelta(16))
    due_on = workday(assessed_on + timedelta(14))
    return CohortPlan(
        title, provider, state, starts_on, assessed_on + timedelta(1), assessed_on, due_on, places_for=places_for
    )


class Titles:
    """Spring 2027, Spring 2027 B, Spring 2027 C…"""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def title(self, on: date) -> str:
        season = ("Winter", "Spring", "Summer", "Autumn")[on.month % 12 // 3]
        stem = f"{season} {on.year}"
        count = self._given[stem] = self._given.get(stem, 0) + 1
        return stem if count == 1 else f"{stem} {_letters(count)}"


def _letters(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA, as spreadsheets count."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def assessment_days(count: int, on: date) -> list[date]:
    """When so many closed cohorts were assessed, oldest first: the first wave, then evenly up to a month ago."""
    wave = FIRST_WAVE if count >= 14 else FIRST_WAVE[1:3] if count >= 5 else FIRST_WAVE[2:3]
    ages = list(wave)[: max(1, count - 1)]
    evenly = count - len(ages)
    newest, oldest = 40, THREE_YEARS - 120
    ages += [newest + round((oldest - newest) * (evenly - 1 - n) / max(1, evenly - 1)) for n in range(evenly)]
    return [workday_before(on - timedelta(age)) for age in ages]


def closed_cohorts(count: int, on: date, titles: Titles, providers: int) -> Iterator[CohortPlan]:
    for number, assessed_on in enumerate(assessment_days(count, on)):
        yield cohort(titles.title(assessed_on), number % providers, assessed_on)


def running_cohorts(on: date, titles: Titles, random: Random) -> list[CohortPlan]:
    """One at each step: results late, submitted and waiting for release, in training, open, planned; one called off."""
    late = cohort(titles.title(on - timedelta(27)), 0, workday_before(on - timedelta(27)), state="assessment")
    waiting = cohort(titles.title(on - timedelta(16)), 1, workday_before(on - timedelta(16)), state="moderation")
    training = cohort(titles.title(on), 2, workday(on + timedelta(7)), state="in_training", places_for=2)
    due = cohort(titles.title(on - timedelta(9)), 0, workday_before(on - timedelta(9)), state="assessment")
    upcoming = cohort(titles.title(on + timedelta(48)), 0, workday(on + timedelta(48)), state="open", places_for=5)
    planned = cohort(titles.title(on + timedelta(110)), 1, workday(on + timedelta(110)), state="planned")
    cancelled = cohort(titles.title(on - timedelta(70)), 2, workday(on - timedelta(70)), state="cancelled")
    return [late, waiting, due, training, upcoming, planned, cancelled]
