"""What a row adds to a person: everything for somebody new, the differences for somebody known."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from accreditation.core.calendar import Span
from accreditation.core.sheets.rows import Problem
from accreditation.desk.importing.rules.clearances import compare_clearance
from accreditation.desk.importing.rules.known import Known
from accreditation.desk.importing.rules.rows import Entry, Held
from accreditation.desk.importing.rules.steps import (
    AddAward,
    AddClearance,
    AddPerson,
    AddRefresher,
    AddResult,
    Change,
    GiveDates,
    Rename,
    Step,
    shown,
)


@dataclass(slots=True)
class Difference:
    """The steps that a row asks for, what should be asked about it, and what forbids it."""

    steps: list[Step] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


AwardTerm = Callable[[date], Span]
"""The days of an award that follows a pass on that day, by the version of the scheme in effect then."""


def compare(entry: Entry, known: Known | None, award_term: AwardTerm) -> Difference:
    """`known` None: a new person. A cell that does not say anything never erases what is known."""
    found = Difference()
    if known is None:
        found.steps.append(AddPerson())
    else:
        found.steps += _changes(entry, known)
    _compare_result(entry, known, award_term, found)
    for held in entry.clearances:
        _compare_clearance(held, known, found)
    if entry.refresher_on and (known is None or entry.refresher_on not in known.refreshers):
        found.steps.append(AddRefresher(entry.refresher_on))
    return found


def _changes(entry: Entry, known: Known) -> list[Step]:
    steps: list[Step] = []
    renamed = (entry.given_name, entry.family_name) != (known.given_name, known.family_name)
    if renamed and not known.was_called(entry.given_name, entry.family_name):
        steps.append(Rename(known.name, entry.given_name, entry.family_name))
    details = (
        ("pay_number", known.pay_number, entry.pay_number),
        ("email", known.email, entry.email.lower()),
        ("unit", known.unit, entry.unit),
        ("holder_kind", known.holder_kind, entry.holder_kind),
    )
    return steps + [
        Change(detail, old or "", new)
        for detail, old, new in details
        if new and new != (old or "") and not (detail in ("pay_number", "email") and known.was(detail, new))
    ]


def _compare_result(entry: Entry, known: Known | None, award_term: AwardTerm, found: Difference) -> None:
    if not entry.outcome or entry.result_on is None:
        return
    if known and (entry.outcome, entry.result_on) in known.results:
        return
    if entry.outcome == "pass":
        term = award_term(entry.result_on)
        for award in known.awards if known else ():
            if award.starts_on < term.ends_on and term.starts_on < award.ends_on:
                found.problems.append(
                    Problem(
                        "",
                        "",
                        f"The register has an accreditation from {shown(award.starts_on)}, which a pass on "
                        f"{shown(entry.result_on)} would overlap.",
                        "Correct the date passed here, or the accreditation on the mediator's page.",
                    )
                )
                return
        found.steps += [
            AddResult("pass", entry.result_on, entry.course),
            AddAward(term.starts_on, term.ends_on),
        ]
        return
    found.steps.append(AddResult(entry.outcome, entry.result_on, entry.course))


def _compare_clearance(held: Held, known: Known | None, found: Difference) -> None:
    match compare_clearance(held, known.clearances if known else (), known.waiting if known else ()):
        case str(question):
            found.questions.append(question)
        case AddClearance() | GiveDates() as step:
            found.steps.append(step)
