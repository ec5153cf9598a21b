"""Who should sit on which day before their refresher runs out: pure, exact, and proved where not everybody can."""

from accreditation.refreshers.rules.planning.extra_days import extra_days
from accreditation.refreshers.rules.planning.planning import plan
from accreditation.refreshers.rules.planning.values import Day, ExtraDays, Need, Plan, Shortage, Wishes

__all__ = ["Day", "ExtraDays", "Need", "Plan", "Shortage", "Wishes", "extra_days", "plan"]
