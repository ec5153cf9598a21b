"""What `evaluate` prints."""

from collections.abc import Iterable
from datetime import date

from accreditation.standing.rules.answers import Answer, answer_on, because
from accreditation.standing.rules.contract.rows import day_as_json
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Period, Result

Json = dict[str, object]


def result_as_json(result: Result) -> Json:
    """All periods, and for each requirement the days on which it is met."""
    return {
        "periods": [_period_as_json(period) for period in result.periods],
        "requirements": {
            code: [
                {"starts_on": day_as_json(span.starts_on), "ends_on": day_as_json(span.ends_on)}
                for span in result.met_spans(code)
            ]
            for code in result.requirements
        },
    }


def _period_as_json(period: Period) -> Json:
    return {
        "starts_on": day_as_json(period.starts_on),
        "ends_on": day_as_json(period.ends_on),
        "verdict": period.verdict.value,
        "failing": list(period.failing),
        "limiting": period.limiting,
        "limiting_end": day_as_json(period.limiting_end),
        "valid_through": day_as_json(period.valid_through),
    }


def answer_as_json(answer: Answer, supported: dict[str, list[Fact]]) -> Json:
    """The standing on one day, with the ids of the rows that support what is met."""
    return {
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.value,
        "failing": list(answer.failing),
        "limiting": answer.limiting,
        "limiting_end": day_as_json(answer.limiting_end),
        "valid_through": day_as_json(answer.valid_through),
        "renewal_due": list(answer.renewal_due),
        "because": {code: [fact.id for fact in facts] for code, facts in supported.items()},
    }


def evaluation(scheme: Scheme, facts: Iterable[Fact], on: date | None) -> Json:
    """What is printed for one dossier: everything, or the answer for one day."""
    facts = list(facts)
    result = evaluate(scheme, facts)
    if on is None:
        return result_as_json(result)
    return answer_as_json(answer_on(scheme, result, on), because(scheme, facts, on))
