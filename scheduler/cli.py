"""Commands: what the scheduler does, from the keyboard; and the scheduler as a process of its own."""

import json
import logging
import signal
import threading
from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.migrate import schema_is_current
from scheduler.jobs import Planned, Ticker, plan_all
from scheduler.queries.letters import names_of, troubled_count
from scheduler.rules.ladders import is_unnamed, stage_words
from scheduler.services.delivery import deliver_letters
from scheduler.services.marks import set_mark
from scheduler.services.planning import what_to_plan
from scheduler.services.rules import install_usual_rules


@click.command("remind")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Only show what would be owed on this day.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def remind_command(on: datetime | None, as_json: bool) -> None:
    """Owe the reminders that are due, as the scheduler's tick does."""
    if on:
        _show(on, as_json)
        return
    with audit.acting_as(None, "command"):
        with transaction():
            install_usual_rules()
        planned = plan_all(clock.today())
        with transaction():
            set_mark("tick", clock.now(), planned.words)
    if as_json:
        click.echo(json.dumps(vars(planned)))
        return
    click.echo(f"{planned.letters} reminders owed{_held(planned)}.")
    if planned.unaddressed:
        click.echo(f"{planned.unaddressed} reminders wait because nobody holds the role they are for.")


def _held(planned: Planned) -> str:
    if not planned.held or not planned.letters:
        return ""
    return ": more than usual at once, so they are held until a practice manager releases them under Reminders"


def _show(on: datetime, as_json: bool) -> None:
    plan = what_to_plan(on.date())
    names = names_of({one.bundle.lead.person_id for one in plan.owed if one.bundle.lead.person_id})
    rows = [
        {
            "about": None if is_unnamed(reminder.subject) else names.get(reminder.person_id or 0),
            "subject": reminder.subject,
            "ends_on": reminder.basis_date.isoformat(),
            "stage": reminder.stage,
            "audience": reminder.audience,
            "letters": len(one.recipients),
        }
        for one in plan.owed
        for reminder in one.bundle.reminders
    ]
    if as_json:
        click.echo(
            json.dumps({"on": on.date().isoformat(), "held": plan.hold is not None, "reminders": rows}, indent=1)
        )
        return
    for row in rows:
        when = stage_words(int(str(row["stage"])))
        click.echo(f"{row['about'] or '-'}: {row['subject']} ends {row['ends_on']}, {when}, to {row['audience']}")
    held = " and held" if plan.hold else ""
    click.echo(f"{len(rows)} reminders in {plan.letters} letters would be owed{held}. Nothing was written.")


@click.command("deliver")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def deliver_command(as_json: bool) -> None:
    """Hand over the letters that are due, as the scheduler does. Exit code 1 if the mail server cannot be used."""
    with audit.acting_as(None, "command"):
        done = deliver_letters(even_if_paused=True)
    troubled = troubled_count()
    if as_json:
        click.echo(json.dumps({"letters": dict(done.states), "stopped": done.stopped, "need_a_person": troubled}))
    else:
        for state, count in sorted(done.states.items()):
            click.echo(f"{count} {state.replace('_', ' ')}")
        click.echo(done.stopped or ("Nothing is left that is due." if done.states else "No letter was due."))
        if troubled:
            click.echo(f"{troubled} letters wait for a decision of a practice manager, under Reminders.")
    if done.stopped:
        raise SystemExit(1)


@click.command("scheduler")
@with_appcontext
def scheduler_command() -> None:
    """Run the scheduler alone, until SIGTERM. Any number of them may run on any number of machines."""
    if not schema_is_current():
        raise DomainError("The database schema is not up to date. Run “accreditation migrate” first.")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ticker = Ticker(current_app._get_current_object())  # type: ignore[attr-defined]
    ticker.start()
    click.echo("The scheduler runs. Stop it with Ctrl+C.")
    ended.wait()
    ticker.stop()
    click.echo("The scheduler has stopped.")


commands: list[click.Command] = [remind_command, deliver_command, scheduler_command]
