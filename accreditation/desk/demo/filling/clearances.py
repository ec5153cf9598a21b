"""Clearances and the applications for them, in every state there is."""

from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.plan.people import Asked, Mediator
from vetting.services import change_clearance, move_application, record_clearance, start_application

SPONSOR = "Mediation Practice Support"


def fill_clearances(ground: Ground) -> None:
    officer = ground.staff(Role.VETTING_OFFICER)
    for mediator in ground.plan.mediators:
        person_id = ground.id_of(mediator)
        for number, cleared in enumerate(mediator.clearances):
            clearance = record_clearance(
                person_id,
                level=cleared.level,
                granted_on=cleared.granted_on,
                ends_on=cleared.ends_on,
                sponsor=SPONSOR,
                reference=f"V{cleared.granted_on:%y}/{mediator.key:05}{chr(65 + number)}",
                recorded_by=officer,
            )
            if cleared.stopped_on and cleared.stopped_as:
                change_clearance(clearance.id, to=cleared.stopped_as, on=cleared.stopped_on, recorded_by=officer)
        if mediator.asked:
            _ask(mediator, person_id, mediator.asked, officer)


def _ask(mediator: Mediator, person_id: int, asked: Asked, officer: int) -> None:
    (_, asked_on), *later = asked.steps
    application = start_application(
        person_id,
        level=asked.level,
        on=asked_on,
        sponsor=SPONSOR,
        reference=f"A{asked_on:%y}/{mediator.key:05}",
        recorded_by=officer,
    )
    for stage, on in later:
        move_application(application.id, to=stage, on=on, recorded_by=officer)
