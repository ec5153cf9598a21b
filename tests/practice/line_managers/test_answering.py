"""What a line manager says counts once, for what was read, and no further than it was said. On both databases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.practice import services
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries import confirming
from accreditation.practice.queries.line_managers import entries_for_line_manager
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.line_managers import link_ends
from accreditation.practice.services import entries
from accreditation.practice.services import line_managers as service
from tests import factories
from tests.practice.line_managers.helpers import AT, CPD, TODAY, answer, ask, by_link, evidence, log, token
from tests.practice.naming import schemes_naming
from tests.racing import race, slow_down


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
    slow_down(service if confirms else entries, "lock_entry")  # what is read last
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
    with transaction():  # the office may say at once on whose word it records it
        entry = services.record_entry(
            ada.id, kind="cpd", done_on=CPD.done_on, recorded_by=office.id, on=TODAY, on_word_of=" Dr Mensah "
        )
    assert (entry.state, entry.confirmed_by, entry.on_word_of) == ("confirmed", office.id, "Dr Mensah")
    assert record("supervision").state == "confirmed"  # nobody said so of supervision
