"""`accreditation demo`."""

import json
import sys
from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.migrate import migrate, newest_revision, revision_of
from accreditation.desk.demo.bulk.block import add_in_bulk
from accreditation.desk.demo.filling.people import SignIn
from accreditation.desk.demo.filling.service import FEWEST, TOLD, close_demo, fill_demo
from accreditation.desk.demo.queries import is_empty, known_sign_ins, state_of_demo

MEDIATORS = 140


@click.command("demo")
@click.option("--mediators", type=click.IntRange(min=FEWEST), default=MEDIATORS, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, other people.")
@click.option("--json", "as_json", is_flag=True, help="Print the sign-ins as JSON.")
@click.option("--first-start", is_flag=True, help="Do nothing where there is a demo, or a service, already.")
@with_appcontext
def demo(mediators: int, seed: int, as_json: bool, first_start: bool) -> None:
    """Fill an empty database with a believable service, and print one sign-in for each role."""
    make_ready()
    state = state_of_demo()
    if state == "interrupted":
        raise DomainError("A demo was being filled in here and was interrupted. Remove this database and start again.")
    if not is_empty():
        if not first_start:
            raise DomainError("There are people in this database already. A demo is filled into an empty one only.")
        if state == "filled":
            show(known_sign_ins(), as_json, "The demo service is there already.")
        elif as_json:
            click.echo("[]")
        else:
            click.echo("There is a service in this database already. No demo was filled in.")
        return
    today, now = clock.today(), clock.now()
    few = mediators if mediators <= TOLD else MEDIATORS
    progress(f"Filling a demo service with {mediators:,} mediators…")
    with transaction():
        fill_demo(seed=seed, mediators=few, on=today, now=now, complete=mediators == few)
    if mediators > few:
        add_in_bulk(seed=seed, mediators=mediators - few, on=today, now=now, progress=progress)
        with transaction():
            close_demo(on=today)
    db.session.remove()
    show(known_sign_ins(), as_json, f"A demo service with {mediators:,} mediators. Nobody in it is real.")


def make_ready() -> None:
    """Give a database without any tables the schema of this version. Raises DomainError for one of another version."""
    revision = revision_of(db.session.connection())
    is_blank = not inspect(db.session.connection()).get_table_names()
    db.session.remove()
    if is_blank:
        migrate(current_app.config["SQLALCHEMY_DATABASE_URI"])
        db.engine.dispose()
        progress("The database was empty: its schema is set up.")
    elif revision not in (None, newest_revision()):
        raise DomainError("The database schema is not up to date. Run “accreditation migrate” first, then this again.")


def show(sign_ins: list[SignIn], as_json: bool, sentence: str) -> None:
    if as_json:
        click.echo(json.dumps([asdict(sign_in) for sign_in in sign_ins], indent=2))
        return
    click.echo(sentence)
    if not sign_ins:
        click.echo("None of the demo's passwords is in use any more.")
        return
    click.echo("Sign in as:")
    for sign_in in sign_ins:
        click.echo(f"  {sign_in.role.replace('_', ' '):18} {sign_in.email:32} {sign_in.password}")


def progress(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


commands: list[click.Command] = [demo]
