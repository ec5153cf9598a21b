"""Line managers confirm: named by the office, asked by letter, through a link for one answer or with an account."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice import services
from accreditation.practice.jobs import ask_line_managers
from accreditation.practice.models import ConfirmationLink, LineManager, PracticeEntry
from accreditation.practice.queries import confirming
from accreditation.practice.queries.confirming import details_of
from accreditation.practice.queries.line_managers import entries_for_line_manager
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.line_managers import Answer, due_to_be_asked, link_ends, mark_of, reasons_not_to_name
from accreditation.practice.services import line_managers as service
from accreditation.standing.queries import evidence_of
from scheduler.services.composing import compose
from tests import factories
from tests.practice.naming import schemes_naming
from tests.racing import race, slow_down

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
AT = datetime(2027, 2, 2, 10, tzinfo=UTC)
TODAY = factories.TODAY
CPD = Details("cpd", date(2027, 1, 12), Decimal(2), "course", note="A course on listening")


@pytest.fixture
def ada(app):
    return factories.accredited_mediator(name="Ada Okafor", unit="Croydon", email="ada@example.police.uk")


@pytest.fixture
def office(app):
    return factories.person(name="Grace Hall")


@pytest.fixture
def bell(ada, office, named):
    """Sgt Bell confirms what Ada logs as CPD."""
    named("line manager")
    return name(ada.id, office.id)


def name(person_id: int, by: int, called: str = "Robin Bell", address: str = "robin.bell@example.police.uk"):
    with transaction():
        return service.name_line_manager(person_id, name=called, address=address, at=AT, named_by=by)


def log(person_id: int, details: Details = CPD) -> PracticeEntry:
    with transaction():
        return services.log_entry(person_id, details, on=TODAY, recorded_by=person_id)


def ask(person_id: int, on: date = TODAY, at: datetime = AT, again: bool = False) -> bool:
    with transaction():
        return service.ask_line_manager(person_id, on=on, at=at, again=again)


def token(person_id: int) -> str:
    """Of the newest link that was made for them."""
    links = select(ConfirmationLink).join(ConfirmationLink.line_manager).where(LineManager.person_id == person_id)
    return service.token_of(db.session.scalars(links.order_by(ConfirmationLink.id.desc())).first())


def answer(entry: PracticeEntry, confirms: bool = True, words: str = "") -> Answer:
    return Answer(entry.id, mark_of(details_of(entry)), confirms, words)


def by_link(link: str, *answers: Answer, at: datetime = AT) -> int:
    with transaction():
        return service.answer_by_link(link, answers, on=TODAY, at=at)


def evidence(person_id: int) -> int:
    return len([fact for fact, void in evidence_of(person_id) if fact.kind == "cpd" and void is None])


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.template == service.ASKED).order_by(Letter.id)))


# --- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "due"), [(0, False), (6, False), (7, True), (8, True)])
def test_a_line_manager_is_asked_once_a_week(days, due):
    assert due_to_be_asked(TODAY - timedelta(days), TODAY) is due
    assert due_to_be_asked(None, TODAY)


def test_a_link_ends_at_a_midnight_in_london_whatever_the_clocks_do():
    assert link_ends(date(2027, 2, 2)) == datetime(2027, 3, 2, tzinfo=UTC)
    assert link_ends(date(2027, 3, 10)) == datetime(2027, 4, 6, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("called", "address", "said"),
    [
        ("Robin Bell", "robin@example.police.uk", []),
        (" ", "robin@example.police.uk", ["name"]),
        ("ada  OKAFOR", "robin@example.police.uk", ["mediator’s own"]),
        ("Robin Bell", "ADA@example.police.uk ", ["mediator’s own"]),
        ("Robin Bell", "robin", ["not an e-mail address"]),
        ("", "", ["name", "not an e-mail address"]),
    ],
)
def test_nobody_is_their_own_line_manager(called, address, said):
    found = reasons_not_to_name(called, address, mediator="Ada Okafor", own_addresses=["ada@example.police.uk"])
    assert len(found) == len(said)
    assert all(words in reason for words, reason in zip(said, found, strict=True))


@pytest.mark.parametrize(
    "change",
    [{"quantity": Decimal("2.5")}, {"done_on": date(2027, 1, 13)}, {"code": "other"}, {"note": None}],
)
def test_the_mark_tells_one_thing_from_another(change):
    assert mark_of(CPD) == mark_of(Details("cpd", date(2027, 1, 12), Decimal("2.00"), "course", note=CPD.note))
    changed = {"kind": "cpd", "done_on": CPD.done_on, "quantity": CPD.quantity, "code": "course", "note": CPD.note}
    assert mark_of(Details(**changed | change)) != mark_of(CPD)


# --- naming and asking -----------------------------------------------------------------------------------------------


def test_naming_somebody_else_stops_the_link_of_the_one_before(ada, office, bell):
    log(ada.id)
    assert ask(ada.id)
    link = token(ada.id)
    assert name(ada.id, office.id).id == bell.id  # the same again changes nothing
    assert service.find_link(link, now=AT)
    name(ada.id, office.id, "Jo Reed", "jo.reed@example.police.uk")
    with pytest.raises(service.DeadLink):
        service.find_link(link, now=AT)
    with pytest.raises(NotAllowed):
        name(ada.id, ada.id)
    with pytest.raises(DomainError, match="own"):
        name(ada.id, office.id, "Ada Okafor", "ada@example.police.uk")


def test_the_chore_asks_about_what_waits_and_nothing_else(ada, office, bell, today):
    bea = factories.accredited_mediator()
    name(bea.id, office.id)
    log(bea.id, Details("case", CPD.done_on, Decimal(1), "lead"))  # the practice manager's to confirm
    assert ask_line_managers(TODAY) == 0
    log(ada.id)
    assert [ask_line_managers(TODAY + timedelta(days)) for days in (0, 0, 1, 6, 7)] == [1, 0, 0, 0, 1]
    first, second = letters()
    assert first.about_id == second.about_id  # the link in the first letter works on
    assert {letter.person_id for letter in letters()} == {ada.id}


def test_nobody_is_asked_about_who_has_left(ada, bell, today):
    log(ada.id)
    with transaction():
        db.session.get_one(type(ada), ada.id).left_on = TODAY
    assert ask_line_managers(TODAY) == 0


def test_the_letter_goes_to_the_line_manager_and_names_nobody(ada, office, bell, today):
    log(ada.id)
    ask(ada.id)
    (letter,) = letters()
    sent = compose(letter, takes_utf8=True)
    assert sent.recipient == "robin.bell@example.police.uk"
    text = sent.content.decode().replace("=\r\n", "").replace("=3D", "=")
    assert "Dear Robin Bell" in text
    assert f"http://localhost/practice/confirm/{token(ada.id)}" in text
    assert "Okafor" not in text
    assert "by 1 March 2027" in text
    entry = db.session.scalars(select(PracticeEntry)).one()
    with transaction():
        services.take_back_entry(entry.id, person_id=ada.id)
    with pytest.raises(NoLongerTrue, match="Nothing waits"):
        FACTS[letter.template](letter.about_id)
    with transaction():
        service.end_line_manager(ada.id, at=AT, ended_by=office.id)
    with pytest.raises(NoLongerTrue, match="somebody else"):
        FACTS[letter.template](letter.about_id)


def test_the_office_asks_again_once_a_day(ada, bell):
    log(ada.id)
    assert [ask(ada.id), ask(ada.id, again=True)] == [True, False]
    tomorrow = TODAY + timedelta(1)
    assert [ask(ada.id, tomorrow), ask(ada.id, tomorrow, again=True), ask(ada.id, tomorrow, again=True)] == [
        False,
        True,
        False,
    ]


# --- the answer ------------------------------------------------------------------------------------------------------


def test_confirmed_through_the_link_counts_and_says_on_whose_word(ada, bell):
    entry, queried = log(ada.id), log(ada.id, Details("cpd", date(2027, 1, 20), Decimal(9), "reading"))
    ask(ada.id)
    link = token(ada.id)
    assert by_link(link, answer(entry), answer(queried, confirms=False, words="It was nine minutes")) == 1
    entry, queried = (db.session.get_one(PracticeEntry, one.id) for one in (entry, queried))
    assert (entry.state, entry.confirmed_by, entry.on_word_of) == ("confirmed", None, "Robin Bell")
    assert (queried.state, queried.reason, queried.on_word_of) == ("returned", "It was nine minutes", "Robin Bell")
    assert entry.by_link_id == queried.by_link_id is not None
    assert evidence(ada.id) == 1
    with pytest.raises(service.DeadLink):  # one answer, whatever is left
        by_link(link, answer(entry))


@pytest.mark.parametrize(
    ("changed", "error"),
    [("token", service.DeadLink), ("late", service.DeadLink), ("nothing", DomainError), ("wordless", DomainError)],
)
def test_what_the_link_does_not_do(ada, bell, changed, error):
    entry = log(ada.id)
    ask(ada.id)
    link = token(ada.id)
    number, _, proof = link.partition(".")
    with pytest.raises(error):
        if changed == "token":
            by_link(f"{number}.{proof[:-1]}{'A' if proof[-1] != 'A' else 'B'}", answer(entry))
        elif changed == "late":
            by_link(link, answer(entry), at=link_ends(TODAY))
        elif changed == "nothing":
            by_link(link)
        else:
            by_link(link, answer(entry, confirms=False, words=" "))
    assert evidence(ada.id) == 0
    assert db.session.get_one(PracticeEntry, entry.id).state == "logged"
    assert by_link(link, answer(entry), at=link_ends(TODAY) - timedelta(seconds=1)) == 1


def test_the_link_reaches_no_entry_but_those_that_wait_for_this_line_manager(ada, bell):
    bea = factories.accredited_mediator()
    mine, case = log(ada.id), log(ada.id, Details("case", CPD.done_on, Decimal(1), "lead"))
    others = log(bea.id)
    ask(ada.id)
    assert [entry.id for entry in entries_for_line_manager(ada.id, TODAY)] == [mine.id]
    for other in (case, others):
        with pytest.raises(Conflict):
            by_link(token(ada.id), answer(mine), answer(other))
    assert evidence(ada.id) == evidence(bea.id) == 0


def test_nobody_confirms_what_was_changed_after_they_read_it(ada, office, bell):
    entry = log(ada.id)
    ask(ada.id)
    read = answer(entry)
    with transaction():
        services.amend_entry(entry.id, Details("cpd", CPD.done_on, Decimal(20), "course"), person_id=ada.id, on=TODAY)
    with pytest.raises(Conflict, match="changed"):
        by_link(token(ada.id), read)
    with pytest.raises(Conflict, match="changed"), transaction():
        services.confirm_entries(
            [entry.id], on=TODAY, confirmed_by=office.id, on_word_of="Bell", seen={entry.id: read.seen}
        )
    assert evidence(ada.id) == 0


def test_a_line_manager_with_an_account_confirms_for_their_people_and_never_for_themselves(ada, named):
    named("line manager")
    boss = factories.accredited_mediator(name="Robin Bell", unit="Croydon")
    entry, own = log(ada.id), log(boss.id)
    with pytest.raises(NotAllowed), transaction():
        service.answer_as_line_manager(
            [answer(own)], [own.id, entry.id], on=TODAY, answered_by=boss.id, name="Robin Bell"
        )
    with transaction():
        service.answer_as_line_manager([answer(entry)], [entry.id], on=TODAY, answered_by=boss.id, name="Robin Bell")
    entry = db.session.get_one(PracticeEntry, entry.id)
    assert (entry.state, entry.confirmed_by, entry.on_word_of) == ("confirmed", boss.id, "Robin Bell")
    assert (evidence(ada.id), evidence(boss.id)) == (1, 0)


def answer_in_its_own_process(link: str, entry_id: int, confirms: bool) -> str:
    schemes = schemes_naming("line manager")
    confirming.all_schemes = lambda on: schemes
    slow_down(service, "entries_for_line_manager")
    entry = db.session.get_one(PracticeEntry, entry_id)
    service.answer_by_link(link, [answer(entry, confirms, "No")], on=TODAY, at=AT)
    return "answered"


def test_two_answers_at_once_are_one(app, ada, bell):
    entry = log(ada.id)
    ask(ada.id)
    link = token(ada.id)
    answers = race(app.config["SETTINGS"], answer_in_its_own_process, (link, entry.id, True), (link, entry.id, False))
    assert answers == ["answered", "refused"]
    db.session.rollback()
    assert evidence(ada.id) == (db.session.get_one(PracticeEntry, entry.id).state == "confirmed")


def test_without_the_guards_both_answers_are_taken(app, ada, bell):
    """The negative control: if this fails, the test above proves nothing."""
    entry = log(ada.id)
    ask(ada.id)
    link = token(ada.id)
    answers = race(
        app.config["SETTINGS"],
        answer_in_its_own_process,
        (link, entry.id, True),
        (link, entry.id, False),
        guarded=False,
    )
    assert answers != ["answered", "refused"]


# --- corrections and records -----------------------------------------------------------------------------------------


def correct(entry_id: int, by: int, details: Details, word: str | None = None) -> PracticeEntry:
    with transaction():
        return services.correct_entry(entry_id, details, reason="Wrong", on=TODAY, recorded_by=by, on_word_of=word)


def confirmed_by_bell(person_id: int) -> PracticeEntry:
    entry = log(person_id)
    ask(person_id)
    by_link(token(person_id), answer(entry))
    return db.session.get_one(PracticeEntry, entry.id)


@pytest.mark.parametrize(
    ("changed", "word", "state"),
    [
        (Details("cpd", CPD.done_on, CPD.quantity, "course", note="Another title"), None, "confirmed"),
        (Details("cpd", CPD.done_on, Decimal(3), "course", note=CPD.note), None, "logged"),
        (Details("cpd", date(2027, 1, 13), CPD.quantity, "course", note=CPD.note), None, "logged"),
        (Details("cpd", CPD.done_on, CPD.quantity, "reading", note=CPD.note), " ", "logged"),
        (Details("cpd", CPD.done_on, Decimal(3), "course", note=CPD.note), "Robin Bell", "confirmed"),
    ],
)
def test_a_correction_counts_only_on_a_word_that_was_given_for_it(ada, office, bell, changed, word, state):
    right = correct(confirmed_by_bell(ada.id).id, office.id, changed, word)
    assert (right.state, evidence(ada.id)) == (state, int(state == "confirmed"))
    assert right.on_word_of == ("Robin Bell" if state == "confirmed" else None)
    if state == "logged":
        assert [entry.id for entry in entries_for_line_manager(ada.id, TODAY)] == [right.id]


def test_what_is_brought_in_waits_where_the_office_may_not_confirm(ada, office, named):
    def record(kind: str = "cpd") -> PracticeEntry:
        with transaction():
            return services.record_entry(ada.id, kind=kind, done_on=CPD.done_on, recorded_by=office.id, on=TODAY)

    for who, state in (
        ("mediator", "confirmed"),
        ("practice manager", "confirmed"),
        ("line manager", "logged"),
        ("supervisor", "logged"),
        ("provider", "logged"),
    ):
        named(who)
        before = evidence(ada.id)
        entry = record()
        assert (entry.state, evidence(ada.id) - before) == (state, int(state == "confirmed"))
    assert record("supervision").state == "confirmed"  # nobody said so of supervision


# --- the pages -------------------------------------------------------------------------------------------------------


def part(entry: PracticeEntry, said: str, words: str = "") -> dict[str, str]:
    prefix = f"entry{entry.id}-"
    return {f"{prefix}answer": said, f"{prefix}words": words, f"{prefix}seen": mark_of(details_of(entry))}


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
