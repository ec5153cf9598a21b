"""The room's commands: `accreditation equality ...`."""

import json
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from accreditation.core import clock
from accreditation.core.errors import NotFound
from accreditation.web.words import day
from cohorts.jobs import keep_equality
from cohorts.queries.equality import collections, get_collection, last_published, published_figures
from cohorts.rules.equality.report import NOTICE, RULES, Figures, Shown

equality = AppGroup("equality", help="Figures of equality monitoring.")


@equality.command("publish")
@with_appcontext
def publish() -> None:
    """Publish the figures that are due this month, cut ties and delete answers whose time is over."""
    done = keep_equality(clock.today())
    for sentence in done:
        click.echo(sentence)
    if not done:
        click.echo("Nothing was due.")


@equality.command("figures")
@click.argument("collection", required=False)
@click.option("--json", "as_json", is_flag=True, help="Every published figure, in the words of the page.")
@with_appcontext
def figures(collection: str | None, as_json: bool) -> None:
    """Print the published figures of COLLECTION as its page shows them; without one, list what there is."""
    if collection is None:
        _list_collections(as_json)
        return
    try:
        title = get_collection(collection).title
    except NotFound as refusal:
        raise click.UsageError(" ".join(refusal.reasons)) from refusal
    found = published_figures(collection)
    if as_json:
        published = [_as_json(one, shown) for one in found for shown in one.shown]
        click.echo(json.dumps({"collection": collection, "title": title, "figures": published}, indent=2))
        return
    click.echo(f"Equality figures: {title}")
    if not found:
        click.echo("\nNothing is published.")
    for one in found:
        _print(one)
    click.echo("\n" + "\n".join(RULES))


def _list_collections(as_json: bool) -> None:
    found = collections()
    published = last_published([one.key for one in found])
    if as_json:
        listed = [
            {"collection": one.key, "title": one.title, "published_on": on.isoformat() if on else None}
            for one in found
            for on in [published.get(one.key)]
        ]
        click.echo(json.dumps({"collections": listed}, indent=2))
        return
    for one in found:
        on = published.get(one.key)
        click.echo(f"{one.key}  {one.title}: {f'published on {day(on)}' if on else 'nothing published'}")
    if not found:
        click.echo("There is nothing to publish figures about yet.")


def _print(one: Figures) -> None:
    click.echo(f"\n{one.question.title}")
    for shown in one.shown:
        click.echo(f"  {shown.label}, published on {day(shown.published_on)}: {shown.total_words}")
        for place, label in enumerate(one.labels):
            click.echo(f"    {label}: {shown.words(place)}")
    compared = [line for line in one.ratios if not line.compared.reference]
    for line in compared:
        beside = f"{line.group} beside {line.beside}, {line.stage.lower()}"
        between = f"95% interval from {line.compared.low}, to {line.compared.high}; p {line.compared.p}"
        click.echo(f"  Ratio of {beside}: {line.compared.ratio} ({between})")
    if compared:
        click.echo(f"  {NOTICE}")


def _as_json(one: Figures, shown: Shown) -> dict[str, Any]:
    """One characteristic at one stage. A count that is held back is a word here too."""
    return {
        "characteristic": one.question.code,
        "title": one.question.title,
        "stage": shown.stage,
        "stage_title": shown.label,
        "published_on": shown.published_on.isoformat(),
        "total": shown.total_words,
        "answers": {label: shown.words(place) for place, label in enumerate(one.labels)},
        "ratios": {
            line.group: {
                "ratio": line.compared.ratio,
                "low": line.compared.low,
                "high": line.compared.high,
                "p": line.compared.p,
                "beside": line.beside,
            }
            for line in one.ratios
            if line.stage == shown.label and not line.compared.reference
        },
    }


commands = [equality]
