"""Who confirms CPD in the demo: the line managers, one for each unit. The first of them has an account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.names import Mailboxes, names
from accreditation.desk.demo.plan.people import SCHEME, Mediator
from accreditation.desk.demo.plan.service import MEDIATOR_ADDRESS
from accreditation.people.rules import plain
from accreditation.practice.queries.confirming import details_of
from accreditation.practice.queries.line_managers import entries_for_line_manager
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.line_managers import LINE_MANAGER, Answer, mark_of
from accreditation.practice.services import log_entry
from accreditation.practice.services.line_managers import (
    answer_by_link,
    ask_line_manager,
    name_line_manager,
    open_link,
    token_of,
)
from accreditation.standing.queries.presets import preset
from accreditation.standing.queries.schemes import SINCE_EVER
from accreditation.standing.services import install_version

ASKED_DAYS = 6
"""At most so long ago they were asked, so that no demo begins by writing to them."""


def fill_scheme() -> None:
    """The scheme as this service has set it, before anybody is judged: line managers confirm CPD."""
    scheme = preset(SCHEME)
    requirements = tuple(
        replace(one, confirmed_by=LINE_MANAGER) if one.rule.kinds == {"cpd"} else one for one in scheme.requirements
    )
    install_version(replace(scheme, requirements=requirements), on=SINCE_EVER, installed_by=None)


def choose_line_managers(ground: Ground) -> None:
    """One for each unit, called like nobody in the register but the one who has an account."""
    taken = {plain(somebody.name) for somebody in ground.plan.everybody}
    (first,) = (somebody for role, somebody in ground.plan.staff if role is Role.LINE_MANAGER)
    others = _others(ground, taken)
    ground.line_managers = [(first.name, first.email), *(next(others) for _ in ground.plan.units[1:])]


def _others(ground: Ground, taken: set[str]) -> Iterator[tuple[str, str]]:
    random = Random(f"line managers {ground.plan.seed}")  # noqa: S311 -- names of a demo, no secrets
    mailboxes = Mailboxes()
    for name in names(random):
        called = f"{name.given} {name.family}"
        if plain(called) not in taken:
            yield called, mailboxes.address(name)


def fill_line_managers(ground: Ground) -> None:
    """Named and asked for most of those of whom something waits; of a few the office has not found out who it is."""
    _answer_for_whoever_signs_in(ground)
    waiting = [
        mediator
        for mediator in ground.plan.mediators
        if entries_for_line_manager(ground.id_of(mediator), ground.plan.on)
    ]
    for number, mediator in enumerate(waiting):
        if number % 5 != 2:
            _name(ground, mediator)
            _ask(ground, mediator, ground.plan.on - timedelta(number % ASKED_DAYS))


def _answer_for_whoever_signs_in(ground: Ground) -> None:
    """One entry confirmed, one queried, and one that was logged since."""
    on = ground.plan.on
    mediator = next(one for one in ground.plan.mediators if one.email == MEDIATOR_ADDRESS)
    person_id = ground.id_of(mediator)
    read = _log(ground, mediator, on - timedelta(12), "course", "2", "Workshop: difficult conversations")
    half_day = _log(ground, mediator, on - timedelta(9), "network", "6", "Regional meeting of mediators")
    _name(ground, mediator)
    asked_on = on - timedelta(ASKED_DAYS - 1)
    answered_at = moment(asked_on + timedelta(1))
    if link := open_link(person_id) if _ask(ground, mediator, asked_on) else None:
        answers = [
            Answer(entry.id, mark_of(details_of(entry)), entry.id != half_day, "You were back at noon: three hours?")
            for entry in entries_for_line_manager(person_id, asked_on)
            if entry.id in (read, half_day)
        ]
        answer_by_link(token_of(link), answers, on=asked_on + timedelta(1), at=answered_at)
    _log(ground, mediator, on - timedelta(3), "reading", "1.5", "Two articles on online mediation")


def _log(ground: Ground, mediator: Mediator, on: date, category: str, hours: str, note: str) -> int:
    details = Details("cpd", on, Decimal(hours), category, note=note)
    person_id = ground.id_of(mediator)
    return log_entry(person_id, details, on=on, recorded_by=person_id).id


def _name(ground: Ground, mediator: Mediator) -> None:
    name, address = ground.line_managers[mediator.unit]
    named_at = moment(ground.plan.on - timedelta(30))
    name_line_manager(ground.id_of(mediator), name=name, address=address, at=named_at, named_by=ground.manager)


def _ask(ground: Ground, mediator: Mediator, on: date) -> bool:
    return ask_line_manager(ground.id_of(mediator), on=on, at=moment(on))
