"""Setting up an installation, and letting somebody in, from the operator's keyboard."""

import click
from flask import current_app
from flask.cli import with_appcontext

from accreditation.accounts.queries.accounts import find_account_by_email, find_first_administrator, has_administrator
from accreditation.accounts.rules.addresses import normal_email
from accreditation.accounts.rules.reaches import OWN, only_reach, reach_value, scope_of
from accreditation.accounts.services.accounts import send_invitation
from accreditation.accounts.services.inviting import invite_colleague, invite_first_administrator
from accreditation.accounts.services.links import address_of
from accreditation.accounts.services.roles import give_role
from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.migrate import migrate
from accreditation.core.permissions import SCOPES, Role, Scope
from accreditation.people.queries import find_provider_by_name, find_unit_by_name
from accreditation.people.rules import address_problem
from accreditation.standing.services.schemes import keep_built_in_schemes


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Set up an installation: the schema, the schemes, and an invitation for the first administrator.

    Safe to run again: an installation that has an administrator keeps everything as it is.
    """
    before, after = migrate(current_app.config["SQLALCHEMY_DATABASE_URI"])
    db.engine.dispose()
    click.echo(f"The database is at revision {after}." if before == after else f"The database was set up ({after}).")
    with transaction():
        keep_built_in_schemes()
    if has_administrator(clock.today()):
        click.echo("There is an administrator already. Sign in, or let somebody in with `accreditation invite`.")
        return
    with transaction():
        waiting = find_first_administrator()
        if waiting is None:
            waiting = invite_first_administrator(now=clock.now(), on=clock.today())
        link = address_of(send_invitation(waiting.id, now=clock.now(), by_letter=False))
    click.echo(f"Open this link to create the first administrator's account (it works once, for 7 days):\n{link}")


@click.command("invite")
@click.argument("email")
@click.option(
    "--role", "role_name", required=True, type=click.Choice([role.value for role in Role], case_sensitive=False)
)
@click.option("--scope", help="What the role is for: service, own, unit:NAME or provider:NAME.")
@click.option("--name", help="First and last name of somebody the register does not have yet.")
@click.option("--reference", help="Reference of somebody in the register.")
@with_appcontext
def invite_command(email: str, role_name: str, scope: str | None, name: str | None, reference: str | None) -> None:
    """Invite EMAIL with a role, or give the role to the account that has this address already.

    Prints the link that the letter carries, for where no mail is set up yet.
    """
    email = checked_address(email)
    role = Role(role_name.lower())
    reach = reach_of(role, scope)
    now, on = clock.now(), clock.today()
    with transaction():
        account = find_account_by_email(email)
        if account is None:
            given_name, family_name = names_in(name or email.partition("@")[0])
            account = invite_colleague(
                email,
                role,
                reach,
                reference=reference,
                given_name=given_name,
                family_name=family_name,
                now=now,
                on=on,
                invited_by=None,
                by_letter=False,
            )
            click.echo(f"{account.person.name} ({account.person.reference}) is invited as {role.label.lower()}.")
        else:
            scope_kind, scope_id = scope_of(reach, account.person_id)
            give_role(account.person_id, role, scope_kind, scope_id, on=on, granted_by=None)
            click.echo(f"{account.person.name} has an account already, and is {role.label.lower()} from now on.")
        link = None if account.password_hash else address_of(send_invitation(account.id, now=now))
    if link:
        click.echo(f"The invitation goes out as a letter. It works once, for 7 days:\n{link}")


def checked_address(text: str) -> str:
    """As an account has it. Raises DomainError."""
    if problem := address_problem(text):
        raise DomainError(f"{text}: {problem}")
    return normal_email(text)


def names_in(text: str) -> tuple[str, str]:
    """First and last name, parted at the last space; a single word is the last name."""
    given, _, family = text.strip().rpartition(" ")
    return given.strip(), family


def reach_of(role: Role, asked: str | None) -> str:
    """What the role is for, from the words of --scope. Raises DomainError with what can be said instead."""
    if asked is None:
        if Scope.SERVICE in SCOPES[role]:
            return Scope.SERVICE.value
        if reach := only_reach(role):
            return reach
        raise DomainError(f"Say what {role.label.lower()} is for, with --scope unit:NAME or --scope provider:NAME.")
    kind, _, name = asked.partition(":")
    if kind in (Scope.SERVICE, OWN) and not name:
        return kind
    if kind == Scope.UNIT:
        unit = find_unit_by_name(name)
        if unit is None:
            raise DomainError(f"There is no unit called “{name}”. Add it under Units first.")
        return reach_value(Scope.UNIT, unit.id)
    if kind == Scope.PROVIDER:
        provider = find_provider_by_name(name)
        if provider is None:
            raise DomainError(f"There is no training provider called “{name}”. Add it under Training providers first.")
        return reach_value(Scope.PROVIDER, provider.id)
    raise DomainError(f"“{asked}” is not a scope. Say service, own, unit:NAME or provider:NAME.")


commands: list[click.Command] = [init_command, invite_command]
