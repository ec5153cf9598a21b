"""The steady career of a mediator: trained, cleared, accredited, and then whatever keeps them so, up to a day."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accreditation.core.calendar import anniversary
from accreditation.desk.demo.plan.days import workday, workday_before
from accreditation.desk.demo.plan.people import AWARD_MONTHS, CTC_MONTHS, Cleared, Entry, Mediator, Overlay

RENEWAL_WINDOW = 90
REFRESHER_WINDOW = 60
FULL_HISTORY = 40
"""Months of practice that a plan remembers; in bulk the last fourteen are enough."""

BEFORE_THE_REGISTER = "Not recorded before the register began"
"""docs/decisions/0003: what was never recorded is waived until it can have been."""

CASES = ("Two colleagues", "Line manager and team member", "Within a team of five", "Return to work after absence")
CPD = (
    ("reading", "Reading group: power and neutrality", "2"),
    ("course", "Workshop: online mediation", "3"),
    ("network", "Conference of mediators in public service", "5"),
    ("course", "Course: trauma-informed practice", "2.5"),
    ("course", "Webinar: agreements that last", "2"),
    ("teaching", "Introduced line managers to mediation", "2"),
)
FRESH_DAYS = 14
"""Some of what was logged in the last fortnight still waits for somebody to confirm it."""


def live(mediator: Mediator, random: Random, on: date, days: Sequence[date], *, months: int = FULL_HISTORY) -> None:
    """Fill in the mediator's career from the pass on, everything on time, as it is known on the morning of `on`.

    `days` are the refresher days in order, also those to come.
    """
    _clear(mediator, random, on)
    awarded_on = workday(mediator.passed_on + timedelta(random.randint(6, 16)))
    if awarded_on < on:
        _award(mediator, random, awarded_on, on)
    _refresh(mediator, random, on, days)
    if mediator.awards:
        since = max(awarded_on, anniversary(on, -months))
        if since > awarded_on:
            until = anniversary(since, 12)
            for requirement in ("practice", "supervision", "cpd"):
                mediator.overlays.append(Overlay("waiver", awarded_on, until, BEFORE_THE_REGISTER, requirement))
        _practise(mediator, random, since, on)


def _clear(mediator: Mediator, random: Random, on: date) -> None:
    """Cleared before the training; who passed the same check long ago renewed it since, in time."""
    months = CTC_MONTHS[mediator.holder_kind]
    old = random.random() < 0.3  # came with a clearance from an earlier post
    granted_on = workday_before(
        mediator.passed_on - timedelta(random.randint(400, 1500) if old else random.randint(25, 140))
    )
    ends_on = anniversary(granted_on, months)
    mediator.clearances = [Cleared(granted_on, ends_on)]
    if ends_on < on + timedelta(200):
        again = workday_before(ends_on - timedelta(random.randint(10, 70)))
        if again >= on:
            again = workday_before(on - timedelta(random.randint(2, 40)))
        mediator.clearances.append(Cleared(again, anniversary(again, months)))


def _award(mediator: Mediator, random: Random, awarded_on: date, on: date) -> None:
    mediator.awards = [awarded_on]
    ends_on = anniversary(awarded_on, AWARD_MONTHS)
    days_left = (ends_on - on).days
    if days_left <= 0 or (days_left <= RENEWAL_WINDOW and random.random() < 0.75):
        mediator.awards.append(ends_on)


def _refresh(mediator: Mediator, random: Random, on: date, days: Sequence[date]) -> None:
    """A refresher day in each window before the anniversary of the pass; of a window still open, for one in two."""
    year = 12
    while True:
        until = anniversary(mediator.passed_on, year)
        opens = until - timedelta(REFRESHER_WINDOW)
        offered = days[bisect_left(days, opens) : bisect_left(days, min(until, on))]
        if not offered or (until > on and random.random() < 0.5):
            return
        mediator.refreshers.append(random.choice(offered))
        year += 12


def _practise(mediator: Mediator, random: Random, since: date, on: date) -> None:
    """Cases, CPD and supervision at a steady pace: enough for any twelve months, with a quarter of a year to spare."""
    started_on = mediator.awards[0]
    supervised = 0 if since == started_on else 2
    entries = mediator.entries
    if supervised:  # their co-mediations lie before what is remembered, but they count for ever
        for offset in (35, 80):
            entries.append(Entry("case", workday(started_on + timedelta(offset)), Decimal(1), "co_mediation"))
    last = on - timedelta(2)
    day = since + timedelta(random.randint(15, 45))
    while day <= last:
        code = "co_mediation" if supervised < 2 else "lead"
        entries.append(Entry("case", workday_before(day), Decimal(1), code, random.choice(CASES)))
        supervised += 1
        day += timedelta(random.randint(25, 50) if supervised < 2 else random.randint(55, 100))
    day = since + timedelta(random.randint(20, 60))
    while day <= last:
        category, title, hours = random.choice(CPD)
        confirmed = day < on - timedelta(FRESH_DAYS) or random.random() < 0.3
        entries.append(Entry("cpd", workday_before(day), Decimal(hours), category, title, confirmed))
        day += timedelta(random.randint(55, 88))
    day = since + timedelta(random.randint(20, 60))
    while day <= last:
        kind = random.choice(("one_to_one", "one_to_one", "group"))
        entries.append(Entry("supervision", workday_before(day), Decimal("1.5"), kind))
        day += timedelta(random.randint(55, 88))
