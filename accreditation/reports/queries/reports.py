"""The reports that were prepared, for somebody: for viewers of the whole service, which they tell of."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.rules import Viewer
from accreditation.reports.models import SteeringReport
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of


def reports_page(viewer: Viewer, *, place: str | None, address: Callable[[str | None], str] | None) -> Page[Any]:
    """The latest first; empty for who does not see the whole service. Raises DamagedPlace."""
    scope_asked()
    found = select(SteeringReport).join(SteeringReport.author).options(contains_eager(SteeringReport.author))
    if not viewer.ids(Scope.SERVICE):
        return Page([])
    page = page_of(
        found.options(joinedload(SteeringReport.signatory)),
        [By(SteeringReport.id, int, descending=True)],
        place=place,
        key=lambda row: (row[0].id,),
        address=address,
    )
    return Page([row[0] for row in page.rows], page.next_token, page.previous_token, address)


def get_report(report_id: int, viewer: Viewer) -> SteeringReport:
    """Raises NotFound, in the same words whether there is no such report or not for this viewer to know of."""
    scope_asked()
    report = db.session.get(SteeringReport, report_id) if viewer.ids(Scope.SERVICE) else None
    if report is None:
        raise NotFound("There is no such report.")
    return report


def lock_report(report_id: int) -> SteeringReport:
    """For services: nobody else changes it until the transaction ends. Raises NotFound."""
    report = db.session.get(SteeringReport, report_id, with_for_update=True, populate_existing=True)
    if report is None:
        raise NotFound("There is no such report.")
    return report
