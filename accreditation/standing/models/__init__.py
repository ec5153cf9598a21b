"""The ledger of evidence, what the pages read from it, and the schemes it is judged by."""

from accreditation.standing.models.columns import Amount, Codes
from accreditation.standing.models.deadlines import Deadline
from accreditation.standing.models.ledger import Evidence, EvidenceVoid
from accreditation.standing.models.projections import RequirementPeriod, StandingPeriod
from accreditation.standing.models.schemes import SchemeVersion

__all__ = [
    "Amount",
    "Codes",
    "Deadline",
    "Evidence",
    "EvidenceVoid",
    "RequirementPeriod",
    "SchemeVersion",
    "StandingPeriod",
]
