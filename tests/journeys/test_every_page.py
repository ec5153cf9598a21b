"""Every page there is, whoever may open it: axe finds nothing, and its structure says what it is. Found by its door."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page

from accreditation.core.database import db
from accreditation.core.permissions import ALLOWED, Permission, Role
from accreditation.people.models import Person
from accreditation.people.rules import Grant
from accreditation.web.guards import policy_of
from scheduler.rules.wordings import PLACES
from tests import factories
from tests.journeys.looking import DESKTOP, PHONE, assert_accessible
from tests.journeys.running import Service
from tests.security.doors import Door, broadest, doors
from tests.security.world import belongings, of_everybody

STRUCTURE = Path(__file__).with_name("structure.js").read_text(encoding="utf-8")
SAMPLE, ON_A_PHONE = 30, 6
"""Doors that an ordinary run tries, and pages of theirs that it sees on a phone. The soak sees them all."""
NOBODY = "nobody signed in"

NO_PAGE = {
    "GET /awards/record/<int:award_id>": "leads on",
    "GET /cohorts/<int:cohort_id>/attendance/workbook": "a file",
    "GET /cohorts/<int:cohort_id>/uploads/<int:upload_id>/to-mend": "a file",
    "GET /cohorts/<int:cohort_id>/workbook": "a file",
    "GET /healthz": "for machines",
    "GET /helpline/people": "for the search while typing",
    "GET /readyz": "for machines",
    "GET /results/<int:result_id>": "leads on",
}
"""Doors behind which there is no page."""
OUTSIDE = (
    "GET /apply/", "GET /invitation/<token>", "GET /practice/confirm/<token>",  # by a link in a letter
    "GET /refreshers/answer/<token>",  # likewise
    "GET /refreshers/plans/<int:plan_id>/seat/",  # of somebody whom a plan seats
    "GET /equality/<key>",  # of a closed collection
    "GET /interviews/",  # of a panel while it lasts
    "GET /moderating/<int:given_id>",  # of a candidate whose results are submitted
    "GET /mediators/import/<int:draft_id>", "GET /vetting/import/<int:list_id>",  # of an uploaded workbook
    "GET /schemes/<code>/draft", "GET /schemes/<code>/figures/", "GET /schemes/<code>/rehearsal",  # of a draft
    "GET /schemes/<code>/versions/",
)  # fmt: skip
"""Pages that this world does not come to, because they hang on more than an object: journeys go through most."""


@dataclass(frozen=True)
class Found:
    """A page, and the role in which it was opened."""

    role: str
    door: str
    path: str


@dataclass
class World:
    """The demo with something of everything in it, and somebody signed in for each role."""

    service: Service
    browsers: dict[str, FlaskClient]
    objects: dict[str, object]
    others: dict[str, dict[str, object]]  # by the beginning of an address: what its arguments mean there

    def doors(self) -> list[Door]:
        """Those that may show a page: not what ends in the name of a file."""
        every = doors(self.service.app)
        return [one for one in every if one.method == "GET" and "." not in one.address.rpartition("/")[2]]

    def open(self, door: Door, *, in_every_role: bool = False) -> list[Found]:
        """The page behind the door in the first role that is shown it, or in each; nothing where there is none."""
        meant = next((own for begins, own in self.others.items() if door.address.startswith(begins)), {})
        path, found = door.filled(self.objects | meant), []
        for role, client in self.browsers.items() if path else ():
            if not may_enter(self.service.app, door, role):
                continue
            answer = client.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found.append(Found(role, door.name, path))
                if not in_every_role and door.address != "/":
                    break
        return found

    def first_pages(self) -> list[Found]:
        """Where each role begins: a page of its own, or the one it is led on to."""
        began = {
            role: client.get("/", follow_redirects=True) for role, client in self.browsers.items() if role != NOBODY
        }
        assert [role for role, answer in began.items() if answer.status_code != 200] == []
        return [Found(role, "GET /", answer.request.path) for role, answer in began.items()]


def may_enter(app: Flask, door: Door, role: str) -> bool:
    policy = policy_of(app, door.endpoint)
    assert policy is not None
    if role == NOBODY:
        return policy.permission is Permission.PUBLIC
    return policy.permission in (Permission.PUBLIC, Permission.SIGNED_IN) or policy.permission in ALLOWED[Role(role)]


@pytest.fixture(scope="module")
def world(service: Service) -> World:
    app = service.app
    with app.app_context():
        factories.lapsed_mediator(name="Lapsed Mediator")
        provider = factories.provider()
        person = factories.person(name="Ada Okafor", unit="Croydon")
        objects = belongings(person, provider.id) | of_everybody()
        unit_id = person.unit_id or factories.unit("Croydon").id
        others = {
            "/applications/": {"reference": factories.application(name="Ada Applicant").reference},
            "/vetting/rules/": {"kind": "employee"},
            "/reminders/wordings/": {"letter": next(iter(PLACES))},
        }
        browsers = {NOBODY: app.test_client()}
        staff = {role: person if role is Role.MEDIATOR else somebody(role) for role in Role}
        browsers |= {role.value: signed_in(app, role, staff[role], provider.id, unit_id) for role in Role}
        others |= of_their_own(staff, person, objects)
        db.session.remove()
    return World(service, browsers, objects, others)


def somebody(role: Role) -> Person:
    return factories.person(name=f"{role.label} Of Everything")


def of_their_own(
    staff: dict[Role, Person], mediator: Person, objects: dict[str, object]
) -> dict[str, dict[str, object]]:
    """What only the one who holds a role is shown, or only in a state that `belongings` are not in."""
    given = factories.given(staff[Role.ASSESSOR].id)
    assessor = factories.staff(objects["cohort_id"], role="assessor")
    shift = factories.shift(staff[Role.HELPLINE_ADVISER].id, on=factories.TODAY + timedelta(9))
    return {
        "/assessing/": {"given_id": given.id},
        "/cohorts/<int:cohort_id>/staff/": {"staff_id": assessor.id},
        "/helpline/rota/<int:shift_id>/swap": {"shift_id": shift.id},
        "/practice/<int:entry_id>/correct": {"entry_id": factories.confirmed_entry(mediator.id).id},
        "/sift/": {"marking_id": factories.marking(staff[Role.SIFTER].id).id},
    }


def signed_in(app: Flask, role: Role, who: Person, provider_id: int, unit_id: int) -> FlaskClient:
    grant: Grant = broadest(role, who.id, provider_id, unit_id)
    factories.grant(who.id, grant.role, grant.scope, grant.scope_id)
    client = app.test_client()
    token = factories.open_session(who.id)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


@pytest.fixture(scope="module")
def contexts(world: World, browser: Browser) -> Iterator[dict[str, Page]]:
    """A tab for each role, with the session that its test client has."""
    made: dict[str, BrowserContext] = {}
    for role, client in world.browsers.items():
        made[role] = browser.new_context(viewport=DESKTOP, base_url=world.service.url, locale="en-GB")
        if role != NOBODY:
            cookie = client.get_cookie("session")
            assert cookie is not None
            made[role].add_cookies([{"name": "session", "value": cookie.value, "url": world.service.url}])
    yield {role: context.new_page() for role, context in made.items()}
    for context in made.values():
        context.close()


def problems_of(page: Page, found: Found) -> str:
    """Everything that is wrong with the page at the width it has; nothing when all is well."""
    page.goto(found.path)
    wrong = list(page.evaluate(STRUCTURE))
    try:
        assert_accessible(page)
    except AssertionError as failed:
        wrong.append(str(failed))
    width = page.viewport_size["width"]
    return "\n  ".join([f"{found.door} as {found.role} at {width} px", *wrong]) if wrong else ""


def look(contexts: dict[str, Page], pages: list[Found], size: dict[str, int]) -> None:
    for page in contexts.values():
        page.set_viewport_size(size)
    wrong = [said for found in pages if (said := problems_of(contexts[found.role], found))]
    assert not wrong, f"{len(wrong)} of {len(pages)} pages\n" + "\n".join(wrong)


def test_first_pages_and_a_sample_of_all_others_can_be_used_by_anybody(world, contexts):
    every = world.doors()
    sample = Random(7).sample(every, SAMPLE)
    homes = world.first_pages()
    pages = homes + [found for door in sample for found in world.open(door)]
    look(contexts, pages, DESKTOP)
    look(contexts, pages[:: len(pages) // ON_A_PHONE], PHONE)


@pytest.mark.soak
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_in_every_role(world, contexts, size):
    pages = [found for door in world.doors() for found in world.open(door, in_every_role=True)]
    assert len(pages) > 250, len(pages)
    look(contexts, pages, size)


def known(door: Door) -> bool:
    return door.name in NO_PAGE or door.name.startswith(OUTSIDE)


@pytest.mark.soak
def test_no_page_is_left_out(world):
    """A door whose page nobody here can open is a page that nobody looked at."""
    unseen = [door.name for door in world.doors() if not (known(door) or world.open(door))]
    assert not unseen, "\n".join(unseen)
