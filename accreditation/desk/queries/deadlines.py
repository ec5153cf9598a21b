"""Dated duties that no requirement expresses: what is owed, by whom, by when.

Who rang the helpline is not for this list: of a call-back it says which adviser owes it, and no more. Of a return from
leave it names who is due back, to whoever manages their leave.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.database import db
from accreditation.core.permissions import Permission
from accreditation.desk.rules.deadlines import COMING_DAYS, NOT_OWED, kind_words
from accreditation.people.models import Person, Provider
from accreditation.people.queries import subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import Deadline
from accreditation.standing.queries.overlays import RETURN
from accreditation.web.paging import By, Page, page_of
from cohorts.models import Application, Cohort
from cohorts.queries.cohorts import cohorts_visible_to

About = aliased(Person)
OF_A_COHORT = "cohort"
"""The `source_type` of what follows from a cohort."""
OF_AN_APPLICATION = "application"


@dataclass(frozen=True)
class DeadlineRow:
    """One duty: `due_on` is the last day on which it is in time; `cohort_id` where it follows from one.

    `application`: the reference of the one it is about, for who may open applications.
    """

    what: str
    owed_by: str | None
    due_on: date
    cohort_id: int | None
    cohort: str | None
    overlay_id: int | None = None
    about: str | None = None
    application: str | None = None


def deadlines_page(
    viewer: Viewer,
    when: str | None,
    on: date,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[DeadlineRow]:
    """The duties this viewer may know of, the longest overdue first. Raises DamagedPlace."""
    rows = _asked(select(Deadline, Person, Provider.name, Cohort.title, About, Application), viewer, when, on)
    page = page_of(
        rows.options(joinedload(Application.person)),
        [By(Deadline.basis_date, date), By(Deadline.id, int)],
        place=place,
        key=lambda row: (row[0].basis_date, row[0].id),
        address=address,
    )
    return Page([_row(found, viewer) for found in page.rows], page.next_token, page.previous_token, page.address)


def count_deadlines(viewer: Viewer, when: str | None, on: date) -> int:
    """How many `deadlines_page` lists. `when`: "passed", "coming" (within COMING_DAYS) or None for all."""
    return db.session.scalar(_asked(select(func.count(Deadline.id)), viewer, when, on)) or 0


def _asked(rows: Select[*tuple[Any, ...]], viewer: Viewer, when: str | None, on: date) -> Select[*tuple[Any, ...]]:
    rows = (
        rows.select_from(Deadline)
        .outerjoin(Person, Person.id == Deadline.owner_id)
        .outerjoin(About, and_(Deadline.kind == RETURN, About.id == Deadline.person_id))
        .outerjoin(Provider, Provider.id == Deadline.provider_id)
        .outerjoin(Cohort, and_(Deadline.source_type == OF_A_COHORT, Cohort.id == Deadline.source_id))
        .outerjoin(Application, and_(Deadline.source_type == OF_AN_APPLICATION, Application.id == Deadline.source_id))
        .where(_within(viewer), Deadline.kind.not_in(NOT_OWED))
    )
    if when == "passed":
        return rows.where(Deadline.basis_date <= on)
    if when == "coming":
        return rows.where(Deadline.basis_date > on, Deadline.basis_date <= days_after(on, COMING_DAYS + 1))
    return rows


def _within(viewer: Viewer) -> ColumnElement[bool]:
    people = select(Person.id).where(visible_to(viewer)).correlate(None)
    return or_(Deadline.person_id.in_(people), and_(Cohort.id.is_not(None), cohorts_visible_to(viewer)))


def _row(found: Any, viewer: Viewer) -> DeadlineRow:
    deadline, owner, provider, cohort, about, application = found
    opens = application is not None and viewer.may(Permission.VIEW_APPLICATIONS, subject_of(application.person))
    manages = about is not None and viewer.may(Permission.MANAGE_OVERLAYS, subject_of(about))
    manages = manages and about.counted.id != viewer.person_id
    return DeadlineRow(
        what=kind_words(deadline.kind),
        owed_by=owner.name if owner else provider,
        due_on=last_good_day(deadline.basis_date),
        cohort_id=deadline.source_id if cohort else None,
        cohort=cohort,
        overlay_id=deadline.source_id if manages else None,
        about=about.name if manages else None,
        application=application.reference if opens else None,
    )
