"""What the scheduler adds to the application: what fills its letters, and what `doctor` and /status look at."""

from datetime import datetime
from typing import Literal

from flask import Flask, current_app

from accreditation.core import clock
from accreditation.core.health import Finding, check
from accreditation.people.rules import EVERYTHING
from accreditation.standing.models import CheckRun
from accreditation.standing.queries.checks import FIRST_EVIDENCE, LAST_CHECK, state_of
from accreditation.web.words import moment, plural
from scheduler.models import SchedulerMark
from scheduler.queries.alive import LAST_BEAT, MAIL_SERVER, silence_of
from scheduler.queries.letters import BACKLOG, GRACE, TROUBLE
from scheduler.services import digests as digests  # fills the managers' digest
from scheduler.services import wording as wording  # … and the scheduler's other letters


def init_app(app: Flask) -> None:
    """Nothing of its own: importing this module has registered letters and checks."""


@check(LAST_BEAT)
def scheduler_is_alive(mark: SchedulerMark | None) -> Finding:
    if mark is None:
        return Finding("Scheduler", "warning", "has not run yet: start it with “accreditation serve” or “… scheduler”")
    if silence := silence_of(mark, clock.now()):
        return Finding("Scheduler", "failed", silence)
    return Finding("Scheduler", "ok", f"last looked on {moment(mark.at)}: {mark.words}")


@check(LAST_CHECK, FIRST_EVIDENCE.c.recorded_at)
def standings_are_checked(run: CheckRun | None, first: datetime | None) -> Finding:
    state = state_of(run, first, EVERYTHING, clock.now())
    found: dict[str, Literal["ok", "warning", "failed"]] = {"good": "ok", "neutral": "warning", "bad": "failed"}
    return Finding("Stored standings", found[state.tone], state.sentence)


@check(MAIL_SERVER)
def mail_server_is_reached(mark: SchedulerMark | None) -> Finding:
    if not current_app.config["SMTP_URL"]:
        return Finding("Mail", "warning", "no mail server is set up: letters are written to a folder")
    if mark is None:
        return Finding("Mail", "ok", "no trouble since the last letter")
    return Finding("Mail", "failed", f"{mark.words} (since {moment(mark.at)}, {plural(mark.failures, 'try', 'tries')})")


@check(BACKLOG.c.waiting, BACKLOG.c.since, TROUBLE.c.letters, letters_due=GRACE)
def letters_go_out(waiting: int, since: datetime | None, troubled: int) -> Finding:
    said = []
    if waiting:
        said.append(f"{plural(waiting, 'letter')} should have gone, the oldest on {moment(since)}")
    if troubled:
        # Whoever reads this may be no practice manager: only those can open the letters.
        words = f"{plural(troubled, 'letter waits', 'letters wait')} for a decision of a practice manager: ask one"
        said.append(f"{words} to look under Reminders")
    if said:
        return Finding("Letters", "warning", "; ".join(said))
    return Finding("Letters", "ok", "none is waiting longer than it should")
