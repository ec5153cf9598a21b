import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
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
    assert "2 people can be accredited now" in page.text
    assert "Not Ready" not in page.text
    decision = {"chosen": [ada.id, ben.id, later.id], "awarded_on": "2/2/2027"}
    preview = manager.post("/awards/several", data=decision)
    assert "Award 2 accreditations" in preview.text
    assert (
        "2\N{NO-BREAK SPACE}Feb\N{NO-BREAK SPACE}2027 to 1\N{NO-BREAK SPACE}Feb\N{NO-BREAK SPACE}2030" in preview.text
    )
    assert "Not met: " in preview.text
    assert count() == 0
    confirmed = decision | {"confirmed": "yes", "form_key": "k" * 20}
    page = manager.post("/awards/several", data=confirmed, follow_redirects=True)
    assert "2 accreditations awarded on 2 February 2027" in page.text
    assert "WPM-2027-0002" in page.text
    assert "Not met: " in page.text
    assert count() == 2
    again = manager.post("/awards/several", data=confirmed, follow_redirects=True)  # a double click
    assert (count(), again.request.path) == (2, page.request.path)


def test_all_that_the_filters_show_are_chosen_and_exported(sign_in, today):
    unit = factories.unit("Croydon")
    for name in ("Ada Okafor", "Ben Cole"):
        factories.ready_mediator(name=name, unit_id=unit.id, **READY)
    factories.ready_mediator(name="Cai Else", **READY)
    manager = sign_in(SERVICE)
    preview = manager.post("/awards/several", data={"step": "all", "unit": unit.id, "awarded_on": "2/2/2027"})
    assert "Award 2 accreditations" in preview.text
    assert "Cai Else" not in preview.text
    book = load_workbook(BytesIO(manager.get(f"/awards/export.xlsx?unit={unit.id}").data))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert [row[1] for row in rows[-2:]] == ["cole, ben", "okafor, ada"]
    assert rows[-1][4].date() == date(2027, 2, 2)
    assert "Nobody fits these filters" in manager.get("/awards?kind=late").text


def test_nothing_is_awarded_when_the_dates_have_changed_since_the_preview(sign_in, today):
    who = factories.ready_mediator(**READY)
    decision = {"chosen": who.id, "awarded_on": "2/2/2027", "confirmed": "y", "form_key": "k" * 20}
    seen = {"seen": f"{who.id} 2027-02-03 2030-02-03"}
    page = sign_in(SERVICE).post("/awards/several", data=decision | seen, follow_redirects=True)
    assert "no longer those that were shown" in page.text
    assert count() == 0


def test_old_and_new_dates_are_shown_for_a_renewal(sign_in, today):
    who = factories.accredited_mediator(trained_on=date(2026, 6, 1), awarded_on=date(2024, 3, 1))
    for kind, code, quantity in (("case", "lead", 2), ("supervision", None, 4), ("cpd", None, 6)):
        factories.evidence(who.id, kind, TODAY - timedelta(9), code=code, quantity=quantity)
    manager = sign_in(SERVICE)
    assert "Renewal in time" in manager.get("/awards").text
    page = manager.post("/awards/several", data={"chosen": who.id, "awarded_on": "2 February 2027"})
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 Mar 2027 to 28 Feb 2030" in text
    assert "1 Mar 2024 to 28 Feb 2027" in text
    assert "keeps the anniversary" in page.text


def test_one_mediator_is_awarded_after_the_dates_were_seen(sign_in, today):
    ada = factories.ready_mediator(name="Ada Okafor", **READY)
    manager = sign_in(SERVICE)
    path, decision = f"/awards/new/{ada.reference}", {"scheme": "INHOUSE-WPM", "awarded_on": "1/2/2027"}
    assert "1 February 2027 to 31 January 2030" in manager.post(path, data=decision).text
    assert count() == 0
    page = manager.post(path, data=decision | {"confirmed": "yes"}, follow_redirects=True)
    assert "Ada Okafor is accredited, as WPM-2027-0001" in page.text
    assert "valid through 31 Jan 2030" in page.text


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


ENDING = {"effective_on": "2/2/2027", "reason_class": "conduct", "reason": "Left practice.", "form_key": "k" * 20}


def test_one_manager_proposes_after_seeing_the_effect_and_a_second_one_confirms(sign_in, today):
    who = factories.ready_mediator(name="Ada Okafor", **READY)
    number = factories.award(who.id, on=TODAY - timedelta(9)).number
    one, other = sign_in(SERVICE), sign_in(SERVICE)
    path = f"/awards/{number}/withdraw"
    assert "Write down the reason" in one.post(path, data=ENDING | {"reason": " "}).text
    preview = one.post(path, data=ENDING)
    assert "Accreditation withdrawn" in preview.text
    assert "Nothing has been proposed yet" in preview.text
    page = one.post(path, data=ENDING | {"step": "save"}, follow_redirects=True)
    assert "You proposed this" in page.text
    assert "Confirm: " not in page.text
    assert "Waits for a second person" in other.get("/awards/decisions").text
    decision = page.request.path
    assert "Left practice." in other.get(decision).text
    assert "You proposed this. A second person has to confirm it." in (
        one.post(f"{decision}/confirm", follow_redirects=True).text
    )
    page = other.post(f"{decision}/confirm", follow_redirects=True)
    assert f"{number}: withdrawn from 2 February 2027" in page.text
    page = other.get(f"/awards/{number}")
    assert "Withdrawn" in page.text
    assert "Void from the start" in page.text
    assert "Reinstate" in page.text
    history = other.get(f"/awards/of/{who.reference}")
    assert number in history.text
    assert "Confirmed" in history.text


def test_a_proposal_is_refused_with_its_reason_or_taken_back(sign_in, today):
    award = factories.award(factories.ready_mediator(**READY).id)
    one, other = sign_in(SERVICE), sign_in(SERVICE)
    first = factories.award_decision(award.id, proposed_by=one.person_id).id
    assert "Write down why it is refused" in other.post(f"/awards/decisions/{first}/refuse", data={}).text
    page = other.post(f"/awards/decisions/{first}/refuse", data={"note": "Not upheld."}, follow_redirects=True)
    assert "Not upheld." in page.text
    second = factories.award_decision(award.id, act="void", reason_class="mistake", proposed_by=one.person_id).id
    assert "Only the one who proposed" in (
        other.post(f"/awards/decisions/{second}/take-back", follow_redirects=True).text
    )
    assert "Taken back." in one.post(f"/awards/decisions/{second}/take-back", follow_redirects=True).text


def test_an_administrator_sees_only_what_nobody_else_can_confirm(sign_in, today):
    award = factories.award(factories.ready_mediator(**READY).id)
    manager, administrator = sign_in(SERVICE), sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    decision = factories.award_decision(award.id, proposed_by=manager.person_id).id
    assert award.number in administrator.get("/awards/decisions").text
    other = sign_in(SERVICE)
    assert award.number not in administrator.get("/awards/decisions").text
    assert administrator.get(f"/awards/decisions/{decision}").status_code == 404
    assert administrator.post(f"/awards/decisions/{decision}/confirm").status_code == 404
    assert other.get(f"/awards/decisions/{decision}").status_code == 200


def test_nobody_decides_about_themselves(sign_in, today):
    who = factories.ready_mediator(**READY)
    award = factories.award(who.id)
    own, other = sign_in(SERVICE, person=who), factories.practice_manager()
    decision = factories.award_decision(award.id, proposed_by=other.id).id
    assert own.get(f"/awards/{award.number}/withdraw").status_code == 403
    assert own.get(f"/awards/decisions/{decision}").status_code == 403
    assert "The private reason" not in own.get(f"/awards/of/{who.reference}").text


ROUTES = [
    ("GET", "/awards/new/{reference}", {}),
    ("POST", "/awards/new/{reference}", {"scheme": "INHOUSE-WPM", "awarded_on": "2/2/2027", "confirmed": "yes"}),
    ("GET", "/awards/{number}", {}),
    ("GET", "/awards/{number}/withdraw", {}),
    ("POST", "/awards/{number}/withdraw", ENDING | {"step": "save"}),
    ("GET", "/awards/of/{reference}", {}),
    ("POST", "/awards/decisions/{decision}/take-back", {}),
    ("GET", "/awards/record/{award}", {}),
]
DECIDING = [
    ("GET", "/awards/decisions/{decision}", {}),
    ("POST", "/awards/decisions/{decision}/confirm", {}),
    ("POST", "/awards/decisions/{decision}/refuse", {"note": "x"}),
]
LISTS = [
    ("GET", "/awards", {}),
    ("GET", "/awards/history", {}),
    ("GET", "/awards/export.xlsx", {}),
    ("GET", "/awards/given/{batch}", {}),
    ("POST", "/awards/several", {"chosen": "{person}", "awarded_on": "2/2/2027", "confirmed": "yes"}),
]


def knock(client, method, path, data, ids):
    data = {key: value.format(**ids) for key, value in data.items()}
    return client.open(path.format(**ids), method=method, data=data if method == "POST" else None)


def said_in_the_book(data):
    return " ".join(str(cell.value) for row in load_workbook(BytesIO(data)).active.iter_rows() for cell in row)


@pytest.fixture
def theirs(app, today):
    unit = factories.unit("Elsewhere")
    ready = factories.ready_mediator(name="Secret Person", unit_id=unit.id, **READY)
    award = factories.award(factories.ready_mediator(name="Secret Holder", unit_id=unit.id, **READY).id)
    return {"reference": ready.reference, "person": str(ready.id), "number": award.number, "award": award.id} | {
        "decision": factories.award_decision(award.id).id,
        "batch": factories.award_batch(award.person_id).id,
    }


def test_a_manager_of_another_unit_reaches_nothing_of_it(sign_in, today, theirs):
    stranger = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Croydon").id))
    for method, path, data in [*ROUTES, *DECIDING]:
        answer = knock(stranger, method, path, data, theirs)
        assert answer.status_code == 404, (method, path)
        assert "Secret" not in answer.text
    for method, path, data in LISTS:
        answer = knock(stranger, method, path, data, theirs)
        assert "Secret" not in (said_in_the_book(answer.data) if path.endswith(".xlsx") else answer.text)
    assert count() == 1


@pytest.mark.parametrize(
    "role", [Role.TRAINING_PROVIDER, Role.VETTING_OFFICER, Role.HELPLINE_ADVISER, Role.AUDITOR, Role.ADMINISTRATOR]
)
def test_other_roles_are_turned_away(sign_in, today, theirs, role):
    grant = Grant(role, Scope.SERVICE)
    if role is Role.TRAINING_PROVIDER:
        grant = Grant(role, Scope.PROVIDER, factories.provider().id)
    stranger = sign_in(grant)
    deciding = [] if role is Role.ADMINISTRATOR else [*DECIDING, ("GET", "/awards/decisions", {})]
    for method, path, data in [*ROUTES, *LISTS, *deciding]:
        assert knock(stranger, method, path, data, theirs).status_code == 403, (method, path)
    assert count() == 1


def test_every_route_of_the_room_is_tried_above(app):
    tried = {re.sub(r"\{\w+\}", "<>", path) for _, path, _ in [*ROUTES, *LISTS, *DECIDING]}
    tried = {path.replace("/awards/<>/withdraw", "/awards/<>/<>") for path in tried} | {"/awards/decisions"}
    rules = {re.sub(r"<[^>]+>", "<>", r.rule) for r in app.url_map.iter_rules() if r.endpoint.startswith("awards.")}
    assert rules == tried
