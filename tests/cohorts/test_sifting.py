"""Selection: an application is read blind by two."""

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.people.models import GrantRow
from cohorts.models import Marking
from cohorts.queries.marking import readings_of
from cohorts.rules.intakes import QuestionPlan
from cohorts.services import marking, panel
from tests import factories
from tests.cohorts.selecting import SERVICE, TODAY, decide, given, mark, reload, shared
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW


def test_the_sift_is_shared_out_evenly_and_again_changes_nothing(app, today):
    intake = factories.intake()
    found, people = shared(intake, number=6, sifters=3)
    counts = [db.session.scalar(select(func.count(Marking.id)).filter_by(marker_id=one.id)) for one in people]
    assert counts == [4, 4, 4]
    assert all(len({one.marker_id for one in given(each)}) == 2 for each in found)
    with transaction():
        again = marking.share_out(intake.id, at=NOW, by=None)
    assert (again.given, again.short) == (0, [])


def test_nobody_reads_their_own_or_that_of_whom_they_manage(app, today):
    intake = factories.intake()
    boss = factories.person(email="morgan.reyes@example.police.uk")
    with transaction():
        panel.add_to_panel(intake.id, boss.reference, "sifter", on=TODAY, added_by=boss.id)
    office.sifters(intake, 1)
    application = office.at_the_sift(intake)
    with transaction():
        answer = marking.share_out(intake.id, at=NOW, by=None)
    assert (answer.given, answer.short) == (1, [application.reference])
    with pytest.raises(DomainError, match="cannot decide on it"), transaction():
        panel.add_to_panel(intake.id, application.person.reference, "sifter", on=TODAY, added_by=boss.id)


def test_the_total_is_there_when_both_have_marked_and_not_before(app, today):
    intake = factories.intake()
    [application], _ = shared(intake, number=1)
    criteria = intake.criteria_at("sift")
    one, other = given(application)
    mark(one, 4, criteria)
    assert reload(application).sift_total is None
    mark(one, 3, criteria)  # may be changed until both are in
    mark(other, 1, criteria)
    assert reload(application).sift_total == 5000
    reading = readings_of(reload(application), "sift")
    assert (reading.spread, reading.wide) == (2, True)
    with pytest.raises(DomainError, match="Everybody’s marks are in"):
        mark(one, 4, criteria)
    with transaction():
        marking.open_marks_again(one.id)
    assert reload(application).sift_total is None
    mark(one, 1, criteria)
    assert reload(application).sift_total == 2500


def test_marks_must_be_complete_and_on_the_scale(app, today):
    intake = factories.intake(scale_max=4)
    [application], _ = shared(intake, number=1)
    [one, _] = given(application)
    first, second = intake.criteria_at("sift")
    for points in ({first.id: 5, second.id: 0}, {first.id: 1}, {first.id: -1, second.id: 0}):
        with pytest.raises(DomainError, match="give a mark from 0 to 4"), transaction():
            marking.give_marks(one.id, points=points, comment=None, at=NOW, by=one.marker_id)


def test_a_conflict_goes_to_somebody_else_at_once(app, today):
    intake = factories.intake()
    [application], people = shared(intake, number=1, sifters=3)
    one = given(application)[0]
    mark(one, 4, intake.criteria_at("sift"))
    with pytest.raises(DomainError, match="Say in a few words"), transaction():
        marking.declare_conflict(one.id, words=" ", at=NOW, by=one.marker_id)
    with transaction():
        assert marking.declare_conflict(one.id, words="My neighbour", at=NOW, by=one.marker_id)
    rows = given(application)
    assert [row.state for row in rows] == ["conflict", "given", "given"]
    assert {row.marker_id for row in rows} == {person.id for person in people}
    with pytest.raises(NotFound), transaction():
        marking.give_marks(one.id, points={}, comment=None, at=NOW, by=one.marker_id)
    last = next(row for row in rows if row.state == "given")
    with transaction():
        assert not marking.declare_conflict(last.id, words="Mine too", at=NOW, by=last.marker_id)


def test_nobody_goes_on_unread(app, today):
    intake = factories.intake()
    [application], _ = shared(intake, number=1)
    mark(given(application)[0], 4, intake.criteria_at("sift"))
    for to in ("shortlisted", "unsuccessful"):
        [placement] = decide([application], to)
        assert placement.refusal == f"{application.reference} has been read by 1 of 2 sifters."
    assert reload(application).stage == "sift"


def test_who_leaves_the_panel_gives_back_what_is_unread_and_the_role(app, today):
    intake = factories.intake()
    [application], people = shared(intake, number=1)
    member = db.session.scalars(select(panel.PanelMember).filter_by(person_id=people[0].id)).one()
    with transaction():
        assert panel.take_off_panel(member.id, on=TODAY, at=NOW) == 1
    assert len(given(application)) == 1
    ends = db.session.scalars(select(GrantRow.ends_on).filter_by(person_id=people[0].id)).all()
    assert ends == [TODAY]


# --- blind -----------------------------------------------------------------------------------------------------------

CANARIES = {
    "given": "Zephyrine",
    "family": "Quillfeather",
    "email": "zephyrine.quillfeather@canary.example",
    "pay_number": "CANARY-208566",
    "unit": "Canaryshire",
    "manager": "Thaddeus",
    "manager_family": "Mockingbird",
    "manager_email": "thaddeus@mockingbird.example",
}


def canary(intake):
    text = "I, Zephyrine QUILLFEATHER of Canaryshire (CANARY-208566), ask Mockingbird. Zéphyrine’s way."
    return office.at_the_sift(
        intake,
        "Zephyrine Quillfeather",
        email=CANARIES["email"],
        pay_number=CANARIES["pay_number"],
        unit_id=factories.unit("Canaryshire").id,
        motivation=text,
        line_manager_name="Thaddeus Mockingbird",
        line_manager_email=CANARIES["manager_email"],
        questions={intake.questions[0].id: text + " Write to zephyrine.quillfeather@canary.example"},
    )


def bytes_of(response) -> str:
    return (str(response.headers) + response.get_data(as_text=True)).casefold()


def test_a_sifter_learns_no_name_from_any_byte_of_any_page(app, sign_in, today):
    intake = factories.intake(questions=(QuestionPlan("text", "When did you help?"),))
    people = office.sifters(intake, 2)
    application = canary(intake)
    with transaction():
        marking.share_out(intake.id, at=NOW, by=None)
    [one] = [row for row in given(application) if row.marker_id == people[0].id]
    browser = sign_in(person=people[0])
    reference, person = application.reference, application.person.reference
    paths = ["/", "/sift", f"/sift/{one.id}", "/interviews", f"/interviews/{one.id}", "/applications"]
    paths += [f"/applications/{reference}", f"/intakes/{intake.code}", f"/intakes/{intake.code}/ranking"]
    paths += [f"/mediators/{person}", f"/people/{person}/edit", "/search?q=quillfeather", "/mediators", "/sift/999999"]
    paths += ["/register.csv", "/deadlines", "/reminders", "/audit", "/account", f"/sift/{one.id}?after=x"]
    seen = []
    for path in paths:
        seen.append(bytes_of(browser.get(path, follow_redirects=True)))
    for data in ({}, {"comment": "x" * 5000}, {f"mark_{c.id}": "99" for c in intake.criteria_at("sift")}):
        seen.append(bytes_of(browser.post(f"/sift/{one.id}", data=data)))
    seen.append(bytes_of(browser.post(f"/sift/{one.id}/conflict", data={})))
    good = {f"mark_{c.id}": "3" for c in intake.criteria_at("sift")} | {"comment": "Clear."}
    seen.append(bytes_of(browser.post(f"/sift/{one.id}", data=good, follow_redirects=True)))
    assert reference.casefold() in seen[2]  # the control: the page was there, with its answers
    assert "ask [removed]" in seen[2]
    for word in CANARIES.values():
        for number, text in enumerate(seen):
            assert word.casefold() not in text, (word, number)
    assert "zéphyrine" not in "".join(seen)


def test_the_control_a_manager_reads_all_of_it(sign_in, today):
    intake = factories.intake(questions=(QuestionPlan("text", "When did you help?"),))
    application = canary(intake)
    page = bytes_of(sign_in(SERVICE).get(f"/applications/{application.reference}"))
    for word in CANARIES.values():
        assert word.casefold() in page, word


def test_a_sifter_sees_nothing_before_or_after_the_sift_nor_what_is_somebody_elses(sign_in, today):
    intake = factories.intake()
    [application], people = shared(intake, number=1)
    mine, theirs = given(application)
    browser = sign_in(person=db.session.get_one(type(people[0]), mine.marker_id))
    assert browser.get(f"/sift/{mine.id}").status_code == 200
    assert browser.get(f"/sift/{theirs.id}").status_code == 404
    assert browser.get(f"/interviews/{mine.id}").status_code == 403
    office.mark_all(intake.id, lambda *_: 3)
    assert "Everybody’s marks are in" in browser.get(f"/sift/{mine.id}").text
    decide([application], "shortlisted")
    assert browser.get(f"/sift/{mine.id}").status_code == 404
    assert application.reference not in browser.get("/sift").text


def test_one_sifter_learns_the_others_marks_when_both_are_in(sign_in, today):
    intake = factories.intake()
    [application], people = shared(intake, number=1)
    mine, theirs = given(application)
    mark(theirs, 1, intake.criteria_at("sift"))
    browser = sign_in(person=db.session.get_one(type(people[0]), mine.marker_id))
    page = browser.get(f"/sift/{mine.id}").text
    assert "Others" not in page
    assert "Well said" not in page
    browser.post(f"/sift/{mine.id}", data={f"mark_{c.id}": "4" for c in intake.criteria_at("sift")})
    page = browser.get(f"/sift/{mine.id}").text
    assert "Others" in page
    assert "Well said" not in page
