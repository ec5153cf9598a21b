"""How these commands answer: JSON on standard output, a refusal as one line on standard error and exit status 2."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from accreditation.core.errors import DomainError
from accreditation.standing.rules.contract.reading import Refused

REFUSED = 2


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a refusal into one line and exit status 2. Anything else is a bug and shows itself."""
    try:
        yield
    except Refused as refusal:
        fail(str(refusal))
    except DomainError as refusal:
        fail("; ".join(refusal.reasons))


def fail(reason: str) -> None:
    click.echo(" ".join(reason.split()), err=True)
    raise click.exceptions.Exit(REFUSED)


def answer_json(answer: object, *, compact: bool) -> None:
    """Print as JSON: on one line for programs, indented for people."""
    click.echo(json.dumps(answer) if compact else json.dumps(answer, indent=2))
