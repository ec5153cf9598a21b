"""Who has read what, and what each who reads may see of it.

A sifter gets values that hold a reference and answers, and nothing that says whose they are: no template can show
what is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.permissions import Scope
from accreditation.people.models import Person, Unit
from accreditation.people.rules import Viewer
from accreditation.web.guards import scope_asked
from cohorts.models import Application, Criterion, Intake, Mark, Marking, PanelMember
from cohorts.queries.answers import answers_of
from cohorts.rules import stages
from cohorts.rules.blind import Identity, masked
from cohorts.rules.marking import Marks, widest

OPEN_TO_MARK = {"sift": stages.SIFT, "interview": stages.INTERVIEW}


def how_far_read(application_id: int, step: str) -> int:
    """How many have given their marks."""
    marked = select(func.count(Marking.id)).where(
        Marking.application_id == application_id, Marking.step == step, Marking.state == "marked"
    )
    return db.session.scalar(marked) or 0


def marks_in(application_id: int, step: str) -> list[Marks]:
    """The marks of everybody who has given theirs, in the order in which they were asked. For services."""
    rows = (
        select(Mark.marking_id, Mark.criterion_id, Mark.points)
        .join(Marking, Marking.id == Mark.marking_id)
        .where(Marking.application_id == application_id, Marking.step == step, Marking.state == "marked")
        .order_by(Mark.marking_id, Mark.criterion_id)
    )
    found: dict[int, dict[int, int]] = {}
    for marking_id, criterion_id, points in db.session.execute(rows):
        found.setdefault(marking_id, {})[criterion_id] = points
    return list(found.values())


# --- for those who mark ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """One line of what somebody has to mark. `name` is there for interviews alone."""

    marking_id: int
    reference: str
    intake: str
    state: str
    name: str | None = None


@dataclass(frozen=True)
class ToMark:
    """One application as somebody who marks it sees it. For a sifter `name` is None, and the words are masked."""

    marking_id: int
    reference: str
    intake: str
    state: str
    scale_max: int
    criteria: Sequence[Criterion]
    answers: Sequence[tuple[str, str]]
    points: Marks
    comment: str
    everybody_in: bool
    others: Sequence[Marks] = field(default=())
    name: str | None = None


def _given_to(viewer: Viewer, step: str) -> Select[Marking]:
    """What was given to this viewer to mark and is still to be decided by it."""
    scope_asked()
    return (
        select(Marking)
        .join(Marking.application)
        .join(Intake, Intake.id == Application.intake_id)
        .where(
            Marking.marker_id.in_(viewer.ids(Scope.PERSON)),
            Marking.step == step,
            Marking.state.in_(("given", "marked")),
            Application.stage == OPEN_TO_MARK[step],
        )
    )


def given_to(viewer: Viewer, step: str) -> list[Given]:
    """What this viewer has to mark: what is not marked yet first, each in the order of references."""
    rows = _given_to(viewer, step).add_columns(Application, Intake.title).order_by(Marking.state, Application.id)
    return [
        Given(
            marking.id,
            application.reference,
            title,
            marking.state,
            application.name if step == "interview" else None,
        )
        for marking, application, title in db.session.execute(rows)
    ]


def get_to_mark(marking_id: int, viewer: Viewer, step: str) -> ToMark:
    """Raises NotFound, in the same words whether there is none or it was given to somebody else."""
    found = _given_to(viewer, step).where(Marking.id == marking_id)
    marking = db.session.scalar(found.options(joinedload(Marking.application), selectinload(Marking.marks)))
    if marking is None:
        raise NotFound("There is no such application to mark.")
    application = marking.application
    intake = application.intake
    assert intake is not None
    states = select(Marking.state).where(
        Marking.application_id == application.id, Marking.step == step, Marking.state.in_(("given", "marked"))
    )
    everybody_in = (application.sift_total if step == "sift" else application.interview_total) is not None
    held = list(db.session.scalars(states))
    own = {mark.criterion_id: mark.points for mark in marking.marks}
    others = _others(marking) if everybody_in and marking.state == "marked" and "given" not in held else []
    answers = [
        ("Why they want to become a mediator", application.motivation),
        *((one.text, one.answer if one.kind == "text" else one.shown) for one in answers_of(application.id)),
    ]
    if step == "sift":
        who = identity_of(application)
        answers = [(question, masked(answer, who)) for question, answer in answers]
    return ToMark(
        marking_id=marking.id,
        reference=application.reference,
        intake=intake.title,
        state=marking.state,
        scale_max=intake.scale_max,
        criteria=intake.criteria_at(step),
        answers=answers,
        points=own,
        comment=marking.comment or "",
        everybody_in=everybody_in,
        others=others,
        name=application.name if step == "interview" else None,
    )


def _others(marking: Marking) -> list[Marks]:
    rows = select(Marking).where(
        Marking.application_id == marking.application_id,
        Marking.step == marking.step,
        Marking.state == "marked",
        Marking.id != marking.id,
    )
    found = db.session.scalars(rows.options(selectinload(Marking.marks)).order_by(Marking.id))
    return [{mark.criterion_id: mark.points for mark in other.marks} for other in found]


def identity_of(application: Application) -> Identity:
    """Whatever the register knows that would say in the applicant's own words who they are."""
    person = db.session.get_one(Person, application.person_id)
    unit = db.session.get(Unit, application.unit_id) if application.unit_id else None
    names = [
        application.given_name, application.family_name, person.given_name, person.family_name,
        application.line_manager_name, *(address.partition("@")[0] for address in _addresses(application)),
    ]  # fmt: skip
    numbers = [application.pay_number or "", person.pay_number or "", person.reference]
    return Identity(tuple(names), (*numbers, *((unit.name,) if unit else ())))


def _addresses(application: Application) -> list[str]:
    return [address.replace(".", " ") for address in (application.email, application.line_manager_email)]


# --- for the manager -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """One person's reading of an application, as the manager sees it."""

    marking: Marking
    points: Marks


@dataclass(frozen=True)
class Reading:
    """Everybody's reading of one application at one step. `spread` is how far apart two marks lie at most."""

    reads: Sequence[Read]
    spread: int
    wide: bool


def readings_of(application: Application, step: str) -> Reading:
    """Callers have asked who may see the application."""
    rows = select(Marking).where(
        Marking.application_id == application.id, Marking.step == step, Marking.state != "taken_back"
    )
    found = db.session.scalars(
        rows.options(joinedload(Marking.marker), selectinload(Marking.marks)).order_by(Marking.id)
    )
    reads = [Read(marking, {mark.criterion_id: mark.points for mark in marking.marks}) for marking in found]
    spread = widest([read.points for read in reads if read.marking.state == "marked"])
    return Reading(reads, spread, application.intake is not None and spread >= application.intake.wide_spread)


def get_marking_of(application_id: int, marking_id: int) -> Marking:
    """Callers have asked who may see the application. Raises NotFound for another application's."""
    marking = db.session.scalar(select(Marking).filter_by(id=marking_id, application_id=application_id))
    if marking is None or marking.state == "taken_back":
        raise NotFound("There is no such reading.")
    return marking


@dataclass(frozen=True)
class PanelRow:
    """Somebody on the panel, with how far they have come."""

    member: PanelMember
    given: int
    marked: int
    conflicts: int
    sees_names: bool


def panel_of(intake_id: int, names_seen_by: Sequence[int] = ()) -> list[PanelRow]:
    """The panel of an intake by role and name. `names_seen_by`: who could look names up by another role."""
    counted = (
        select(Marking.marker_id, Marking.step, Marking.state, func.count(Marking.id))
        .join(Application, Application.id == Marking.application_id)
        .where(Application.intake_id == intake_id)
        .group_by(Marking.marker_id, Marking.step, Marking.state)
    )
    by_marker = {(row[0], row[1], row[2]): row[3] for row in db.session.execute(counted)}
    members = (
        select(PanelMember)
        .join(PanelMember.person)
        .where(PanelMember.intake_id == intake_id, PanelMember.active)
        .options(joinedload(PanelMember.person))
        .order_by(PanelMember.role.desc(), Person.sort_name, Person.id)
    )
    rows = []
    for member in db.session.scalars(members):
        step = "sift" if member.role == "sifter" else "interview"
        given, marked, conflicts = (
            by_marker.get((member.person_id, step, state), 0) for state in ("given", "marked", "conflict")
        )
        rows.append(PanelRow(member, given + marked, marked, conflicts, member.person_id in names_seen_by))
    return rows


def sift_progress(intake_id: int, wanted: int) -> tuple[int, int, int]:
    """Of the applications at the sift: how many there are, how many everybody has read, how many lack a reader."""
    readers = (
        select(func.count(Marking.id))
        .where(
            Marking.application_id == Application.id,
            Marking.step == "sift",
            Marking.state.in_(("given", "marked")),
        )
        .correlate(Application)
        .scalar_subquery()
    )
    at_sift = (Application.intake_id == intake_id) & (Application.stage == stages.SIFT)
    count = select(func.count(Application.id)).where(at_sift)
    everybody, read, short = (
        db.session.scalar(found) or 0
        for found in (count, count.where(Application.sift_total.is_not(None)), count.where(readers < wanted))
    )
    return everybody, read, short
