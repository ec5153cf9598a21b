"""On which days a requirement is met. Dates go in, spans come out: no clock, no database, no request."""

from accreditation.standing.rules.requirements.accumulated import Accumulated
from accreditation.standing.rules.requirements.composite import AllOf, AnyOf
from accreditation.standing.rules.requirements.held import Held
from accreditation.standing.rules.requirements.once import Once
from accreditation.standing.rules.requirements.recurring import Recurring
from accreditation.standing.rules.requirements.rule import Asked, Rule, Step

__all__ = ["Accumulated", "AllOf", "AnyOf", "Asked", "Held", "Once", "Recurring", "Rule", "Step"]
