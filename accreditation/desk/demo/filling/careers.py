"""Accreditations, and what is laid over a standing: suspension, leave, withdrawal, leaving."""

from datetime import timedelta

from sqlalchemy import select

from accreditation.awards.models import Award
from accreditation.awards.rules.ending import REINSTATE, Asked
from accreditation.awards.services import propose, record_past_award, withdraw_award
from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.plan.people import SCHEME, Overlay
from accreditation.desk.leaving.services import record_departure
from accreditation.standing.rules.laying import Laid
from accreditation.standing.services import declare
from accreditation.standing.services.overlays import end_overlay, record_overlay

DECIDED = frozenset({"suspension", "leave"})
"""What has a record of its own. The waivers of what was never recorded came as they come with an import."""

HEAD_OF_SERVICE = "Head of the Mediation Service"
LEAVE_TYPES = {"Parental leave": "maternity", "Career break": "career_break"}


def fill_awards(ground: Ground) -> None:
    for mediator in ground.plan.mediators:
        for starts_on in mediator.awards:
            record_past_award(ground.id_of(mediator), SCHEME, on=starts_on, recorded_by=ground.manager)


def fill_overlays(ground: Ground) -> None:
    for mediator in ground.plan.mediators:
        for overlay in mediator.overlays:
            if overlay.kind == "withdrawal":
                _withdraw(ground, ground.id_of(mediator), overlay)
            elif overlay.kind in DECIDED:
                _decide(ground, ground.id_of(mediator), overlay)
            else:
                _lay_over(ground, ground.id_of(mediator), overlay)
    _ask_to_reinstate(ground)


def _withdraw(ground: Ground, person_id: int, overlay: Overlay) -> None:
    held = select(Award.id).where(Award.person_id == person_id, Award.ends_on == overlay.ends_on)
    withdraw_award(
        db.session.scalars(held).one(),
        withdrawn_on=overlay.starts_on,
        reason_class="own_wish",
        reason=overlay.reason,
        at=moment(overlay.starts_on),
        proposed_by=ground.manager,
        confirmed_by=ground.second_manager,
    )


def _ask_to_reinstate(ground: Ground) -> None:
    """One of those whose accreditation was withdrawn has been assessed again; a second manager has to look at it."""
    withdrawn = select(Award.id).where(Award.withdrawn_on.is_not(None), Award.ends_on > ground.plan.on)
    award_id = db.session.scalar(withdrawn.order_by(Award.id).limit(1))
    if award_id is None:
        return
    yesterday = ground.plan.on - timedelta(1)
    propose(
        award_id,
        Asked(REINSTATE, ground.plan.on, "assessed", "Observed in two role-plays by the lead assessor; both passed."),
        form_key=f"demo-reinstatement-{award_id:06}",
        on=yesterday,
        at=moment(yesterday),
        proposed_by=ground.manager,
    )


def _decide(ground: Ground, person_id: int, overlay: Overlay) -> None:
    """As a manager recorded it on its first day; who was due back by now is back."""
    at = moment(overlay.starts_on)
    laid = Laid(
        overlay.kind,
        overlay.starts_on,
        overlay.ends_on,
        overlay.reason,
        HEAD_OF_SERVICE,
        leave_type=LEAVE_TYPES.get(overlay.reason, "other") if overlay.kind == "leave" else None,
    )
    recorded = record_overlay(
        person_id,
        laid,
        form_key=f"demo-{overlay.kind}-{person_id}-{overlay.starts_on.isoformat()}",
        on=overlay.starts_on,
        at=at,
        recorded_by=ground.manager,
    )
    if overlay.kind == "leave" and overlay.ends_on and overlay.ends_on <= ground.plan.on:
        end_overlay(
            recorded.id,
            ended_on=overlay.ends_on,
            reason="Came back as planned",
            authority=HEAD_OF_SERVICE,
            at=moment(overlay.ends_on),
            ended_by=ground.manager,
        )


def _lay_over(ground: Ground, person_id: int, overlay: Overlay) -> None:
    if overlay.kind == "membership":
        assert overlay.ends_on
        record_departure(
            person_id,
            last_on=last_good_day(overlay.ends_on),
            form_key=f"demo-leaving-{person_id}",
            on=overlay.ends_on,
            at=moment(overlay.ends_on),
            recorded_by=ground.manager,
        )
        return
    declare(
        person_id,
        kind=overlay.kind,
        code=overlay.code,
        starts_on=overlay.starts_on,
        ends_on=overlay.ends_on,
        source=("demo", person_id),
        recorded_by=ground.manager,
        reason=overlay.reason,
    )
