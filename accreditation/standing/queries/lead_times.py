"""How long before its last good day work on a requirement must begin, and what that rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.settings import get_setting
from accreditation.standing.models import LeadTime
from accreditation.standing.rules.lead import asked_in
from accreditation.standing.rules.scheme import LEAD_DAYS, Requirement, Scheme
from accreditation.web.words import day, plural

BY_SETTING = "as this service has set it"


@dataclass(frozen=True)
class Lead:
    """So many days from beginning to done; `basis` in words, empty where the scheme itself says it."""

    days: int
    basis: str = ""


@dataclass(frozen=True)
class LeadTimes:
    """Everything that is known of lead times, read once for any number of requirements."""

    learned: Mapping[tuple[str, str], Lead]
    clearance_days: int

    def of(self, requirement: Requirement, scheme: Scheme) -> Lead:
        """What was learned about the requirement, else about the evidence it asks for, else the scheme's own figure.

        For a clearance the setting stands in place of the figure that the product brings along.
        """
        if lead := self.learned.get((scheme.code, requirement.code)):
            return lead
        asked = asked_in(requirement.rule)
        found = [
            self.learned[key]
            for each in asked
            for key in ([(each.kind, code) for code in sorted(each.codes or ())] + [(each.kind, "")])
            if key in self.learned
        ]
        if found:
            return max(found, key=lambda lead: lead.days)
        if "clearance" in requirement.rule.kinds and requirement.lead_days == LEAD_DAYS["clearance"]:
            return Lead(self.clearance_days, BY_SETTING)
        return Lead(requirement.lead_days)


def lead_times() -> LeadTimes:
    learned = {(kind, code): Lead(days, basis) for kind, code, days, basis in db.session.execute(LEARNED)}
    return LeadTimes(learned, int(get_setting("clearance_lead_days")))


LEARNED = select(LeadTime.kind, LeadTime.code, LeadTime.days, LeadTime.basis)  # put together once


def find_lead_time(kind: str, code: str | None = None) -> LeadTime | None:
    """What was learned about a kind of evidence, or about a requirement of a scheme."""
    return db.session.scalar(select(LeadTime).where(LeadTime.kind == kind, LeadTime.code == (code or "")))


def time_left(
    *,
    on: date,
    is_clearance: bool,
    lead_days: int,
    basis: str,
    with_figures: bool,
    last_good_day: date | None,
    asked_on: date | None,
) -> str:
    """Whether what is done now is done in time, in a sentence or two; nothing where there is nothing to say.

    `last_good_day`: of a requirement that is met and ends; None: it is not met. `with_figures`: whether the reader may
    know how long decisions take in general.
    """
    takes = f"{'decisions take' if is_clearance else 'it takes'} {plural(lead_days, 'day')}"
    if basis:
        takes += f" ({basis})"
    if asked_on:
        expected = days_after(asked_on, lead_days)
        said = f"Asked for on {day(asked_on)}"
        if not with_figures:
            return f"{said}; the decision is awaited."
        if expected < on:
            return f"{said}; {takes}, so the decision was expected by {day(expected)} and is overdue."
        late = ", after the last good day" if last_good_day is not None and expected > last_good_day else ""
        return f"{said}; {takes}, so the decision is expected by {day(expected)}{late}."
    if not lead_days:
        return ""
    if last_good_day is None:
        done_by = day(days_after(on, lead_days))
        return f"{takes[0].upper()}{takes[1:]}: begun today, done by about {done_by}." if with_figures else ""
    if days_after(on, lead_days) <= last_good_day:
        return ""
    begun = "submitted" if is_clearance else "begun"
    why = f": {takes}, and {day(last_good_day)} is the last good day" if with_figures else ""
    return f"Will lapse even if {begun} today{why}."
