"""Giving applications to those who read them, and taking their marks. Callers hold the transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.errors import DomainError, NotFound
from accreditation.people.models import ContactAddress
from cohorts.models import Application, Intake, Mark, Marking, PanelMember
from cohorts.queries.applications import lock_application
from cohorts.queries.intakes import lock_intake
from cohorts.queries.marking import marks_in
from cohorts.rules import stages
from cohorts.rules.marking import Reader, Weighed, choose_readers, total

INTERVIEWERS = 2
"""Nobody is interviewed by one person alone."""

STAGE_OF = {"sift": stages.SIFT, "interview": stages.INTERVIEW}
"""The stage at which an application is marked; before and after it nobody who marks may open it."""


@dataclass
class Shared:
    """What sharing out did: how many were given, and the references that still lack somebody."""

    given: int = 0
    short: list[str] = field(default_factory=list)


def share_out(
    intake_id: int, *, at: datetime, by: int | None, application_ids: Collection[int] | None = None
) -> Shared:
    """Every application at the sift (or those named) gets as many sifters as the intake wants, evenly.

    Nobody reads their own, their applicant's as line manager, or one they declared a conflict with. Doing it again
    gives only what is missing.
    """
    intake = lock_intake(intake_id)
    waiting = select(Application).where(Application.intake_id == intake_id, Application.stage == stages.SIFT)
    if application_ids is not None:
        waiting = waiting.where(Application.id.in_(application_ids))
    members = select(PanelMember.person_id).filter_by(intake_id=intake_id, role="sifter", active=True)
    panel = list(db.session.scalars(members))
    load = dict.fromkeys(panel, 0) | _loads(intake_id, panel)
    addresses = _addresses(panel)
    shared = Shared()
    for application in db.session.scalars(waiting.order_by(Application.id)).all():
        held = {marking.marker_id: marking.state for marking in _markings_of(application.id, "sift")}
        wanted = intake.sifters - sum(state in ("given", "marked") for state in held.values())
        free = [
            Reader(person_id, load[person_id])
            for person_id in panel
            if person_id not in held
            and person_id != application.person_id
            and application.line_manager_email.lower() not in addresses.get(person_id, ())
        ]
        chosen = choose_readers(free, wanted)
        for person_id in chosen:
            _give(application.id, person_id, "sift", at=at, by=by)
            load[person_id] += 1
        shared.given += len(chosen)
        if len(chosen) < wanted:
            shared.short.append(application.reference)
    return shared


def _give(application_id: int, marker_id: int, step: str, *, at: datetime, by: int | None) -> Marking:
    marking = Marking(
        application_id=application_id, marker_id=marker_id, step=step, state="given", given_at=at, given_by=by
    )
    db.session.add(marking)
    db.session.flush()
    return marking


def give_interview(application_id: int, interviewer_ids: Collection[int], *, at: datetime, by: int | None) -> None:
    """Each who interviews marks the applicant; whoever was to interview before does not. The caller holds the lock."""
    for marking in _markings_of(application_id, "interview"):
        if marking.state == "given":
            marking.state = "taken_back"
    db.session.flush()
    held = {marking.marker_id for marking in _markings_of(application_id, "interview")}
    for person_id in sorted(set(interviewer_ids) - held):
        _give(application_id, person_id, "interview", at=at, by=by)


def give_marks(marking_id: int, *, points: Mapping[int, int], comment: str | None, at: datetime, by: int) -> Marking:
    """Somebody's marks, one for each criterion. They may be changed until everybody's are in.

    Raises NotFound for what was not given to them, DomainError with every reason. The total is worked out when the
    last one has marked: the application is locked, so that of two who send at once one sees the other's.
    """
    marking, application, intake = _own(marking_id, by)
    criteria = intake.criteria_at(marking.step)
    problems = [
        f"{criterion.title}: give a mark from 0 to {intake.scale_max}."
        for criterion in criteria
        if not 0 <= points.get(criterion.id, -1) <= intake.scale_max
    ]
    if problems:
        raise DomainError(*problems)
    if marking.state == "marked" and _everybody_has(application, intake, marking.step):
        raise DomainError("Everybody’s marks are in, so yours stay as they are. The practice manager can open them.")
    kept = {mark.criterion_id: mark for mark in marking.marks}
    for criterion in criteria:
        if criterion.id in kept:
            kept[criterion.id].points = points[criterion.id]
        else:
            db.session.add(Mark(marking_id=marking.id, criterion_id=criterion.id, points=points[criterion.id]))
    marking.state, marking.marked_at, marking.comment = "marked", at, comment or None
    db.session.flush()
    db.session.expire(marking, ["marks"])
    keep_total(application, intake, marking.step)
    return marking


def declare_conflict(marking_id: int, *, words: str, at: datetime, by: int) -> bool:
    """They cannot judge this one fairly, and somebody else is found at once: whether there was anybody.

    Raises NotFound for what was not given to them, DomainError without words.
    """
    marking, application, intake = _own(marking_id, by)
    if not words.strip():
        raise DomainError("Say in a few words what the conflict is.")
    marking.state, marking.conflict, marking.marked_at = "conflict", words, None
    for mark in list(marking.marks):
        db.session.delete(mark)
    db.session.flush()
    db.session.expire(marking, ["marks"])
    keep_total(application, intake, marking.step)
    if marking.step == "interview":
        return False
    return not share_out(intake.id, at=at, by=None, application_ids=[application.id]).short


def open_marks_again(marking_id: int) -> Marking:
    """For the manager: the marks may be changed once more. Raises DomainError when they have been acted on."""
    marking, application, intake = _locked(marking_id)
    if application.stage != STAGE_OF[marking.step]:
        raise DomainError(f"{application.reference} has gone on since these marks were given.")
    if marking.state == "marked":
        marking.state, marking.marked_at = "given", None
        db.session.flush()
        keep_total(application, intake, marking.step)
    return marking


def take_back(marking_id: int) -> Marking:
    """For the manager: somebody else is to read it. Raises DomainError when it has been marked."""
    marking, _, _ = _locked(marking_id)
    if marking.state == "marked":
        raise DomainError("They have given their marks already.")
    marking.state = "taken_back"
    db.session.flush()
    return marking


def keep_total(application: Application, intake: Intake, step: str) -> None:
    """The total, when everybody who marks has; else none. The caller holds the application's lock."""
    found = None
    if _everybody_has(application, intake, step):
        weighed = [Weighed(criterion.id, criterion.weight) for criterion in intake.criteria_at(step)]
        found = total(marks_in(application.id, step), weighed, intake.scale_max)
    if step == "sift":
        application.sift_total = found
    else:
        application.interview_total = found
    db.session.flush()


def _everybody_has(application: Application, intake: Intake, step: str) -> bool:
    states = [marking.state for marking in _markings_of(application.id, step) if marking.state != "conflict"]
    wanted = intake.sifters if step == "sift" else INTERVIEWERS
    return states.count("marked") >= wanted and "given" not in states


def _own(marking_id: int, by: int) -> tuple[Marking, Application, Intake]:
    marking = db.session.get(Marking, marking_id)
    if marking is None or marking.marker_id != by:
        raise NotFound("There is no such application to mark.")
    marking, application, intake = _locked(marking_id)
    if marking.state not in ("given", "marked") or application.stage != STAGE_OF[marking.step]:
        raise NotFound("There is no such application to mark.")
    return marking, application, intake


def _locked(marking_id: int) -> tuple[Marking, Application, Intake]:
    application = lock_application(db.session.get_one(Marking, marking_id).application_id)
    marking = db.session.get_one(Marking, marking_id, with_for_update=True, populate_existing=True)
    assert application.intake is not None
    return marking, application, application.intake


def _markings_of(application_id: int, step: str) -> list[Marking]:
    found = select(Marking).where(
        Marking.application_id == application_id, Marking.step == step, Marking.state != "taken_back"
    )
    return list(db.session.scalars(found.order_by(Marking.id).execution_options(populate_existing=True)))


def _loads(intake_id: int, panel: list[int]) -> dict[int, int]:
    rows = (
        select(Marking.marker_id, func.count(Marking.id))
        .join(Application, Application.id == Marking.application_id)
        .where(
            Application.intake_id == intake_id,
            Marking.step == "sift",
            Marking.state.in_(("given", "marked")),
            Marking.marker_id.in_(panel),
        )
        .group_by(Marking.marker_id)
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def _addresses(panel: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for person_id, address in db.session.execute(
        select(ContactAddress.person_id, ContactAddress.address).where(ContactAddress.person_id.in_(panel))
    ):
        found.setdefault(person_id, set()).add(address)
    return found
