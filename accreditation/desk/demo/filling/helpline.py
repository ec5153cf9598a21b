"""The helpline: what mediators rang about, and who is still waiting for a call."""

from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.helpline.rules import SIGNPOSTED, Details
from accreditation.helpline.services import complete_follow_up, record_contact


def fill_helpline(ground: Ground) -> None:
    adviser = ground.staff(Role.HELPLINE_ADVISER)
    for number, planned in enumerate(ground.plan.contacts):
        at = moment(planned.on, planned.minute)
        details = Details(
            contacted_at=at,
            channel=planned.channel,
            category=planned.category,
            outcome=planned.outcome,
            minutes=planned.minutes,
            advice=None if planned.category in SIGNPOSTED else planned.note,
            case_reference=f"MC-{planned.on:%y}-{100 + number}" if number % 3 == 0 else None,
            follow_up_on=planned.follow_up_on,
        )
        contact = record_contact(ground.id_of(planned.mediator), details, on=planned.on, at=at, adviser_id=adviser)
        if planned.done_on:
            complete_follow_up(contact.id, on=planned.done_on, done_by=adviser)
