"""What a row of a list behind a figure says, in words."""

from accreditation.practice.rules.cases import OUTCOMES as CASE_OUTCOMES
from accreditation.standing.rules.verdict import VERDICT_WORDS, Verdict
from cohorts.rules.results import OUTCOME_LABELS
from cohorts.rules.stages import LABELS as STAGE_LABELS
from cohorts.rules.states import COHORT_LABELS

VERDICTS = {verdict.value for verdict in Verdict}


def detail_in_words(detail: str | None, kind: str) -> str:
    """A stage, a verdict, an outcome, a state of a cohort, or the code of a fact as it stands."""
    if not detail:
        return ""
    if kind == "application":
        return STAGE_LABELS.get(detail, detail)
    if kind == "case":
        return CASE_OUTCOMES.get(detail, "Open")
    if kind == "cohort":
        return COHORT_LABELS.get(detail, detail)
    if detail in VERDICTS:
        return VERDICT_WORDS[Verdict(detail)]
    return OUTCOME_LABELS.get(detail, detail)
