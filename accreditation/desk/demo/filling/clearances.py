"""Clearances and the applications for them, in every state there is."""

from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.plan.people import Asked, Cleared, Somebody
from vetting.services import change_clearance, grant_clearance, move_application, record_clearance, start_application

SPONSOR = "Mediation Practice Support"


def fill_clearances(ground: Ground) -> None:
    for mediator in ground.plan.mediators:
        for number, cleared in enumerate(mediator.clearances):
            _clear(ground, mediator, cleared, number)
        if mediator.asked:
            _ask(ground, mediator, mediator.asked)
    for cohort in ground.plan.cohorts:
        for candidate in cohort.candidates:
            if candidate.cleared:
                _clear(ground, candidate.person, candidate.cleared, 0)
            if candidate.asked:
                _ask(ground, candidate.person, candidate.asked)


def _clear(ground: Ground, somebody: Somebody, cleared: Cleared, number: int) -> None:
    officer = ground.staff(Role.VETTING_OFFICER)
    clearance = record_clearance(
        ground.id_of(somebody),
        level=cleared.level,
        granted_on=cleared.granted_on,
        ends_on=cleared.ends_on,
        sponsor=SPONSOR,
        reference=f"V{cleared.granted_on:%y}/{somebody.key:05}{chr(65 + number)}",
        recorded_by=officer,
    )
    if cleared.stopped_on and cleared.stopped_as:
        change_clearance(clearance.id, to=cleared.stopped_as, on=cleared.stopped_on, recorded_by=officer)


def _ask(ground: Ground, somebody: Somebody, asked: Asked) -> None:
    officer = ground.staff(Role.VETTING_OFFICER)
    (_, asked_on), *later = asked.steps
    application = start_application(
        ground.id_of(somebody),
        level=asked.level,
        on=asked_on,
        sponsor=SPONSOR,
        reference=f"A{asked_on:%y}/{somebody.key:05}",
        recorded_by=officer,
    )
    for stage, on in later:
        if stage == "granted_with_conditions":
            grant_clearance(
                application.id, on=on, ends_on=None, recorded_by=officer, conditions="Reviewed after twelve months"
            )
        else:
            move_application(application.id, to=stage, on=on, recorded_by=officer)
