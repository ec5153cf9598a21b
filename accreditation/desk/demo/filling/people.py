"""Units, providers, everybody in the register, and those who sign in."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from accreditation.accounts.services.accounts import create_account
from accreditation.core.permissions import Role, Scope
from accreditation.desk.demo.filling.ground import Ground
from accreditation.desk.demo.plan.service import MEDIATOR_ADDRESS, STAFF
from accreditation.people import services


@dataclass(frozen=True)
class SignIn:
    role: str
    email: str
    password: str


WORDS = (
    "amber anchor apple autumn badger bamboo barley beacon birch bramble bridge candle canvas cedar cherry clover "
    "cobalt copper coral cotton crystal daisy domino ember falcon fern fiddle garden ginger granite hazel heather "
    "helmet indigo island ivory jasmine juniper kettle lantern laurel lemon linen lupin magnet maple marble meadow "
    "mellow mirror nectar nutmeg oak orchard otter paper pebble pepper pewter pigeon pillow plum poppy quartz quill "
    "rabbit raven ribbon river rocket rowan saddle saffron silver sparrow spruce sunset teapot thistle timber tulip "
    "velvet violet walnut willow winter yarrow"
)
"""What demo passwords are made of. They are known to whoever knows the seed, and exist in a demo alone."""


def sign_ins(seed: int) -> list[SignIn]:
    """One for each role and a second practice manager. The same seed, the same passwords."""
    random = Random(f"passwords {seed}")  # noqa: S311 -- of a demo: printed on the screen for whoever starts it
    words = WORDS.split()
    holders = [(role.value, email) for role, _, _, email in STAFF] + [(Role.MEDIATOR.value, MEDIATOR_ADDRESS)]
    return [
        SignIn(role, email, f"{'-'.join(random.sample(words, 3))}-{random.randint(100, 999)}")
        for role, email in holders
    ]


def fill_people(ground: Ground) -> None:
    plan = ground.plan
    ground.units = [services.find_or_add_unit(name).id for name in plan.units]
    ground.providers = [services.add_provider(name).id for name in plan.providers]
    for somebody in sorted(plan.everybody, key=lambda somebody: somebody.key):
        person = services.add_person(
            given_name=somebody.given,
            family_name=somebody.family,
            pay_number=somebody.pay_number,
            unit_id=ground.units[somebody.unit],
            holder_kind=somebody.holder_kind,
            email=somebody.email,
        )
        ground.people[somebody.key] = person.id


def fill_roles(ground: Ground) -> None:
    """Grants for the staff since the service began, and accounts for those who sign in."""
    plan, addresses = ground.plan, {}
    since = plan.on - timedelta(3 * 365 + 60)
    for role, somebody in plan.staff:
        scope, scope_id = _scope(ground, role)
        _grant(ground.id_of(somebody), role, scope, scope_id, since)
        addresses[somebody.email] = ground.id_of(somebody)
    for mediator in plan.mediators:
        person_id = ground.id_of(mediator)
        _grant(person_id, Role.MEDIATOR, Scope.PERSON, person_id, mediator.passed_on)
        addresses[mediator.email] = person_id
    for sign_in in sign_ins(plan.seed):
        create_account(addresses[sign_in.email], sign_in.email, sign_in.password)


def _scope(ground: Ground, role: Role) -> tuple[Scope, int | None]:
    if role is Role.TRAINING_PROVIDER:
        return Scope.PROVIDER, ground.providers[0]
    if role is Role.LINE_MANAGER:
        return Scope.UNIT, ground.units[0]
    return Scope.SERVICE, None


def _grant(person_id: int, role: Role, scope: Scope, scope_id: int | None, on: date) -> None:
    services.grant_role(person_id, role, scope, scope_id, on=on, granted_by=None)
