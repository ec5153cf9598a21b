"""Another main scheme: everybody is judged by it, batch by batch, whoever does the work."""

import pytest

from accreditation.accounts.views import settings as page
from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people.rules import Grant
from accreditation.standing.queries import periods_of
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.services import projecting, rebuilding
from accreditation.standing.services.rebuilding import ask_for_rebuild, rebuild_is_asked_for, rebuild_next
from scheduler.jobs import work_out
from tests import factories

OTHER = "MPS-L1-HT"
FORM = {
    "service_name": "Mediation register",
    "main_scheme": OTHER,
    "reminder_breaker": "25",
    "cover_wanted": "0",
    "clearance_lead_days": "63",
}


@pytest.fixture
def people(app, today, monkeypatch):
    monkeypatch.setattr(projecting, "people_with_evidence", lambda after: _one_at_a_time(after))
    return [factories.accredited_mediator().id for _ in range(3)]


def _one_at_a_time(after: int) -> list[int]:
    from accreditation.standing.queries.evidence import people_with_evidence

    return people_with_evidence(after, 1)


def all_is_well() -> bool:
    return not any(checked.differing for checked in check_projections())


def test_saving_another_main_scheme_judges_everybody_by_it(people, sign_in):
    admin = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    assert periods_of(people[0], OTHER) == []
    answer = admin.post("/settings", data=FORM, follow_redirects=True)
    assert "The settings are saved." in answer.text
    assert all(periods_of(person_id, OTHER) for person_id in people)
    assert all_is_well()
    assert not rebuild_is_asked_for()


def test_what_the_page_did_not_finish_the_scheduler_does(people, sign_in, app, monkeypatch):
    monkeypatch.setattr(page, "SECONDS", 0)
    admin = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    answer = admin.post("/settings", data=FORM, follow_redirects=True)
    assert "Everybody is being judged by the new main scheme" in answer.text
    assert not all_is_well()
    assert work_out(app) == len(people) + 1
    assert all_is_well()
    assert work_out(app) == 0


def test_asked_anew_in_the_middle_it_begins_again(people):
    with transaction():
        set_setting("main_scheme", OTHER)
        ask_for_rebuild()
    with transaction():
        assert not rebuild_next()
    with transaction():
        ask_for_rebuild()
    assert rebuilding._after() == 0
    done = False
    while not done:
        with transaction():
            done = rebuild_next()
    assert all_is_well()
