"""Nothing but the ledger changes a standing: whatever else is recorded, what the pages read stays as it was."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.accounts.services import accounts, roles
from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.people import services as people
from accreditation.people.models import GrantRow
from accreditation.refreshers.services.days import cancel_day, change_day
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.services import clear_deadline, set_deadline
from cohorts.services.cohorts import change_cohort
from scheduler.services.rules import install_usual_rules
from tests import factories

TODAY = factories.TODAY


def projections() -> set[tuple]:
    """Every row of both, with every column."""
    db.session.rollback()
    return {
        (model.__tablename__, *row)
        for model in (StandingPeriod, RequirementPeriod)
        for row in db.session.execute(select(model.__table__))
    }


def rename(who):
    people.rename_person(who.id, given_name="Other", family_name="Name")


def move_to_another_unit(who):
    unit = people.find_or_add_unit("Bromley")
    people.change_details(who.id, pay_number="P999", unit_id=unit.id, holder_kind="contractor")


def rename_the_unit(who):
    people.rename_unit(people.find_or_add_unit("Croydon").id, "Croydon and Sutton")


def change_the_address(who):
    people.change_address(who.id, "new@example.com")


def add_somebody(who):
    people.add_person(given_name="Some", family_name="Body")


def add_a_provider(who):
    people.add_provider("Another body")


def grant_and_end(who):
    people.grant_role(who.id, Role.AUDITOR, Scope.SERVICE, on=TODAY, granted_by=None)
    people.end_grant(db.session.scalars(select(GrantRow.id)).first(), on=TODAY)


def give_a_role(who):
    roles.give_role(who.id, Role.LINE_MANAGER, Scope.UNIT, who.unit_id, on=TODAY, granted_by=None)


def invite_to_an_account(who):
    accounts.invite(who.id, "who@example.com", now=clock.now())


def rename_the_service(who):
    for name in ("service_name", "helpline_phone", "cover_wanted"):
        set_setting(name, "7")


def install_reminders(who):
    install_usual_rules()


def set_and_clear_a_deadline(who):
    set_deadline(kind="helpline_followup", basis_date=TODAY, source=("contact", 1), person_id=who.id)
    clear_deadline(source=("contact", 1))


IN_ONE_TRANSACTION = [
    rename,
    move_to_another_unit,
    rename_the_unit,
    change_the_address,
    add_somebody,
    add_a_provider,
    grant_and_end,
    give_a_role,
    invite_to_an_account,
    rename_the_service,
    install_reminders,
    set_and_clear_a_deadline,
]


def open_and_close_an_account(who):
    account = factories.account(who.id)
    factories.open_session(who.id)
    with transaction():
        accounts.disable_account(account.id, now=clock.now(), on=TODAY)


def change_a_cohort(who):
    cohort = factories.cohort(title="Spring")
    with transaction():
        change_cohort(
            cohort.id,
            version=cohort.version,
            title="Summer",
            starts_on=cohort.starts_on,
            ends_on=cohort.ends_on,
            assessment_on=cohort.assessment_on,
            results_due_on=cohort.results_due_on,
            capacity=cohort.capacity,
            attendance_percent=cohort.attendance_percent,
        )


def apply_and_move_on(who):
    factories.application("Ada Okafor", stage="interview")


def draft_and_submit_a_result(who):
    cohort = factories.cohort()
    factories.candidate(cohort.id, who)
    factories.submitted_results(cohort.id, "pass")


def record_a_helpline_contact(who):
    factories.contact(who.id, follow_up_on=TODAY + timedelta(3))


def plan_book_move_and_cancel_a_refresher_day(who):
    day = factories.refresher_day()
    factories.booking(who.id, day.id)
    with transaction():
        change_day(day.id, factories.day_details(title="Another title"), version=day.version, on=TODAY)
    with transaction():
        cancel_day(day.id, because="No room", on=factories.TODAY)


def plan_reminders_and_letters(who):
    factories.plan(TODAY)
    factories.plan(TODAY + timedelta(200))


BY_THEMSELVES = [
    open_and_close_an_account,
    change_a_cohort,
    apply_and_move_on,
    draft_and_submit_a_result,
    record_a_helpline_contact,
    plan_book_move_and_cancel_a_refresher_day,
    plan_reminders_and_letters,
]


@pytest.mark.parametrize("change", [*IN_ONE_TRANSACTION, *BY_THEMSELVES], ids=lambda change: change.__name__)
def test_what_is_not_in_the_ledger_changes_no_standing(app, today, change: Callable):
    unit = factories.unit("Croydon")
    who = factories.accredited_mediator(name="Ada Okafor", unit_id=unit.id, email="ada@example.com")
    factories.lapsed_mediator()
    before = projections()
    assert before
    if change in BY_THEMSELVES:
        change(who)
    else:
        with transaction():
            change(who)
    assert projections() == before
    assert [person_id for batch in check_projections() for person_id in batch.differing] == []


def test_what_is_in_the_ledger_does(app, today):
    """The control: a fact moves the rows, and the check still finds them as the evidence says."""
    who = factories.lapsed_mediator()
    before = projections()
    factories.evidence(who.id, "refresher", date(2027, 1, 5))
    assert projections() != before
    assert [person_id for batch in check_projections() for person_id in batch.differing] == []
