"""Two of everything that belongs to somebody: ours and a stranger's, by the names that addresses use for them.

A room with a new kind of object adds it to `belongings`, and every test of strangers walks through its pages.
"""

import hashlib
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from accreditation.accounts.models import PASSWORD_RESET, Account
from accreditation.core import clock
from accreditation.core.database import Base, db, transaction
from accreditation.core.permissions import Role
from accreditation.desk.importing.models import ImportDraft
from accreditation.people.models import GrantRow, Person
from cohorts.services.attendance import keep_attendance_upload
from cohorts.services.uploads import keep_upload
from scheduler.models import ReminderRule
from scheduler.services.rules import install_usual_rules
from tests import factories
from vetting.models import ClearanceList

PERSONAL = {
    "reference", "booking_id", "entry_id", "contact_id", "award_id", "batch_id", "number", "clearance_id",
    "application_id",
    "account_id", "grant_id", "session_id", "letter_id", "draft_id", "result_id", "cohort_id", "enrolment_id",
    "upload_id", "transfer_id", "report_id", "overlay_id", "evidence_id", "other", "merge_id",
    "list_id", "marking_id", "staff_id", "departure_id", "act_id", "undoing_id", "decision_id", "plan_id", "away_id",
    "request_id", "case_id",
    "appeal_id", "given_id",
    "escalation_id",
    "raised_id",
    "shift_id",
    "swap_id",
    "arranged_id",
    "person_id",
}  # fmt: skip
PERSONAL |= {"training_id", "register_id"}
"""Arguments that lead to something of somebody's; the others (a scheme, a refresher day, a unit) are everybody's."""

NOT_STATE = {"audit_entry", "audit_detail", "audit_head", "user_session", "throttle"}
"""Tables that record that somebody looked or tried, and change when nothing else does."""

TODAY = date(2027, 2, 2)


def belongings(person: Person, provider_id: int) -> dict[str, object]:
    """Everything of this mediator, and of a cohort of this provider on which they are a candidate."""
    cohort = factories.cohort(provider_id=provider_id, title=f"Cohort of {person.family_name}")
    place = factories.candidate(cohort.id, person)
    result = factories.released_results(cohort.id, "pass")[0]
    staff = factories.staff(cohort.id)
    session = factories.training_session(cohort.id)
    factories.clearance(person.id)
    day = factories.refresher_day()
    award = factories.award(person.id, on=TODAY)
    decision, batch = factories.award_decision(award.id), factories.award_batch(person.id)
    booking = factories.booking(person.id, day.id)
    plan = factories.plan_naming(person, day.id)
    away = factories.dates_away(person.id, date(2027, 3, 1), date(2027, 3, 5))
    contact = factories.contact(person.id)
    arranged = factories.arranged_supervision(person.id, contact.id)
    entry = factories.practice_entry(person.id, quantity=Decimal(1))
    waiting = factories.clearance_application(person.id, level="SC")
    transfer = factories.clearance_transfer(person.id, level="DV")
    report = factories.clearance_report(person.id)
    overlay = factories.overlay(person.id, "suspension", TODAY)
    fact = factories.evidence(person.id, "cpd", TODAY, quantity=1, source=("import_draft", 1))
    # Passed on to this person, so about somebody else: nobody is told of what is said about themselves.
    told = factories.escalation(factories.contact(factories.mediator().id).id, person.id)
    other = factories.adviser(name=f"Other {person.family_name}", unit_id=person.unit_id)
    shift = factories.shift(other.id, on=TODAY + timedelta(7))
    swap = factories.swap(shift.id, factories.adviser(name=f"Third {person.family_name}").id, other.id)
    leave = factories.leave_request(person.id, date(2028, 5, 1), date(2028, 6, 1))
    raised = factories.raised_correction(person.id)
    case = factories.mediation_case(f"W-{person.id}", unit_id=person.unit_id)
    letter = factories.letter_to(person.id)
    account = factories.account(person.id)
    twin = factories.person(name=f"Twin {person.family_name}", unit_id=person.unit_id)
    leaver = factories.person(name=f"Leaver {person.family_name}", unit_id=person.unit_id)
    merge_id = factories.merged(
        person.id, factories.person(name=f"Former {person.family_name}", unit_id=person.unit_id).id
    )
    factories.grant(person.id, Role.MEDIATOR, factories.Scope.PERSON, person.id)
    with transaction():
        draft = ImportDraft(
            owner_id=person.id,
            created_at=clock.now(),
            expires_at=clock.now(),
            file_name="register.xlsx",
            scheme="INHOUSE-WPM",
            tracked_from=TODAY,
            sheet=0,
            header_row=0,
            columns={},
            decisions={},
            state="open",
        )
        db.session.add(draft)
        clearances = ClearanceList(
            owner_id=person.id,
            created_at=clock.now(),
            expires_at=clock.now(),
            file_name="clearances.xlsx",
            level="CTC",
            sheet=0,
            header_row=0,
            columns={},
            decisions={},
            state="open",
        )
        db.session.add(clearances)
        register = keep_attendance_upload(
            cohort.id, file_name="attendance.xlsx", version=1, cells=[], at=clock.now(), uploaded_by=person.id
        )
        upload = keep_upload(
            cohort.id, file_name="results.xlsx", version=1, rows=[], at=clock.now(), uploaded_by=person.id
        )
    undone = factories.undoing(provider_id)
    appeal = factories.appeal(result.id)
    given = factories.given(person.id)
    clearance = db.session.execute(select(Base.metadata.tables["clearance"].c.id).filter_by(person_id=person.id))
    grant = db.session.scalars(select(GrantRow.id).where(GrantRow.person_id == person.id)).one()
    return {
        "reference": person.reference,
        "cohort_id": cohort.id,
        "training_id": session.id,
        "register_id": register.id,
        "enrolment_id": place.id,
        "result_id": result.id,
        "upload_id": upload.id,
        "staff_id": staff.id,
        "appeal_id": appeal.id,
        "given_id": given.id,
        "act_id": factories.act_of(cohort.id).id,
        "undoing_id": undone.id,
        "day_id": day.id,
        "award_id": award.id,
        "decision_id": decision.id,
        "batch_id": batch.id,
        "number": award.number,
        "booking_id": booking.id,
        "plan_id": plan.id,
        "person_id": person.id,
        "away_id": away.id,
        "contact_id": contact.id,
        "arranged_id": arranged.id,
        "shift_id": shift.id,
        "swap_id": swap.id,
        "answer": "agree",
        "entry_id": entry.id,
        "request_id": leave.id,
        "escalation_id": told.id,
        "raised_id": raised.id,
        "case_id": case.id,
        "application_id": waiting.id,
        "clearance_id": clearance.scalars().first(),
        "transfer_id": transfer.id,
        "report_id": report.id,
        "letter_id": letter,
        "marking_id": factories.marking(person.id).id,
        "draft_id": draft.id,
        "list_id": clearances.id,
        "account_id": account.id,
        "grant_id": grant,
        "session_id": session_of(person.id),
        "overlay_id": overlay.id,
        "evidence_id": fact.id,
        "other": twin.reference,
        "merge_id": merge_id,
        "departure_id": factories.departure(leaver.id, TODAY - timedelta(1), on=TODAY).id,
        "unit_id": person.unit_id,
        "provider_id": provider_id,
    }


def session_of(person_id: int) -> int:
    """The number of a session that is open somewhere else."""
    factories.open_session(person_id)
    sessions = Base.metadata.tables["user_session"]
    query = select(sessions.c.id).join(Account.__table__, Account.id == sessions.c.account_id)
    return db.session.execute(query.where(Account.person_id == person_id)).scalars().first()


def of_everybody() -> dict[str, object]:
    """What addresses name that is nobody's own."""
    with transaction():
        install_usual_rules()
    rule = db.session.scalars(select(ReminderRule.id)).first()
    link = factories.link_path(db.session.scalars(select(Account.id)).first(), PASSWORD_RESET)
    return {
        "code": "INHOUSE-WPM",
        "assessment_id": factories.assessment().id,
        "figure": "active",
        "prepared_id": factories.steering_report().id,
        "kind": "case",
        "monday": "2027-02-08",
        "month": "2027-03",
        "level": "CTC",
        "overlay_kind": "leave",
        "award_act": "void",
        "rule_id": rule,
        "to": "interview",
        "decision": "cancel",
        "form_key": "form-" + "0" * 32,
        "intake": factories.intake().code,
        "member_id": 1,
        "slot_id": 1,
        "token": link.rpartition("/")[2],
    }


def digest() -> dict[str, str]:
    """Each table's content as a hash, so that a test can say which has changed."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_STATE:
            rows = sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    db.session.rollback()
    return found


def changed(before: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    return [name for name, now in digest().items() if before[name] != now]
