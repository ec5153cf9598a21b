"""The demo, room by room, in one transaction: it is there as a whole or not at all."""

from datetime import date, datetime

from accreditation.core import audit
from accreditation.core.settings import set_setting
from accreditation.desk.demo.filling.careers import fill_awards, fill_overlays
from accreditation.desk.demo.filling.cases import fill_cases
from accreditation.desk.demo.filling.clearances import fill_clearances
from accreditation.desk.demo.filling.cohorts import fill_applicants, fill_cohorts
from accreditation.desk.demo.filling.equality import fill_equality
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.filling.helpline import fill_helpline
from accreditation.desk.demo.filling.intakes import fill_intakes
from accreditation.desk.demo.filling.led_to import fill_led_to
from accreditation.desk.demo.filling.letters import settle_letters
from accreditation.desk.demo.filling.line_managers import choose_line_managers, fill_line_managers, fill_scheme
from accreditation.desk.demo.filling.people import fill_people, fill_roles
from accreditation.desk.demo.filling.plans import fill_plans
from accreditation.desk.demo.filling.practice import fill_practice
from accreditation.desk.demo.filling.refreshers import fill_refreshers
from accreditation.desk.demo.plan.people import SCHEME
from accreditation.desk.demo.plan.service import Plan, make_plan
from accreditation.standing.queries.schemes import get_scheme
from accreditation.standing.services import declaring_many

FEWEST = 1
TOLD = 2000
"""Up to so many mediators are told to the rooms one by one; of a larger service the first, the others come in bulk."""


def fill_demo(*, seed: int, mediators: int, on: date, now: datetime, complete: bool, intakes: bool = True) -> Plan:
    """A service with so many mediators, in the caller's transaction.

    `complete`: no bulk follows. Without `intakes` it is between two of them, nobody sits on a panel, and every
    cohort goes straight on.
    """
    set_setting("demo_seed", str(seed))
    set_setting("reference_prefix", "DEMO-")
    set_setting("service_name", "Demo Mediation Service")
    fill_scheme()
    plan = make_plan(seed=seed, mediators=mediators, on=on, scheme=get_scheme(SCHEME))
    ground = Ground(plan)
    choose_line_managers(ground)
    with declaring_many():
        fill_people(ground)
        fill_roles(ground)
        fill_cohorts(ground)
        fill_clearances(ground)
        fill_awards(ground)
        fill_refreshers(ground)
        fill_overlays(ground)
        fill_practice(ground)
        fill_line_managers(ground)
        fill_applicants(ground)
        if intakes:
            fill_intakes(ground)
            fill_cases(ground)
        fill_equality(ground)
        fill_helpline(ground)
        fill_led_to(ground)
    fill_plans(ground, now=now)
    settle_letters(ground, now=now)
    audit.note("filled the demo", seed=seed, mediators=mediators)
    if complete:
        close_demo(on=on)
    return plan


def close_demo(*, on: date) -> None:
    """From now on it is there, and later starts leave it alone."""
    set_setting("demo_filled_on", on.isoformat())
