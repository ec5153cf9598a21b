"""The pages of line managers: behind the link, with an account, and the office's."""

import re
from decimal import Decimal

from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice import services
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries.confirming import details_of
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.line_managers import mark_of
from tests import factories
from tests.desk.numbers import disagreeing, figures_on
from tests.practice.line_managers.helpers import CPD, MANAGER, TODAY, ask, evidence, letters, log, name, part, token


def test_the_page_behind_the_link_shows_what_waits_and_takes_one_answer(sign_in, client, ada, bell, today):
    entry = log(ada.id)
    log(ada.id, Details("case", CPD.done_on, Decimal(1), "lead", "MC-27-1", outcome="resolved"))
    ask(ada.id)
    path = f"/practice/confirm/{token(ada.id)}"
    page = client.get(path).text
    assert "Confirm what Ada Okafor has logged" in page
    assert "A course on listening" in page
    assert "MC-27-1" not in page
    assert "Confirm or query at least one entry" in client.post(path, data=part(entry, "")).text
    page = client.post(path, data=part(entry, "query")).text
    assert "<title>Error:" in page
    assert "Say what is not right" in page
    page = client.post(path, data=part(entry, "query", "Two hours, not four")).text
    assert "1 entry is queried" in page
    assert client.get(path).status_code == 404
    assert "This link does not work any more" in client.post(path, data=part(entry, "confirm")).text
    mine = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada).get("/practice/mine").text
    assert "Queried by Robin Bell" in mine
    assert "Two hours, not four" in mine
    channels = select(AuditEntry.channel).where(AuditEntry.subject_type == "practice_entry")
    assert db.session.scalars(channels.order_by(AuditEntry.seq.desc())).first() == "link"


def anew(manager) -> list[tuple[int, str]]:
    """The figure of the first page: its number is as long as its list."""
    figures = [one for one in figures_on(manager.get("/").text) if one.code == "line-managers-anew"]
    assert disagreeing(manager, figures) == {}
    return [(one.number, one.url) for one in figures]


def test_the_office_is_told_whom_to_name_another_line_manager_for(sign_in, client, ada, bell, office, today):
    manager, listed = sign_in(MANAGER), "/practice/line-managers?show=not-theirs"
    bea = factories.accredited_mediator(name="Bea Lund", unit="Bromley")  # nobody is named for her yet
    for person in (ada, bea):
        log(person.id)
    ask(ada.id)
    assert anew(manager) == [(0, listed)]
    client.post(f"/practice/confirm/{token(ada.id)}/not-mine")
    assert anew(manager) == [(1, listed)]
    page = manager.get(listed).text
    assert "Ada Okafor" in page
    assert re.search(r"Robin Bell answered on\W+<time[^>]+>2 Feb 2027</time>: it is somebody else", page)
    assert "Bea Lund" not in page
    assert "Bea Lund" in manager.get("/practice/line-managers").text
    assert "Robin Bell is not their line manager" in manager.get(f"/practice/line-managers/{ada.reference}").text
    assert anew(sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, bea.unit_id))) == [(0, listed)]
    name(ada.id, office.id, called="Sam Hill", address="sam.hill@example.police.uk")
    assert anew(manager) == [(0, listed)]
    assert "is not their line manager" not in manager.get(f"/practice/line-managers/{ada.reference}").text


def test_an_answer_about_either_record_of_a_person_counts_until_somebody_is_named_for_one(
    sign_in, client, ada, bell, office, today
):
    manager, twin = sign_in(MANAGER), factories.mediator(name="Ada Okafor")
    log(ada.id)
    ask(ada.id)
    client.post(f"/practice/confirm/{token(ada.id)}/not-mine")
    factories.merged(twin.id, ada.id)
    assert anew(manager)[0][0] == 1
    name(twin.id, office.id, called="Sam Hill", address="sam.hill@example.police.uk")
    assert anew(manager)[0][0] == 0


def test_a_line_managers_first_page_says_how_much_waits_for_their_word(sign_in, ada, bell, today):
    boss = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, ada.unit_id), person=factories.person(name="Robin Bell"))

    def home() -> str:
        return boss.get("/", follow_redirects=True).text

    assert "for your word" not in home()
    log(ada.id)
    assert "1 entry waits for your word" in home()
    bea = factories.accredited_mediator(name="Bea Lund", unit_id=ada.unit_id)
    elsewhere = factories.accredited_mediator(name="Eve Hart", unit="Bromley")
    for person in (ada, bea, elsewhere):
        log(person.id)
    page, listed = home(), boss.get("/practice/confirming").text
    assert "3 entries wait for your word" in page
    assert "Logged by 2 mediators" in page
    assert 'href="/practice/confirming"' in page
    assert listed.count("A course on listening") == 3
    assert "for your word" not in sign_in(MANAGER).get("/mediators").text


SAID = "It was Fred Barker who sat in, not Ada"


def test_a_name_in_a_query_is_warned_of_once_and_the_mediators_own_is_none(sign_in, client, ada, bell, today):
    entry = log(ada.id)
    ask(ada.id)
    path = f"/practice/confirm/{token(ada.id)}"
    boss = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, ada.unit_id), person=factories.person(name="Robin Bell"))
    for browser, address in ((client, path), (boss, "/practice/confirming")):
        page = browser.post(address, data=part(entry, "query", SAID)).text
        assert "Fred Barker looks like the name of somebody" in page
        assert "nothing has been sent" in page
        assert SAID in page
        assert 'value="Fred Barker"' in page
        assert state_of(entry) == "logged"
    confirmed = part(entry, "confirm", SAID)  # words that nobody will read are no query
    assert "looks like" not in client.post(path, data={**confirmed, f"entry{entry.id}-seen": "old"}).text
    page = client.post(path, data={**part(entry, "query", f"{SAID} Okafor"), "looked_at": "Fred Barker"}).text
    assert "1 entry is queried" in page
    assert state_of(entry) == "returned"


def test_a_name_in_the_offices_reason_is_warned_of_too(sign_in, ada, today):
    entry = log(ada.id)
    path = f"/practice/{entry.id}/turn-down"
    said = {"what": "return", "reason": "Take out Fred Barker"}
    manager = sign_in(MANAGER)
    assert "Fred Barker looks like the name of somebody" in manager.post(path, data=said).text
    assert state_of(entry) == "logged"
    manager.post(path, data={**said, "looked_at": "Fred Barker"})
    assert state_of(entry) == "returned"


def state_of(entry: PracticeEntry) -> str:
    db.session.rollback()
    return db.session.get_one(PracticeEntry, entry.id).state


def test_an_entry_that_changed_is_shown_again_with_its_answer_taken_back(client, ada, bell, today):
    entry = log(ada.id)
    ask(ada.id)
    path, said = f"/practice/confirm/{token(ada.id)}", part(entry, "confirm")
    with transaction():
        services.amend_entry(entry.id, Details("cpd", CPD.done_on, Decimal(20)), person_id=ada.id, on=TODAY)
    page = client.post(path, data=said).text
    assert "was changed after you opened the page" in page
    assert evidence(ada.id) == 0
    again = db.session.get_one(PracticeEntry, entry.id)
    assert mark_of(details_of(again)) in page
    with transaction():
        services.take_back_entry(entry.id, person_id=ada.id)
    assert "does not wait for you any more" in client.post(path, data=part(again, "confirm")).text


def test_whoever_got_the_letter_may_say_they_are_not_the_line_manager(sign_in, client, ada, bell, today):
    log(ada.id)
    ask(ada.id)
    path = f"/practice/confirm/{token(ada.id)}"
    assert "You get no more letters about them" in client.post(f"{path}/not-mine").text
    assert client.get(path).status_code == client.post(f"{path}/not-mine").status_code == 404
    assert "For 1 mediator nobody has been named" in sign_in(MANAGER).get("/practice/line-managers").text


def test_a_line_manager_with_an_account_sees_their_people_only(sign_in, ada, named, today):
    named("line manager")
    entry, bea = log(ada.id), factories.accredited_mediator(name="Bea Lund", unit="Bromley")
    other = log(bea.id)
    boss = factories.person(name="Robin Bell")
    theirs = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, ada.unit_id), person=boss)
    page = theirs.get("/practice/confirming").text
    assert "1 entry waits for you, of 1 mediator" in page
    assert "Ada Okafor" in page
    assert "Bea Lund" not in page
    assert "does not wait for you" in theirs.post("/practice/confirming", data=part(other, "confirm")).text
    page = theirs.post("/practice/confirming", data=part(entry, "confirm"), follow_redirects=True).text
    assert "1 entry confirmed" in page
    assert (evidence(ada.id), evidence(bea.id)) == (1, 0)
    mine = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada).get("/practice/mine").text
    assert "by Robin Bell" in mine


def test_a_line_manager_who_mediates_finds_nothing_of_their_own(sign_in, ada, named, today):
    named("line manager")
    log(ada.id)
    hers = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, ada.unit_id), person=ada)
    assert "Nothing waits for you" in hers.get("/practice/confirming").text


def test_a_line_manager_is_told_where_no_scheme_asks_for_their_word(sign_in, ada, today):
    page = sign_in(Grant(Role.LINE_MANAGER, Scope.UNIT, ada.unit_id)).get("/practice/confirming").text
    assert "do not ask for a line manager’s word" in page
    assert "No scheme asks for a line manager" in sign_in(MANAGER).get("/practice/line-managers").text


def test_the_office_names_asks_and_stops(sign_in, ada, named, today):
    named("line manager")
    log(ada.id)
    manager, path = sign_in(MANAGER), f"/practice/line-managers/{ada.reference}"
    assert "who is that?" in manager.get("/practice").text
    assert "mediator’s own" in manager.post(path, data={"name": "X", "address": "ada@example.police.uk"}).text
    page = manager.post(path, data={"name": "Robin Bell", "address": "r@example.police.uk"}, follow_redirects=True)
    assert "Saved. What waits for them goes out by letter" in page.text
    assert "gets the letter now" in manager.post(f"{path}/ask", follow_redirects=True).text
    assert "No letter goes" in manager.post(f"{path}/ask", follow_redirects=True).text
    assert len(letters()) == 1
    assert "Robin Bell" in manager.get("/practice/line-managers").text
    mine = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    assert "Your line manager for this is Robin Bell" in mine.get("/practice/mine").text
    assert "Nobody is asked any more" in manager.post(f"{path}/end", follow_redirects=True).text
    assert "has not recorded yet who your line manager is" in mine.get("/practice/mine").text
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, 999))
    assert elsewhere.get(path).status_code == elsewhere.post(f"{path}/ask").status_code == 404
    assert "Ada Okafor" not in elsewhere.get("/practice/line-managers").text
    own = sign_in(MANAGER, person=ada)
    assert "These are your own entries" in own.get(path).text
    assert "You cannot decide" in own.post(path, data={"name": "B", "address": "b@example.police.uk"}).text
