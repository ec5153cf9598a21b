"""The figures on the first page of a role, as the page shows them: for the command line and whoever checks them."""

from datetime import date, datetime

from accreditation.core.permissions import Permission, Role
from accreditation.desk.queries.attention import attention_for
from accreditation.desk.queries.homes.administrator import administrator_figures
from accreditation.desk.queries.homes.auditor import auditor_figures
from accreditation.helpline.queries import helpline_figures
from accreditation.people.rules import Viewer
from accreditation.standing.queries.schemes import main_scheme_code
from accreditation.web.figures import FigureGroup
from cohorts.queries.cohorts import provider_figures
from vetting.queries.figures import board_of


def figures_for(viewer: Viewer, role: Role, on: date, now: datetime) -> list[FigureGroup]:
    """Nothing for a role whose first page shows none. The viewer holds grants of that role alone."""
    match role:
        case Role.PRACTICE_MANAGER:
            within = viewer.limited_to(Permission.VIEW_ATTENTION)
            return attention_for(within, main_scheme_code(), on, now).groups
        case Role.VETTING_OFFICER:
            within = viewer.limited_to(Permission.VIEW_CLEARANCE_RECORDS)
            return [FigureGroup("", board_of(within, on).figures)]
        case Role.HELPLINE_ADVISER:
            return [FigureGroup("", helpline_figures(viewer.limited_to(Permission.USE_HELPLINE), on))]
        case Role.TRAINING_PROVIDER:
            return [FigureGroup("", provider_figures(viewer.limited_to(Permission.VIEW_COHORTS), on))]
        case Role.AUDITOR:
            return auditor_figures(viewer.limited_to(Permission.VIEW_AUDIT), on)
        case Role.ADMINISTRATOR:
            return administrator_figures(viewer.limited_to(Permission.MANAGE_ACCOUNTS))
        case _:
            return []
