"""The practice log, the cases and the figures as workbooks, with what was asked above them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from accreditation.core.calendar import last_good_day
from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.practice.models import MediationCase, PracticeEntry
from accreditation.practice.queries.cases import UnitFigures, total
from accreditation.practice.rules.cases import OUTCOMES, Figures
from accreditation.practice.rules.entries import KINDS, STATES, code_label
from accreditation.web.words import day

Value = str | int | date | Decimal | None

LOG = tuple(
    Column(title)
    for title in (
        "Reference",
        "Name",
        "What",
        "Kind",
        "Day",
        "Last day",
        "Hours",
        "Case reference",
        "Outcome",
        "Note",
        "State",
        "Logged on",
        "Decided on",
        "Reason",
    )
)
CASES = tuple(
    Column(title)
    for title in ("Case reference", "Unit", "Referred on", "From the log", "Outcome", "Ended on", "Disputed")
)
FIGURES = tuple(
    Column(title)
    for title in (
        "Unit",
        "Referred",
        "Open",
        "Withdrawn",
        "Concluded",
        "Resolved",
        "Resolved in part",
        "Not resolved",
        "Result not stated",
        "Conclusion rate (concluded / referred)",
        "Resolution rate (resolved / concluded)",
    )
)


def log_workbook(entries: Iterable[PracticeEntry], *, filters: Sequence[str], notice: Notice) -> bytes:
    """The entries as they stand in the list."""
    rows = [_entry(entry) for entry in entries]
    notes = _notes("Practice log", filters)
    return write_workbook([Table("Practice log", LOG, rows, notes)], notice=notice)


def _entry(entry: PracticeEntry) -> tuple[Value, ...]:
    return (
        entry.person.counted.reference,
        entry.person.name,
        KINDS[entry.kind],
        code_label(entry.kind, entry.code),
        entry.done_on,
        last_good_day(entry.ends_on) if entry.ends_on else None,
        entry.quantity if entry.kind in ("cpd", "supervision") else entry.hours,
        entry.case_reference,
        OUTCOMES.get(entry.outcome or ""),
        entry.note,
        STATES[entry.state],
        entry.recorded_on,
        entry.decided_on,
        entry.reason,
    )


def cases_workbook(cases: Sequence[MediationCase], *, filters: Sequence[str], notice: Notice) -> bytes:
    """The cases as they stand in the list, by reference only."""
    rows: list[tuple[Value, ...]] = [
        (
            case.reference,
            case.unit.name if case.unit else "Not recorded",
            case.counted_on,
            "Yes" if case.from_log else "No",
            OUTCOMES.get(case.outcome or "", "Open"),
            case.ended_on,
            "Yes" if case.disputed else "No",
        )
        for case in cases
    ]
    notes = _notes("Cases", filters)
    return write_workbook([Table("Cases", CASES, rows, notes)], notice=notice)


def figures_workbook(parts: list[UnitFigures], *, first: date, last: date, notice: Notice) -> bytes:
    """The figures of the period by unit, each rate with its numerator and denominator beside it."""
    rows = [_figures(part.name or "Not recorded", part.figures) for part in parts]
    rows.append(_figures("All", total(parts)))
    period = f"Cases referred from {day(first)} to {day(last)}, both days included"
    notes = (
        *_notes("Service figures", [period]),
        "Conclusion rate: concluded cases of those referred. Resolution rate: resolved cases of those concluded.",
        "A case resolved in part is concluded, not resolved. One that is open or was withdrawn is not concluded.",
    )
    return write_workbook([Table("Service figures", FIGURES, rows, notes)], notice=notice)


def _figures(name: str, found: Figures) -> tuple[Value, ...]:
    return (
        name,
        found.referred,
        found.open,
        found.withdrawn,
        found.concluded,
        found.resolved,
        found.partly,
        found.not_resolved,
        found.concluded_only,
        f"{found.conclusion_rate} ({found.concluded} of {found.referred})",
        f"{found.resolution_rate} ({found.resolved} of {found.concluded})",
    )


def _notes(title: str, filters: Sequence[str]) -> tuple[str, str]:
    return title, f"Filters: {'; '.join(filters) if filters else 'none'}"
