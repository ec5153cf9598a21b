"""Last year's applicants, long decided, with what most of them answered to the equality questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from accreditation.desk.demo.plan.applicants import MOTIVATIONS
from accreditation.desk.demo.plan.days import workday_before
from accreditation.desk.demo.plan.people import Somebody

HOW_MANY = 112
RETURNED = 0.84  # of the forms

ANSWERS: Mapping[str, Mapping[str, int]] = {
    "age": {"16-24": 3, "25-34": 24, "35-44": 34, "45-54": 27, "55-64": 9, "65+": 1, "not_said": 2},
    "disability": {"yes": 11, "no": 83, "not_said": 6},
    "gender_reassignment": {"same": 94, "different": 1, "not_said": 5},
    "marriage": {"married": 52, "partnership": 4, "neither": 39, "not_said": 5},
    "pregnancy": {"yes": 4, "no": 91, "not_said": 5},
    "ethnicity": {
        "W1": 52, "W2": 4, "W9": 6, "M1": 2, "M3": 1, "A1": 9, "A2": 6, "A3": 3, "B1": 6, "B2": 5, "O9": 1, "NS": 5,
    },
    "religion": {
        "none": 41, "christian": 34, "hindu": 5, "muslim": 9, "sikh": 3, "jewish": 1, "other": 2, "not_said": 5,
    },
    "sex": {"female": 55, "male": 42, "not_said": 3},
    "sexual_orientation": {"straight": 85, "gay": 5, "bisexual": 3, "other": 1, "not_said": 6},
}  # fmt: skip
"""How many in a hundred give which answer. Nobody real: a force of a big city, roughly."""

SHORTLISTED, OFFERED = 0.52, 0.55
HARDER_FOR = frozenset({"A1", "A2", "A3"})
"""They are shortlisted half as often in the demo, so that its figures hold something to look at."""


@dataclass(slots=True)
class PastApplicant:
    """`route`: the stages with the day of each, the first of them sending it; `answers` None: no form came back."""

    person: Somebody
    line_manager: Somebody
    motivation: str
    route: list[tuple[str, date]]
    answers: dict[str, str] | None


def past_applicant(person: Somebody, line_manager: Somebody, random: Random, on: date) -> PastApplicant:
    """Somebody who applied in the spring of the year before `on`."""
    answers = {code: random.choices(list(of), list(of.values()))[0] for code, of in ANSWERS.items()}
    chance = SHORTLISTED / 2 if answers["ethnicity"] in HARDER_FOR else SHORTLISTED
    stages = ["submitted", "sift"]
    if random.random() >= chance:
        stages.append("unsuccessful")
    else:
        stages += ["shortlisted", "interview"]
        stages += ["conditional_offer", "offered_place", "withdrawn"] if random.random() < OFFERED else ["unsuccessful"]
    day = date(on.year - 1, 2, 1) + timedelta(random.randint(0, 40))
    route = []
    for stage in stages:
        route.append((stage, workday_before(day)))
        day += timedelta(random.randint(8, 24))
    returned = random.random() < RETURNED
    return PastApplicant(person, line_manager, random.choice(MOTIVATIONS), route, answers if returned else None)


def reason_for(stage: str) -> str | None:
    return {"unsuccessful": "Others had higher marks", "withdrawn": "Moved to another force before the course"}.get(
        stage
    )
