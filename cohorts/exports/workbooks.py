"""The results workbook as it is handed out, and as it comes back with what to mend."""

from collections.abc import Sequence

from accreditation.core.calendar import last_good_day
from accreditation.core.sheets import Column, Table, write_workbook
from accreditation.web.words import day
from cohorts.models import Cohort
from cohorts.queries.results import Candidate, said_of_parts
from cohorts.queries.uploads import ReadLine
from cohorts.rules.assessment import MET, NOT_MET, PENDING, ComponentRule
from cohorts.rules.results import OUTCOME_LABELS
from cohorts.rules.workbook import HEADINGS, MEND, headings_of, stamp

SHEET = "Results"


def results_workbook(cohort: Cohort, candidates: Sequence[Candidate], outcomes: Sequence[str]) -> bytes:
    """An .xlsx with a row for each candidate: outcome from a list, day and note free, the rest locked."""
    components = _components(cohort)
    rows = [_row_of(candidate, components) for candidate in candidates]
    results = Table(
        SHEET,
        _columns(outcomes, components),
        rows,
        notes=(f"Results of {cohort.title}", stamp(cohort.id, cohort.version)),
        locked=True,
    )
    return write_workbook([results, _instructions(cohort, outcomes)], classification="OFFICIAL")


def error_workbook(cohort: Cohort, version: int, lines: Sequence[ReadLine], outcomes: Sequence[str]) -> bytes:
    """What was uploaded, row by row, with a last column that says what to mend. Can be corrected and uploaded again."""
    components = _components(cohort)
    titles = headings_of(components)
    rows = [
        [
            *(line.row.cells.get(field, "") for field in ("reference", "name")),
            line.line.candidate.attempt if line.line.candidate else None,
            *(line.row.cells.get(field, "") for field in ("outcome", "event_on", "note", *_fields(components))),
            " ".join(f"{titles[fault.field]}: {fault.text}" for fault in line.faults),
        ]
        for line in lines
    ]
    results = Table(
        SHEET,
        [*_columns(outcomes, components), Column(MEND, width=60)],
        rows,
        notes=(f"Results of {cohort.title}", stamp(cohort.id, version)),
    )
    return write_workbook([results, _instructions(cohort, outcomes)], classification="OFFICIAL")


def _components(cohort: Cohort) -> tuple[ComponentRule, ...]:
    return cohort.assessment.rules if cohort.assessment else ()


def _fields(components: Sequence[ComponentRule]) -> list[str]:
    """Those of the parts, each followed by its criteria."""
    return [field for part in components for field in (part.field, *(one.field for one in part.criteria))]


def _row_of(candidate: Candidate, components: Sequence[ComponentRule]) -> list[str | int | None]:
    # A released result that is not the last word is left blank: the next attempt is asked for.
    result = candidate.shown if candidate.open or candidate.closed_because else None
    said = said_of_parts(result) if result else {}
    return [
        candidate.person.reference,
        candidate.person.name,
        result.attempt if result else candidate.attempt,
        OUTCOME_LABELS[result.outcome] if result and result.outcome != PENDING else None,
        result.event_on.strftime("%d/%m/%Y") if result else None,
        result.note if result else None,
        *(said.get(field) for field in _fields(components)),
    ]


def _columns(outcomes: Sequence[str], components: Sequence[ComponentRule]) -> list[Column]:
    titles, choices = headings_of(components), tuple(OUTCOME_LABELS[one] for one in outcomes)
    return [
        Column(HEADINGS["reference"], width=14),
        Column(HEADINGS["name"], width=30),
        Column(HEADINGS["attempt"], width=9),
        Column(HEADINGS["outcome"], width=14, choices=tuple(OUTCOME_LABELS[o] for o in outcomes), editable=True),
        Column(HEADINGS["event_on"], width=20, editable=True),
        Column(HEADINGS["note"], width=60, editable=True),
        *(
            Column(
                titles[field],
                width=22,
                choices=choices if field.startswith("c") else (MET, NOT_MET),
                editable=True,
            )
            for field in _fields(components)
        ),
    ]


def _instructions_for_parts(components: Sequence[ComponentRule]) -> list[list[str]]:
    if not components:
        return []
    return [
        [
            "The parts",
            "An outcome for each part. Leave the overall outcome blank and it follows from the parts; while one is "
            "missing, the result is kept as not complete. A part passed at an earlier attempt need not be repeated.",
        ],
        *(
            [
                part.title,
                f"{'Has to be passed.' if part.required else 'Need not be passed.'}"
                + (f" Criteria, each {MET} or {NOT_MET}: " if part.criteria else "")
                + "; ".join(one.text for one in part.criteria),
            ]
            for part in components
        ),
    ]


def _instructions(cohort: Cohort, outcomes: Sequence[str]) -> Table:
    blank_day = (
        f"Leave it blank for the day of the assessment, {day(cohort.assessment_on)}."
        if cohort.assessment_on
        else "Every result needs it."
    )
    return Table(
        "Instructions",
        [Column("What", width=24), Column("How", width=90)],
        [
            ["Cohort", cohort.title],
            ["Training", f"{day(cohort.starts_on)} to {day(last_good_day(cohort.ends_on))}"],
            ["Results due by", day(cohort.results_due_on)],
            [
                HEADINGS["outcome"],
                f"Choose one of: {', '.join(OUTCOME_LABELS[o] for o in outcomes)}. Blank: no result yet.",
            ],
            [HEADINGS["event_on"], f"Day, month and year, such as 14/03/2027. {blank_day}"],
            [
                HEADINGS["note"],
                "A fail and a refer need a note that says why. The candidate reads it after the release.",
            ],
            *_instructions_for_parts(_components(cohort)),
            ["Reference, name, attempt", "Are locked. They tie each result to its candidate."],
            [
                "When you are done",
                "Save the workbook and upload it on the page of the cohort. Nothing is recorded before you confirm.",
            ],
        ],
        locked=True,
    )
