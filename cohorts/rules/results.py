"""Results of an assessment: what may be recorded, and whether an entry is fit to be. No clock, no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from accreditation.people.rules import plain
from accreditation.web.words import day, sentence_list
from cohorts.rules.assessment import PENDING, ComponentRule, PartEntry, not_passed, overall

OUTCOMES = ("pass", "refer", "fail", "absent", "deferred")
OUTCOME_LABELS = {
    "pass": "Pass",
    "refer": "Refer",
    "fail": "Fail",
    "absent": "Absent",
    "deferred": "Deferred",
    "pending": "Not complete",
}
OUTCOME_TONES = {
    "pass": "good",
    "refer": "soon",
    "fail": "bad",
    "absent": "paused",
    "deferred": "paused",
    "pending": "neutral",
}
NEEDS_A_NOTE = frozenset({"fail", "refer"})
LONGEST_NOTE = 2000  # characters

RESULT_STATES = ("draft", "in_moderation", "submitted", "released", "superseded")
OPEN_STATES = ("draft", "in_moderation", "submitted")
"""Not released yet."""

RESULT_LABELS = {
    "draft": "Draft",
    "in_moderation": "Submitted, to be moderated",
    "submitted": "Submitted",
    "released": "Released",
    "superseded": "Replaced by a correction",
}


def outcomes_of(may_refer: bool) -> tuple[str, ...]:
    """What a scheme lets be recorded: a scheme that is pure pass or fail knows no refer."""
    return tuple(outcome for outcome in OUTCOMES if may_refer or outcome != "refer")


def read_outcome(text: str) -> str | None:
    """The outcome somebody wrote: its word in any case, or its first letter. None if it is none of them."""
    word = plain(text).strip(" .")
    for outcome in OUTCOMES:
        if word in {outcome, outcome[0], f"{outcome}ed", f"{outcome}red"}:
            return outcome
    return None


@dataclass(frozen=True)
class Entry:
    """What somebody says of one candidate. No outcome: there is no result yet. No day: the cohort's assessment day.

    `parts` None: nothing is said of the parts of the assessment, and what is recorded of them stays.
    """

    reference: str
    outcome: str | None = None
    event_on: date | None = None
    note: str | None = None
    name: str | None = None  # as the workbook says it; checked against the candidate's own
    parts: tuple[PartEntry, ...] | None = None


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one field, and what to do about it.

    The field is `reference`, `name`, `outcome`, `event_on` or `note`, or that of a part or criterion (ComponentRule).
    """

    field: str
    text: str


@dataclass(frozen=True)
class Frame:
    """What an entry is judged against: the cohort's first day, its assessment day, today, and what is assessed how.

    `components` are the parts of the assessment; without any, the outcome alone is recorded.
    """

    starts_on: date
    assessment_on: date | None
    today: date
    outcomes: Collection[str]
    components: tuple[ComponentRule, ...] = ()
    attempts_max: int | None = None
    cooling_off_days: int = 0


def settled(entry: Entry, frame: Frame, passed: Mapping[int, str] | None = None) -> Entry:
    """The entry with the outcome that its parts come to, where it says none itself.

    `passed` by component: what an earlier attempt, or the draft that the entry leaves alone, has already.
    """
    if entry.outcome is not None or not any(part.outcome or part.marks for part in entry.parts or ()):
        return entry
    return replace(entry, outcome=overall(frame.components, outcomes_of_parts(entry, passed)))


def outcomes_of_parts(entry: Entry, passed: Mapping[int, str] | None = None) -> dict[int, str | None]:
    """By component: what the entry says, else what there is already."""
    said = {part.component_id: part.outcome for part in entry.parts or () if part.outcome}
    return {**(passed or {}), **said}


def faults_of(entry: Entry, frame: Frame, passed: Mapping[int, str] | None = None) -> list[Fault]:
    """Everything that keeps this entry, once `settled`, from being recorded; nothing when it is fit."""
    faults = _faults_of_parts(entry, frame, passed)
    if entry.outcome is None:
        if entry.note:
            faults.append(Fault("outcome", "There is a note but no outcome. Choose an outcome, or empty the note."))
        return faults
    if entry.outcome not in frame.outcomes and entry.outcome != PENDING:
        allowed = ", ".join(OUTCOME_LABELS[outcome] for outcome in frame.outcomes)
        faults.append(Fault("outcome", f"This scheme does not know “{entry.outcome}”. Choose one of: {allowed}."))
    faults += _faults_of_day(entry.event_on or frame.assessment_on, frame)
    note = entry.note or ""
    if entry.outcome in NEEDS_A_NOTE and not note.strip():
        faults.append(Fault("note", f"A {entry.outcome} needs a note that says why. Write one."))
    if len(note) > LONGEST_NOTE:
        faults.append(Fault("note", f"The note has {len(note):,} characters; at most {LONGEST_NOTE:,} are kept."))
    return faults


def _faults_of_parts(entry: Entry, frame: Frame, passed: Mapping[int, str] | None) -> list[Fault]:
    faults = []
    allowed = ", ".join(OUTCOME_LABELS[outcome] for outcome in frame.outcomes)
    named = {part.id: part for part in frame.components}
    for part in entry.parts or ():
        if part.outcome and part.outcome not in frame.outcomes:
            field = named[part.component_id].field
            faults.append(Fault(field, f"This scheme does not know “{part.outcome}”. Choose one of: {allowed}."))
    if entry.outcome == "pass" and frame.components:
        missing = not_passed(frame.components, outcomes_of_parts(entry, passed))
        if missing:
            titles = sentence_list([f"“{title}”" for title in missing])
            faults.append(Fault("outcome", f"A pass needs {titles} to be passed. Enter the parts, or another outcome."))
    return faults


def _faults_of_day(on: date | None, frame: Frame) -> list[Fault]:
    if on is None:
        return [Fault("event_on", "There is no date of assessment. Enter the day it took place.")]
    if on > frame.today:
        return [Fault("event_on", f"{day(on)} is in the future. Enter the day the assessment took place.")]
    if on < frame.starts_on:
        return [Fault("event_on", f"{day(on)} is before the cohort began on {day(frame.starts_on)}. Check the date.")]
    return []


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals, accents, spaces, commas and the order of their words."""
    return one == other or sorted(plain(one).replace(",", " ").split()) == sorted(
        plain(other).replace(",", " ").split()
    )


def release_refusals(releaser_id: int, submitters: Collection[int | None], candidates: Collection[int]) -> list[str]:
    """Why this person may not release these results: the second person is neither submitter nor candidate."""
    reasons = []
    if releaser_id in submitters:
        reasons.append("You submitted some of these results. Somebody else must release them.")
    if releaser_id in candidates:
        reasons.append("One of these results is your own. Somebody else must release it.")
    return reasons
