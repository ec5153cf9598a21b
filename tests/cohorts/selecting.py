"""What tests of the selection share: applications shared out, marked, met and ranked."""

from datetime import timedelta

from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.models import Application, Marking
from cohorts.rules.intakes import CriterionPlan
from cohorts.services import applications, interviews, marking
from tests import factories
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW

TODAY = factories.TODAY
SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
ONLY_SIFT = (CriterionPlan("sift", "Listening"),)


def reload(application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, application.id, populate_existing=True)


def shared(intake, number=2, sifters=2):
    people = office.sifters(intake, sifters)
    found = [office.at_the_sift(intake) for _ in range(number)]
    with transaction():
        marking.share_out(intake.id, at=NOW, by=None)
    return found, people


def given(application, step="sift") -> list[Marking]:
    db.session.rollback()
    rows = select(Marking).filter_by(application_id=application.id, step=step)
    return list(db.session.scalars(rows.where(Marking.state != "taken_back").order_by(Marking.id)))


def mark(one: Marking, points: int, criteria) -> None:
    marking_id, by = one.id, one.marker_id
    with transaction():
        marking.give_marks(marking_id, points={c.id: points for c in criteria}, comment="Well said.", at=NOW, by=by)


def decide(found, to, **details):
    ids = [one.id for one in found]
    with transaction():
        return applications.move_applications(ids, to, at=NOW, by=found[0].person_id, reason="decided", **details)


def invited(intake, number=1):
    found, _ = shared(intake, number=number)
    office.mark_all(intake.id, lambda *_: 3)
    decide(found, "interview")
    return found, office.sifters(intake, 2, role="interviewer")


def slots(intake, people, number=2, **details):
    values = {"first_at": NOW + timedelta(days=3), "minutes": 40, "pause_minutes": 10, "place": "Room 1"} | details
    with transaction():
        made = interviews.lay_out_slots(intake.id, number=number, panel=[one.id for one in people], **values)
        return [slot.id for slot in made]


def ranked(number, places, **details):
    """An intake without interviews, all of its applicants marked: the first ones best, in pairs of equals."""
    intake = factories.intake(places=places, criteria=ONLY_SIFT, scale_max=10, **details)
    found, _ = shared(intake, number=number)
    order = {one.id: place for place, one in enumerate(found)}
    office.mark_all(intake.id, lambda application_id, _: 10 - order[application_id] // 2)
    return intake, found
