"""Every address of the room, tried by whoever has no business there."""

import re

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from cohorts.models import Application, Attendance, Cohort, CohortSession, CohortStaff, Enrolment, Result
from cohorts.rules.workbook import SheetRow
from cohorts.services.attendance import keep_attendance_upload
from cohorts.services.uploads import keep_upload
from tests import factories
from tests.cohorts.test_views import PLAN, provider_grant
from tests.factories import cohorts as office

ROUTES = [
    ("GET", "/cohorts/{cohort}", {}),
    ("GET", "/cohorts/{cohort}/change", {}),
    ("POST", "/cohorts/{cohort}/change", PLAN | {"version": "2"}),
    ("POST", "/cohorts/{cohort}/state", {"to": "cancelled"}),
    ("POST", "/cohorts/{cohort}/candidates", {"reference": "M0001"}),
    ("GET", "/cohorts/{cohort}/places/{place}", {}),
    ("POST", "/cohorts/{cohort}/places/{place}", {"to": "withdrawn", "reason": "x"}),
    ("POST", "/cohorts/{cohort}/waiting", {}),
    *(("GET", f"/cohorts/{{cohort}}/{what}", {}) for what in ("staff", "sessions", "joining", "attendance")),
    ("POST", "/cohorts/{cohort}/staff", {"role": "trainer"}),
    ("POST", "/cohorts/{cohort}/staff/{staff}/end", {}),
    ("GET", "/cohorts/{cohort}/sessions/new", {}),
    ("POST", "/cohorts/{cohort}/sessions/new", {"title": "x"}),
    ("GET", "/cohorts/{cohort}/sessions/{session}", {}),
    ("POST", "/cohorts/{cohort}/sessions/{session}", {"title": "x"}),
    ("GET", "/cohorts/{cohort}/sessions/{session}/call-off", {}),
    ("POST", "/cohorts/{cohort}/sessions/{session}/call-off", {"because": "x", "version": "1"}),
    ("POST", "/cohorts/{cohort}/joining", {"words": "x", "what": "send"}),
    ("POST", "/cohorts/{cohort}/attendance", {"mark-{session}-{place}": "N", "version": "2"}),
    ("GET", "/cohorts/{cohort}/attendance/workbook", {}),
    ("POST", "/cohorts/{cohort}/attendance/uploads", {}),
    ("GET", "/cohorts/{cohort}/attendance/uploads/{register}", {}),
    ("POST", "/cohorts/{cohort}/attendance/uploads/{register}", {}),
    ("GET", "/cohorts/{cohort}/results", {}),
    ("POST", "/cohorts/{cohort}/results", {"outcome-{place}": "pass", "version": "4"}),
    ("POST", "/cohorts/{cohort}/submit", {"version": "4"}),
    ("POST", "/cohorts/{cohort}/send-back", {"version": "4"}),
    ("GET", "/cohorts/{cohort}/workbook", {}),
    ("POST", "/cohorts/{cohort}/uploads", {}),
    ("GET", "/cohorts/{cohort}/uploads/{upload}", {}),
    ("POST", "/cohorts/{cohort}/uploads/{upload}", {}),
    ("GET", "/cohorts/{cohort}/uploads/{upload}/to-mend", {}),
    ("GET", "/cohorts/{cohort}/history", {}),
    ("GET", "/cohorts/{cohort}/results/{result}/appeal", {}),
    ("POST", "/cohorts/{cohort}/results/{result}/appeal", {"grounds": "Wrong"}),
    ("GET", "/cohorts/{cohort}/assessment", {}),
    ("POST", "/cohorts/{cohort}/assessment", {"assessment": ""}),
    ("GET", "/cohorts/{cohort}/moderate", {}),
    ("POST", "/cohorts/{cohort}/moderate", {"what": "agree"}),
    ("GET", "/cohorts/{cohort}/places/{place}/result", {}),
    ("POST", "/cohorts/{cohort}/places/{place}/result", {"outcome-{place}": "pass"}),
    ("GET", "/cohorts/{cohort}/release", {}),
    ("POST", "/cohorts/{cohort}/release", {"result": "{result}"}),
    ("GET", "/cohorts/{cohort}/results/{result}/correct", {}),
    ("POST", "/cohorts/{cohort}/results/{result}/correct", {"outcome": "fail", "event_on": "1/2/2027", "note": "x"}),
    ("GET", "/results/{result}", {}),
    ("POST", "/applications/place/{cohort}", {"chosen": "1"}),
    ("GET", "/applications/{application}", {}),
    ("POST", "/applications/{application}", {"to": "sift"}),
    ("POST", "/applications/{application}/identity", {"same_as": "nobody"}),
    *(
        ("POST", f"/applications/{{application}}/{what}", {})
        for what in ("duplicate", "feedback", "interview", "line-manager", "links", "remind", "support")
    ),
    ("POST", "/applications/{application}/marking/{marking}", {}),
    ("GET", "/intakes", {}),
    ("GET", "/intakes/new", {}),
    ("GET", "/intakes/{intake}", {}),
    *(("GET", f"/intakes/{{intake}}/{what}", {}) for what in ("change", "interviews", "letters", "panel", "ranking")),
    *(
        ("POST", f"/intakes/{{intake}}/{what}", {})
        for what in ("closing", "late", "next-offer", "overdue-offers", "panel", "remind", "share-out")
    ),
    ("POST", "/intakes/{intake}/panel/{member}/remove", {}),
    ("POST", "/intakes/{intake}/interviews/{slot}/call-off", {}),
    ("GET", "/sift", {}),
    ("GET", "/interviews", {}),
    *(("POST", f"/{what}/{{marking}}", {}) for what in ("sift", "interviews")),
    *(("POST", f"/{what}/{{marking}}/conflict", {}) for what in ("sift", "interviews")),
]


@pytest.fixture
def somebody_elses(app, today):
    """A cohort of another provider with everything on it, and what its state is."""
    cohort = factories.cohort("Secret title", candidates=2)
    factories.drafts(cohort.id, "pass", "fail")
    places = db.session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
    results = db.session.scalars(select(Result).order_by(Result.id)).all()
    row = SheetRow(5, {"reference": "x"}, office.entry(places[0].person.reference))
    uploader = factories.person().id
    version = office.version(cohort.id)
    with transaction():
        upload = keep_upload(
            cohort.id, file_name="r.xlsx", version=version, rows=[row], at=office.NOW, uploaded_by=uploader
        )
        register = keep_attendance_upload(
            cohort.id, file_name="a.xlsx", version=1, cells=[], at=office.NOW, uploaded_by=uploader
        )
    return {
        "cohort": cohort.id,
        "staff": factories.staff(cohort.id).id,
        "session": factories.training_session(cohort.id, "Secret session").id,
        "register": register.id,
        "place": places[0].id,
        "result": results[0].id,
        "upload": upload.id,
        "application": factories.application("Secret applicant").reference,
        "intake": factories.intake("Secret intake").code,
        "marking": factories.marking(uploader).id,
        "member": 1,
        "slot": 1,
    }


def picture():
    """Everything a stranger could have changed."""
    db.session.rollback()
    rows = []
    for model in (Cohort, CohortSession, CohortStaff, Attendance, Enrolment, Result, Application):
        for row in db.session.scalars(select(model).order_by(model.id).execution_options(populate_existing=True)):
            rows.append({column.key: getattr(row, column.key) for column in model.__table__.columns})
    return rows


def knock(client, method, path, data, ids):
    data = {key.format(**ids): value.format(**ids) for key, value in data.items()}
    return client.open(path.format(**ids), method=method, data=data if method == "POST" else None)


def test_another_provider_reaches_nothing_of_it_by_any_address(sign_in, today, somebody_elses):
    own = factories.cohort(candidates=1)
    stranger = sign_in(provider_grant(own))
    before = picture()
    for method, path, data in ROUTES:
        answer = knock(stranger, method, path, data, somebody_elses)
        assert answer.status_code in (403, 404), (method, path, answer.status_code)
        assert "Secret" not in answer.text
        # an upload or place of the other cohort through the address of their own
        crossed = knock(stranger, method, path, data, somebody_elses | {"cohort": own.id})
        if any(part in path for part in ("{upload}", "{place}", "{result}", "{staff}", "{session}", "{register}")):
            assert crossed.status_code in (403, 404), (method, path, crossed.status_code)
    assert picture() == before
    assert "Secret" not in stranger.get("/cohorts").text
    assert "Secret" not in stranger.get("/cohorts?provider=1&state=running").text


@pytest.mark.parametrize(
    "role",
    [Role.MEDIATOR, Role.VETTING_OFFICER, Role.HELPLINE_ADVISER, Role.LINE_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR],
)
def test_other_roles_are_turned_away(sign_in, today, somebody_elses, role):
    who = factories.person()
    scope = (
        Grant(role, Scope.PERSON, who.id) if role in (Role.MEDIATOR, Role.LINE_MANAGER) else Grant(role, Scope.SERVICE)
    )
    stranger = sign_in(scope, person=who)
    before = picture()
    lists = [("GET", "/cohorts", {}), ("GET", "/applications", {}), ("POST", "/applications/decide", {})]
    for method, path, data in [*lists, *ROUTES]:
        assert knock(stranger, method, path, data, somebody_elses).status_code == 403, (method, path)
    assert picture() == before


def test_nobody_signed_in_gets_nothing(client, today, somebody_elses):
    before = picture()
    for method, path, data in ROUTES:
        answer = knock(client, method, path, data, somebody_elses)
        assert answer.status_code in (302, 303, 401, 403), (method, path)
        assert "Secret" not in answer.text
    assert picture() == before


def test_every_route_of_the_room_is_tried_above(app):
    tried = {re.sub(r"\{\w+\}", "<>", path) for _, path, _ in ROUTES}
    open_to_all = {"/apply", "/apply/received/<>", "/my-results"}
    open_to_all |= {"/apply/<>", "/apply/link", "/apply/saved", "/apply/sent", "/apply/offer/<>", "/apply/support/<>"}
    open_to_all |= {f"/apply/mine/<>{further}" for further in ("", "/answers", "/interview", "/take-back", "/withdraw")}
    lists = {"/cohorts", "/cohorts/new", "/applications", "/applications/new", "/applications/decide"}
    lists |= {"/appeals", "/appeals/<>", "/my-results/<>/appeal", "/my-results/<>/appeal/withdraw"}
    lists |= {"/assessments", "/assessments/new", "/assessments/<>"}
    by_stage = {"/applications/move/<>"}
    rules = {re.sub(r"<[^>]+>", "<>", r.rule) for r in app.url_map.iter_rules() if r.endpoint.startswith("cohorts.")}
    elsewhere = {rule for rule in rules if "equality" in rule}  # tests/cohorts/equality
    given = {"/assessing", "/assessing/<>", "/moderating", "/moderating/<>", "/cohorts/<>/staff/<>/candidates"}
    elsewhere |= given  # tests/cohorts/test_given.py
    assert rules == tried | open_to_all | lists | by_stage | elsewhere
