"""`accreditation demo`: a whole service through the rooms' own services, once, and nothing in it that contradicts."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from accreditation.accounts.models import Account
from accreditation.accounts.services.passwords import hash_password
from accreditation.app import create_app
from accreditation.awards.models import Award
from accreditation.core import audit
from accreditation.core.database import Base, db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.migrate import migrate, schema_is_current
from accreditation.core.outbox import WAITING, Letter
from accreditation.core.permissions import Role
from accreditation.core.settings import get_setting
from accreditation.desk.demo import cli
from accreditation.desk.demo.filling import service
from accreditation.desk.demo.plan.people import SCHEME
from accreditation.desk.demo.plan.service import make_plan
from accreditation.desk.demo.queries import is_empty
from accreditation.helpline.models import Contact
from accreditation.people.models import ContactAddress, Person
from accreditation.practice.jobs import ask_line_managers
from accreditation.practice.models import LeaveRequest, LineManager, MediationCase, PracticeEntry
from accreditation.refreshers.models import Booking, RefresherDay
from accreditation.standing.models import Evidence, StandingPeriod
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.presets import preset
from accreditation.standing.rules.verdict import Verdict
from cohorts.models import Application, Cohort
from cohorts.rules.stages import DRAFT, STAGES
from tests import factories
from tests.conftest import Client
from tests.factories import TODAY
from tests.security.doors import FOR_A_WHILE
from vetting.models import Clearance, ClearanceApplication
from vetting.rules.steps import CLEARANCE_STATES, OPEN

MORNING = "2027-02-02T10:00:00+00:00"


@pytest.fixture(scope="module")
def demo(config, tmp_path_factory) -> Iterator[tuple[Flask, list[dict[str, str]]]]:
    """The demo as `make run` fills it, with its sign-ins. Read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(replace(config, data_dir=folder, database_url=f"sqlite:///{folder / 'demo.sqlite3'}"))
    app.testing = True
    app.test_client_class = Client
    with time_machine.travel(MORNING, tick=False), app.app_context():
        Base.metadata.create_all(db.engine)
        sign_ins = run(app, "--json")
        db.session.remove()
        yield app, json.loads(sign_ins)
        db.session.remove()
        db.engine.dispose()


def run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["demo", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def standing_now() -> dict[str, int]:
    period = StandingPeriod
    query = select(period.verdict, func.count()).where(period.starts_on <= TODAY, period.ends_on > TODAY)
    return dict(map(tuple, db.session.execute(query.group_by(period.verdict))))


def states(column) -> dict[str, int]:
    return dict(map(tuple, db.session.execute(select(column, func.count()).group_by(column))))


def test_every_verdict_is_there_and_most_may_work(demo):
    counts = standing_now()
    assert set(counts) == {verdict.value for verdict in Verdict}
    assert counts["deployable"] >= 90
    assert sum(counts.values()) >= 120


def test_what_is_stored_is_what_the_engine_says_and_the_trail_is_whole(demo):
    assert [person for batch in check_projections() for person in batch.differing] == []
    assert audit.verify().broken_at is None


def test_every_state_of_cohorts_applications_and_clearances_is_there(demo):
    assert set(states(Cohort.state)) == {
        "closed", "assessment", "moderation", "in_training", "open", "planned", "cancelled"
    }  # fmt: skip
    assert set(states(Application.stage)) == set(STAGES) - {DRAFT}
    assert set(states(Clearance.state)) >= set(CLEARANCE_STATES) - {"transferred_out", "lapsed"}
    assert set(states(Clearance.state)) & {"transferred_out", "lapsed"}
    assert set(OPEN) - {"initiated"} <= set(states(ClearanceApplication.state))
    assert {"refused", "discontinued"} <= set(states(ClearanceApplication.state))


def test_refresher_days_are_past_with_attendance_and_coming_with_seats(demo):
    assert {"held", "planned", "cancelled"} == set(states(RefresherDay.state))
    bookings = states(Booking.state)
    assert bookings["attended"] > 100
    assert bookings["did_not_attend"] >= 1
    coming = select(RefresherDay).where(RefresherDay.held_on > TODAY, RefresherDay.state == "planned")
    days = db.session.scalars(coming).all()
    booked = Counter(db.session.scalars(select(Booking.day_id).where(Booking.state == "booked")))
    assert len(days) >= 3
    assert any(0 < booked[day.id] < day.capacity for day in days)


def test_practice_is_confirmed_and_some_waits_for_it(demo):
    entries = states(PracticeEntry.state)
    assert entries["confirmed"] > 1000
    assert entries["logged"] >= 2
    assert set(states(PracticeEntry.kind)) == {"case", "cpd", "supervision", "declaration"}
    assert set(states(MediationCase.outcome)) == {None, "resolved", "partly", "not", "concluded", "withdrawn"}
    assert set(states(LeaveRequest.state)) == {"asked", "declined"}


def test_line_managers_are_named_asked_and_have_answered(demo):
    app, sign_ins = demo
    assert set(states(LineManager.ended_at)) == {None}
    assert not states(PracticeEntry.by_link_id).keys() <= {None}  # somebody has answered from a letter
    manager = entered(app, sign_ins, Role.PRACTICE_MANAGER)
    page = manager.get("/practice/line-managers").text
    assert "nobody has been named" in page
    assert "days ago" in page
    assert "Not named" in page
    boss = entered(app, sign_ins, Role.LINE_MANAGER)
    assert re.search(r"\d+ entries wait for you, of \d+ mediators", boss.get("/practice/confirming").text)
    mine = entered(app, sign_ins, Role.MEDIATOR).get("/practice/mine").text
    for said in ("Queried by", "You were back at noon: three hours?", "Your line manager for this is"):
        assert said in mine
    with app.app_context():
        assert ask_line_managers(TODAY) == 0  # whoever starts a demo writes to nobody


def test_supervision_is_arranged_and_one_session_waits_to_be_logged(demo):
    app, sign_ins = demo
    page = entered(app, sign_ins, Role.PRACTICE_MANAGER).get("/practice/arranged").text
    assert "2 sessions to be held or to be logged" in page
    assert page.count("Not logged yet") == 1


def entered(app: Flask, sign_ins: list[dict[str, str]], role: Role) -> FlaskClient:
    """A browser of the first who signs in with that role."""
    client = app.test_client()
    one = next(sign_in for sign_in in sign_ins if sign_in["role"] == role.value)
    client.post("/sign-in", data={"email": one["email"], "password": one["password"]})
    return client


def test_the_helpline_has_follow_ups_done_due_and_overdue(demo):
    assert get_setting("vetting_contact")
    owed = Contact.follow_up_on.is_not(None)
    done = db.session.scalar(select(func.count()).where(Contact.followed_up_on.is_not(None)))
    overdue = db.session.scalar(
        select(func.count()).where(owed, Contact.followed_up_on.is_(None), Contact.follow_up_on < TODAY)
    )
    assert done > 1
    assert overdue >= 1


def test_everybody_is_called_demo_and_nobody_gets_a_letter(demo):
    assert all(reference.startswith("DEMO-") for reference in db.session.scalars(select(Person.reference)))
    assert not set(states(Letter.state)) & set(WAITING)
    assert {"undeliverable", "failed"} <= set(states(Letter.state))
    domains = {address.partition("@")[2] for address in db.session.scalars(select(ContactAddress.address))}
    assert domains == {"example.police.uk", "northgate.example.org"}


def test_every_fact_follows_from_something(demo):
    sources = states(Evidence.source_type)
    assert set(sources) >= {"result", "award", "clearance", "refresher_booking", "practice_entry", "departure"}
    assert sources.get("demo", 0) < 20
    assert len(set(db.session.scalars(select(Award.number)))) == db.session.scalar(select(func.count(Award.id)))


def test_there_is_a_sign_in_for_each_role_and_each_one_works(demo):
    app, sign_ins = demo
    roles = Counter(sign_in["role"] for sign_in in sign_ins)
    lasting = [role for role in Role if role not in FOR_A_WHILE]
    twice = (Role.PRACTICE_MANAGER, Role.HELPLINE_ADVISER)
    assert roles == Counter({role.value: 2 if role in twice else 1 for role in lasting})
    for sign_in in sign_ins:
        client = app.test_client()
        entered = client.post("/sign-in", data={"email": sign_in["email"], "password": sign_in["password"]})
        assert entered.status_code == 302, sign_in
        assert client.get("/", follow_redirects=True).status_code == 200, sign_in


def test_nobody_else_has_an_account(demo):
    _, sign_ins = demo
    assert {sign_in["email"] for sign_in in sign_ins} == set(db.session.scalars(select(Account.email)))


def test_a_second_run_refuses_and_a_second_start_only_says_so(demo):
    app, sign_ins = demo
    with pytest.raises(DomainError, match="There are people in this database already"):
        run(app)
    assert json.loads(run(app, "--first-start", "--json")) == sign_ins
    assert sign_ins[0]["password"] in run(app, "--first-start")


def test_a_small_one_on_both_databases_is_whole(app, today):
    printed = run(app, "--mediators", "12", "--seed", "3")
    assert "manager@example.police.uk" in printed
    assert [person for batch in check_projections() for person in batch.differing] == []
    assert audit.verify().broken_at is None
    assert {"deployable", "lapsed", "suspended"} <= set(standing_now())
    the_same_seed_makes_the_same_people(seed=3, mediators=12)
    a_password_that_was_changed_is_no_longer_shown(app)


def the_same_seed_makes_the_same_people(*, seed: int, mediators: int) -> None:
    plan = make_plan(seed=seed, mediators=mediators, on=TODAY, scheme=preset(SCHEME))
    names = [person.name for person in db.session.scalars(select(Person).order_by(Person.id))]
    expected = [somebody.name for somebody in sorted(plan.everybody, key=lambda somebody: somebody.key)]
    assert len(expected) > mediators
    assert names[: len(expected)] == expected


def a_password_that_was_changed_is_no_longer_shown(app: Flask) -> None:
    assert "auditor" in [sign_in["role"] for sign_in in json.loads(run(app, "--first-start", "--json"))]
    with transaction():
        account = db.session.scalars(select(Account).where(Account.email == "auditor@example.police.uk")).one()
        account.password_hash = hash_password("something of my own")
    assert "auditor" not in [sign_in["role"] for sign_in in json.loads(run(app, "--first-start", "--json"))]


def test_the_bulk_goes_in_beside_it_and_is_judged_like_everybody(app, today, monkeypatch):
    monkeypatch.setattr(cli, "TOLD", 20)
    monkeypatch.setattr(cli, "MEDIATORS", 12)
    run(app, "--mediators", "400")
    assert [person for batch in check_projections() for person in batch.differing] == []
    assert audit.verify().broken_at is None
    mediators = db.session.scalar(select(func.count(func.distinct(Award.person_id))))
    assert 380 <= mediators <= 400
    assert set(standing_now()) == {verdict.value for verdict in Verdict}
    references = list(db.session.scalars(select(Person.reference)))
    assert len(set(references)) == len(references)
    bulk = select(func.count()).where(audit.AuditEntry.action == "filled the demo in bulk")
    assert db.session.scalar(bulk) == 1
    newcomer = factories.person(name="Newcomer Jones")  # the rooms go on counting where the bulk ended
    assert newcomer.reference.startswith("DEMO-")
    assert newcomer.reference not in references


def test_a_demo_that_was_interrupted_says_so(app, today, monkeypatch):
    monkeypatch.setattr(cli, "TOLD", 2)
    monkeypatch.setattr(cli, "MEDIATORS", 2)
    monkeypatch.setattr(cli, "add_in_bulk", interrupted)
    monkeypatch.setattr(service, "fill_equality", lambda ground: None)  # a hundred applicants, whom nobody asks about
    with pytest.raises(BrokenPipeError):
        run(app, "--mediators", "9")
    with pytest.raises(DomainError, match="interrupted"):
        run(app, "--first-start")


def interrupted(**_: object) -> None:
    raise BrokenPipeError


def test_in_a_folder_without_a_database_it_sets_the_schema_up_first(config, tmp_path):
    url = f"sqlite:///{tmp_path / 'blank.sqlite3'}"
    blank = create_app(replace(config, data_dir=tmp_path, database_url=url))
    with blank.app_context():
        assert "its schema is set up" in blank.test_cli_runner().invoke(args=["demo", "--mediators", "1"]).stderr
        assert schema_is_current()
        assert db.session.scalar(select(func.count(Person.id))) > 1
        db.session.remove()
        db.engine.dispose()


def test_a_database_of_another_version_is_left_alone_and_says_what_to_run(config, tmp_path):
    url = f"sqlite:///{tmp_path / 'older.sqlite3'}"
    older = create_app(replace(config, data_dir=tmp_path, database_url=url))
    with older.app_context():
        migrate(url)
        with transaction():
            db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        with pytest.raises(DomainError, match="Run “accreditation migrate” first"):
            run(older)
        assert is_empty()
        db.session.remove()
        db.engine.dispose()


def test_a_service_that_works_is_left_alone(app, today):
    factories.person()
    assert "No demo was filled in" in run(app, "--first-start")
    assert run(app, "--first-start", "--json") == "[]\n"
    with pytest.raises(DomainError):
        run(app)
    assert db.session.scalar(select(func.count(Person.id))) == 1


def test_cohorts_of_the_provider_are_due(demo):
    due = select(Cohort).where(Cohort.state == "assessment", Cohort.provider_id == 1)
    days = [cohort.results_due_on for cohort in db.session.scalars(due)]
    assert min(days) < TODAY <= max(days)
    assert max(days) - TODAY < timedelta(14)
    assert isinstance(max(days), date)
