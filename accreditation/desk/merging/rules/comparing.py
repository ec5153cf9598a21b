"""What two records have twice, and which dates a merge moves. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accreditation.desk.queries.record import EvidenceRow
from accreditation.standing.queries.requirements import RequirementStatus
from accreditation.web.words import day


def facts_twice(rows: Sequence[EvidenceRow], others: Sequence[EvidenceRow]) -> frozenset[int]:
    """The ids of the facts that both sides have: the same thing on the same day. What is struck out is no fact."""
    return frozenset(_in_common(rows, others) | _in_common(others, rows))


def _in_common(rows: Sequence[EvidenceRow], others: Sequence[EvidenceRow]) -> set[int]:
    theirs = {_what(row) for row in others if not row.voided_at}
    return {row.id for row in rows if not row.voided_at and _what(row) in theirs}


def _what(row: EvidenceRow) -> tuple[object, ...]:
    return (row.what, row.detail, row.starts_on)


def counted_by_kind(rows: Iterable[EvidenceRow]) -> dict[str, int]:
    """How many facts of each kind still stand, in the words of a page."""
    counts: dict[str, int] = {}
    for row in rows:
        if not row.voided_at:
            counts[row.what] = counts.get(row.what, 0) + 1
    return dict(sorted(counts.items()))


@dataclass(frozen=True)
class DateMoved:
    """One requirement as it is for each record alone, and for the two as one person. In words, for a table."""

    label: str
    kept: str
    merged: str
    together: str
    moves: bool


def dates_moved(
    kept: Sequence[RequirementStatus], merged: Sequence[RequirementStatus], together: Sequence[RequirementStatus]
) -> list[DateMoved]:
    """Requirement by requirement, in the scheme's order. A record with no facts has none of its own."""
    of_kept = {status.code: status for status in kept}
    of_merged = {status.code: status for status in merged}
    rows = []
    for status in together:
        before, after = in_words(of_kept.get(status.code)), in_words(status)
        rows.append(DateMoved(status.label, before, in_words(of_merged.get(status.code)), after, before != after))
    return rows


def in_words(status: RequirementStatus | None) -> str:
    """What a requirement is on the day: met, until when; or not met, since when."""
    if status is None:
        return "Nothing recorded"
    if not status.shown:
        return "Met" if status.met else "Not met"
    if status.met:
        return f"Met through {day(status.valid_through)}" if status.valid_through else "Met, no end"
    return f"Not met since {day(status.failing_since)}" if status.failing_since else "Not met yet"
