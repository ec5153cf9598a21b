"""The officer's forms for corrections, transfers and reports; the rules; and one's own clearance."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from tests import factories
from tests.desk.numbers import length_of
from vetting import services
from vetting.models import AftercareFact, Clearance, ClearanceApplication, ClearanceTransfer
from vetting.queries.periods import overdue_blocks, review_periods

OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)


@pytest.fixture
def ada(app):
    return factories.mediator(name="Ada Okafor", holder_kind="employee")


def test_dates_are_corrected_and_the_difference_from_usual_is_shown(sign_in, ada):
    clearance = factories.clearance(ada.id)
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    form = {"by": "vetting_unit", "granted_on": "3 March 2025", "valid_through": "2 March 2034", "reason": "New letter"}
    page = officer.post(f"{path}/clearances/{clearance.id}/dates", data=form, follow_redirects=True).text
    assert "Valid through 2 March 2034." in page
    assert "The usual period would give 2 March 2035: this is 365 days sooner." in page
    assert "New letter" in page
    assert "New letter" not in sign_in(MANAGER).get(path).text


def test_the_risk_owner_has_the_end_brought_forward(sign_in, ada):
    clearance = factories.clearance(ada.id)
    form = {"by": "risk_owner", "granted_on": "3/3/2025", "valid_through": "2/3/2028", "reason": "Contract ends"}
    page = sign_in(OFFICER).post(
        f"/vetting/{ada.reference}/clearances/{clearance.id}/dates", data=form, follow_redirects=True
    )
    assert "as the risk owner shortened it" in page.text
    assert db.session.scalars(select(Clearance.ends_on)).one() == date(2028, 3, 3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "Enter a reason"),
        ({"by": "risk_owner", "valid_through": ""}, "Enter the new last good day"),
        ({"by": "risk_owner", "granted_on": "4/3/2025"}, "changes the end, not the day of the grant"),
        ({"by": "risk_owner", "valid_through": "2/3/2031"}, "would not be sooner"),
        ({"valid_through": "2/3/2025"}, "must not lie before"),
    ],
)
def test_dates_that_cannot_be_are_refused_with_what_was_typed(sign_in, ada, changes, said):
    clearance = factories.clearance(ada.id)
    form = {"by": "vetting_unit", "granted_on": "3/3/2025", "valid_through": "2/3/2029", "reason": "Typed wrong"}
    page = sign_in(OFFICER).post(f"/vetting/{ada.reference}/clearances/{clearance.id}/dates", data=form | changes)
    assert said in page.text
    assert page.status_code == 200
    assert db.session.scalars(select(Clearance.ends_on)).one() == date(2030, 3, 3)


def test_a_clearance_without_its_dates_is_kept_and_named(sign_in, ada):
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    form = {"level": "CTC", "granted_on": "", "to_be_asked": "y"}
    assert "until its dates are known" in officer.post(f"{path}/clearances/new", data=form, follow_redirects=True).text
    assert "Dates missing" in officer.get(path).text
    wrong = officer.post(f"{path}/clearances/new", data={"level": "CTC", "granted_on": ""})
    assert "or say that a date is missing" in wrong.text


def test_what_was_recorded_in_error_is_gone_for_all_but_the_officer(sign_in, ada):
    clearance = factories.clearance(ada.id)
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    form = {"what": "strike_out", "reason": "Another Okafor"}
    officer.post(f"{path}/clearances/{clearance.id}/error", data=form, follow_redirects=True)
    assert "Another Okafor" in officer.get(path).text
    assert "No clearance is recorded" in sign_in(MANAGER).get(path).text
    assert officer.get(f"{path}/clearances/{clearance.id}").status_code == 404
    assert "Ada Okafor" not in officer.get("/vetting").text


def test_a_step_is_taken_back(sign_in, ada):
    application = factories.clearance_application(ada.id)
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}/applications/{application.id}"
    officer.post(path, data={"to": "submitted", "taken_on": "11/1/2027"})
    page = officer.post(f"{path}/error", data={"what": "take_back", "reason": "Not yet"}, follow_redirects=True)
    assert "It is put right" in page.text
    assert db.session.scalars(select(ClearanceApplication.state)).one() == "initiated"
    assert "first step" in officer.post(f"{path}/error", data={"what": "take_back", "reason": "x"}).text


def test_a_transfer_is_asked_for_and_accepted_with_our_own_dates(sign_in, ada):
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    form = {"which": "in", "level": "CTC", "other_body": "Essex Police", "requested_on": "4/1/2027"}
    page = officer.post(f"{path}/transfers/new", data=form, follow_redirects=True).text
    assert "Transfers that wait for an answer" in page
    number = db.session.scalars(select(ClearanceTransfer.id)).one()
    answer = {"answer": "accepted", "answered_on": "1/2/2027"}
    page = officer.post(f"{path}/transfers/{number}", data=answer).text
    assert "Enter the last good day that your own vetting unit gives" in page
    answer |= {"originally_granted_on": "29/2/2024", "valid_through": "28/2/2029"}
    page = officer.post(f"{path}/transfers/{number}", data=answer, follow_redirects=True).text
    assert "held here from 1 February 2027, valid through 28 February 2029" in page
    assert "Granted elsewhere" in page


def test_a_clearance_goes_to_another_body(sign_in, ada):
    clearance = factories.clearance(ada.id)
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    form = {"which": str(clearance.id), "level": "", "other_body": "Essex Police", "requested_on": "4/1/2027"}
    officer.post(f"{path}/transfers/new", data=form)
    number = db.session.scalars(select(ClearanceTransfer.id)).one()
    form = {"answer": "accepted", "answered_on": "1/2/2027"}
    page = officer.post(f"{path}/transfers/{number}", data=form, follow_redirects=True)
    assert "no longer held here" in page.text
    assert "Transferred out" in page.text


def test_a_report_has_a_day_and_no_content(sign_in, ada):
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}"
    form = {"kind": "change_reported", "reported_on": "20/1/2027", "next_action": "ask_unit", "due_on": "10/2/2027"}
    assert "Choose who sees to it" in officer.post(f"{path}/reports/new", data=form).text
    form["owner"] = str(officer.person_id)
    page = officer.post(f"{path}/reports/new", data=form, follow_redirects=True).text
    assert "Ask the vetting unit" in page
    assert "Reported to the vetting unit" not in sign_in(MANAGER).get(path).text
    number = db.session.scalars(select(AftercareFact.id)).one()
    assert officer.post(f"{path}/reports/{number}", data={"what": "anything"}).status_code == 400
    assert "Done" in officer.post(f"{path}/reports/{number}", data={"what": "done"}, follow_redirects=True).text
    officer.post(f"{path}/reports/{number}", data={"what": "strike_out"})
    assert officer.post(f"{path}/reports/{number}", data={"what": "done"}).status_code == 404


def test_every_report_to_see_to_is_on_a_page_of_the_list(sign_in, ada):
    officer = sign_in(OFFICER)
    for day in range(1, 52):
        factories.clearance_report(
            ada.id,
            next_action="ask_unit",
            owner_id=officer.person_id,
            due_on=date(2027, 3, 1) + timedelta(day // 2),  # two on a day: the order needs more than the day
        )
    page = officer.get("/vetting?list=reports").text
    assert 'data-figure="51" data-code="reports"' in page
    assert length_of(officer, "/vetting?list=reports") == 51
    assert "Next page" in page
    assert "Ask the vetting unit" not in sign_in(MANAGER).get("/vetting?list=reports").text


def test_one_sees_ones_own_conditions_and_never_the_reference(sign_in, ada):
    factories.clearance(
        ada.id,
        sponsor="HR",
        reference="VET-123",
        notes="asked twice",
        state="granted_with_conditions",
        conditions="review in a year",
    )
    factories.clearance_report(ada.id)
    factories.clearance_report(ada.id, kind="incident_report", reported_on=date(2027, 1, 9))
    waiting = factories.clearance_application(ada.id, level="SC", on=date(2026, 11, 30))
    with transaction():
        services.move_application(waiting.id, to="on_hold", on=date(2026, 12, 24), recorded_by=None)
    page = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada).get("/vetting/mine").text
    for told in ("review in a year", "Granted with conditions", "2 March 2030", "HR", "4 January 2027", "Pending"):
        assert told in page, told
    for kept in ("VET-123", "asked twice", "On hold", "30 November 2026", "incident", "9 January 2027"):
        assert kept not in page, kept


def test_the_rules_are_set_with_who_says_so(sign_in):
    officer = sign_in(OFFICER)
    page = officer.post(
        "/vetting/rules/SC/contractor",
        data={"months": "60", "certainty": "U", "source": "Letter of May 2026"},
        follow_redirects=True,
    ).text
    assert "Set by this service" in page
    assert review_periods()["SC", "contractor"].months == 60
    assert officer.get("/vetting/rules/TOP/contractor").status_code == 404
    unsaid = {"months": "60", "certainty": "U", "source": ""}
    assert "Enter where it comes from" in officer.post("/vetting/rules/SC/employee", data=unsaid).text


def test_an_overdue_review_becomes_a_deadline_for_those_that_are_there(sign_in, ada):
    factories.clearance(ada.id, ends_on=date(2027, 2, 1))
    administrator = sign_in(Grant(Role.ADMINISTRATOR, Scope.SERVICE))
    form = {"overdue": "review", "reinstate_months": "12", "early_months": "6"}
    assert "The rules are saved" in administrator.post("/vetting/rules", data=form, follow_redirects=True).text
    assert not overdue_blocks()
    assert "Review overdue" in sign_in(OFFICER).get(f"/vetting/{ada.reference}").text
    assert "Clearance review" in sign_in(MANAGER).get("/deadlines").text


def test_the_number_of_times_a_record_was_opened_is_on_it(sign_in, ada):
    officer = sign_in(OFFICER)
    officer.get(f"/vetting/{ada.reference}")
    assert "opened 2 times, by 1 person" in officer.get(f"/vetting/{ada.reference}").text
    assert "opened 3 times, by 2 people" in sign_in(MANAGER).get(f"/vetting/{ada.reference}").text


def test_a_grant_with_conditions_names_them(sign_in, ada):
    application = factories.clearance_application(ada.id)
    officer, path = sign_in(OFFICER), f"/vetting/{ada.reference}/applications/{application.id}"
    officer.post(path, data={"to": "submitted", "taken_on": "11/1/2027"})
    form = {"to": "granted_with_conditions", "taken_on": "1/2/2027", "conditions": ""}
    assert "Enter the conditions" in officer.post(path, data=form).text
    assert db.session.scalars(select(Clearance)).all() == []
