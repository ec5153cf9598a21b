"""Stages of reminders.

The usual ladders, which of several due stages becomes a letter, and how many letters are too many.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

USUAL_LADDERS: dict[tuple[str, str], tuple[int, ...]] = {
    # DOMAIN section 7: six to twelve weeks, nine on average, to renew a CTC, so the first word is half a year ahead.
    ("clearance", "mediator"): (180, 90, 60, 30, 14, 7, 0),
    ("clearance", "practice_manager"): (-7, -14),
    ("award", "mediator"): (90, 60, 30, 14, 7, 0, -7),
    ("refresher", "mediator"): (60, 30, 7),
    ("accumulated", "mediator"): (60, 30, 7),
    ("other", "mediator"): (60, 30, 7),
    ("results_outstanding", "provider"): (0, -7),
    ("results_outstanding", "practice_manager"): (-7, -14),
    ("helpline_followup", "helpline"): (0,),
    # A review is the vetting officer's to begin; what it means for the mediator the engine says.
    ("clearance_review", "vetting_officer"): (30, 0, -14),
    ("clearance_aftercare", "vetting_officer"): (0, -14),
    # DOMAIN 39: no reminders during leave but a return plan; four weeks leave time to book a refresher day.
    ("return_from_leave", "mediator"): (28, 7),
    ("return_from_leave", "practice_manager"): (28, 7, -7),
    # A week leaves time to give the seat back so that somebody else can have it; the day before is so as not to forget.
    ("refresher_booking", "mediator"): (7, 1),
    # Who has not said whether they still come after a day was moved has a week; once it is over somebody rings them.
    ("refresher_confirmation", "mediator"): (2,),
    ("refresher_confirmation", "practice_manager"): (0,),
}
"""(what ends, who is told) -> days before the end; negative: days after it."""

BREAKER_TIMES = 3
"""RELIABILITY 1.5: so many times the busiest day of the last 28 is more than a service does on purpose."""


OF_THEIR_OWN = frozenset({"return_from_leave", "refresher_booking", "refresher_confirmation"})
"""Kinds of deadline about a person that have a letter of their own: what else is due that day has another."""


DIGEST = "digest"
"""The subject of a manager's digest: owed to somebody for a week, whose Monday is its `basis_date`."""


UNNAMED = frozenset({"helpline_followup"})
"""Kinds of deadline of which no page of reminders says whom they are about: who rang the helpline is not for them."""


def deadline_kind(subject: str) -> str | None:
    """The kind of deadline that an obligation is about; None for a requirement."""
    kind, _, rest = subject.partition(":")
    return rest.partition(":")[0] if kind == "deadline" else None


def deadline_source(subject: str) -> tuple[str, int] | None:
    """The record from which the deadline follows that an obligation is about: its type and id; None: no deadline."""
    kind, _, rest = subject.partition(":")
    parts = rest.split(":")
    return (parts[1], int(parts[2])) if kind == "deadline" and len(parts) > 2 and parts[2].isdecimal() else None


def is_unnamed(subject: str) -> bool:
    """Whether a page may say of such a reminder only what it is, and not about whom."""
    return deadline_kind(subject) in UNNAMED


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder whose day has come: `stage` days before `basis_date`, the exclusive end.

    The rest says who may be told of it: the unit of the person, the provider, and who alone has to see to it.
    """

    person_id: int | None
    subject: str
    basis_date: date
    stage: int
    audience: str
    provider_id: int | None = field(default=None, compare=False)
    unit_id: int | None = field(default=None, compare=False)
    owner_id: int | None = field(default=None, compare=False)
    early: bool = field(default=False, compare=False)  # it may wait for a mediator's weekly letter
    followed: bool = field(default=False, compare=False)  # a later stage follows: it may wait for a manager's digest
    kind: str = field(default="", compare=False)  # which of SUBJECTS the ladder is about


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one letter says to one audience about one person: the reminders of one day.

    `passed` are overtaken stages.
    """

    reminders: tuple[Reminder, ...]
    passed: tuple[Reminder, ...]

    @property
    def lead(self) -> Reminder:
        return self.reminders[0]


FARTHEST, LATEST = 730, 365
"""Days before an end, and after it, for which a reminder may be asked."""


def reasons_against(subject: str, audience: str, stage: int) -> list[str]:
    """Why no such reminder can be: every reason as a sentence; empty when it can."""
    reasons = []
    if not -LATEST <= stage <= FARTHEST:
        reasons.append(f"Choose at most {FARTHEST} days before, or {LATEST} days after.")
    provider = subject == "results_outstanding"
    if audience == "provider" and not provider:
        reasons.append("A training provider is told of results alone.")
    if provider and audience not in ("provider", "practice_manager"):
        reasons.append("Of results that are outstanding only the provider and the practice manager are told.")
    if (audience == "helpline") != (subject == "helpline_followup"):
        reasons.append("The helpline adviser, and nobody else, is told of follow-ups of the helpline.")
    return reasons


def stage_words(stage: int) -> str:
    """ "90 days before", "on the day", "7 days after"."""
    if stage == 0:
        return "on the day"
    days = f"{abs(stage)} day{'s' if abs(stage) != 1 else ''}"
    return f"{days} before" if stage > 0 else f"{days} after"


def due_stages(ladder: Iterable[int], ends_on: date, on: date) -> list[int]:
    """The stages whose day has come, the most urgent first. The level, not the edge: a stage stays due."""
    return sorted(stage for stage in ladder if (ends_on - on).days <= stage)


def collapse(due: Iterable[Reminder]) -> list[Bundle]:
    """Only the most urgent stage of each subject becomes a letter, and what falls due on one day shares it."""

    def whose(reminder: Reminder) -> tuple[int, str, date, str]:
        return (reminder.person_id or 0, reminder.audience, reminder.basis_date, reminder.subject)

    def together(reminder: Reminder) -> tuple[int, str, date, str]:
        # Duties of nobody in particular have different owners and never share a letter.
        apart = reminder.person_id is None or deadline_kind(reminder.subject) in OF_THEIR_OWN
        return (*whose(reminder)[:3], reminder.subject if apart else "")

    bundles = []
    for _, group in groupby(sorted(due, key=lambda one: (together(one), whose(one))), key=together):
        speaking: dict[str, Reminder] = {}
        passed = []
        for reminder in sorted(group, key=lambda r: r.stage):
            if reminder.subject in speaking:
                passed.append(reminder)
            else:
                speaking[reminder.subject] = reminder
        bundles.append(Bundle(tuple(speaking.values()), tuple(passed)))
    return bundles


def too_many(planned: int, *, already_today: int, busiest_day: int, at_least: int) -> bool:
    """Whether so many letters planned on one day need a person's word first."""
    return planned > 0 and planned + already_today > max(at_least, BREAKER_TIMES * busiest_day)
