import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.awards.models import Award
from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories

SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
TODAY = factories.TODAY
READY = {"trained_on": date(2026, 6, 1)}


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count(Award.id)))


def test_a_manager_awards_several_in_one_step_with_the_dates_shown_first(sign_in, today):
    ada = factories.ready_mediator(name="Ada Okafor", **READY)
    ben = factories.ready_mediator(name="Ben Cole", **READY)
    later = factories.person(name="Not Ready")
    manager = sign_in(SERVICE)
    page = manager.get("/awards")
    assert "2 people meet everything but the award" in page.text
    assert "Not Ready" not in page.text
    decision = {"chosen": [ada.id, ben.id, later.id], "awarded_on": "2/2/2027"}
    preview = manager.post("/awards/several", data=decision)
    assert "Award 2 accreditations" in preview.text
    assert "2 February 2027 to 1 February 2030" in preview.text
    assert "Not met: " in preview.text
    assert count() == 0
    page = manager.post("/awards/several", data=decision | {"confirmed": "yes"}, follow_redirects=True)
    assert "2 accreditations are awarded: WPM-2027-0001, WPM-2027-0002" in page.text
    assert "Not Ready is not accredited" in page.text
    assert count() == 2
    page = manager.post("/awards/several", data=decision | {"confirmed": "yes"}, follow_redirects=True)
    assert count() == 2  # a double click
    assert "already" in page.text


def test_old_and_new_dates_are_shown_for_a_renewal(sign_in, today):
    who = factories.accredited_mediator(trained_on=date(2026, 6, 1), awarded_on=date(2024, 3, 1))
    for kind, code, quantity in (("case", "lead", 2), ("supervision", None, 4), ("cpd", None, 6)):
        factories.evidence(who.id, kind, TODAY - timedelta(9), code=code, quantity=quantity)
    manager = sign_in(SERVICE)
    assert "To renew, in the window now" in manager.get("/awards").text
    page = manager.post("/awards/several", data={"chosen": who.id, "awarded_on": "2 February 2027"})
    assert "1 March 2027 to 28 February 2030" in page.text
    assert "1 March 2024 to 28 February 2027" in page.text
    assert "keeps the anniversary" in page.text


def test_one_mediator_is_awarded_after_the_dates_were_seen(sign_in, today):
    ada = factories.ready_mediator(name="Ada Okafor", **READY)
    manager = sign_in(SERVICE)
    path, decision = f"/awards/new/{ada.reference}", {"scheme": "INHOUSE-WPM", "awarded_on": "1/2/2027"}
    assert "1 February 2027 to 31 January 2030" in manager.post(path, data=decision).text
    assert count() == 0
    page = manager.post(path, data=decision | {"confirmed": "yes"}, follow_redirects=True)
    assert "Ada Okafor is accredited, as WPM-2027-0001" in page.text
    assert "valid through 31 January 2030" in page.text


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ({"awarded_on": "3 February 2027"}, "today or in the past"),
        ({"awarded_on": ""}, "Enter the date of the decision"),
        ({"awarded_on": "2/2/27"}, "two digits"),
        ({"awarded_on": "2/2/2027", "scheme": "OTHER"}, "Not a valid choice"),
        ({"awarded_on": "2/2/2027"}, "Not met: "),
    ],
)
def test_a_refusal_is_shown_and_nothing_is_awarded(sign_in, today, decision, message):
    who = factories.person()
    manager = sign_in(SERVICE)
    page = manager.post(f"/awards/new/{who.reference}", data={"scheme": "INHOUSE-WPM", "confirmed": "y"} | decision)
    assert message in page.text
    assert count() == 0


def test_an_award_is_found_by_number_and_by_id(sign_in, today):
    award = factories.award(factories.ready_mediator(name="Ada Okafor", **READY).id)
    manager = sign_in(SERVICE)
    assert "Ada Okafor" in manager.get(f"/awards/{award.number}").text
    assert manager.get(f"/awards/record/{award.id}").headers["Location"] == f"/awards/{award.number}"
    assert award.number in manager.get("/awards/history").text
    assert manager.get("/awards/WPM-2027-9999").status_code == 404


def test_a_withdrawal_asks_for_its_reason(sign_in, today):
    number = factories.award(factories.ready_mediator(**READY).id, on=TODAY - timedelta(9)).number
    manager = sign_in(SERVICE)
    page = manager.post(f"/awards/{number}", data={"withdrawn_on": "2/2/2027", "reason": " "})
    assert "Write down why" in page.text
    page = manager.post(
        f"/awards/{number}", data={"withdrawn_on": "2/2/2027", "reason": "Left practice."}, follow_redirects=True
    )
    assert "is withdrawn from 2 February 2027" in page.text
    assert "Left practice." in page.text


ROUTES = [
    ("GET", "/awards/new/{reference}", {}),
    ("POST", "/awards/new/{reference}", {"scheme": "INHOUSE-WPM", "awarded_on": "2/2/2027", "confirmed": "yes"}),
    ("GET", "/awards/{number}", {}),
    ("POST", "/awards/{number}", {"withdrawn_on": "2/2/2027", "reason": "x"}),
    ("GET", "/awards/record/{award}", {}),
]
LISTS = [
    ("GET", "/awards", {}),
    ("GET", "/awards/history", {}),
    ("POST", "/awards/several", {"chosen": "{person}", "awarded_on": "2/2/2027", "confirmed": "yes"}),
]


def knock(client, method, path, data, ids):
    data = {key: value.format(**ids) for key, value in data.items()}
    return client.open(path.format(**ids), method=method, data=data if method == "POST" else None)


@pytest.fixture
def theirs(app, today):
    unit = factories.unit("Elsewhere")
    ready = factories.ready_mediator(name="Secret Person", unit_id=unit.id, **READY)
    award = factories.award(factories.ready_mediator(name="Secret Holder", unit_id=unit.id, **READY).id)
    return {"reference": ready.reference, "person": str(ready.id), "number": award.number, "award": award.id}


def test_a_manager_of_another_unit_reaches_nothing_of_it(sign_in, today, theirs):
    stranger = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Croydon").id))
    for method, path, data in ROUTES:
        answer = knock(stranger, method, path, data, theirs)
        assert answer.status_code == 404, (method, path)
        assert "Secret" not in answer.text
    for method, path, data in LISTS:
        assert "Secret" not in knock(stranger, method, path, data, theirs).text
    assert count() == 1


@pytest.mark.parametrize(
    "role", [Role.TRAINING_PROVIDER, Role.VETTING_OFFICER, Role.HELPLINE_ADVISER, Role.AUDITOR, Role.ADMINISTRATOR]
)
def test_other_roles_are_turned_away(sign_in, today, theirs, role):
    grant = Grant(role, Scope.SERVICE)
    if role is Role.TRAINING_PROVIDER:
        grant = Grant(role, Scope.PROVIDER, factories.provider().id)
    stranger = sign_in(grant)
    for method, path, data in [*ROUTES, *LISTS]:
        assert knock(stranger, method, path, data, theirs).status_code == 403, (method, path)
    assert count() == 1


def test_every_route_of_the_room_is_tried_above(app):
    tried = {re.sub(r"\{\w+\}", "<>", path) for _, path, _ in [*ROUTES, *LISTS]}
    rules = {re.sub(r"<[^>]+>", "<>", r.rule) for r in app.url_map.iter_rules() if r.endpoint.startswith("awards.")}
    assert rules == tried
