"""The applications of an intake in the order of their marks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from accreditation.core.database import db
from accreditation.web.paging import By, Page, page_of
from cohorts.models import Application, Mark, Marking
from cohorts.queries.marking import OPEN_TO_MARK
from cohorts.rules import stages
from cohorts.rules.marking import as_percent, widest

AT_ONCE = 200
"""So many on one page: a whole intake can be looked at, ticked and decided together."""


@dataclass(frozen=True)
class Ranked:
    """One line: equal marks share a rank. `spread` is how far apart two marks of one criterion lie at most."""

    application: Application
    rank: int
    shared: bool
    sift: str
    interview: str
    spread: int
    wide: bool


def ranking_page(
    intake_id: int,
    step: str,
    *,
    everybody: bool = False,
    wide_spread: int,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[Ranked]:
    """Those whose marks are complete at this step, the best first; still to be decided there, or `everybody`.

    At the interview equal marks are ordered by the sift. Callers asked who may see the intake. Raises DamagedPlace.
    """
    sift = func.coalesce(Application.sift_total, -1)
    first = Application.sift_total if step == "sift" else Application.interview_total
    marked = (Application.intake_id == intake_id) & first.is_not(None)
    key = (first.desc(),) if step == "sift" else (first.desc(), sift.desc())
    ranks = (
        select(
            Application.id.label("id"),
            func.rank().over(order_by=key).label("rank"),
            func.count().over(partition_by=[column.element for column in key]).label("number"),
        )
        .where(marked)
        .subquery()
    )
    rows: Select[Any] = select(Application, ranks.c.rank, ranks.c.number, sift.label("sift")).join(
        ranks, ranks.c.id == Application.id
    )
    if not everybody:
        rows = rows.where(Application.stage == OPEN_TO_MARK[step])
    order = [By(first, int, descending=True), By(sift, int, descending=True), By(Application.id, int)]
    page = page_of(
        rows,
        order,
        place=place,
        key=lambda row: (row[0].sift_total if step == "sift" else row[0].interview_total, row.sift, row[0].id),
        address=address,
        size=AT_ONCE,
    )
    spreads = _spreads([row[0].id for row in page.rows], step)
    lines = []
    for row in page.rows:
        spread = spreads.get(row[0].id, 0)
        totals = (as_percent(row[0].sift_total), as_percent(row[0].interview_total))
        lines.append(Ranked(row[0], row.rank, row.number > 1, *totals, spread, spread >= wide_spread))
    return Page(lines, page.next_token, page.previous_token, address)


def count_ranked(intake_id: int, step: str, *, everybody: bool = False) -> int:
    """How many `ranking_page` lists."""
    total = Application.sift_total if step == "sift" else Application.interview_total
    rows = select(func.count(Application.id)).where(Application.intake_id == intake_id, total.is_not(None))
    if not everybody:
        rows = rows.where(Application.stage == OPEN_TO_MARK[step])
    return db.session.scalar(rows) or 0


def reserve_list(intake_id: int) -> list[Application]:
    """Who is on the reserve list, first in line first. Callers asked who may see the intake."""
    found = select(Application).where(Application.intake_id == intake_id, Application.stage == stages.RESERVE_LIST)
    return list(db.session.scalars(found.order_by(Application.reserve_position, Application.id)))


def _spreads(application_ids: list[int], step: str) -> dict[int, int]:
    rows = (
        select(Marking.application_id, Marking.id, Mark.criterion_id, Mark.points)
        .join(Mark, Mark.marking_id == Marking.id)
        .where(Marking.application_id.in_(application_ids), Marking.step == step, Marking.state == "marked")
    )
    found: dict[int, dict[int, dict[int, int]]] = {}
    for application_id, marking_id, criterion_id, points in db.session.execute(rows):
        found.setdefault(application_id, {}).setdefault(marking_id, {})[criterion_id] = points
    return {application_id: widest(list(marks.values())) for application_id, marks in found.items()}
