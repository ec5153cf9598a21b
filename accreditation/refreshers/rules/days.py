"""Refresher days and their bookings: words, states and what may follow what. No database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from accreditation.core.calendar import LONDON
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.verdict import Verdict

TOPICS = {
    "mediation_skills": "Mediation skills",
    "risk_management": "Risk management",
    "information_security": "Information security",
    "ethics_code_of_practice": "Ethics and the code of practice",
    "wellbeing": "Debriefing and wellbeing",
}
"""Suggested topics. Risk management and information security: founding document 001, section 6; the others are ours."""

DAY_STATES = {"planned": "Planned", "held": "Held", "cancelled": "Cancelled"}

BOOKING_STATES = {
    "requested": "Requested",
    "waitlisted": "On the waiting list",
    "offered": "Offered a seat",
    "booked": "Booked",
    "attended": "Attended",
    "part_attended": "Attended in part",
    "did_not_attend": "Did not attend",
    "apologies": "Apology in time",
    "late_apologies": "Late apology",
    "cancelled_by_mediator": "Cancelled by the mediator",
    "cancelled_by_organiser": "Cancelled by us",
    "transferred": "Moved to another day",
    "offer_declined": "Declined the seat",
    "offer_lapsed": "Did not answer the offer",
}
"""The vocabulary of DOMAIN section 10, with the two sorts of apology of edge case 28 and the offers of edge case 32."""

ENDED = (
    "cancelled_by_mediator",
    "cancelled_by_organiser",
    "late_apologies",
    "offer_declined",
    "offer_lapsed",
    "transferred",
)
"""Bookings that are over: the person may book the same day again."""

HAS_A_SEAT = ("booked", "attended", "part_attended", "did_not_attend")
"""Bookings whose seat is somebody's own."""

SEATED = ("offered", *HAS_A_SEAT)
"""Bookings that take a seat: one that is offered is held until the offer ends, and nobody's yet."""

CANCELLABLE = ("requested", "waitlisted", "offered", "booked")

MARKS = {
    "attended": "Attended",
    "part_attended": "In part",
    "apologies": "Apology in time",
    "late_apologies": "Late apology",
    "did_not_attend": "Did not attend",
}
"""What can be recorded of somebody's attendance. Only `attended` counts as evidence."""

COUNTING = frozenset({"attended"})


NOT_THERE = {
    Verdict.LEFT: "{} will have left the service by that day.",
    Verdict.ON_LEAVE: "{} is on leave on that day.",
    Verdict.WITHDRAWN: "The accreditation of {} is withdrawn on that day.",
}
"""Standings on the date of the day under which nobody is booked for it. Suspended people may come: it is a way back."""


def topics_of(topic: str | None, further: Iterable[str]) -> tuple[str | None, ...]:
    """What a day counts for: each of its topics, or None alone for a day without any."""
    return (topic, *further)


def facts_of_attending(topics: Sequence[str | None], held_on: date) -> list[Fact]:
    """What attending in full brings: a fact for each topic, since a requirement may ask for any one of them.

    Only the first counts as a day: a requirement that adds days up counts this one once.
    """
    first, *others = topics
    return [
        Fact("refresher", first, held_on),
        *(Fact("refresher", topic, held_on, quantity=Decimal(0)) for topic in others),
    ]


def topic_label(topic: str | None) -> str | None:
    """The topic as people say it; a topic that came with an imported register is shown as it is written there."""
    if topic is None:
        return None
    return TOPICS.get(topic, topic)


def london_moment(on: date, at: time) -> datetime:
    """The moment at which a clock on the wall in London shows this time on this day, in UTC.

    In the hour that comes twice when the clocks go back, the first of the two.
    """
    return datetime.combine(on, at, LONDON).astimezone(UTC)


@dataclass(frozen=True)
class Details:
    """What somebody decides about a day: wall time in London; a minimum of 0 means none."""

    title: str
    topic: str | None
    held_on: date
    starts: time
    ends: time
    venue: str | None
    link: str | None
    capacity: int
    minimum: int = 0
    trainer: str | None = None
    joining_text: str | None = None
    further_topics: tuple[str, ...] = ()
    cost_code: str | None = None
    materials: str | None = None


@dataclass(frozen=True)
class Mark:
    """One line of the attendance grid: the state it was filled in over, the state chosen, the hours if in part."""

    booking_id: int
    was: str
    state: str
    hours: Decimal | None = None


def reasons_to_refuse_details(details: Details, *, seated: int) -> list[str]:
    """Why the day cannot be as described; `seated` people have a seat already."""
    reasons = []
    if details.ends <= details.starts:
        reasons.append("The day must end after it starts.")
    if not details.venue and not details.link:
        reasons.append("Give a venue, a link, or both, so that people know where to go.")
    if details.capacity < max(seated, 1):
        reasons.append(
            f"{seated} people have a seat already: the number of seats cannot be lower."
            if seated
            else "There must be at least one seat."
        )
    if details.minimum > details.capacity:
        reasons.append("The smallest number of people cannot be larger than the number of seats.")
    return reasons


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits: `lapses_on` is the first day their requirement is no longer met, None if it is not now.

    `first`: we called off the day they had a seat on.
    """

    booking_id: int
    lapses_on: date | None
    first: bool = False


def next_in_line(waiting: list[Waiting]) -> list[Waiting]:
    """Whose day we called off first, then earliest lapse first, not first come; among equals, who asked first."""
    return sorted(waiting, key=lambda one: (not one.first, one.lapses_on or date.min, one.booking_id))
