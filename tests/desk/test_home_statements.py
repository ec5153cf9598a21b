"""A first page asks the database the same number of questions, however much there is, and however much of one's own."""

from datetime import timedelta
from itertools import count

import pytest

from accreditation.core import audit, clock
from accreditation.core.health import CHECKS, examine
from accreditation.core.permissions import Role
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.desk.rules.places import FIRST_ROLES
from tests import factories
from tests.bench.homes import grown
from tests.security.doors import broadest
from tests.statements import statements_counted

NUMBERS = count()


def statements(app, browser) -> int:
    """Of a page whose counts have to be worked out anew."""
    browser.get("/", follow_redirects=True)
    app.extensions.pop("desk_counts", None)
    with statements_counted() as sent:
        assert browser.get("/", follow_redirects=True).status_code == 200
    return len(sent)


def test_every_role_has_a_first_page():
    assert set(FIRST_ROLES) == set(Role)


@pytest.fixture
def service(sign_in):
    """A browser for each role, whose somebody has one of everything that the first page of the role lists."""
    add_in_bulk(seed=1, mediators=20, on=factories.TODAY, now=clock.now())
    provider, unit = factories.provider(), factories.unit("Croydon")
    people = {role: factories.person(name=f"{role.label} Somebody", unit_id=unit.id).id for role in FIRST_ROLES}
    browsers = {
        role: sign_in(broadest(role, who, provider.id, unit.id), person=factories.db_person(who))
        for role, who in people.items()
    }
    waits(people, provider.id)
    return people, provider.id, browsers


def waits(people: dict[Role, int], provider_id: int) -> None:
    """One more of everything, for everybody."""
    mediator, adviser = people[Role.MEDIATOR], people[Role.HELPLINE_ADVISER]
    factories.evidence(mediator, "training", factories.TODAY - timedelta(300), code="INHOUSE-WPM")
    factories.refresher_day()
    factories.marking(people[Role.SIFTER])
    factories.given(people[Role.ASSESSOR])
    factories.given(people[Role.MODERATOR], "moderator")
    factories.cohort(provider_id=provider_id, candidates=1)
    past = factories.cohort(provider_id=provider_id, results_due_on=factories.TODAY - timedelta(2), candidates=2)
    factories.training_session(past.id)
    factories.drafts(past.id, "pass")
    factories.contact(mediator, adviser_id=adviser, follow_up_on=factories.TODAY)
    factories.clearance_application(factories.person().id)
    factories.letter_to(factories.person().id)
    factories.mediation_case(f"WAITS-{next(NUMBERS)}")
    factories.account(factories.person().id)
    factories.escalation(factories.contact(mediator).id, people[Role.PRACTICE_MANAGER])
    audit.sensitive_read("the record with its clearance", about_id=mediator)


def test_no_first_page_asks_more_of_more(app, service):
    people, provider_id, browsers = service
    few = {role: statements(app, browser) for role, browser in browsers.items()}
    add_in_bulk(seed=2, mediators=180, on=factories.TODAY, now=clock.now())
    for _ in range(12):
        waits(people, provider_id)
    many = {role: statements(app, browser) for role, browser in browsers.items()}
    assert many == few
    assert max(many.values()) < 60, many


def test_all_that_is_looked_at_is_asked_at_once(app):
    examine()
    with statements_counted() as sent:
        found = examine()
    assert len(found) == 1 + len(CHECKS) == 7  # the schema before the others
    assert len([one for one in sent if "audit_entry" in one and "check_run" in one and "letter" in one]) == 1
    others = [one for one in sent if "audit_entry" not in one and any(name in one for name in TABLES)]
    assert others == []


TABLES = ("audit_entry", "scheduler_mark", "check_run", "letter", "evidence")


@pytest.mark.parametrize(
    ("small", "large", "said"),
    [
        ((13, 11), (13, 11), []),
        ((13, 11), (14, 11), ["the first page of auditor asks {1000: (13, 11), 100000: (14, 11)} (counting, warm)"]),
        ((13, 11), (13, 12), ["the first page of auditor asks {1000: (13, 11), 100000: (13, 12)} (counting, warm)"]),
    ],
)
def test_the_bench_says_which_page_asks_more_of_more(small, large, said):
    asked = [
        {"role": "auditor", "people": people, "statements": counting, "warm_statements": warm}
        for people, (counting, warm) in ((1000, small), (100_000, large))
    ]
    assert grown(asked) == said
