"""`accreditation standing show`, `dossier` and `rebuild`: from the database."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from accreditation.core import clock
from accreditation.core.audit import acting_as
from accreditation.core.database import transaction
from accreditation.core.errors import NotFound
from accreditation.people.models import Person
from accreditation.people.queries import find_person_by_reference
from accreditation.people.rules import EVERYTHING
from accreditation.standing.cli.answering import answer_json, refusing
from accreditation.standing.queries import (
    Standing,
    explain,
    facts_of,
    main_scheme_code,
    next_step,
    requirements_on,
    standing_on,
)
from accreditation.standing.queries.requirements import NextStep, RequirementStatus
from accreditation.standing.queries.since import changes_since, register_began
from accreditation.standing.rules.answers import Answer
from accreditation.standing.rules.contract.moments import parse_known_on
from accreditation.standing.rules.contract.reading import parse_day
from accreditation.standing.rules.contract.results import answer_as_json
from accreditation.standing.rules.contract.rows import row_as_json
from accreditation.standing.rules.tense import tense_of
from accreditation.standing.services.projecting import gather_statistics, refresh_next
from accreditation.web.words import day, moment


@click.command("show")
@click.argument("reference")
@click.option("--scheme", metavar="CODE", help="Another scheme than the service's main one.")
@click.option("--on", metavar="DATE", help="On this day (YYYY-MM-DD) instead of today.")
@click.option("--known-on", metavar="MOMENT", help="As known then: a moment with offset, or a day's end in London.")
@click.option("--json", "as_json", is_flag=True, help="The answer as `standing evaluate --on` prints it.")
@with_appcontext
def show(reference: str, scheme: str | None, on: str | None, known_on: str | None, as_json: bool) -> None:
    """Say whether the person REFERENCE may work, and why."""
    with refusing():
        person = _person(reference)
        known = None if known_on is None else parse_known_on(known_on)
        standing = standing_on(
            person.id,
            scheme or main_scheme_code(),
            clock.today() if on is None else parse_day(on, "--on"),
            known_on=known,
        )
        if as_json:
            answer_json(_as_json(person, standing), compact=True)
            return
        today = clock.today()
        explained = explain(standing, EVERYTHING, tense_of(standing.on, today))
        click.echo(f"{person.name} ({person.reference}), {standing.scheme.code}, on {day(standing.on)}")
        click.echo(f"{explained.sentence}.")
        if explained.limiting and explained.valid_through:
            click.echo(f"{explained.limiting} ends first: valid through {day(explained.valid_through)}.")
        for requirement in requirements_on(standing, EVERYTHING):
            click.echo(f"  {'met    ' if requirement.met else 'not met'}  {requirement.label}{_dates(requirement)}")
            if requirement.time_left and standing.on == today:
                click.echo(f"           {requirement.time_left}")
        if standing.on == today and (step := next_step(standing, EVERYTHING)):
            who = f" Up to the {step.who_acts}." if step.who_acts else ""
            click.echo(f"Next: {step.action}{_by(step)}.{who}")
        if known is not None:
            _say_what_changed(person, standing, known)


def _by(step: NextStep) -> str:
    if step.by is None:
        return ""
    return f", which should have begun by {day(step.by)}" if step.too_late else f", by {day(step.by)}"


def _say_what_changed(person: Person, standing: Standing, known: datetime) -> None:
    began_at = register_began()
    if began_at is None or known < began_at:
        click.echo("Before the register began nothing was known.")
    changes = changes_since(person, standing.scheme, known, EVERYTHING)
    click.echo(f"Changed since {moment(known)}:" if changes else f"Nothing has changed since {moment(known)}.")
    for change in changes:
        why = f" ({change.reason})" if change.reason else ""
        click.echo(f"  {moment(change.at)}: {change.what.lower()}: {change.about}, by {change.by}{why}")


def _dates(requirement: RequirementStatus) -> str:
    if requirement.valid_through:
        return f", valid through {day(requirement.valid_through)}"
    return f", since {day(requirement.failing_since)}" if requirement.failing_since else ""


def _as_json(person: Person, standing: Standing) -> dict[str, object]:
    answer = Answer(
        on=standing.on,
        verdict=standing.verdict,
        failing=standing.failing,
        limiting=standing.limiting,
        limiting_end=standing.limiting_end,
        renewal_due=standing.renewal_due,
    )
    return {
        "reference": person.reference,
        "scheme": standing.scheme.code,
        **answer_as_json(answer, standing.because()),
    }


@click.command("dossier")
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="On one line, for programs.")
@with_appcontext
def dossier(reference: str, as_json: bool) -> None:
    """Print the evidence of the person REFERENCE, voided rows too, as `standing evaluate` reads it."""
    with refusing():
        rows = [row_as_json(fact) for fact in facts_of(_person(reference).id)]
    answer_json(rows, compact=as_json)


def _person(reference: str) -> Person:
    person = find_person_by_reference(reference)
    if person is None:
        raise NotFound(f"There is no person {reference}.")
    return person


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Recompute what the pages read of everybody, batch by batch, while the service runs."""
    done = last = 0
    with acting_as(None, "command"):
        while True:
            with transaction():
                last, count = refresh_next(last)
            if not count:
                break
            done += count
            click.echo(f"{done:,} people recomputed.", err=True)
        with transaction():
            gather_statistics()
    click.echo(f"The standing of {done:,} people is recomputed.")
