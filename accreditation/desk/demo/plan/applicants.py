"""Applicants at every stage, with what they wrote."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from accreditation.desk.demo.plan.days import workday_before
from accreditation.desk.demo.plan.people import Somebody

MOTIVATIONS = (
    "I was a party to a mediation two years ago. It turned a grievance into a conversation, and I would like to give "
    "that to others.",
    "As a team leader I see how early help keeps small conflicts small. My manager supports the time it takes.",
    "Fifteen years as a Federation representative taught me to listen. I would like to do it from the middle.",
    "I work in HR and refer people to the service. I want to understand the process from the inside, in another unit.",
    "After returning from parental leave I am looking for a role beside my own that helps the organisation to learn.",
    "Welsh is my first language, and some of our colleagues would find it easier to speak about a dispute in it.",
)

ROUTES: tuple[tuple[tuple[str, ...], str | None, int], ...] = (
    (("submitted",), None, 3),
    (("submitted", "line_manager_support"), None, 3),
    (("submitted", "line_manager_support", "sift"), None, 3),
    (("submitted", "line_manager_support", "sift", "shortlisted"), None, 2),
    (("submitted", "line_manager_support", "sift", "shortlisted", "interview"), None, 2),
    (("submitted", "sift", "interview", "reserve_list"), None, 2),
    (("submitted", "sift", "interview", "conditional_offer"), None, 2),
    (("submitted", "sift", "interview", "conditional_offer", "vetting"), None, 2),
    (("submitted", "sift", "interview", "conditional_offer", "vetting", "offered_place"), None, 1),
    (("submitted", "sift", "deferred"), "Seconded abroad until next spring", 1),
    (("submitted", "sift", "shortlisted", "interview", "unsuccessful"), "Scored below the others at interview", 2),
    (("submitted", "ineligible"), "Still in the probationary period", 1),
    (("submitted", "line_manager_support", "withdrawn"), "Changed to part-time hours", 1),
)
"""The stages each has been through, the reason for the last one where it needs one, and how many took that way."""

TO_A_PLACE = ("submitted", "line_manager_support", "sift", "interview", "conditional_offer", "vetting")


@dataclass(slots=True)
class Applicant:
    """`route`: the stages with the day of each. `cohort` is the title of the one they were placed on, at the end."""

    person: Somebody
    motivation: str
    line_manager: Somebody
    route: list[tuple[str, date]] = field(default_factory=list)
    reason: str | None = None
    cohort: str | None = None


def routes(random: Random, on: date) -> Iterator[tuple[list[tuple[str, date]], str | None]]:
    """A way for each applicant who has no place yet, in the order in which they applied."""
    ways = [(stages, reason) for stages, reason, count in ROUTES for _ in range(count)]
    dated = [(dated_route(stages, random, on), reason) for stages, reason in ways]
    return iter(sorted(dated, key=lambda way: way[0][0][1]))


def dated_route(stages: tuple[str, ...], random: Random, on: date) -> list[tuple[str, date]]:
    """The last step some days ago, each earlier one one to three weeks before the next."""
    day = on - timedelta(random.randint(1, 9))
    route = []
    for stage in reversed(stages):
        route.append((stage, workday_before(day)))
        day -= timedelta(random.randint(6, 20))
    return route[::-1]
