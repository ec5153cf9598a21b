"""What a person decides about a letter: written down with who, what and about whom; for nobody else; harmless twice."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from accreditation.core import audit, clock
from accreditation.core.audit import AuditDetail, AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import Letter
from accreditation.core.permissions import SCOPES, Role, Scope
from accreditation.people.rules import Grant, Viewer
from scheduler.queries.history import history_of
from scheduler.services import operating
from scheduler.services.marks import set_mark
from scheduler.services.planning import RESTORED
from tests import factories
from tests.applications import application
from tests.forking import PROCESSES
from tests.scheduler.ready import everything_in_order

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)

ACTIONS = [
    # what is done, to a letter in which state, the state after it, and how the trail calls it
    ("hold", "queued", "held", "held a letter"),
    ("hold", "retry_wait", "held", "held a letter"),
    ("release", "held", "queued", "released a letter"),
    ("try-again", "failed", "queued", "tried a letter again"),
    ("try-again", "undeliverable", "queued", "tried a letter again"),
    ("resend", "in_doubt", "queued", "sent a letter in doubt again"),
    *(
        ("reached", state, "cancelled", "reached by telephone in place of a letter")
        for state in ("queued", "retry_wait", "held", "failed", "undeliverable", "in_doubt")
    ),
    *(("close", state, "cancelled", "closed a letter") for state in ("held", "failed", "undeliverable", "in_doubt")),
    ("reopen", "cancelled", "held", "opened a closed letter again"),
]
DECISIONS = sorted({action for action, *_ in ACTIONS})


def a_letter(state: str, **details) -> int:
    """In this state; a cancelled one was closed by a person while it was held."""
    letter_id = factories.letter(**details)
    with transaction():
        db.session.get_one(Letter, letter_id).state = "held" if state == "cancelled" else state
    if state == "cancelled":
        with transaction():
            operating.close_letter(letter_id, closed_by=None)
        began.append(db.session.scalar(select(func.max(AuditEntry.seq))))
    return letter_id


began: list[int] = []
"""Entries of the trail up to here were written before the test began."""


@pytest.fixture(autouse=True)
def trail_from_here():
    began.clear()


def trail() -> list[AuditEntry]:
    """What the trail says of letters since, in order."""
    db.session.rollback()
    ours = AuditEntry.subject_type.in_(("letter", "scheduler_mark")) | AuditEntry.action.like("%restore%")
    since = AuditEntry.seq > max(began, default=0)
    return list(db.session.scalars(select(AuditEntry).where(ours, since).order_by(AuditEntry.seq)))


def test_every_action_on_the_page_is_looked_at_here():
    offered = {(action.replace("_", "-"), state) for state, actions in operating.ACTIONS.items() for action in actions}
    assert offered == {(action, state) for action, state, *_ in ACTIONS}


@pytest.mark.parametrize(("action", "state", "after", "called"), ACTIONS)
def test_it_is_written_down_who_did_what_about_whom_and_a_second_time_changes_nothing(
    app, sign_in, today, action, state, after, called
):
    letter_id = a_letter(state)
    letter = factories.letter_row(letter_id)
    manager = sign_in(MANAGER)
    path = f"/reminders/letters/{letter_id}"
    assert manager.post(f"{path}/{action}").status_code == 302
    assert factories.state_of(letter_id) == after
    [entry] = trail()
    assert (entry.actor_id, entry.channel, entry.action) == (manager.person_id, "web", called)
    assert (entry.subject_type, entry.subject_id, entry.about_id) == ("letter", letter_id, letter.person_id)
    assert letter.called in db.session.get_one(AuditDetail, entry.seq).text
    assert audit.verify().broken_at is None

    kept = {
        name: getattr(factories.letter_row(letter_id), name) for name in ("state", "reason", "not_before", "resends")
    }
    page = manager.post(f"{path}/{action}", follow_redirects=True)
    assert page.status_code == 200
    assert "Something else has happened to this letter in the meantime" in page.text
    assert {name: getattr(factories.letter_row(letter_id), name) for name in kept} == kept
    assert len(trail()) == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PRACTICE_MANAGER])
def test_no_other_role_may_and_nothing_is_written_down(app, sign_in, today, role):
    letters = {action: a_letter(state, email=f"{action}@example.uk") for action, state, *_ in ACTIONS}
    scope = min(SCOPES[role])
    about = None if scope == Scope.SERVICE else factories.letter_row(letters["hold"]).person_id
    stranger = sign_in(Grant(role, scope, about))
    for action, letter_id in letters.items():
        before = factories.state_of(letter_id)
        assert stranger.post(f"/reminders/letters/{letter_id}/{action}").status_code == 403
        assert factories.state_of(letter_id) == before
    assert stranger.post("/reminders/held/release", data={"up_to": 10**6}).status_code == 403
    assert stranger.post("/reminders/restored").status_code == 403
    assert trail() == []


@pytest.mark.parametrize("action", DECISIONS)
def test_the_manager_of_another_unit_is_told_that_there_is_no_such_letter(app, sign_in, today, action):
    here, there = factories.unit("Croydon"), factories.unit("Lambeth")
    state = next(state for one, state, *_ in ACTIONS if one == action)
    letter_id = a_letter(state, unit_id=here.id)
    other = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, there.id))
    assert other.post(f"/reminders/letters/{letter_id}/{action}").status_code == 404
    assert factories.state_of(letter_id) == state
    assert trail() == []
    theirs = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, here.id))
    assert theirs.post(f"/reminders/letters/{letter_id}/{action}").status_code == 302
    assert len(trail()) == 1


@pytest.mark.parametrize("action", DECISIONS)
def test_nobody_decides_who_has_not_signed_in(app, today, action):
    letter_id = a_letter("held")
    assert app.test_client().post(f"/reminders/letters/{letter_id}/{action}").status_code == 302
    assert factories.state_of(letter_id) == "held"
    assert trail() == []


def test_a_letter_in_doubt_is_resent_by_hand_once_in_its_life(app, sign_in, today):
    """The action is offered for each doubt; only the first is taken, also when it comes back in doubt."""
    letter_id = a_letter("in_doubt")
    manager = sign_in(MANAGER)
    manager.post(f"/reminders/letters/{letter_id}/resend")
    with transaction():
        db.session.get_one(Letter, letter_id).state = "in_doubt"
    page = manager.post(f"/reminders/letters/{letter_id}/resend", follow_redirects=True).text
    assert "It was sent again once already" in page
    assert (factories.state_of(letter_id), factories.letter_row(letter_id).resends, len(trail())) == ("in_doubt", 1, 1)


def test_releasing_many_says_of_each_about_whom_and_a_second_time_of_none(app, sign_in, today):
    letters = [a_letter("held", email=f"no{n}@example.uk") for n in range(3)]
    manager = sign_in(MANAGER)
    for said in ("3 letters are on the way.", "No letters are on the way."):
        page = manager.post("/reminders/held/release", data={"up_to": max(letters)}, follow_redirects=True)
        assert said in page.text
        assert [(one.action, one.subject_id, one.actor_id) for one in trail()] == [
            ("released a letter", letter_id, manager.person_id) for letter_id in letters
        ]
    assert [one.about_id for one in trail()] == [factories.letter_row(one).person_id for one in letters]


def test_letting_reminders_go_after_a_restore_is_written_down_once(app, sign_in, today):
    with transaction():
        set_mark(RESTORED, clock.now(), "A backup was restored.")
    manager = sign_in(MANAGER)
    for _ in range(2):
        assert manager.post("/reminders/restored").status_code == 302
    [entry] = trail()
    assert (entry.actor_id, entry.action) == (manager.person_id, "let reminders go out again after a restore")


def test_whoever_was_reached_by_telephone_gets_no_letter_and_is_not_reminded_anew(app, sign_in, today, mail, deliver):
    server = mail()
    everything_in_order(ctc=today + timedelta(days=30), email="ada@example.uk")
    assert factories.plan(today) == 1
    [letter] = db.session.scalars(select(Letter))
    sign_in(MANAGER).post(f"/reminders/letters/{letter.id}/reached")
    assert factories.plan(today) == 0
    assert deliver().states == {}
    assert server.accepted == []
    assert factories.letter_row(letter.id).reason == "They were reached by telephone."
    assert factories.plan(today + timedelta(days=23)) == 1  # the next stage comes as usual


# --- opened again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "action", "opened_as"),
    [
        ("queued", "reached", "held"),
        ("retry_wait", "reached", "held"),
        ("held", "close", "held"),
        ("failed", "close", "failed"),
        ("undeliverable", "reached", "undeliverable"),
        ("in_doubt", "close", "in_doubt"),
    ],
)
def test_what_was_closed_by_mistake_waits_for_a_decision_as_before_and_nothing_goes(
    app, sign_in, today, mail, deliver, was, action, opened_as
):
    server = mail()
    letter_id = a_letter(was)
    manager = sign_in(MANAGER)
    path = f"/reminders/letters/{letter_id}"
    page = manager.post(f"{path}/{action}", follow_redirects=True).text
    assert "open it again here" in page
    assert "Open it again</button>" in page
    page = manager.post(f"{path}/reopen", follow_redirects=True).text
    assert "Nothing has gone: it waits for a decision as before." in page
    assert (factories.state_of(letter_id), factories.letter_row(letter_id).ended_at) == (opened_as, None)
    assert deliver().states == {}
    assert server.accepted == []


def test_what_no_person_closed_nobody_opens(app, sign_in, today):
    letter_id = factories.letter()
    with transaction():
        letter = db.session.get_one(Letter, letter_id)
        letter.state, letter.reason, letter.ended_at = "cancelled", "They have left the service.", clock.now()
    manager = sign_in(MANAGER)
    assert "Open it again" not in manager.get(f"/reminders/letters/{letter_id}").text
    page = manager.post(f"/reminders/letters/{letter_id}/reopen", follow_redirects=True).text
    assert "No person closed this letter" in page
    assert factories.state_of(letter_id) == "cancelled"


def test_a_letter_is_not_opened_beside_a_newer_one_about_the_same(app, today):
    who = factories.person(email="ada@example.uk")
    letter_id = factories.letter_to(who.id, about_id=7)
    with transaction():
        operating.mark_as_reached(letter_id, reached_by=who.id)
    factories.letter_to(who.id, about_id=8)
    newer = factories.letter_to(who.id, about_id=7)
    with pytest.raises(DomainError, match="A newer letter"), transaction():
        operating.reopen_letter(letter_id, opened_by=who.id)
    with transaction():
        db.session.delete(db.session.get_one(Letter, newer))
    with transaction():
        operating.reopen_letter(letter_id, opened_by=who.id)
    assert factories.state_of(letter_id) == "held"


def test_a_closing_of_which_nothing_is_known_any_more_is_not_taken_back(app, today):
    letter_id = a_letter("cancelled")
    with transaction():
        db.session.execute(delete(AuditDetail))
    with pytest.raises(DomainError, match="erased"), transaction():
        operating.reopen_letter(letter_id, opened_by=None)
    assert factories.state_of(letter_id) == "cancelled"


# --- what is asked first, and what is shown afterwards ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "state", "said"),
    [
        ("release", "held", "Once it has gone it cannot be called back"),
        ("try-again", "failed", "cannot be called back"),
        ("resend", "in_doubt", "may get the letter twice"),
    ],
)
def test_what_cannot_be_taken_back_is_asked_first_and_asking_changes_nothing(app, sign_in, today, action, state, said):
    letter_id = a_letter(state)
    manager = sign_in(MANAGER)
    path = f"/reminders/letters/{letter_id}"
    assert f'href="{path}/{action}"' in manager.get(path).text
    assert said in manager.get(f"{path}/{action}").text
    assert (factories.state_of(letter_id), trail()) == (state, [])
    with transaction():
        db.session.get_one(Letter, letter_id).state = "sent"
    page = manager.get(f"{path}/{action}", follow_redirects=True).text
    assert "Something else has happened to this letter" in page
    for other in ("hold", "close", "reached", "reopen", "nonsense"):
        assert manager.get(f"{path}/{other}").status_code == 404
    elsewhere = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, factories.unit("Lambeth").id))
    assert elsewhere.get(f"{path}/{action}").status_code == 404


def test_the_page_says_who_decided_what_and_when_in_order(app, sign_in, today, mail, deliver):
    mail()
    here, there = factories.unit("Croydon"), factories.unit("Lambeth")
    boss = factories.person(name="Siobhan Boss", unit_id=there.id)
    letter_id = factories.letter(unit_id=here.id, name="Ada Okafor")
    manager = sign_in(MANAGER, person=boss)
    path = f"/reminders/letters/{letter_id}"
    for action in ("hold", "release", "hold", "close", "reopen", "release"):
        assert manager.post(f"{path}/{action}").status_code == 302
    assert deliver().states == {"sent": 1}
    page = manager.get(path).text
    steps = re.findall(r'data-label="What"><span class="value">([^<]*)<', page)
    assert steps[:7] == ["Owed", "Held back", "Released", "Held back", "Closed", "Opened again", "Released"]
    assert "The server&#39;s answer" in steps[-1]
    assert page.count(f'href="/reminders/person/{boss.reference}">Siobhan Boss</a>') == 6
    # Whoever may not open the manager's page reads the name, without a way there.
    near = sign_in(Grant(Role.PRACTICE_MANAGER, Scope.UNIT, here.id)).get(path).text
    assert near.count("Siobhan Boss") == 6
    assert boss.reference not in near


def test_who_acted_from_the_command_line_or_by_itself_is_told_apart(app, today):
    letter_id = a_letter("queued")
    with audit.acting_as(None, "scheduler"), transaction():
        operating.hold_letter(letter_id, held_by=None)
    with transaction():
        operating.release_letter(letter_id, released_by=None)
    viewer = Viewer(1, frozenset({MANAGER}))
    decided = history_of(factories.letter_row(letter_id), viewer)[1:]
    assert [(one.what, one.who, one.person) for one in decided] == [
        ("Held back", "The register", None),
        ("Released", "At the command line", None),
    ]
    with transaction():
        letter = db.session.get_one(Letter, letter_id)
        letter.state, letter.reason, letter.ended_at = "superseded", "It was renewed.", clock.now()
    last = history_of(factories.letter_row(letter_id), viewer)[-1]
    assert (last.what, last.came_of_it, last.who) == ("Not sent", "It was renewed.", "The register")


# --- two at once -----------------------------------------------------------------------------------------------------


def resend_with_the_other(settings, letter_id: int, together, answers) -> None:
    with application(settings, settings.database_url, settings.data_dir).app_context():
        together.wait(timeout=120)
        try:
            with transaction():
                operating.resend_letter(letter_id, resent_by=None)
            answers.put("sent")
        except Conflict:
            answers.put("refused")


def test_of_two_who_press_at_once_one_is_told_that_something_has_happened(app, today):
    letter_id = a_letter("in_doubt")
    db.session.remove()
    together, answers = PROCESSES.Barrier(2), PROCESSES.Queue()
    asked = (app.config["SETTINGS"], letter_id, together, answers)
    running = [PROCESSES.Process(target=resend_with_the_other, args=asked) for _ in range(2)]
    for one in running:
        one.start()
    assert sorted(answers.get(timeout=180) for _ in running) == ["refused", "sent"]
    for one in running:
        one.join(60)
        assert one.exitcode == 0
    assert (factories.state_of(letter_id), factories.letter_row(letter_id).resends, len(trail())) == ("queued", 1, 1)
