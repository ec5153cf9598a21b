"""What other rooms read of standing."""

from accreditation.standing.queries.evidence import evidence_from, evidence_of, facts_of, facts_of_all
from accreditation.standing.queries.explain import Explanation, explain
from accreditation.standing.queries.presets import preset, preset_codes
from accreditation.standing.queries.requirements import (
    Lane,
    NextStep,
    RequirementStatus,
    Timeline,
    next_step,
    requirements_on,
    timeline_of,
)
from accreditation.standing.queries.schemes import (
    all_histories,
    all_schemes,
    get_scheme,
    history_of,
    main_scheme,
    main_scheme_code,
)
from accreditation.standing.queries.standing import (
    Standing,
    periods_of,
    standing_from,
    standing_of_row,
    standing_on,
    standings_on,
)

__all__ = [
    "Explanation",
    "Lane",
    "NextStep",
    "RequirementStatus",
    "Standing",
    "Timeline",
    "all_histories",
    "all_schemes",
    "evidence_from",
    "evidence_of",
    "explain",
    "facts_of",
    "facts_of_all",
    "get_scheme",
    "history_of",
    "main_scheme",
    "main_scheme_code",
    "next_step",
    "periods_of",
    "preset",
    "preset_codes",
    "requirements_on",
    "standing_from",
    "standing_of_row",
    "standing_on",
    "standings_on",
    "timeline_of",
]
