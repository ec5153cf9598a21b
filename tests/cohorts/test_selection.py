"""Selection: read blind by two, met by two, ranked, offered up to the places, and answered by a link."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from time_machine import travel

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow
from accreditation.people.rules import Grant
from cohorts.models import Application, Enrolment, InterviewSlot, Marking, Offer
from cohorts.queries.marking import readings_of
from cohorts.rules.blind import Identity, masked
from cohorts.rules.intakes import CriterionPlan, QuestionPlan
from cohorts.rules.marking import Reader, Weighed, choose_readers, total, widest
from cohorts.services import applications, interviews, marking, offers, panel, releasing
from tests import factories
from tests.factories import cohorts as office
from tests.factories.cohorts import NOW
from tests.racing import race, slow_down

TODAY = factories.TODAY
SERVICE = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
ONLY_SIFT = (CriterionPlan("sift", "Listening"),)


def reload(application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, application.id, populate_existing=True)


def shared(intake, number=2, sifters=2):
    people = office.sifters(intake, sifters)
    found = [office.at_the_sift(intake) for _ in range(number)]
    with transaction():
        marking.share_out(intake.id, at=NOW, by=None)
    return found, people


def given(application, step="sift") -> list[Marking]:
    db.session.rollback()
    rows = select(Marking).filter_by(application_id=application.id, step=step)
    return list(db.session.scalars(rows.where(Marking.state != "taken_back").order_by(Marking.id)))


def mark(one: Marking, points: int, criteria) -> None:
    marking_id, by = one.id, one.marker_id
    with transaction():
        marking.give_marks(marking_id, points={c.id: points for c in criteria}, comment="Well said.", at=NOW, by=by)


def decide(found, to, **details):
    ids = [one.id for one in found]
    with transaction():
        return applications.move_applications(ids, to, at=NOW, by=found[0].person_id, reason="decided", **details)


# --- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([{1: 4, 2: 4}, {1: 4, 2: 4}], 10_000),
        ([{1: 0, 2: 0}, {1: 0, 2: 0}], 0),
        ([{1: 4, 2: 0}, {1: 2, 2: 1}], 5417),  # (8 + 0 + 4 + 1) of 24 is 54.1666…
        ([{1: 3, 2: 3}], 7500),
        ([], 0),
    ],
)
def test_a_total_is_the_weighted_mean_in_hundredths_of_a_percent(marks, expected):
    assert total(marks, [Weighed(1, 2), Weighed(2, 1)], 4) == expected


def test_the_spread_is_the_furthest_that_two_marks_of_one_criterion_lie_apart():
    assert widest([{1: 4, 2: 0}, {1: 1, 2: 0}]) == 3
    assert widest([{1: 4}]) == 0


def test_whoever_has_least_reads_next():
    assert choose_readers([Reader(1, 3), Reader(2, 1), Reader(3, 1)], 2) == [2, 3]
    assert choose_readers([Reader(1, 0)], 0) == []


ADA = Identity(("Zoë", "Okafor-Smith", "Morgan Reyes", "zoe okafor"), ("208566", "Croydon"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am Zoë Okafor-Smith.", "I am [removed]."),
        ("ZOE said: okafor’s way", "[removed] said: [removed] way"),
        ("Zoe’s manager Morgan agrees", "[removed] manager [removed] agrees"),
        ("Write to zoe@home.example or ring 020 7946 0123.", "Write to [removed] or ring [removed]."),
        ("My number is 208566, in Croydon", "My number is [removed], in [removed]"),
        ("I listened to 12 people in 2026", "I listened to 12 people in 2026"),
        ("Smithfield is a market", "Smithfield is a market"),
    ],
)
def test_what_says_who_wrote_it_is_taken_out(text, expected):
    assert masked(text, ADA) == expected


def test_a_name_that_is_a_word_is_taken_out_where_it_is_a_name():
    will = Identity(("Will", "van der Berg"))
    assert masked("I will listen. Will listens. The Bergs, van and der.", will) == (
        "I will listen. [removed] listens. The Bergs, van and der."
    )


# --- the sift --------------------------------------------------------------------------------------------------------


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


# --- interviews ------------------------------------------------------------------------------------------------------


def invited(intake, number=1):
    found, _ = shared(intake, number=number)
    office.mark_all(intake.id, lambda *_: 3)
    decide(found, "interview")
    return found, office.sifters(intake, 2, role="interviewer")


def slots(intake, people, number=2, **details):
    values = {"first_at": NOW + timedelta(days=3), "minutes": 40, "pause_minutes": 10, "place": "Room 1"} | details
    with transaction():
        made = interviews.lay_out_slots(intake.id, number=number, panel=[one.id for one in people], **values)
        return [slot.id for slot in made]


def test_an_applicant_chooses_a_time_and_changes_it(client, today):
    intake = factories.intake()
    [application], people = invited(intake)
    one, other = slots(intake, people)
    token = factories.link_of(application.id)
    assert "5 February 2027, 10:00am to 10:40am" in client.get(f"/apply/mine/{token}").text
    for slot in (one, other, other):
        page = client.post(f"/apply/mine/{token}/interview", data={"slot": slot}, follow_redirects=True)
        assert "Your interview is booked" in page.text
    taken = db.session.scalars(select(InterviewSlot.id).filter_by(application_id=application.id)).all()
    assert taken == [other]
    assert [row.state for row in given(application, "interview")] == ["given", "given"]
    with travel(NOW + timedelta(days=3, hours=1), tick=False):
        late = client.post(f"/apply/mine/{token}/interview", data={"slot": one}, follow_redirects=True)
    assert "cannot be chosen any more" in late.text


def test_a_time_that_is_taken_is_gone_and_free_again_when_its_applicant_withdraws(app, today):
    intake = factories.intake()
    (one, other), people = invited(intake, 2)
    [slot] = slots(intake, people, 1)
    with transaction():
        interviews.give_slot(one.id, slot, at=NOW, by=one.person_id)
    with pytest.raises(DomainError, match="Somebody else has just taken"), transaction():
        interviews.give_slot(other.id, slot, at=NOW, by=one.person_id)
    decide([one], "withdrawn")
    with transaction():
        interviews.give_slot(other.id, slot, at=NOW, by=one.person_id)
    assert not [row for row in given(one, "interview") if row.state == "given"]


def test_two_different_people_interview_and_nobody_twice_at_once(app, today):
    intake = factories.intake()
    people = office.sifters(intake, 2, role="interviewer")
    with pytest.raises(DomainError, match="two different people"):
        slots(intake, [people[0], people[0]])
    slots(intake, people)
    with pytest.raises(DomainError, match="in that time already"):
        slots(intake, people, first_at=NOW + timedelta(days=3, minutes=30))
    slots(intake, people, first_at=NOW + timedelta(days=3, minutes=90))


def test_the_interview_is_marked_by_both_who_see_whom_they_meet(sign_in, today):
    intake = factories.intake()
    [application], people = invited(intake)
    [slot] = slots(intake, people, 1)
    with transaction():
        interviews.give_slot(application.id, slot, at=NOW, by=application.person_id)
    rows = given(application, "interview")
    browser = sign_in(person=people[0])
    [mine] = [row.id for row in rows if row.marker_id == people[0].id]
    assert application.name in browser.get("/interviews").text
    assert application.name in browser.get(f"/interviews/{mine}").text
    browser.post(f"/interviews/{mine}", data={f"mark_{c.id}": "4" for c in intake.criteria_at("interview")})
    [refused] = decide([application], "conditional_offer")
    assert "has not been marked by everybody" in refused.refusal
    office.mark_all(intake.id, lambda *_: 2, step="interview")
    assert reload(application).interview_total == 7500
    assert [one.refusal for one in decide([application], "conditional_offer")] == [None]


SLOTS = {"day": "28 March 2027", "minutes": "40", "pause": "10", "number": "2", "place": "Room 1"}


def test_times_are_london_times_and_one_that_the_clocks_skip_is_refused(sign_in, today):
    intake = factories.intake()
    people = office.sifters(intake, 2, role="interviewer")
    manager = sign_in(SERVICE)
    data = SLOTS | {"panel": [str(one.id) for one in people]}
    path = f"/intakes/{intake.code}/interviews"
    assert "The clocks go forward" in manager.post(path, data=data | {"first": "1:30am"}).text
    assert "is not a time" in manager.post(path, data=data | {"first": "25:00"}).text
    assert "Choose two" in manager.post(path, data=data | {"first": "9:30", "panel": [str(people[0].id)]}).text
    assert manager.post(path, data=data | {"first": "9:30am"}).status_code == 302
    starts = db.session.scalars(select(InterviewSlot.starts_at).order_by(InterviewSlot.id)).all()
    assert starts[0] == datetime(2027, 3, 28, 8, 30, tzinfo=UTC)  # half past nine in summer time
    assert "9:30am to 10:10am" in manager.get(path).text


# --- ranking and offers ----------------------------------------------------------------------------------------------


def ranked(number, places, **details):
    """An intake without interviews, all of its applicants marked: the first ones best, in pairs of equals."""
    intake = factories.intake(places=places, criteria=ONLY_SIFT, scale_max=10, **details)
    found, _ = shared(intake, number=number)
    order = {one.id: place for place, one in enumerate(found)}
    office.mark_all(intake.id, lambda application_id, _: 10 - order[application_id] // 2)
    return intake, found


def test_equal_marks_share_a_rank(sign_in, today):
    intake, found = ranked(4, 2)
    page = sign_in(SERVICE).get(f"/intakes/{intake.code}/ranking?by=sift&first=2").text
    ranks = re.findall(r'data-label="Rank"[^>]*>\s*<span[^>]*>\s*([^<]+?)\s*<', page)
    assert ranks == ["1 =", "1 =", "3 =", "3 ="]
    assert page.count(" checked>") == 2
    assert [page.index(one.reference) for one in found] == sorted(page.index(one.reference) for one in found)


def test_an_empty_ranking_says_whether_nobody_is_marked_or_everybody_is_decided_on(sign_in, today):
    waiting = factories.intake(criteria=ONLY_SIFT, scale_max=10)
    manager = sign_in(SERVICE)
    page = manager.get(f"/intakes/{waiting.code}/ranking").text
    assert "Nobody has complete marks by the sift yet" in page
    intake, found = ranked(3, 3)
    decide(found, "conditional_offer")
    page = manager.get(f"/intakes/{intake.code}/ranking").text
    assert "No applicants to decide on here" in page
    assert "3 applicants have complete marks by the sift, and a decision" in page
    assert "3 applicants with complete marks" in manager.get(f"/intakes/{intake.code}/ranking?all=yes").text


def test_offers_stop_at_the_places_and_go_to_the_best(app, today):
    _, found = ranked(5, 3)
    placements = decide(list(reversed(found)), "conditional_offer")
    assert [one.refusal is None for one in placements] == [True, True, True, False, False]
    assert "All 3 places" in placements[3].refusal
    assert [reload(one).stage for one in found] == ["conditional_offer"] * 3 + ["sift"] * 2
    deadline = TODAY + timedelta(15)
    assert set(db.session.scalars(select(Offer.answer_by))) == {deadline}


def test_the_reserve_list_is_in_order_and_the_next_gets_the_place_of_who_declines(client, sign_in, today):
    intake, found = ranked(4, 1, reserve_until=TODAY + timedelta(60))
    decide(found[:1], "conditional_offer")
    decide([found[3], found[2], found[1]], "reserve_list")
    assert [reload(one).reserve_position for one in found[1:]] == [1, 2, 3]
    manager = sign_in(SERVICE)
    page = manager.post(f"/intakes/{intake.code}/next-offer", follow_redirects=True)
    assert "has changed since" in page.text or "places of" in page.text
    token = factories.link_of(found[0].id, "offer")
    assert "Decline the offer?" in client.post(f"/apply/offer/{token}", data={"answer": "ask"}).text
    assert reload(found[0]).stage == "conditional_offer"
    client.post(f"/apply/offer/{token}", data={"answer": "decline", "words": "A new post"})
    assert reload(found[0]).stage == "withdrawn"
    assert "A place is free" in manager.get(f"/intakes/{intake.code}").text
    manager.post(f"/intakes/{intake.code}/next-offer")
    assert (reload(found[1]).stage, reload(found[1]).reserve_position) == ("conditional_offer", None)
    with travel(NOW + timedelta(60), tick=False), pytest.raises(DomainError, match="has run out"), transaction():
        applications.offer_the_next(intake.id, at=NOW + timedelta(60), by=found[0].person_id)


@pytest.mark.parametrize(("days", "holds"), [(59, True), (60, False)])
def test_a_reserve_list_that_has_run_out_leads_to_no_offer_by_any_way(sign_in, today, days, holds):
    """`reserve_until` is exclusive: the sixtieth day is the first on which it does not hold."""
    intake, found = ranked(2, 2, reserve_until=TODAY + timedelta(60))
    code, name = intake.code, found[0].name
    decide(found[:1], "reserve_list")
    with travel(NOW + timedelta(days=days), tick=False):
        page = sign_in(SERVICE).get(f"/intakes/{code}").text
        assert ("The reserve list has run out" in page) is not holds
        assert name in page.partition("<h2>Reserve list</h2>")[2].partition("</ol>")[0]
        with transaction():
            [done] = applications.move_applications(
                [found[0].id], "conditional_offer", at=NOW + timedelta(days=days), by=found[0].person_id
            )
    assert (done.refusal is None) is holds
    assert reload(found[0]).stage == ("conditional_offer" if holds else "reserve_list")


@pytest.mark.parametrize(("days", "works"), [(14, True), (15, False)])
def test_an_offer_is_answered_until_the_end_of_its_last_day(client, today, days, works):
    _, found = ranked(1, 1, offer_days=14)
    decide(found, "conditional_offer")
    token = factories.link_of(found[0].id, "offer")
    with travel(NOW + timedelta(days=days), tick=False):
        page = client.post(f"/apply/offer/{token}", data={"answer": "accept"})
    assert (page.status_code == 200) is works
    assert reload(found[0]).stage == ("vetting" if works else "conditional_offer")


def test_an_offer_that_nobody_answers_is_taken_back_by_the_manager(sign_in, today):
    intake, found = ranked(1, 1)
    decide(found, "conditional_offer")
    manager = sign_in(SERVICE)
    with travel(NOW + timedelta(days=15), tick=False):
        assert "was not answered in time" in sign_in(SERVICE).get(f"/intakes/{intake.code}").text
        with transaction():
            gone = offers.offers_run_out(intake.id, at=NOW, on=TODAY + timedelta(15), by=manager.person_id)
    assert gone == [found[0].reference]
    assert db.session.scalars(select(Offer.answer)).one() == "lapsed"


def test_from_offer_to_roster(client, sign_in, today):
    _, found = ranked(1, 1)
    manager = sign_in(SERVICE)
    decide(found, "conditional_offer", letters="send")
    token = factories.link_of(found[0].id, "offer")
    answers = [client.post(f"/apply/offer/{token}", data={"answer": "accept"}).status_code for _ in range(2)]
    assert answers == [200, 404]  # a double click answers once
    decide(found, "offered_place", letters="send")
    client.post(f"/apply/offer/{factories.link_of(found[0].id, 'offer')}", data={"answer": "accept"})
    assert reload(found[0]).stage == "accepted"
    cohort = factories.cohort()
    page = manager.post(f"/applications/place/{cohort.id}", data={"chosen": [found[0].id]}, follow_redirects=True)
    assert "1 applicant is on" in page.text
    assert db.session.scalars(select(Enrolment.application_id)).one() == found[0].id
    again = manager.post(
        f"/applications/place/{factories.cohort().id}", data={"chosen": [found[0].id]}, follow_redirects=True
    )
    assert "Transfer it there" in again.text


def test_vetting_comes_after_a_conditional_offer_alone(app, today):
    _, found = ranked(1, 1)
    [placement] = decide(found, "vetting")
    assert "cannot go to “Vetting” from there" in placement.refusal


def test_decisions_in_bulk_show_who_gets_what_and_wait_for_release(sign_in, client, today):
    intake, found = ranked(4, 2)
    manager = sign_in(SERVICE)
    ids = [one.id for one in found]
    preview = manager.post("/applications/decide", data={"chosen": ids, "what": "stage:conditional_offer"}).text
    assert "2 applicants would be moved. 2 letters would be written." in preview
    assert preview.count("All 2 places") == 2
    assert found[0].email in preview
    shown = re.findall(r'name="shown" value="([^"]+)"', preview)
    assert len(shown) == 2
    manager.post("/applications/move/conditional_offer", data={"chosen": ids[:2], "shown": shown, "back": intake.code})
    manager.post(
        "/applications/move/unsuccessful",
        data={"chosen": ids[2:], "reason": "Below the others", "feedback": "Say more about listening."},
    )
    held = select(Letter).where(Letter.state == "held").order_by(Letter.id)
    assert len(db.session.scalars(held).all()) == 4
    token = factories.link_of(found[2].id)
    assert "Your application is being read" in client.get(f"/apply/mine/{token}").text
    page = manager.get(f"/intakes/{intake.code}/letters").text
    assert "Send 4 letters" in page
    last = db.session.scalars(held).all()[-1].id
    with travel(NOW + timedelta(days=2), tick=False), transaction():
        ids = [letter.id for letter in db.session.scalars(held)]
        assert releasing.release_letters(ids, at=NOW, on=TODAY + timedelta(2), by=manager.person_id) == 4
    assert last in ids
    assert set(db.session.scalars(select(Offer.answer_by))) == {TODAY + timedelta(17)}
    page = client.get(f"/apply/mine/{token}").text
    assert "Say more about listening." in page
    assert "Below the others" not in page


def test_a_stale_preview_leaves_out_who_has_changed(app, today):
    _, found = ranked(2, 2)
    shown = {one.id: reload(one).version for one in found}
    decide(found[:1], "shortlisted")
    placements = decide(found, "interview", shown=shown)
    assert [one.refusal is None for one in placements] == [False, True]
    assert "Has changed since" in placements[0].refusal


# --- races -----------------------------------------------------------------------------------------------------------


def send_marks(marking_id: int, by: int, criterion_ids: list[int]) -> str:
    slow_down(marking, "marks_in")
    slow_down(marking, "_everybody_has")
    marking.give_marks(marking_id, points=dict.fromkeys(criterion_ids, 3), comment=None, at=NOW, by=by)
    return "marked"


def race_to_mark(app, *, guarded):
    intake = factories.intake()
    [application], _ = shared(intake, number=1)
    ids = [criterion.id for criterion in intake.criteria_at("sift")]
    tries = [(row.id, row.marker_id, ids) for row in given(application)]
    answers = race(app.config["SETTINGS"], send_marks, *tries, guarded=guarded)
    return answers, reload(application).sift_total


def test_of_two_sifters_at_once_neither_is_lost_and_the_total_is_there(app):
    assert race_to_mark(app, guarded=True) == (["marked", "marked"], 7500)


def test_without_the_guards_the_total_is_missing_or_somebody_crashes(app):
    assert race_to_mark(app, guarded=False) != (["marked", "marked"], 7500)


def offer_one(application_id: int, by: int) -> str:
    slow_down(offers, "places_spoken_for")
    applications.move_application(application_id, "conditional_offer", at=NOW, by=by)
    return "offered"


def race_to_offer(app, *, guarded):
    intake, found = ranked(2, 1)
    intake_id = intake.id
    answers = race(app.config["SETTINGS"], offer_one, *[(one.id, one.person_id) for one in found], guarded=guarded)
    held = select(func.count(Application.id)).filter_by(intake_id=intake_id, stage="conditional_offer")
    return answers, db.session.scalar(held)


def test_the_last_place_is_offered_once(app):
    assert race_to_offer(app, guarded=True) == (["offered", "refused"], 1)


def test_without_the_guards_it_is_offered_twice_or_somebody_crashes(app):
    assert race_to_offer(app, guarded=False) != (["offered", "refused"], 1)


def accept(token: str) -> str:
    slow_down(offers, "open_offer")
    offers.answer_offer(token, accepts=True, words=None, at=NOW)
    return "accepted"


def race_to_accept(app, *, guarded):
    _, found = ranked(1, 1)
    decide(found, "conditional_offer")
    token = factories.link_of(found[0].id, "offer")
    answers = race(app.config["SETTINGS"], accept, (token,), (token,), guarded=guarded)
    return answers, reload(found[0]).stage


def test_an_offer_is_accepted_once(app):
    assert race_to_accept(app, guarded=True) == (["accepted", "refused"], "vetting")


def take(application_id: int, slot_id: int, by: int) -> str:
    slow_down(interviews, "_lock_slot")
    interviews.give_slot(application_id, slot_id, at=NOW, by=by)
    return "taken"


def test_a_time_is_taken_once(app):
    intake = factories.intake()
    found, people = invited(intake, 2)
    [slot] = slots(intake, people, 1)
    tries = [(one.id, slot, one.person_id) for one in found]
    assert race(app.config["SETTINGS"], take, *tries, guarded=True) == ["refused", "taken"]
