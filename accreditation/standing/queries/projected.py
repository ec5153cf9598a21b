"""What the engine says of somebody, as the rows of the projections."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accreditation.core.calendar import Span, complement
from accreditation.standing.rules.concern import concerned
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History
from accreditation.standing.rules.judging import judge
from accreditation.standing.rules.verdict import Result, with_runs

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Projected:
    """One person in one edition of a scheme: the rows of the two projections and the result they say."""

    edition: str
    standing: Rows
    requirements: Rows
    result: Result


def projected(person_id: int, facts: Sequence[Fact], histories: Iterable[History], main: str) -> Iterator[Projected]:
    """For each edition of the schemes that the person has to do with, in the order given."""
    standing_facts = known(facts, None)
    for history in concerned(histories, standing_facts, main):
        result = judge(history, standing_facts)
        first = result.periods[0].starts_on
        key = {"person_id": person_id, "edition": history.edition}
        yield Projected(
            history.edition,
            [
                {
                    **key,
                    "starts_on": period.starts_on,
                    "ends_on": period.ends_on,
                    "since": run.starts_on,
                    "until": run.ends_on,
                    "verdict": period.verdict.value,
                    "limiting_requirement": period.limiting,
                    "limiting_end": period.limiting_end,
                    "failing": period.failing,
                }
                for period, run in with_runs(result)
            ],
            [
                {**key, "requirement": code, "starts_on": span.starts_on, "ends_on": span.ends_on, "met": met}
                for code in result.requirements
                for span, met in _met_and_unmet(result.met_spans(code), first)
            ],
            result,
        )


def _met_and_unmet(met: list[Span], first: date) -> list[tuple[Span, bool]]:
    unmet = complement(met, Span(first))
    return sorted([(span, True) for span in met] + [(span, False) for span in unmet])
