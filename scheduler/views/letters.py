"""One letter: its journal, and what a person decides about it."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from scheduler.queries.about import spoken_of
from scheduler.queries.letters import attempts_of, get_letter
from scheduler.queries.why import STATES
from scheduler.rules.ladders import stage_words
from scheduler.services import operating
from scheduler.views.blueprint import bp

DECISIONS: dict[str, tuple[str, Callable[[int, int], None]]] = {
    "release": ("It is on the way.", lambda letter_id, by: operating.release_letter(letter_id, released_by=by)),
    "try-again": ("It is tried again.", lambda letter_id, by: operating.try_letter_again(letter_id, tried_by=by)),
    "resend": ("It is sent once more.", lambda letter_id, by: operating.resend_letter(letter_id, resent_by=by)),
    "hold": (
        "It is held until somebody releases it.",
        lambda letter_id, by: operating.hold_letter(letter_id, held_by=by),
    ),
    "reached": (
        "It is written down that they were reached by telephone.",
        lambda letter_id, by: operating.mark_as_reached(letter_id, reached_by=by),
    ),
    "close": ("The letter is closed.", lambda letter_id, by: operating.close_letter(letter_id, closed_by=by)),
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
        attempts=attempts_of(letter_id),
        states=STATES,
        actions=operating.ACTIONS.get(found.state, ()) if may_manage else (),
    )


@bp.post("/reminders/letters/<int:letter_id>/<decision>")
@requires(Permission.MANAGE_REMINDERS, scoped=True)
def decide(viewer: Viewer, letter_id: int, decision: str) -> ResponseReturnValue:
    """Release, try again, resend once, or close."""
    if decision not in DECISIONS:
        abort(404)
    get_letter(letter_id, viewer)
    words, decide_on = DECISIONS[decision]
    try:
        with transaction():
            decide_on(letter_id, viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(words, "success")
    return redirect(url_for("scheduler.letter", letter_id=letter_id))
