"""What a contact with the helpline leads to in other rooms, and what whoever follows it from there may see."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed, NotFound
from accreditation.core.permissions import Role, Scope
from accreditation.desk.led_to import services
from accreditation.helpline.models import Contact, Escalation
from accreditation.helpline.services import settle_correction
from accreditation.people.rules import Grant
from accreditation.practice import services as practice
from accreditation.practice.models import ArrangedSupervision
from accreditation.practice.rules.arranged import reasons_to_refuse
from accreditation.practice.rules.entries import Details
from accreditation.refreshers.models import TopicSuggestion
from accreditation.refreshers.queries.kept_topics import kept_topics
from accreditation.standing.services.corrections import correct_evidence
from tests import factories
from tests.factories import TODAY

ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
NOTE = "pelicanword in the advice"
KEY = "a-form-that-was-opened-once"


def manager(name: str = "Grace Hall", *, unit_id: int | None = None):
    who = factories.person(name=name)
    scope = (Scope.UNIT, unit_id) if unit_id else (Scope.SERVICE, None)
    factories.grant(who.id, Role.PRACTICE_MANAGER, *scope)
    return who


def arranged_after(contact_id: int, *, held_on=TODAY, form_key: str = KEY, by: int = 1) -> ArrangedSupervision:
    with transaction():
        return services.arrange_after(contact_id, held_on=held_on, form_key=form_key, at=factories.TEN, arranged_by=by)


def supervision(**changes) -> Details:
    return Details("supervision", TODAY, Decimal(1), "one_to_one", **changes)


# Supervision


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False), (365, False), (366, True)], ids=str)
def test_a_session_is_arranged_for_today_or_for_the_twelve_months_to_come(days, refused):
    assert bool(reasons_to_refuse(TODAY + timedelta(days), TODAY)) == refused


def test_the_same_form_arranges_once_and_it_becomes_the_outcome(app, today):
    ada = factories.mediator()
    contact, adviser = factories.contact(ada.id, advice=NOTE), factories.adviser()
    first = arranged_after(contact.id, by=adviser.id)
    assert arranged_after(contact.id, by=adviser.id).id == first.id
    assert db.session.get_one(Contact, contact.id).outcome == "supervision_arranged"
    assert (first.person_id, first.source_type, first.source_id) == (ada.id, "helpline_contact", contact.id)


def test_what_is_arranged_is_logged_once_and_reopened_when_the_entry_is_taken_back(app, today):
    ada = factories.mediator()
    one = factories.arranged_supervision(ada.id, factories.contact(ada.id).id)
    with transaction():
        entry = practice.log_entry(ada.id, supervision(), on=TODAY, recorded_by=ada.id, arranged_id=one.id)
    assert db.session.get_one(ArrangedSupervision, one.id).entry_id == entry.id
    with pytest.raises(Conflict), transaction():
        practice.log_entry(ada.id, supervision(), on=TODAY, recorded_by=ada.id, arranged_id=one.id)
    with pytest.raises(Conflict), transaction():
        practice.call_off_supervision(one.id, at=factories.TEN, called_off_by=ada.id)
    with transaction():
        practice.take_back_entry(entry.id, person_id=ada.id)
    assert db.session.get_one(ArrangedSupervision, one.id).is_open


def test_a_corrected_entry_keeps_how_it_was_arranged(app, today):
    ada, grace = factories.mediator(), manager()
    one = factories.arranged_supervision(ada.id, factories.contact(ada.id).id)
    with transaction():
        wrong = practice.record_entry(
            ada.id, kind="supervision", code="group", done_on=TODAY, recorded_by=grace.id, arranged_id=one.id
        )
    with transaction():
        right = practice.correct_entry(wrong.id, supervision(), reason="One to one", on=TODAY, recorded_by=grace.id)
    assert db.session.get_one(ArrangedSupervision, one.id).entry_id == right.id


def test_only_supervision_of_the_same_mediator_is_the_session_that_was_arranged(app, today):
    ada, ben = factories.mediator(), factories.mediator()
    one = factories.arranged_supervision(ada.id, factories.contact(ada.id).id)
    for person_id, details in ((ben.id, supervision()), (ada.id, Details("cpd", TODAY, Decimal(1), "course"))):
        with pytest.raises(DomainError), transaction():
            practice.log_entry(person_id, details, on=TODAY, recorded_by=person_id, arranged_id=one.id)
    assert db.session.get_one(ArrangedSupervision, one.id).is_open


def test_called_off_it_is_not_logged_any_more_and_twice_changes_nothing(app, today):
    ada = factories.mediator()
    one = factories.arranged_supervision(ada.id, factories.contact(ada.id).id)
    for minutes in (0, 5):
        with transaction():
            practice.call_off_supervision(one.id, at=factories.TEN + timedelta(minutes=minutes), called_off_by=ada.id)
    assert db.session.get_one(ArrangedSupervision, one.id).called_off_at == factories.TEN
    with pytest.raises(Conflict), transaction():
        practice.log_entry(ada.id, supervision(), on=TODAY, recorded_by=ada.id, arranged_id=one.id)


def test_a_session_is_called_off_from_the_contact_that_it_followed_alone(app, today):
    ada = factories.mediator()
    one, other = factories.arranged_supervision(ada.id, factories.contact(ada.id).id), factories.contact(ada.id)
    with pytest.raises(NotFound), transaction():
        services.call_off_after(other.id, one.id, at=factories.TEN, called_off_by=1)


def test_from_the_contact_to_the_log_and_back_without_a_word_of_the_note(app, sign_in, today):
    ada = factories.mediator(name="Ada Okafor")
    factories.grant(ada.id, Role.MEDIATOR, Scope.PERSON, ada.id)
    contact = factories.contact(ada.id, advice=NOTE)
    adviser, office, mediator = sign_in(ADVISER), sign_in(MANAGER), sign_in(person=ada)
    path = f"/helpline/contacts/{contact.id}/supervision"
    assert "Enter the day" in adviser.post(path, data={"form_key": KEY}).text
    assert "or later" in adviser.post(path, data={"held_on": "1 February 2027", "form_key": KEY}).text
    page = adviser.post(path, data={"held_on": "2 February 2027", "form_key": KEY}, follow_redirects=True).text
    assert "Supervision on 2 February 2027" in page
    assert "Arranged" in page

    one = db.session.scalars(select(ArrangedSupervision)).one()
    assert "Supervision arranged (1)" in office.get("/practice").text
    record = f"/practice/new/{ada.reference}/supervision?arranged={one.id}"
    listed = office.get("/practice/arranged").text
    assert record in listed.replace("&amp;", "&")
    assert 'value="2 February 2027"' in office.get(record).text
    log = f"/practice/mine/supervision?arranged={one.id}"
    assert log in mediator.get("/practice/mine").text
    assert 'value="2 February 2027"' in mediator.get(log).text
    entry = {"code": "one_to_one", "done_on": "2 February 2027", "hours": "1"}
    assert "Logged." in mediator.post(log, data=entry, follow_redirects=True).text

    for browser, path in ((office, "/practice"), (mediator, "/practice/mine"), (office, f"/mediators/{ada.reference}")):
        page = browser.get(path).text
        assert "Ada Okafor" in page or browser is mediator
        assert "pelicanword" not in page
        if path.startswith("/practice"):
            assert "Arranged through the helpline" in page
    assert "No supervision is arranged" in office.get("/practice/arranged").text
    assert office.get(f"/helpline/contacts/{contact.id}").status_code == 403
    assert "Logged" in adviser.get(f"/helpline/contacts/{contact.id}").text


def test_a_session_of_somebody_else_is_nobodys_to_log(app, sign_in, today):
    ada, ben = factories.mediator(), factories.mediator()
    one = factories.arranged_supervision(ada.id, factories.contact(ada.id).id)
    stranger = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ben.id), person=ben)
    assert stranger.get(f"/practice/mine/supervision?arranged={one.id}").status_code == 404


# A correction


def fact_of(person_id: int):
    return factories.evidence(person_id, "cpd", TODAY - timedelta(30), quantity=3, source=("import_draft", 1))


def corrected(evidence_id: int, by: int) -> None:
    with transaction():
        correct_evidence(evidence_id, reason="It was two hours", rightly=None, corrected_by=by)


def test_a_correction_goes_to_whoever_may_make_it_and_not_to_the_mediator(app, today):
    ada = factories.mediator(unit="Croydon")
    here, elsewhere = manager("Near", unit_id=ada.unit_id), manager("Far", unit_id=factories.unit("Bromley").id)
    factories.grant(ada.id, Role.PRACTICE_MANAGER, Scope.SERVICE, None)
    contact = factories.contact(ada.id)
    for to_id in (elsewhere.id, ada.id, factories.adviser().id):
        with pytest.raises(DomainError):
            factories.escalation(contact.id, to_id, purpose="correction")
    with pytest.raises(DomainError):
        factories.escalation(contact.id, here.id, text="Her SC clearance is wrong", purpose="correction")
    assert factories.escalation(contact.id, here.id, purpose="correction").to_id == here.id
    assert db.session.get_one(Contact, contact.id).outcome == "answered"  # nothing was escalated


def test_it_is_settled_by_a_fact_that_was_corrected_since(app):
    with time_machine.travel(factories.TEN - timedelta(hours=1), tick=False):
        ada, ben, grace = factories.mediator(), factories.mediator(), manager()
        before, after, others = fact_of(ada.id), fact_of(ada.id), fact_of(ben.id)
        corrected(before.id, grace.id)
        one = factories.escalation(factories.contact(ada.id).id, grace.id, purpose="correction")
    for evidence_id in (before.id, others.id, after.id):
        with pytest.raises(DomainError), transaction():
            settle_correction(one.id, evidence_id=evidence_id, at=factories.TEN, settled_by=grace.id)
    with time_machine.travel(factories.TEN + timedelta(hours=1), tick=False):
        corrected(after.id, grace.id)
    with pytest.raises(NotAllowed), transaction():
        settle_correction(one.id, evidence_id=after.id, at=factories.TEN, settled_by=ben.id)
    for _ in range(2):
        with transaction():
            settle_correction(one.id, evidence_id=after.id, at=factories.TEN, settled_by=grace.id)
    with pytest.raises(Conflict), transaction():
        settle_correction(one.id, evidence_id=None, at=factories.TEN, settled_by=grace.id)


def test_a_risk_is_not_settled_as_a_correction(app, today):
    ada, grace = factories.mediator(), manager()
    one = factories.escalation(factories.contact(ada.id).id, grace.id)
    with pytest.raises(DomainError), transaction():
        settle_correction(one.id, evidence_id=None, at=factories.TEN, settled_by=grace.id)


def test_the_words_go_to_one_person_and_everybody_else_sees_only_where_the_correction_came_from(app, sign_in, today):
    ada, grace = factories.mediator(name="Ada Okafor"), manager()
    contact, fact = factories.contact(ada.id, advice=NOTE), fact_of(ada.id)
    adviser, decider, other = sign_in(ADVISER), sign_in(person=grace), sign_in(MANAGER)
    form = {"to_id": str(grace.id), "text": "The ospreyword is wrong", "form_key": KEY}
    page = adviser.post(f"/helpline/contacts/{contact.id}/correction", data=form, follow_redirects=True).text
    assert "A correction of the record" in page
    one = db.session.scalars(select(Escalation)).one()

    passed_on = f"/helpline/passed-on/{one.id}"
    page = decider.get(passed_on).text
    assert "Ada Okafor" in page
    assert "ospreyword" in page
    assert "pelicanword" not in page
    assert "Choose what came of it" in decider.post(passed_on, data={}).text
    corrected(fact.id, grace.id)
    assert "CPD, 3 January 2027" in decider.get(passed_on).text
    done = decider.post(passed_on, data={"fact": str(fact.id)}, follow_redirects=True)
    assert "The adviser sees what came of it" in done.text
    assert "put right" in adviser.get(f"/helpline/contacts/{contact.id}").text

    there = f"/corrections/{fact.id}"
    assert passed_on in decider.get(there).text
    page = other.get(there).text
    assert "Suggested through the helpline" in page
    assert "ospreyword" not in page
    assert passed_on not in page
    assert other.get(passed_on).status_code == other.post(passed_on, data={"fact": "nothing"}).status_code == 404


# A topic


def suggested(contact_id: int, *, topic=None, words: str = "", on=TODAY) -> TopicSuggestion:
    with transaction():
        return services.suggest_after(contact_id, topic=topic, words=words, on=on, suggested_by=1)


def told(on=TODAY) -> list[tuple[str, str]]:
    return [(one.words, one.why) for one in kept_topics(on)]


def test_a_topic_counts_once_for_each_contact_however_it_is_written(app, today):
    one, other = (factories.contact(factories.mediator().id).id for _ in range(2))
    for contact_id, words in ((one, "Hybrid meetings"), (one, "hybrid  MEETINGS"), (other, "Hybrid Meetings")):
        suggested(contact_id, words=words)
    suggested(one, topic="wellbeing")
    suggested(one, words="debriefing and wellbeing")
    assert told() == [
        ("Hybrid meetings", "suggested after 2 contacts with the helpline"),
        ("Debriefing and wellbeing", "suggested after 1 contact with the helpline"),
    ]


def test_a_topic_needs_words_and_a_known_code(app, today):
    contact_id = factories.contact(factories.mediator().id).id
    for topic, words in ((None, " "), (None, "x" * 61), ("no_such", "")):
        with pytest.raises(DomainError):
            suggested(contact_id, topic=topic, words=words)
    assert len(suggested(contact_id, words="x" * 60).words) == 60


@pytest.mark.parametrize(("days", "open_still"), [(-1, True), (0, False), (1, False)], ids=str)
def test_a_day_with_the_topic_takes_it_up_from_the_day_of_the_suggestion_on(app, today, days, open_still):
    suggested(factories.contact(factories.mediator().id).id, topic="wellbeing")
    factories.refresher_day(held_on=TODAY + timedelta(days), topic="wellbeing")
    assert bool(told()) == open_still


@pytest.mark.parametrize(("on", "kept"), [("2028-02-02", True), ("2028-02-03", False)])
def test_it_is_kept_for_twelve_months(app, today, on, kept):
    suggested(factories.contact(factories.mediator().id).id, topic="wellbeing")
    assert bool(told(TODAY.fromisoformat(on))) == kept


def test_from_the_contact_to_where_the_next_day_is_planned(app, sign_in, today):
    contact = factories.contact(factories.mediator(name="Ada Okafor").id, advice=NOTE)
    adviser, office = sign_in(ADVISER), sign_in(MANAGER)
    path = f"/helpline/contacts/{contact.id}/topic"
    assert "in your own words below" in adviser.post(path, data={"topic": "own_words"}).text
    assert "vetting" in adviser.post(path, data={"topic": "own_words", "words": "SC clearance"}).text
    warned = adviser.post(path, data={"topic": "own_words", "words": "Talking to Mr Brown"}).text
    assert "Look again before you go on" in warned
    assert db.session.scalars(select(TopicSuggestion)).all() == []
    done = adviser.post(path, data={"topic": "wellbeing"}, follow_redirects=True).text
    assert "Refresher topic: Debriefing and wellbeing" in done
    page = office.get("/refreshers/new").text
    assert "suggested after 1 contact with the helpline" in page
    assert "Ada Okafor" not in page
    day = factories.refresher_day(held_on=TODAY + timedelta(20), topic="wellbeing")
    assert f"/refreshers/{day.id}" in adviser.get(f"/helpline/contacts/{contact.id}").text
