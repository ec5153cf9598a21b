"""What the engine says of somebody, as the rows of the projections."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from accreditation.core.calendar import Span, complement
from accreditation.standing.rules.concern import concerned
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import with_runs

Rows = list[dict[str, Any]]


def projected(
    person_id: int, facts: Sequence[Fact], schemes: Iterable[Scheme], main: str
) -> Iterator[tuple[Rows, Rows]]:
    """For each scheme that the person has to do with: the rows of standing_period and of requirement_period."""
    standing_facts = known(facts, None)
    for scheme in concerned(schemes, standing_facts, main):
        result = evaluate(scheme, standing_facts)
        first = result.periods[0].starts_on
        yield (
            [
                {
                    "person_id": person_id,
                    "scheme": scheme.code,
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
                {
                    "person_id": person_id,
                    "scheme": scheme.code,
                    "requirement": code,
                    "starts_on": span.starts_on,
                    "ends_on": span.ends_on,
                    "met": met,
                }
                for code in result.requirements
                for span, met in _met_and_unmet(result.met_spans(code), first)
            ],
        )


def _met_and_unmet(met: list[Span], first: date) -> list[tuple[Span, bool]]:
    unmet = complement(met, Span(first))
    return sorted([(span, True) for span in met] + [(span, False) for span in unmet])
