"""The helpline: what mediators rang about, who is still waiting for a call, and who answers when."""

from datetime import time, timedelta

from accreditation.core.permissions import Role
from accreditation.core.settings import set_setting
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.filling.practice import at_work
from accreditation.desk.demo.plan.contacts import Contact as Planned
from accreditation.desk.demo.plan.days import workday, workday_before
from accreditation.desk.led_to.services import arrange_after
from accreditation.helpline.rules import SIGNPOSTED, Details
from accreditation.helpline.rules.rota import Pattern
from accreditation.helpline.services import complete_follow_up, record_contact
from accreditation.helpline.services.rota import add_shifts

SETTINGS = {
    "helpline_phone": "020 7946 0123",
    "helpline_opens": "09:00",
    "helpline_closes": "17:00",
    "vetting_contact": "020 7946 0188",
}
WEEKS = 13
"""So far ahead the rota of the demo reaches."""


def fill_helpline(ground: Ground) -> None:
    _fill_rota(ground)
    adviser = ground.staff(Role.HELPLINE_ADVISER)
    made: list[tuple[int, Planned]] = []
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
        made.append((contact.id, planned))
    _arrange_supervision(ground, made)


def _arrange_supervision(ground: Ground, made: list[tuple[int, Planned]]) -> None:
    """After the last two contacts that led to it: one session is to come, one was held and nobody has logged it."""
    on, here = ground.plan.on, {mediator.key for mediator in at_work(ground)}
    led = [
        (contact_id, planned)
        for contact_id, planned in made
        if planned.outcome == "supervision_arranged" and planned.mediator.key in here
    ]
    days = workday(on + timedelta(9)), workday_before(on - timedelta(2))
    for (contact_id, planned), held_on in zip(reversed(led), days, strict=False):
        arrange_after(
            contact_id,
            held_on=max(held_on, planned.on),
            form_key=f"demo-supervision-{contact_id:08}",
            at=moment(planned.on, planned.minute),
            arranged_by=ground.staff(Role.HELPLINE_ADVISER),
        )


def _fill_rota(ground: Ground) -> None:
    """Mornings of one adviser, afternoons of the other; nobody has Friday afternoons yet, which shows as gaps."""
    for name, value in SETTINGS.items():
        set_setting(name, value)
    monday = ground.plan.on - timedelta(days=ground.plan.on.weekday())
    until = monday + timedelta(weeks=WEEKS, days=4)
    for place, starts, ends, days in ((0, time(9), time(13), range(5)), (1, time(13), time(17), range(4))):
        add_shifts(
            ground.staff(Role.HELPLINE_ADVISER, place),
            Pattern(monday, starts, ends, until, frozenset(days), without_holidays=True),
            on=monday,
            at=moment(monday, 0),
            form_key=f"rota-of-the-demo-{place}",
            made_by=ground.manager,
        )
