"""Applications for clearance on their way, and the clearances of those who are still in training."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import cycle
from random import Random

from accreditation.core.calendar import anniversary
from accreditation.desk.demo.plan.cohorts import Candidate, CohortPlan
from accreditation.desk.demo.plan.days import workday, workday_before
from accreditation.desk.demo.plan.people import CTC_MONTHS, Asked, Cleared

ENDINGS = (
    ("on_hold", 3),
    ("refused", 9),
    ("discontinued", 5),
    ("granted_with_conditions", 8),
    (None, 0),
    (None, 1),
    (None, 6),
    (None, 10),
    (None, 11),
)
"""Applications of candidates: the last stage, and how many weeks ago the questionnaire was submitted.

Nine weeks is what a new one takes on average (DOMAIN.md section 2.2); the last two are over that.
"""


def asked_for(random: Random, on: date, *, weeks: int) -> Asked:
    """An application submitted so many weeks ago (0: not yet), and as far as one gets in that time."""
    asked_on = workday_before(on - timedelta(7 * weeks + random.randint(8, 14)))
    steps = [("initiated", asked_on), ("questionnaire_issued", workday(asked_on + timedelta(2)))]
    if weeks:
        steps.append(("submitted", workday_before(on - timedelta(7 * weeks))))
    if weeks >= 4:
        steps.append(("in_progress", workday_before(on - timedelta(7 * weeks - 10))))
    return Asked([(stage, day) for stage, day in steps if day <= on])


def vet(cohorts: Iterable[CohortPlan], random: Random, on: date) -> None:
    """Most candidates are cleared before they pass; two or three of each cohort wait, each at another stage."""
    endings = cycle(ENDINGS)
    for cohort in cohorts:
        for number, candidate in enumerate(cohort.candidates):
            if number in (3, 7, 10):
                _leave_waiting(candidate, next(endings), random, on)
            else:
                granted_on = workday_before(cohort.starts_on - timedelta(random.randint(10, 90)))
                months = CTC_MONTHS[candidate.person.holder_kind]
                candidate.cleared = Cleared(granted_on, anniversary(granted_on, months))


def _leave_waiting(candidate: Candidate, ending: tuple[str | None, int], random: Random, on: date) -> None:
    stage, weeks = ending
    candidate.asked = asked_for(random, on, weeks=weeks)
    if stage:
        candidate.asked.steps.append((stage, workday_before(on - timedelta(1))))
