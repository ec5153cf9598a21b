"""One letter: what happened to it, and what a person decides about it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from scheduler.queries.about import spoken_of
from scheduler.queries.history import history_of
from scheduler.queries.letters import get_letter
from scheduler.queries.why import STATES
from scheduler.rules.ladders import stage_words
from scheduler.services import operating
from scheduler.views.blueprint import bp


@dataclass(frozen=True)
class Decision:
    """What a person may decide: `done` says what happened and what follows.

    `asks`: the question, where what follows cannot be taken back; None: it can, so that nobody is asked.
    """

    take: Callable[[int, int], None]
    done: str
    action: str
    asks: str | None = None


DECISIONS = {
    "release": Decision(
        lambda letter_id, by: operating.release_letter(letter_id, released_by=by),
        "Released. It goes within a minute of the next time at which letters go, if it is still true.",
        "release",
        "Release this letter?",
    ),
    "try-again": Decision(
        lambda letter_id, by: operating.try_letter_again(letter_id, tried_by=by),
        "It is tried again within a minute. What comes of it will stand here.",
        "try_again",
        "Try this letter again?",
    ),
    "resend": Decision(
        lambda letter_id, by: operating.resend_letter(letter_id, resent_by=by),
        "It is sent once more within a minute. What comes of it will stand here.",
        "resend",
        "Send this letter once more?",
    ),
    "hold": Decision(
        lambda letter_id, by: operating.hold_letter(letter_id, held_by=by),
        "Held. It does not go until somebody releases it here.",
        "hold",
    ),
    "reached": Decision(
        lambda letter_id, by: operating.mark_as_reached(letter_id, reached_by=by),
        "It is written down that they were reached by telephone. The letter does not go. "
        "If that was a mistake, open it again here.",
        "reached",
    ),
    "close": Decision(
        lambda letter_id, by: operating.close_letter(letter_id, closed_by=by),
        "Closed. The letter does not go. If that was a mistake, open it again here.",
        "close",
    ),
    "reopen": Decision(
        lambda letter_id, by: operating.reopen_letter(letter_id, opened_by=by),
        "Opened again. Nothing has gone: it waits for a decision as before.",
        "reopen",
    ),
}


@bp.get("/reminders/letters/<int:letter_id>")
@requires(Permission.VIEW_REMINDERS, scoped=True)
def letter(viewer: Viewer, letter_id: int) -> ResponseReturnValue:
    """Everything that happened to it."""
    found, person = get_letter(letter_id, viewer)
    may_manage = viewer.may_somewhere(Permission.MANAGE_REMINDERS)
    return render_template(
        "scheduler/letter.html",
        letter=found,
        person=person,
        spoken_of=spoken_of([found], viewer).get(letter_id, []),
        stage_words=stage_words,
        history=history_of(found, viewer),
        states=STATES,
        actions=operating.actions_for(found) if may_manage else (),
    )


@bp.get("/reminders/letters/<int:letter_id>/<decision>")
@requires(Permission.MANAGE_REMINDERS, scoped=True)
def ask(viewer: Viewer, letter_id: int, decision: str) -> ResponseReturnValue:
    """What would follow from a decision that cannot be taken back, before it is taken."""
    if decision not in DECISIONS or DECISIONS[decision].asks is None:
        abort(404)
    found, person = get_letter(letter_id, viewer)
    if DECISIONS[decision].action not in operating.actions_for(found):
        flash("Something else has happened to this letter in the meantime.", "warning")
        return redirect(url_for("scheduler.letter", letter_id=letter_id))
    return render_template(
        "scheduler/letter_ask.html",
        letter=found,
        person=person,
        decision=decision,
        question=DECISIONS[decision].asks,
        spoken_of=spoken_of([found], viewer).get(letter_id, []),
        stage_words=stage_words,
    )


@bp.post("/reminders/letters/<int:letter_id>/<decision>")
@requires(Permission.MANAGE_REMINDERS, scoped=True)
def decide(viewer: Viewer, letter_id: int, decision: str) -> ResponseReturnValue:
    """Hold, release, try again, resend once, mark as reached, close, or open again what was closed."""
    if decision not in DECISIONS:
        abort(404)
    get_letter(letter_id, viewer)
    try:
        with transaction():
            DECISIONS[decision].take(letter_id, viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(DECISIONS[decision].done, "success")
    return redirect(url_for("scheduler.letter", letter_id=letter_id))
