"""`accreditation standing evaluate`: the pure engine on two JSON files, no database."""

import json
from pathlib import Path

import click

from accreditation.standing.cli.answering import answer_json, refusing
from accreditation.standing.rules.contract.moments import parse_known_on
from accreditation.standing.rules.contract.reading import Refused, parse_day
from accreditation.standing.rules.contract.results import evaluation
from accreditation.standing.rules.contract.rows import read_evidence
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.rules.evidence import known


@click.command("evaluate")
@click.option("--scheme", "scheme_file", required=True, metavar="FILE", help="The scheme, as `schemes show` prints it.")
@click.option("--evidence", "evidence_file", required=True, metavar="FILE", help="Rows, or an object with dossiers.")
@click.option("--on", metavar="DATE", help="The answer for one day (YYYY-MM-DD) instead of all periods.")
@click.option("--known-on", metavar="MOMENT", help="As known then: a moment with offset, or a day's end in London.")
@click.option("--json", "as_json", is_flag=True, help="On one line, for programs.")
def evaluate_files(scheme_file: str, evidence_file: str, on: str | None, known_on: str | None, as_json: bool) -> None:
    """Judge dossiers by a scheme, both read from JSON files; nothing is stored."""
    with refusing():
        day = None if on is None else parse_day(on, "--on")
        moment = None if known_on is None else parse_known_on(known_on)
        scheme = read_scheme_file(read_text(scheme_file))
        evidence = read_evidence(read_text(evidence_file))
        if isinstance(evidence, list):
            answer = evaluation(scheme, known(evidence, moment), day)
        else:
            answer = {name: evaluation(scheme, known(facts, moment), day) for name, facts in evidence.items()}
    answer_json(answer, compact=as_json)


def read_text(path: str) -> str:
    """The text of a file. Raises Refused in one line."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{json.dumps(path)} is not UTF-8 text") from None
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or "no such path"
        raise Refused(f"{json.dumps(path)} cannot be read: {reason}") from None
