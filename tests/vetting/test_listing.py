"""The vetting unit's list: who a row is about, what it adds, what differs, and that it is all or nothing, once."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import func, select

from accreditation.core import clock, uploads
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.core.sheets import Column, Table, write_csv, write_workbook
from accreditation.people.rules import Grant
from accreditation.standing.queries import evidence_of
from tests import factories
from tests.reading import read_here
from vetting.models import BirthMark, Clearance, ClearanceApplication, ClearanceCorrection, ClearanceList
from vetting.queries.listing import plan_of, upload_of
from vetting.rules.listing.plan import Status
from vetting.services import listing

HEADINGS = (
    "Ref", "Pay number", "DOB", "Surname", "Forename(s)", "Level", "Status", "Status date", "Submitted", "Granted",
    "Expiry", "Vetting ref", "Sponsor", "Reason",
)  # fmt: skip
FIELDS = (
    "reference", "pay_number", "born_on", "family_name", "given_name", "level", "status", "status_on", "submitted_on",
    "granted_on", "valid_through", "number", "sponsor", "reason",
)  # fmt: skip
GRANTED, THROUGH = date(2025, 3, 3), date(2030, 3, 2)
OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)


def row(**cells) -> list:
    return [cells.get(name) for name in FIELDS]


def book(*rows) -> bytes:
    return write_workbook([Table("Clearances", [Column(title) for title in HEADINGS], list(rows))])


def held(data: bytes, *, level: str = "CTC", decisions: dict[int, str] | None = None, take_all: bool = False):
    draft = listing.new_list(read_here(data), file_name="list.xlsx", level=level, owner_id=None, at=clock.now())
    draft.decisions = {str(number): choice for number, choice in (decisions or {}).items()}
    draft.take_all = take_all
    with transaction():
        return uploads.keep(draft, at=clock.now()).id


def plan(data: bytes, **asked):
    list_id = held(data, **asked)
    return plan_of(upload_of(db.session.get_one(ClearanceList, list_id)), on=factories.TODAY)


def bring_in(data: bytes, **asked) -> None:
    list_id = held(data, **asked)
    with transaction():
        listing.import_list(list_id, digest=None, on=factories.TODAY, at=clock.now(), imported_by=None)


def statuses(data: bytes, **asked) -> list[Status]:
    return [found.status for found in plan(data, **asked).rows]


@pytest.fixture
def ada(app):
    return factories.mediator(name="Ada Okafor", pay_number="208566", holder_kind="employee")


# --- who it is about -------------------------------------------------------------------------------------------------


def test_a_row_is_somebodys_by_reference_or_pay_number(ada):
    for who in ({"reference": ada.reference.lower()}, {"pay_number": "208566"}, {"pay_number": 208566}):
        found = plan(book(row(**who, granted_on=GRANTED, valid_through=THROUGH))).rows[0]
        assert (found.status, found.person_id) == (Status.NEW, ada.id)


def test_a_name_alone_is_never_enough(ada):
    found = plan(book(row(family_name="Okafor", given_name="Ada", granted_on=GRANTED, valid_through=THROUGH))).rows[0]
    assert found.status is Status.REFUSED
    assert "does not say who it is" in found.wrong
    assert found.person_id is None


def test_a_name_with_a_date_of_birth_that_an_earlier_list_had_is(ada):
    named = {"family_name": "Okafor", "given_name": "Ada", "born_on": date(1980, 2, 29)}
    dates = {"granted_on": GRANTED, "valid_through": THROUGH}
    assert statuses(book(row(**named, **dates))) == [Status.REFUSED]
    bring_in(book(row(reference=ada.reference, **named, **dates)))
    found = plan(book(row(**named, level="SC", **dates))).rows[0]
    assert (found.status, found.person_id) == (Status.NEW, ada.id)
    assert statuses(book(row(**{**named, "born_on": date(1980, 3, 1)}, level="SC", **dates))) == [Status.REFUSED]


def test_the_date_of_birth_is_kept_nowhere(ada):
    bring_in(book(row(reference=ada.reference, born_on=date(1980, 2, 29), granted_on=GRANTED, valid_through=THROUGH)))
    mark = db.session.scalars(select(BirthMark.mark)).one()
    assert len(mark) == 64
    assert "1980" not in str(db.session.scalars(select(ClearanceList)).one().content)


def test_another_date_of_birth_is_a_question(ada):
    dates = {"granted_on": GRANTED, "valid_through": THROUGH}
    bring_in(book(row(reference=ada.reference, born_on=date(1980, 2, 29), **dates)))
    data = book(row(reference=ada.reference, born_on=date(1981, 2, 28), level="SC", **dates))
    assert statuses(data) == [Status.DECISION]
    assert statuses(data, take_all=True) == [Status.DECISION]  # not a difference, a doubt
    assert statuses(data, decisions={2: "take"}) == [Status.NEW]
    assert statuses(data, decisions={2: "leave"}) == [Status.LEFT_OUT]


def test_two_identifiers_of_two_people_are_refused(ada):
    bea = factories.mediator(name="Bea Begum")
    found = plan(book(row(reference=bea.reference, pay_number="208566", granted_on=GRANTED))).rows[0]
    assert found.status is Status.REFUSED
    assert "Ada Okafor" in found.wrong
    assert "Bea Begum" in found.wrong


def test_another_name_under_the_reference_is_a_question(ada):
    data = book(
        row(reference=ada.reference, family_name="Begum", given_name="Bea", granted_on=GRANTED, valid_through=THROUGH)
    )
    assert statuses(data) == [Status.DECISION]


def test_the_vetting_units_own_number_leads_to_its_clearance(ada):
    factories.clearance(ada.id, reference="V25/0001")
    found = plan(book(row(number="V25/0001", granted_on=GRANTED, valid_through=THROUGH))).rows[0]
    assert (found.status, found.person_id) == (Status.UNCHANGED, ada.id)


# --- what differs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_through": date(2034, 3, 2)}, "valid through 2 March 2034"),
        ({"valid_through": date(2029, 3, 2)}, "valid through 2 March 2029"),
        ({"number": "V25/7", "valid_through": THROUGH}, "Reference number: V25/7"),
        ({"sponsor": "HR", "valid_through": THROUGH}, "Sponsor: HR"),
        ({"status": "Suspended", "status_on": date(2027, 1, 4)}, "State: suspended from 4 January 2027"),
    ],
)
def test_what_differs_is_a_decision_and_then_done(ada, changes, said):
    factories.clearance(ada.id)
    data = book(row(reference=ada.reference, granted_on=GRANTED, **changes))
    asked = plan(data).rows[0]
    assert asked.status is Status.DECISION
    assert any(said in step.sentence for step in asked.steps)
    assert statuses(data, decisions={2: "leave"}) == [Status.LEFT_OUT]
    for way in ({"decisions": {2: "take"}}, {"take_all": True}):
        assert statuses(data, **way) == [Status.CHANGES]
    bring_in(data, take_all=True)
    assert statuses(data) == [Status.UNCHANGED]
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 1  # never a second row of it


def test_an_end_that_was_taken_over_is_a_correction_with_what_stood_before(ada):
    factories.clearance(ada.id)
    bring_in(book(row(reference=ada.reference, granted_on=GRANTED, valid_through=date(2034, 3, 2))), take_all=True)
    kept = db.session.scalars(select(ClearanceCorrection)).one()
    assert (kept.was_ends_on, kept.ends_on, kept.ends_source) == (date(2030, 3, 3), date(2034, 3, 3), "vetting_unit")
    assert [fact.ends_on for fact, void in evidence_of(ada.id) if void is None] == [date(2034, 3, 3)]


def test_a_blank_erases_nothing(ada):
    factories.clearance(ada.id, reference="V25/1", sponsor="HR")
    assert statuses(book(row(reference=ada.reference, granted_on=GRANTED))) == [Status.UNCHANGED]
    assert statuses(book(row(reference=ada.reference, valid_through=THROUGH))) == [Status.UNCHANGED]


def test_a_date_that_is_missing_is_never_made_up(ada):
    data = book(row(reference=ada.reference, granted_on=GRANTED))
    assert statuses(data) == [Status.DECISION]
    assert statuses(data, take_all=True) == [Status.DECISION]
    bring_in(data, decisions={2: "ask"})
    clearance = db.session.scalars(select(Clearance)).one()
    assert (clearance.ends_source, evidence_of(ada.id)) == ("to_be_asked", [])
    assert statuses(data) == [Status.UNCHANGED]


def test_or_the_usual_period_is_taken_when_somebody_says_so(ada):
    bring_in(book(row(reference=ada.reference, granted_on=GRANTED)), decisions={2: "usual"})
    clearance = db.session.scalars(select(Clearance)).one()
    assert (clearance.ends_on, clearance.ends_source) == (date(2035, 3, 3), "suggested")


def test_a_grant_is_the_decision_on_the_application_that_is_under_way(ada):
    waiting = factories.clearance_application(ada.id, on=date(2025, 1, 6))
    factories_move(waiting.id)
    bring_in(book(row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH)))
    assert db.session.scalars(select(ClearanceApplication.state)).one() == "granted"
    assert db.session.scalars(select(Clearance.application_id)).one() == waiting.id


def factories_move(application_id: int) -> None:
    from vetting import services

    with transaction():
        services.move_application(application_id, to="submitted", on=date(2025, 1, 7), recorded_by=None)


def test_applications_are_started_and_moved(ada):
    started = book(
        row(reference=ada.reference, status="In progress", status_on=date(2027, 1, 11), submitted_on=date(2027, 1, 5))
    )
    bring_in(started)
    application = db.session.scalars(select(ClearanceApplication)).one()
    assert (application.state, application.submitted_on) == ("in_progress", date(2027, 1, 5))
    assert statuses(started) == [Status.UNCHANGED]
    refused = book(row(reference=ada.reference, status="Refused", status_on=date(2027, 1, 20)))
    assert statuses(refused) == [Status.DECISION]
    bring_in(refused, take_all=True)
    assert db.session.scalars(select(ClearanceApplication.state)).one() == "refused"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"granted_on": "31/06/2025"}, "June has 30 days"),
        ({"granted_on": date(2027, 2, 3)}, "is in the future"),
        ({"granted_on": GRANTED, "valid_through": date(2025, 3, 2)}, "before it was granted"),
        ({"level": "Top secret", "granted_on": GRANTED}, "is not a level"),
        ({"status": "Perhaps"}, "is not a status"),
        ({"sponsor": "HR"}, "neither a status nor a date"),
        ({"status": "Granted"}, "no date is given"),
        ({"status": "Submitted"}, "has no date"),
        ({"status": "Withdrawn", "status_on": date(2027, 1, 4)}, "No CTC is here"),
        ({"status": "Refused", "status_on": date(2027, 1, 4)}, "No application for CTC is under way"),
    ],
)
def test_what_cannot_be_is_refused_in_words(ada, cells, said):
    found = plan(book(row(reference=ada.reference, **cells))).rows[0]
    assert found.status is Status.REFUSED
    assert said in found.wrong


def test_the_same_row_twice_is_one_and_two_that_disagree_are_none(ada):
    one = row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH)
    other = row(reference=ada.reference, granted_on=GRANTED, valid_through=date(2031, 3, 2))
    older = row(reference=ada.reference, granted_on=date(2015, 3, 3), valid_through=date(2025, 3, 2))
    assert statuses(book(one, one)) == [Status.NEW, Status.DUPLICATE]
    assert statuses(book(one, other)) == [Status.REFUSED, Status.REFUSED]
    assert statuses(book(older, one)) == [Status.NEW, Status.NEW]


# --- all or nothing, once --------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(ada):
    bea = factories.mediator(name="Bea Begum")
    data = book(
        row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH, number="V25/1", sponsor="HR"),
        row(reference=bea.reference, level="SC", granted_on=GRANTED, valid_through=THROUGH),
    )
    bring_in(data)
    before = sorted(repr(tuple(found)) for found in db.session.execute(select(Clearance.__table__)))
    assert statuses(data) == [Status.UNCHANGED, Status.UNCHANGED]
    bring_in(data)
    assert sorted(repr(tuple(found)) for found in db.session.execute(select(Clearance.__table__))) == before


def test_an_import_confirmed_twice_is_done_once(ada):
    list_id = held(book(row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH)))
    for _ in range(2):
        with transaction():
            listing.import_list(list_id, digest=None, on=factories.TODAY, at=clock.now(), imported_by=None)
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 1


def test_what_was_not_shown_is_not_imported(ada):
    list_id = held(book(row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH)))
    digest = plan_of(upload_of(db.session.get_one(ClearanceList, list_id)), on=factories.TODAY).digest
    factories.clearance(ada.id)
    with pytest.raises(Conflict), transaction():
        listing.import_list(list_id, digest=digest, on=factories.TODAY, at=clock.now(), imported_by=None)


def test_stopped_midway_it_leaves_nothing(ada, monkeypatch):
    people = [ada, *(factories.mediator() for _ in range(4))]
    data = book(*(row(reference=one.reference, granted_on=GRANTED, valid_through=THROUGH) for one in people))
    list_id, done = held(data), []
    really = listing.record_clearance

    def stops_at_the_third(*args, **arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return really(*args, **arguments)

    monkeypatch.setattr(listing, "record_clearance", stops_at_the_third)
    with pytest.raises(KeyboardInterrupt), transaction():
        listing.import_list(list_id, digest=None, on=factories.TODAY, at=clock.now(), imported_by=None)
    assert db.session.scalars(select(Clearance)).all() == []
    assert db.session.get_one(ClearanceList, list_id).state == "open"
    monkeypatch.undo()
    with transaction():
        listing.import_list(list_id, digest=None, on=factories.TODAY, at=clock.now(), imported_by=None)
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 5


def test_a_refusal_names_its_row_and_leaves_nothing(ada, monkeypatch):
    list_id = held(book(row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH)))

    def refuses(*_, **__):
        raise DomainError("Not today.")

    monkeypatch.setattr(listing, "record_clearance", refuses)
    with pytest.raises(DomainError, match=r"Row 2: Not today\."), transaction():
        listing.import_list(list_id, digest=None, on=factories.TODAY, at=clock.now(), imported_by=None)


# --- pages -----------------------------------------------------------------------------------------------------------


def upload(browser, data: bytes, name: str = "list.xlsx"):
    form = {"file": (BytesIO(data), name), "level": "CTC"}
    return browser.post("/vetting/import", data=form, content_type="multipart/form-data", follow_redirects=True)


def test_a_list_is_looked_at_decided_and_confirmed(sign_in, ada):
    bea = factories.mediator(name="Bea Begum")
    factories.clearance(bea.id)
    officer = sign_in(OFFICER)
    page = upload(
        officer,
        book(
            row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH, reason="never to be read"),
            row(reference=bea.reference, granted_on=GRANTED, valid_through=date(2034, 3, 2)),
            row(family_name="Nobody", given_name="Known", granted_on=GRANTED),
        ),
    ).text
    assert "This is a preview" in page
    assert "Take what the vetting unit says for all of them" in page
    assert "Not read: Reason (column N)" in page
    list_id = db.session.scalars(select(ClearanceList.id)).one()
    path = f"/vetting/import/{list_id}"
    page = officer.post(f"{path}/decisions", data={"all": "take"}, follow_redirects=True).text
    digest = page.split('name="digest" value="')[1].split('"')[0]
    result = officer.post(f"{path}/confirm", data={"digest": digest}, follow_redirects=True).text
    assert "2 rows written, no letters sent." in result
    assert set(db.session.scalars(select(Clearance.ends_on))) == {date(2030, 3, 3), date(2034, 3, 3)}
    errors = openpyxl.load_workbook(BytesIO(officer.get(f"{path}/errors.xlsx").data)).active
    assert [found[0] for found in errors.iter_rows(values_only=True)] == ["Row in the file", 4]
    assert sign_in(OFFICER).get(path).status_code == 404  # another officer's list


def test_a_csv_is_read_too(sign_in, ada):
    data = write_csv([Column(title) for title in ("Ref", "Granted", "Expiry")], [[ada.reference, GRANTED, THROUGH]])
    assert "1 row is new here" in upload(sign_in(OFFICER), data, "list.csv").text


def test_what_is_no_list_is_refused_in_words(sign_in, ada):
    assert "No row of headings was found" in upload(sign_in(OFFICER), b"a,b\n1,2\n", "list.csv").text
    columns = upload(sign_in(OFFICER), book(row(reference=ada.reference, granted_on=GRANTED))).text
    assert "Columns: what each one holds" in columns


def test_columns_and_tables_are_chosen_and_a_list_is_forgotten(sign_in, ada):
    officer = sign_in(OFFICER)
    upload(officer, book(row(reference=ada.reference, granted_on=GRANTED, valid_through=THROUGH)))
    path = f"/vetting/import/{db.session.scalars(select(ClearanceList.id)).one()}"
    nothing = {f"column_{place}": "not read" for place in range(len(HEADINGS))}
    assert "Say which column holds" in officer.post(f"{path}/columns", data=nothing).text
    assert "That row is blank" in officer.post(f"{path}/table", data={"sheet": "0", "header_row": "99"}).text
    assert officer.post(f"{path}/table", data={"sheet": "0", "header_row": "1"}).status_code == 302
    assert "is forgotten" in officer.post(f"{path}/discard", follow_redirects=True).text
    assert db.session.scalars(select(ClearanceList)).all() == []
