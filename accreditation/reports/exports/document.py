"""What a report as a file holds: the head that every copy carries, the figures, the commentary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from accreditation.core.sheets import Notice
from accreditation.reports.models import SteeringReport
from accreditation.reports.rules.figures import Contents
from accreditation.reports.rules.periods import Period
from accreditation.web.words import moment


@dataclass(frozen=True)
class Document:
    """`head`: what stands above everything, as pairs of a name and its value, as founding document 004 has it."""

    title: str
    classification: str
    head: list[tuple[str, str]]
    contents: Contents
    first: date
    last: date
    period: str
    notice: Notice
    commentary: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.contents.figures())


def document_of(contents: Contents, period: Period, *, service: str, now: datetime, notice: Notice) -> Document:
    """The figures alone, as they are recorded at that moment."""
    title = f"Steering group figures, {period.words}"
    head = [
        ("Protective marking", notice.classification),
        ("Title", title),
        ("Service", service),
        ("Period", period.words),
        ("Figures as recorded on", moment(now)),
    ]
    return Document(
        title, notice.classification, head, contents, period.starts_on, period.through, period.words, notice
    )


def document_of_report(
    report: SteeringReport, contents: Contents, *, service: str, now: datetime, notice: Notice
) -> Document:
    """A prepared report; `contents`: what was kept at the signing off, or the figures as they are now."""
    signed = f"{report.signatory.name}, {moment(report.signed_off_at)}" if report.signatory else "not yet: a draft"
    head = [
        ("Protective marking", report.classification),
        ("Title and version", f"{report.title}, {'draft ' if report.is_draft else ''}version {report.version}"),
        ("Purpose", "Steering group: how the mediation service stands"),
        ("Service", service),
        ("Period", report.period.words),
        ("Author", report.author.name),
        ("Date", moment(report.signed_off_at or now)),
        ("Signed off by", signed),
        ("Figures as recorded on", moment(report.signed_off_at or now)),
    ]
    return Document(
        report.title,
        report.classification,
        head,
        contents,
        report.starts_on,
        report.period.through,
        report.period.words,
        notice,
        dict(report.commentary),
    )
