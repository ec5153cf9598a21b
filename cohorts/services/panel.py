"""Who sifts and interviews for an intake: with a role for it, for as long as it lasts."""

from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import find_person_by_reference, grants_of, lock_person
from accreditation.people.services import end_grant, grant_role
from cohorts.models import Application, Intake, InterviewSlot, Marking, PanelMember, SlotPanel
from cohorts.queries.intakes import lock_intake


def add_to_panel(intake_id: int, reference: str, role: str, *, on: date, added_by: int) -> PanelMember:
    """Somebody the register knows sifts or interviews for this intake from now on, and has the role for it.

    Raises DomainError when there is no such person, when they apply themselves, or are on the panel already.
    """
    intake = lock_intake(intake_id)
    person = find_person_by_reference(reference.strip())
    if person is None:
        raise DomainError(f"There is nobody with the reference {reference}. Check the reference.")
    if db.session.scalar(
        select(Application.id).where(
            Application.intake_id == intake_id, Application.person_id == person.id, Application.stage != "withdrawn"
        )
    ):
        raise DomainError(f"{person.name} has applied to {intake.title}, and cannot decide on it.")
    member = db.session.scalar(select(PanelMember).filter_by(intake_id=intake_id, person_id=person.id, role=role))
    if member is not None and member.active:
        raise DomainError(f"{person.name} is on the panel already.")
    if member is None:
        member = PanelMember(intake_id=intake_id, person_id=person.id, role=role, added_by=added_by)
        db.session.add(member)
    member.active = True
    _give_role(person, Role(role), on=on, by=added_by)
    db.session.flush()
    return member


def _give_role(person: Person, role: Role, *, on: date, by: int) -> None:
    lock_person(person.id)
    if not any(grant.role == role.value for grant in grants_of(person.id, on)):
        grant_role(person.id, role, Scope.PERSON, person.id, on=on, granted_by=by)


def take_off_panel(member_id: int, *, on: date, at: datetime) -> int:
    """They read nothing more of this intake: what they have not marked goes back. How many that were.

    The role ends unless another intake still needs them. Raises DomainError while an interview is booked with them.
    """
    member = db.session.get_one(PanelMember, member_id)
    lock_intake(member.intake_id)
    booked = (
        select(SlotPanel.id)
        .join(InterviewSlot, InterviewSlot.id == SlotPanel.slot_id)
        .where(
            SlotPanel.interviewer_id == member.person_id,
            InterviewSlot.intake_id == member.intake_id,
            InterviewSlot.cancelled_at.is_(None),
            InterviewSlot.starts_at > at,
        )
    )
    if member.role == "interviewer" and db.session.scalar(booked.limit(1)):
        raise DomainError(f"{member.person.name} still has times for interviews. Call those off first.")
    member.active = False
    step = "sift" if member.role == "sifter" else "interview"
    open_ones = (
        select(Marking)
        .join(Application, Application.id == Marking.application_id)
        .where(
            Application.intake_id == member.intake_id,
            Marking.marker_id == member.person_id,
            Marking.step == step,
            Marking.state == "given",
        )
        .order_by(Marking.application_id)
    )
    returned = db.session.scalars(open_ones).all()
    for marking in returned:
        marking.state = "taken_back"
    db.session.flush()
    elsewhere = select(PanelMember.id).where(
        PanelMember.person_id == member.person_id, PanelMember.role == member.role, PanelMember.active
    )
    if db.session.scalar(elsewhere.limit(1)) is None:
        for grant in db.session.scalars(
            select(GrantRow).where(
                GrantRow.person_id == member.person_id,
                GrantRow.role == member.role,
                (GrantRow.ends_on.is_(None)) | (GrantRow.ends_on > on),
            )
        ).all():
            end_grant(grant.id, on=max(on, grant.starts_on))
    db.session.flush()
    return len(returned)


def close_panel(intake: Intake, *, on: date, at: datetime) -> int:
    """Nobody is asked to read or to interview any more: how many were on the panel."""
    members = db.session.scalars(select(PanelMember).filter_by(intake_id=intake.id, active=True)).all()
    for member in members:
        take_off_panel(member.id, on=on, at=at)
    return len(members)
