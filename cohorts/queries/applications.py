"""Applications, for somebody."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import contains_eager, joinedload

from accreditation.core.database import db, rows_of
from accreditation.core.errors import NotFound
from accreditation.core.outbox import Letter
from accreditation.people.models import ContactAddress, Person
from accreditation.people.queries import counted_id, visible_to
from accreditation.people.queries.finding import ESCAPE, like
from accreditation.people.rules import Grant, Viewer, looked_for, plain, sort_name
from accreditation.web.guards import scope_asked
from accreditation.web.paging import By, Page, page_of
from cohorts.models import Application, ApplicationStep, Cohort, Enrolment
from cohorts.rules.stages import DRAFT, LINE_MANAGER_SUPPORT, OPEN, WITHDRAWN


@dataclass(frozen=True)
class Wanted:
    """What the list of applications is limited to. `stage` may be "open": whatever still waits for a decision."""

    stage: str | None = None
    unit_id: int | None = None
    question: bool = False
    words: str | None = None
    intake_id: int | None = None
    support: str | None = None


# The id grows with the moment at which it was begun, so it alone says "newest first" and is unique.
NEWEST = (By(Application.id, int, descending=True),)


def applications_for(viewer: Viewer, wanted: Wanted) -> Select[Application]:
    """The applications this viewer may see that are wanted; without an order. A draft is its applicant's alone."""
    found = (
        select(Application).join(Application.person).where(visible_to(viewer), Application.submitted_at.is_not(None))
    )
    if wanted.stage == "open":
        found = found.where(Application.stage.in_(OPEN))
    elif wanted.stage:
        found = found.where(Application.stage == wanted.stage)
    if wanted.unit_id is not None:
        found = found.where(Application.unit_id == wanted.unit_id)
    if wanted.intake_id is not None:
        found = found.where(Application.intake_id == wanted.intake_id)
    if wanted.support:
        found = found.where(Application.support == wanted.support)
    if wanted.question:
        found = found.where(Application.identity_question)
    for word in plain((wanted.words or "").replace(",", " ")).split():
        found = found.where(_has_word(like(looked_for(word)[0][0]), like(word)))
    return found


def _has_word(named: str | BindParameter[str], referred: str | BindParameter[str]) -> ColumnElement[bool]:
    """Within a name, as names are looked for, or within the application's reference."""
    by_name = Person.search_text.like(named, escape=ESCAPE)
    return or_(by_name, func.lower(Application.reference).like(referred, escape=ESCAPE))


def newest_applications(viewer: Viewer, words: Sequence[str], *, at_most: int) -> Sequence[Any]:
    """The newest that `applications_page` lists for these words, as `plain` writes them: reference, name and stage."""
    scope_asked()
    named = {f"named_{at}": like(looked_for(word)[0][0]) for at, word in enumerate(words)}
    referred = {f"referred_{at}": like(word) for at, word in enumerate(words)}
    found: Sequence[Any] = rows_of(_newest(viewer.grants, len(words)), named | referred | {"at_most": at_most}).all()
    return found


@lru_cache(maxsize=256)
def _newest(grants: frozenset[Grant], number: int) -> Any:
    """Put together once for all with these grants who look for as many words (docs/decisions/0037)."""
    columns = Application.reference, Application.given_name, Application.family_name, Application.stage
    query = applications_for(Viewer(0, grants), Wanted()).with_only_columns(*columns)
    for at in range(number):
        named, referred = (bindparam(f"{what}_{at}", type_=String()) for what in ("named", "referred"))
        query = query.where(_has_word(named, referred))
    return query.order_by(Application.id.desc()).limit(bindparam("at_most", type_=Integer))


def applications_page(
    viewer: Viewer,
    wanted: Wanted,
    *,
    place: str | None = None,
    address: Callable[[str | None], str] | None = None,
) -> Page[Application]:
    """One page of them, newest first. Raises DamagedPlace."""
    rows = applications_for(viewer, wanted).options(contains_eager(Application.person), joinedload(Application.unit))
    page = page_of(
        rows,
        NEWEST,
        place=place,
        key=lambda row: (row[0].id,),
        address=address,
    )
    return Page([row.Application for row in page.rows], page.next_token, page.previous_token, address)


def count_applications(viewer: Viewer, wanted: Wanted) -> int:
    counted = applications_for(viewer, wanted).with_only_columns(func.count(Application.id)).order_by(None)
    return db.session.scalar(counted) or 0


def stage_counts(viewer: Viewer) -> dict[str, int]:
    """How many applications stand at each stage."""
    rows = applications_for(viewer, Wanted()).with_only_columns(Application.stage, func.count(Application.id))
    return {row[0]: row[1] for row in db.session.execute(rows.group_by(Application.stage))}


def get_application(reference: str, viewer: Viewer) -> Application:
    """Raises NotFound, in the same words whether there is no such application or not for this viewer to know of."""
    found = applications_for(viewer, Wanted()).where(Application.reference == reference)
    application = db.session.scalar(found.options(contains_eager(Application.person), joinedload(Application.unit)))
    if application is None:
        raise NotFound("There is no such application.")
    return application


def chosen_applications(ids: Collection[int], viewer: Viewer) -> Sequence[Application]:
    """Those of the ids that this viewer may see, in order of name."""
    found = applications_for(viewer, Wanted()).where(Application.id.in_(ids))
    return list(
        db.session.scalars(
            found.options(contains_eager(Application.person), joinedload(Application.unit)).order_by(
                Person.sort_name, Application.id
            )
        )
    )


def find_application_by_form(form_key: str) -> Application | None:
    """The application that a form made, for its receipt."""
    return db.session.scalar(select(Application).where(Application.form_key == form_key))


def lock_application(application_id: int) -> Application:
    return db.session.get_one(Application, application_id, with_for_update=True, populate_existing=True)


def steps_of(application_id: int) -> list[ApplicationStep]:
    """The history of an application, oldest first."""
    found = select(ApplicationStep).where(ApplicationStep.application_id == application_id)
    return list(db.session.scalars(found.options(joinedload(ApplicationStep.taker)).order_by(ApplicationStep.id)))


def last_step_of(application_id: int) -> ApplicationStep:
    """The last step; an application has at least its first."""
    found = select(ApplicationStep).where(ApplicationStep.application_id == application_id)
    return db.session.scalars(found.order_by(ApplicationStep.id.desc()).limit(1)).one()


def asked_for_support(intake_id: int) -> list[int]:
    """The applications of the intake whose line manager has not answered yet."""
    found = select(Application.id).where(
        Application.intake_id == intake_id,
        Application.stage == LINE_MANAGER_SUPPORT,
        Application.support == "asked",
    )
    return list(db.session.scalars(found.order_by(Application.id)))


def find_told_stage(application: Application) -> str:
    """The stage the applicant has been told of: not one whose letter still waits to be released."""
    held = select(Letter.id).where(
        Letter.person_id == application.person_id,
        Letter.state == "held",
        Letter.about_id == ApplicationStep.id,
        Letter.key == literal("application-step:") + cast(ApplicationStep.id, String),
    )
    told = select(ApplicationStep.after).where(ApplicationStep.application_id == application.id, ~held.exists())
    return db.session.scalar(told.order_by(ApplicationStep.id.desc()).limit(1)) or application.stage


def cohorts_of_application(application_id: int) -> list[Cohort]:
    """The cohorts on which this application got somebody a place."""
    places = select(Enrolment.cohort_id).where(Enrolment.application_id == application_id)
    return list(db.session.scalars(select(Cohort).where(Cohort.id.in_(places)).order_by(Cohort.starts_on)))


def possibly_the_same(application: Application, viewer: Viewer) -> list[Person]:
    """People this viewer may see who may be this applicant: a question for them to settle, not a match."""
    found = select(Person).where(alike(application), Person.id != application.person_id, visible_to(viewer))
    rows = db.session.scalars(found.order_by(Person.sort_name, Person.id).limit(20))
    counted = {person.counted.id: person.counted for person in rows}
    return [person for person in counted.values() if person.id != counted_id(application.person_id)]


def alike(application: Application) -> ColumnElement[bool]:
    """The condition that somebody has the applicant's pay number, address or name."""
    with_address = select(ContactAddress.person_id).where(
        ContactAddress.address == application.email, ContactAddress.ended_at.is_(None)
    )
    conditions = [
        Person.id.in_(with_address),
        Person.sort_name == sort_name(application.given_name, application.family_name),
    ]
    if application.pay_number:
        conditions.append(Person.pay_number == application.pay_number)
    return or_(*conditions)


def duplicates(application: Application) -> ColumnElement[bool]:
    """The condition that another application to the same intake has the same pay number or address."""
    same = [Application.email == application.email]
    if application.pay_number:
        same.append(Application.pay_number == application.pay_number)
    return and_(
        Application.intake_id == application.intake_id,
        Application.id != application.id,
        Application.stage.not_in((DRAFT, WITHDRAWN)),
        or_(*same),
    )


def duplicates_of(application: Application, viewer: Viewer) -> list[Application]:
    """Other applications to the same intake that may be the same person's: a question for the manager."""
    if application.intake_id is None:
        return []
    found = applications_for(viewer, Wanted()).where(duplicates(application))
    return list(db.session.scalars(found.order_by(Application.id).limit(20)))


def somebody_is_alike(application: Application) -> bool:
    """Whether there is anybody but the applicant's own record to ask about. For services, which act for nobody."""
    found = select(Person.id).where(alike(application), Person.id != application.person_id).limit(1)
    if db.session.scalar(found) is not None:
        return True
    if application.intake_id is None:
        return False
    return db.session.scalar(select(Application.id).where(duplicates(application)).limit(1)) is not None


def in_order_of_rank(applications: Iterable[Application]) -> list[Application]:
    """The best first: by the interview, then by the sift; whoever has no marks comes after, in order of id."""

    def key(application: Application) -> tuple[int, int, int]:
        totals = (application.interview_total, application.sift_total)
        interview, sift = (-1 if total is None else total for total in totals)
        return -interview, -sift, application.id

    return sorted(applications, key=key)


def sent_since(moment: datetime, *, sent_from: str | None = None, email: str | None = None) -> int:
    """How many were begun with the public form since then from this network address, or for this e-mail."""
    found = select(func.count(Application.id)).where(Application.begun_at >= moment, Application.channel == "web")
    if sent_from is not None:
        found = found.where(Application.sent_from == sent_from)
    if email is not None:
        found = found.where(Application.email == email)
    return db.session.scalar(found) or 0
