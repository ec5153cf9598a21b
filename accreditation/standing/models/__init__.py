"""The ledger of evidence, what the pages read from it, and the schemes it is judged by."""

from accreditation.standing.models.checks import CheckRun
from accreditation.standing.models.columns import Amount, Codes
from accreditation.standing.models.deadlines import Deadline
from accreditation.standing.models.lead_times import LeadTime
from accreditation.standing.models.ledger import Evidence, EvidenceVoid
from accreditation.standing.models.overlays import Overlay
from accreditation.standing.models.projections import RequirementPeriod, StandingPeriod
from accreditation.standing.models.schemes import (
    Edition,
    EditionProgress,
    FigureConfirmation,
    RehearsedChange,
    SchemeDraft,
    SchemeRetirement,
    SchemeVersion,
)

__all__ = [
    "Amount",
    "CheckRun",
    "Codes",
    "Deadline",
    "Edition",
    "EditionProgress",
    "Evidence",
    "EvidenceVoid",
    "FigureConfirmation",
    "LeadTime",
    "Overlay",
    "RehearsedChange",
    "RequirementPeriod",
    "SchemeDraft",
    "SchemeRetirement",
    "SchemeVersion",
    "StandingPeriod",
]
