"""A steering group's report: prepared by one person, signed off by another. Callers hold the transaction."""

from collections.abc import Mapping
from datetime import date, datetime

from accreditation.awards.queries.seconders import who_manages
from accreditation.core import audit
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.models import Person
from accreditation.reports.models import CLASSIFICATIONS, SteeringReport
from accreditation.reports.queries.reports import lock_report
from accreditation.reports.rules.figures import Contents, as_json
from accreditation.reports.rules.periods import Period, problem_with
from accreditation.web.words import day, moment

LONGEST_COMMENT = 4000  # characters in one commentary box
ANOTHER_MANAGER = "Another practice manager can sign this off. An administrator may only where there is none."
COMMENTED = ("summary", "applicants", "training", "mediators", "helpline", "service", "cover")
"""The commentary boxes: one above everything, one for each section, one for the forecast."""


def prepare_report(
    *, title: str, period: Period, classification: str, today: date, prepared_by: int, now: datetime
) -> SteeringReport:
    """A draft on those days. Raises DomainError for a period that is none, has not begun, or an unknown marking."""
    reasons = []
    if problem := problem_with(period.starts_on, period.through):
        reasons.append(problem)
    if period.starts_on > today:
        reasons.append(f"{day(period.starts_on)} is still to come. A report tells of days that have begun.")
    if classification not in CLASSIFICATIONS:
        reasons.append(f"Choose one of: {', '.join(CLASSIFICATIONS)}.")
    if not title.strip():
        reasons.append("Enter a title.")
    if reasons:
        raise DomainError(*reasons)
    report = SteeringReport(
        title=title.strip(),
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        classification=classification,
        prepared_by=prepared_by,
        prepared_at=now,
        commentary={},
    )
    db.session.add(report)
    db.session.flush()
    return report


def comment_on_report(report_id: int, commentary: Mapping[str, str], *, seen: int) -> SteeringReport:
    """Write the commentary boxes anew; empty ones are taken away.

    `seen`: the version that the page showed. Raises Conflict when somebody changed it since, DomainError when it is
    signed off or a comment is too long.
    """
    report = _open(report_id, seen)
    kept = {code: commentary[code].strip() for code in COMMENTED if commentary.get(code, "").strip()}
    too_long = [code for code, text in kept.items() if len(text) > LONGEST_COMMENT]
    if too_long:
        raise DomainError(
            *(f"The commentary on {code} is longer than {LONGEST_COMMENT:,} characters." for code in too_long)
        )
    report.commentary = kept
    db.session.flush()
    return report


def sign_off_report(
    report_id: int, contents: Contents, *, seen: int, signed_off_by: int, on: date, now: datetime
) -> SteeringReport:
    """Keep the figures as they stand now and close the report.

    Raises NotAllowed when whoever prepared it asks, or an administrator while another practice manager could sign;
    Conflict when somebody changed it since it was shown. An administrator's signature is marked as an exception.
    """
    report = _open(report_id, seen)
    if signed_off_by == report.prepared_by:
        raise NotAllowed("You prepared this report. Somebody else must sign it off.")
    managers = who_manages(on)
    if signed_off_by not in managers:
        if managers - {report.prepared_by}:
            raise NotAllowed(ANOTHER_MANAGER)
        audit.note_exception(("steering_report", report.id), period=report.period.words)
    report.state, report.contents = "signed_off", as_json(contents)
    report.signed_off_by, report.signed_off_at = signed_off_by, now
    audit.note(
        "signed off a steering group's report", subject=("steering_report", report.id), period=report.period.words
    )
    db.session.flush()
    return report


def discard_report(report_id: int, *, seen: int) -> None:
    """Take a draft away. Raises DomainError for one that is signed off: it stays."""
    db.session.delete(_open(report_id, seen))
    db.session.flush()


def _open(report_id: int, seen: int) -> SteeringReport:
    report = lock_report(report_id)
    if not report.is_draft:
        who = db.session.get_one(Person, report.signed_off_by).name
        raise DomainError(f"{who} signed this report off on {moment(report.signed_off_at)}. It stays as it is.")
    if report.version != seen:
        raise Conflict(
            "Somebody has changed this report since you opened it. Look at it again, then repeat your change."
        )
    return report
