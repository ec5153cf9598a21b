"""What a row of a list behind a figure says, in words."""

from datetime import date, datetime

from accreditation.practice.rules.cases import OUTCOMES as CASE_OUTCOMES
from accreditation.standing.rules.verdict import VERDICT_WORDS, Verdict
from cohorts.rules.results import OUTCOME_LABELS
from cohorts.rules.stages import LABELS as STAGE_LABELS
from cohorts.rules.states import COHORT_LABELS

EXCEPTIONS = {
    "award_decision": "A decision about an accreditation",
    "steering_report": "A report to the steering group",
}
"""What was confirmed, by the type of the record that the trail names."""

VERDICTS = {verdict.value for verdict in Verdict}


def detail_in_words(detail: str | None, kind: str) -> str:
    """A stage, a verdict, an outcome, a state of a cohort, or the code of a fact as it stands."""
    if not detail:
        return ""
    if kind == "application":
        return STAGE_LABELS.get(detail, detail)
    if kind == "case":
        return CASE_OUTCOMES.get(detail, "Open")
    if kind == "exception":
        return EXCEPTIONS.get(detail, detail.replace("_", " "))
    if kind == "cohort":
        return COHORT_LABELS.get(detail, detail)
    if detail in VERDICTS:
        return VERDICT_WORDS[Verdict(detail)]
    return OUTCOME_LABELS.get(detail, detail)


def moment_of(on: date | datetime | str) -> date | datetime:
    """The day or moment of a row; the audit trail writes its moments as text."""
    return datetime.fromisoformat(on.replace("Z", "+00:00")) if isinstance(on, str) else on
