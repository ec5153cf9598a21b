"""What recording some entries would do: one answer for the preview and, under the cohort's lock, for the recording."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.standing.queries import get_scheme
from accreditation.web.words import day
from cohorts.models import Cohort, Result
from cohorts.queries.attendance import reasons_against_results
from cohorts.queries.results import Candidate, candidates_of
from cohorts.rules import states
from cohorts.rules.assessment import USES_AN_ATTEMPT, PartEntry, next_attempt_from
from cohorts.rules.attendance import NEEDS_ATTENDANCE
from cohorts.rules.results import Entry, Fault, Frame, faults_of, outcomes_of, settled

ADDED, CHANGED, REMOVED, UNCHANGED, REFUSED = "added", "changed", "removed", "unchanged", "refused"


@dataclass(frozen=True)
class Line:
    """One entry, whom it is about, and what it would do. `faults` only when it is refused."""

    entry: Entry
    candidate: Candidate | None
    change: str
    faults: tuple[Fault, ...] = ()
    event_on: date | None = None  # with the cohort's assessment day filled in


@dataclass(frozen=True)
class Plan:
    """What the entries would do to a cohort.

    `version` is the cohort's now; `stale` when they were made from another one and would change something.
    """

    lines: tuple[Line, ...]
    version: int
    stale: bool
    left_out: tuple[Candidate, ...]
    closed: str | None = None

    def count(self, change: str) -> int:
        return sum(line.change == change for line in self.lines)

    @property
    def changes(self) -> int:
        return self.count(ADDED) + self.count(CHANGED) + self.count(REMOVED)

    @property
    def may_be_recorded(self) -> bool:
        return not (self.stale or self.closed or self.count(REFUSED))


def frame_of(cohort: Cohort, on: date) -> Frame:
    """What entries for this cohort are judged against on the day."""
    assessed = cohort.assessment
    if assessed is None:
        scheme = get_scheme(cohort.scheme, cohort.starts_on)
        return Frame(cohort.starts_on, cohort.assessment_on, on, outcomes_of(scheme.may_refer))
    return Frame(
        cohort.starts_on,
        cohort.assessment_on,
        on,
        outcomes_of(assessed.may_refer),
        assessed.rules,
        assessed.attempts_max,
        assessed.cooling_off_days,
    )


def plan_results(cohort: Cohort, entries: Sequence[Entry], *, version: int | None, on: date) -> Plan:
    """Judge every entry against the cohort as it is now. Writes nothing and raises nothing: the plan says it all."""
    candidates = {candidate.person.reference: candidate for candidate in candidates_of(cohort.id)}
    frame = frame_of(cohort, on)
    times = Counter(entry.reference for entry in entries)
    against = reasons_against_results(cohort)
    lines = tuple(
        _line(entry, candidates.get(entry.reference), frame, times[entry.reference], against) for entry in entries
    )
    changed = any(line.change in {ADDED, CHANGED, REMOVED} for line in lines)
    return Plan(
        lines,
        cohort.version,
        stale=changed and version != cohort.version,
        left_out=tuple(who for reference, who in candidates.items() if reference not in times),
        closed=None if cohort.state in states.TAKES_RESULTS else f"{cohort.title} takes no results any more.",
    )


def _line(entry: Entry, candidate: Candidate | None, frame: Frame, times: int, against: Mapping[int, str]) -> Line:
    faults = list(_identity_faults(entry, candidate, times))
    if candidate is None or faults:
        return Line(entry, candidate, REFUSED, tuple(faults))
    passed = _there_already(candidate, entry)
    entry = settled(entry, frame, passed)
    on = entry.event_on or (frame.assessment_on if entry.outcome else None)
    if _says(candidate.open, entry, on) or (candidate.open is None and _adds_nothing(candidate, entry, on)):
        return Line(entry, candidate, UNCHANGED, event_on=on)
    if reason := candidate.closed_because:
        return Line(entry, candidate, REFUSED, (Fault("outcome", reason),))
    faults += faults_of(entry, frame, passed)
    faults += _attempt_faults(candidate, entry, on, frame)
    if entry.outcome in NEEDS_ATTENDANCE and (reason := against.get(candidate.enrolment.id)):
        faults.append(Fault("outcome", reason))
    if faults:
        return Line(entry, candidate, REFUSED, tuple(faults))
    if entry.outcome is None:
        return Line(entry, candidate, REMOVED)
    return Line(entry, candidate, CHANGED if candidate.open else ADDED, event_on=on)


def _identity_faults(entry: Entry, candidate: Candidate | None, times: int) -> list[Fault]:
    if candidate is None:
        return [Fault("reference", f"There is no candidate {entry.reference or '(blank)'} on this cohort. Check it.")]
    faults = []
    if times > 1:
        faults.append(Fault("reference", f"{entry.reference} is there {times} times. Keep one row for each candidate."))
    if entry.name is not None and not candidate.is_called(entry.name):
        faults.append(
            Fault(
                "name",
                f"{entry.reference} is {candidate.person.name}, not {entry.name or '(blank)'}. "
                "Put reference, name and result of one person into one row.",
            )
        )
    return faults


def _there_already(candidate: Candidate, entry: Entry) -> dict[int, str]:
    """By component: what was passed at an earlier attempt, and what the draft has when the entry says nothing of it."""
    there = dict(candidate.passed)
    if entry.parts is None and candidate.open:
        there |= {part.component_id: part.outcome for part in candidate.open.parts if part.outcome}
    return there


def _attempt_faults(candidate: Candidate, entry: Entry, on: date | None, frame: Frame) -> list[Fault]:
    before = candidate.released
    if not entry.outcome or before is None:
        return []
    if not candidate.open and frame.attempts_max is not None and candidate.attempts_used >= frame.attempts_max:
        used = f"All {frame.attempts_max} attempts" if frame.attempts_max > 1 else "The one attempt"
        return [Fault("outcome", f"{used} that there can be have been used. Ask the service what comes next.")]
    if on is None or on > frame.today:
        return []
    if on <= before.event_on:
        text = f"This is attempt {candidate.attempt}. Enter its own day, after that of the attempt before it."
        return [Fault("event_on", text)]
    first = next_attempt_from(before.event_on, frame.cooling_off_days if before.outcome in USES_AN_ATTEMPT else 0)
    if on < first:
        text = f"Attempt {candidate.attempt} can be taken from {day(first)}: {frame.cooling_off_days} days must pass."
        return [Fault("event_on", text)]
    return []


def _adds_nothing(candidate: Candidate, entry: Entry, on: date | None) -> bool:
    if any(part.outcome or part.marks for part in entry.parts or ()) and entry.outcome is None:
        return False
    return (entry.outcome is None and not entry.note) or _says(candidate.released, entry, on)


def _says(result: Result | None, entry: Entry, on: date | None) -> bool:
    """Whether the result is already what the entry says."""
    if result is None or entry.outcome is None:
        return False
    if (result.outcome, result.event_on, result.note or "") != (entry.outcome, on, (entry.note or "").strip()):
        return False
    return entry.parts is None or not parts_changed(result, entry.parts)


def parts_changed(result: Result, parts: Sequence[PartEntry]) -> bool:
    """Whether that is not what the result says of its parts already."""
    there = {part.component_id: part for part in result.parts}
    for part in parts:
        known = there.get(part.component_id)
        if (known.outcome if known else None) != part.outcome:
            return True
        marks = {mark.criterion_id: mark.met for mark in known.marks} if known else {}
        if part.marks is not None and dict(part.marks) != marks:
            return True
    return False
