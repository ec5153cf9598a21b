"""What the scheduler adds to the application: what fills its letters, and what `doctor` and /status look at."""

from typing import Literal

from flask import Flask, current_app

from accreditation.core import clock
from accreditation.core.health import Finding, check
from accreditation.people.rules import EVERYTHING
from accreditation.standing.queries.checks import check_state
from accreditation.web.words import moment, plural
from scheduler.queries.alive import last_beat, silent_since
from scheduler.queries.letters import backlog, troubled_count
from scheduler.services import digests as digests  # fills the managers' digest
from scheduler.services import wording as wording  # … and the scheduler's other letters
from scheduler.services.marks import find_mark


def init_app(app: Flask) -> None:
    """Nothing of its own: importing this module has registered letters and checks."""


@check
def scheduler_is_alive() -> Finding:
    mark = last_beat()
    if mark is None:
        return Finding("Scheduler", "warning", "has not run yet: start it with “accreditation serve” or “… scheduler”")
    if silence := silent_since(clock.now()):
        return Finding("Scheduler", "failed", silence)
    return Finding("Scheduler", "ok", f"last looked on {moment(mark.at)}: {mark.words}")


@check
def standings_are_checked() -> Finding:
    state = check_state(EVERYTHING, clock.now())
    found: dict[str, Literal["ok", "warning", "failed"]] = {"good": "ok", "neutral": "warning", "bad": "failed"}
    return Finding("Stored standings", found[state.tone], state.sentence)


@check
def mail_server_is_reached() -> Finding:
    if not current_app.config["SMTP_URL"]:
        return Finding("Mail", "warning", "no mail server is set up: letters are written to a folder")
    mark = find_mark("mail_server")
    if mark is None:
        return Finding("Mail", "ok", "no trouble since the last letter")
    return Finding("Mail", "failed", f"{mark.words} (since {moment(mark.at)}, {plural(mark.failures, 'try', 'tries')})")


@check
def letters_go_out() -> Finding:
    waiting, troubled = backlog(clock.now()), troubled_count()
    if waiting.waiting:
        words = f"{plural(waiting.waiting, 'letter')} should have gone, the oldest on {moment(waiting.since)}"
        return Finding("Letters", "warning", words)
    if troubled:
        return Finding(
            "Letters", "warning", f"{plural(troubled, 'letter waits', 'letters wait')} for a decision: see /reminders"
        )
    return Finding("Letters", "ok", "none is waiting longer than it should")
